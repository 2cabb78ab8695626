import { randomBytes } from 'node:crypto'
import { allMethods } from '#engine-api/method-versions.ts'
import { systemClock } from '#runtime/clock.ts'
import { toQuantity } from '#json-rpc/forms/fields.ts'
import { payloadToJson } from '#json-rpc/forms/payload-json.ts'
import { type JsonRpcServer, serveJsonRpc } from '#json-rpc/json-rpc-server.ts'
import { readRollupConfig } from '#records/folder/record-config.ts'
import { readL2 } from '#records/folder/read-l2.ts'
import { readLines, requireFile } from '#records/folder/read-lines.ts'

/** An execution client that answers immediately. Each block that it builds is the next block of a recorded chain. */
export interface InstantClient {
  readonly url: string
  readonly jwtSecret: Uint8Array
  /** Number of the last block of the chain. */
  readonly last: number
  /** Number of calls. */
  readonly calls: { count: number }
  close(): Promise<void>
}

type Block = Readonly<Record<string, unknown>> & { readonly hash: string }

const valid = { status: 'VALID', latestValidHash: null, validationError: null }

/**
 * Starts an instant client whose head is the first block of a record.
 *
 * @param onNewPayload called with the hash of each block that it is given
 */
export async function startInstantClient(
  record: string,
  onNewPayload: (blockHash: string) => void = () => undefined,
): Promise<InstantClient> {
  const config = await readRollupConfig(record)
  const blocks: Block[] = []
  for await (const { json } of readLines(requireFile(record, 'l2.ndjson')))
    blocks.push(json as Block)
  const payloads: object[] = []
  for await (const { block } of readL2(record, config))
    payloads.push({
      executionPayload: payloadToJson(block),
      parentBeaconBlockRoot: block.parentBeaconBlockRoot,
      blockValue: '0x0',
    })
  const numbers = new Map(blocks.map(({ hash }, number) => [hash, number]))
  const heads = { latest: 0, safe: 0, finalized: 0 }
  const calls = { count: 0 }
  const find = ([key]: readonly unknown[]) => {
    const name = String(key)
    const label = Object.hasOwn(heads, name) ? heads[name as keyof typeof heads] : undefined
    const number = label ?? numbers.get(name) ?? Number(name)
    return number <= heads.latest ? (blocks[number] ?? null) : null
  }
  const forkchoice = ([state, attributes]: readonly unknown[]) => {
    const reported = state as Record<
      'headBlockHash' | 'safeBlockHash' | 'finalizedBlockHash',
      string
    >
    heads.latest = numbers.get(reported.headBlockHash) ?? heads.latest
    heads.safe = numbers.get(reported.safeBlockHash) ?? heads.safe
    heads.finalized = numbers.get(reported.finalizedBlockHash) ?? heads.finalized
    const next = heads.latest + 1
    const payloadId = attributes === null ? null : `0x${next.toString(16).padStart(16, '0')}`
    return { payloadStatus: { ...valid, latestValidHash: reported.headBlockHash }, payloadId }
  }
  const getPayload = ([id]: readonly unknown[]) => payloads[Number(id)]
  const newPayload = ([payload]: readonly unknown[]) => {
    const { blockHash } = payload as { readonly blockHash: string }
    onNewPayload(blockHash)
    return { ...valid, latestValidHash: blockHash }
  }
  const jwtSecret = randomBytes(32)
  const engineMethods = allMethods.map((name) => {
    if (name.includes('forkchoice')) return [name, forkchoice] as const
    return [name, name.includes('getPayload') ? getPayload : newPayload] as const
  })
  const server: JsonRpcServer = await serveJsonRpc({
    host: '127.0.0.1',
    port: 0,
    clock: systemClock,
    jwtSecret,
    limits: { maxRequestBytes: 32 * 1_024 * 1_024 },
    onCall: () => {
      calls.count++
    },
    methods: {
      ...Object.fromEntries(engineMethods),
      engine_exchangeCapabilities: () => allMethods,
      eth_chainId: () => toQuantity(config.l2ChainId),
      eth_getBlockByNumber: find,
      eth_getBlockByHash: find,
    },
  })
  return { url: server.url, jwtSecret, last: blocks.length - 1, calls, close: () => server.close() }
}

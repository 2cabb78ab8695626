import * as z from 'zod'
import type { AccountProof } from '#protocol/block/account-proof.ts'
import type { Payload } from '#protocol/block/payload.ts'
import type { PayloadAttributes } from '#protocol/block/payload-attributes.ts'
import type { RollupConfig } from '#protocol/chains/rollup-config.ts'
import { DecodeError } from '#protocol/codec/decode-error.ts'
import type { L2Block } from '#protocol/derivation/l2-block.ts'
import { messagePasserAddress } from '#protocol/derivation/predeploys.ts'
import type { Hash } from '#protocol/primitives.ts'
import { attributesToJson } from '#json-rpc/forms/attributes-json.ts'
import { hashJson, hexJson, quantityJson, toQuantity } from '#json-rpc/forms/fields.ts'
import { parseJson } from '#json-rpc/forms/parse-json.ts'
import { payloadJson, payloadToJson, toPayload } from '#json-rpc/forms/payload-json.ts'
import { errorCodes, JsonRpcError } from '#json-rpc/json-rpc-answer.ts'
import type { CallOptions, JsonRpcCall, JsonRpcClient } from '#json-rpc/json-rpc-client.ts'
import { parseL2Block } from '#json-rpc/forms/l2-block-json.ts'
import { engineErrorCodes, isRefusal, toEngineFault } from './engine-fault.ts'
import type {
  BlockName,
  BlocksDown,
  BuildStatus,
  ExecutionClient,
  ForkchoiceHeads,
  ForkchoiceStatus,
  PayloadId,
  PayloadStatus,
} from './execution-client.ts'
import { allMethods, methodVersions } from './method-versions.ts'

/** Options of the client. */
export interface EngineApiClientOptions {
  /** Client that adds the JWT to each request. The client must not retry, since the caller decides when to retry. */
  readonly rpc: Pick<JsonRpcClient, 'call' | 'batch'>
  readonly config: RollupConfig
  /** Called with the duration of each call. */
  readonly onCall?: (method: string, ms: number) => void
  /** Monotonic clock in milliseconds, by which calls are timed for `onCall`. */
  readonly monotonicMs: () => number
  readonly signal?: AbortSignal | undefined
}

const statusJson = z.object({
  status: z.enum(['VALID', 'INVALID', 'SYNCING', 'ACCEPTED', 'INVALID_BLOCK_HASH']),
  validationError: z.string().nullish(),
})

const forkchoiceJson = z.object({
  payloadStatus: statusJson,
  payloadId: z
    .string()
    .regex(/^0x[0-9a-f]{16}$/i)
    .nullish(),
})

const envelopeJson = z.object({
  executionPayload: payloadJson,
  parentBeaconBlockRoot: hashJson.nullish(),
})

const proofJson = z.object({
  balance: quantityJson,
  codeHash: hashJson,
  nonce: quantityJson,
  storageHash: hashJson,
  accountProof: z.array(hexJson),
})

const labels = { unsafe: 'latest', safe: 'safe', finalized: 'finalized' } as const

/** Hash that the Engine API uses in place of an unknown head. */
const noHash = `0x${'00'.repeat(32)}`

/** Blocks per request. An answer with 16 blocks of maximum size stays within the size limit of answers. */
const blocksPerRequest = 16

/** Concurrent requests for blocks. An execution client serves several requests in the time of one request. */
const requestsAtOnce = 4

/** The Engine API of op-geth, op-reth or the embedded client, over HTTP. */
export class EngineApiClient implements ExecutionClient {
  readonly #options: EngineApiClientOptions
  /** False after the server refused `engine_getPayloadV5`. Early versions of op-reth serve only V4. */
  #hasGetPayloadV5 = true

  constructor(options: EngineApiClientOptions) {
    this.#options = options
  }

  async newPayload(payload: Payload): Promise<PayloadStatus> {
    const { newPayload: version } = methodVersions(this.#options.config, payload.timestamp)
    const params: unknown[] = [payloadToJson(payload)]
    if (version >= 3) params.push([], payload.parentBeaconBlockRoot)
    if (version >= 4) params.push([])
    const method = `engine_newPayloadV${version}`
    return this.#ask(method, params, (json) => {
      const answer = parseJson(statusJson, json)
      return answer.status === 'ACCEPTED' ? { kind: 'accepted' } : statusOf(answer)
    })
  }

  async forkchoice(heads: ForkchoiceHeads): Promise<ForkchoiceStatus> {
    return this.#ask('engine_forkchoiceUpdatedV3', [forkchoiceToJson(heads), null], (json) =>
      statusOf(parseJson(forkchoiceJson, json).payloadStatus),
    )
  }

  async build(heads: ForkchoiceHeads, attributes: PayloadAttributes): Promise<BuildStatus> {
    const { forkchoiceUpdated } = methodVersions(this.#options.config, attributes.timestamp)
    const method = `engine_forkchoiceUpdatedV${forkchoiceUpdated}`
    const params = [forkchoiceToJson(heads), attributesToJson(attributes)]
    try {
      const json = await this.#call({ method, params })
      return read(method, () => buildOf(parseJson(forkchoiceJson, json)))
    } catch (error) {
      if (isRefusal(error, engineErrorCodes.invalidAttributes))
        return { kind: 'invalid', reason: `${error.message} ${JSON.stringify(error.data ?? '')}` }
      throw await this.#toFault(error, method)
    }
  }

  async getPayload(payloadId: PayloadId, timestamp: bigint): Promise<Payload | undefined> {
    const { getPayload } = methodVersions(this.#options.config, timestamp)
    const version = getPayload === 5 && !this.#hasGetPayloadV5 ? 4 : getPayload
    const method = `engine_getPayloadV${version}`
    try {
      const json = await this.#call({ method, params: [payloadId] })
      return read(method, () => {
        const { executionPayload, parentBeaconBlockRoot } = parseJson(envelopeJson, json)
        return toPayload(executionPayload, parentBeaconBlockRoot ?? undefined)
      })
    } catch (error) {
      if (isRefusal(error, engineErrorCodes.unknownPayload)) return undefined
      const isOld = isRefusal(error, errorCodes.methodNotFound, engineErrorCodes.unsupportedFork)
      if (version !== 5 || !isOld) throw await this.#toFault(error, method)
      this.#hasGetPayloadV5 = false
      return this.getPayload(payloadId, timestamp)
    }
  }

  async block(which: BlockName): Promise<Payload | undefined> {
    const call = blockCall(which)
    try {
      const json = await this.#call(call)
      return json === null ? undefined : read(call.method, () => this.#toBlock(json, which))
    } catch (error) {
      if (isUnknownBlock(error)) return undefined
      throw await this.#toFault(error, call.method)
    }
  }

  async blocksDown({ number, count }: BlocksDown): Promise<readonly L2Block[]> {
    const length = Math.min(count, blocksPerRequest * requestsAtOnce, Number(number) + 1)
    const requests: Promise<readonly L2Block[]>[] = []
    for (let at = 0; at < length; at += blocksPerRequest) {
      const page = { number: number - BigInt(at), count: Math.min(blocksPerRequest, length - at) }
      requests.push(this.#page(page))
    }
    const pages = await Promise.all(requests)
    const firstShort = pages.findIndex((page) => page.length < blocksPerRequest)
    return pages.slice(0, firstShort === -1 ? pages.length : firstShort + 1).flat()
  }

  async accountProof(block: Hash): Promise<AccountProof | undefined> {
    const known = await this.block({ kind: 'hash', hash: block })
    if (known === undefined) return undefined
    const params = [messagePasserAddress, [], { blockHash: block }]
    return this.#ask('eth_getProof', params, (json) => {
      const { accountProof: proof, ...account } = parseJson(proofJson, json)
      return { ...account, proof, address: messagePasserAddress, stateRoot: known.stateRoot }
    })
  }

  async chainId(): Promise<bigint> {
    return this.#ask('eth_chainId', [], (json) => parseJson(quantityJson, json))
  }

  /** The fault of a failed call. If the method is missing, checks whether the server has the Engine API at all. */
  async #toFault(error: unknown, method: string): Promise<unknown> {
    const isMissing = isRefusal(error, errorCodes.methodNotFound) && method.startsWith('engine_')
    if (!isMissing) return toEngineFault(error, method)
    const isEngineApi = (await this.capabilities()) !== undefined
    return toEngineFault(error, method, { isEngineApi })
  }

  async capabilities(): Promise<readonly string[] | undefined> {
    const method = 'engine_exchangeCapabilities'
    try {
      return parseJson(z.array(z.string()), await this.#call({ method, params: [allMethods] }))
    } catch (error) {
      if (error instanceof JsonRpcError || error instanceof DecodeError) return undefined
      throw toEngineFault(error, method)
    }
  }

  async #page({ number, count }: BlocksDown): Promise<readonly L2Block[]> {
    const names = Array.from({ length: count }, (_, at) => {
      return { kind: 'number', number: number - BigInt(at) } as const
    })
    const method = 'eth_getBlockByNumber'
    try {
      const answers = await this.#timed(method, () =>
        this.#options.rpc.batch(names.map(blockCall), this.#callOptions()),
      )
      const blocks: Payload[] = []
      for (const [at, name] of names.entries()) {
        const answer = answers[at]
        if (answer === undefined || ('result' in answer && answer.result === null)) break
        if ('error' in answer) throw answer.error
        blocks.push(read(method, () => this.#toBlock(answer.result, name)))
      }
      return blocks
    } catch (error) {
      throw await this.#toFault(error, method)
    }
  }

  #toBlock(json: unknown, which: BlockName): Payload {
    const { block } = parseL2Block(json, this.#options.config)
    const isOther =
      (which.kind === 'number' && block.number !== which.number) ||
      (which.kind === 'hash' && block.blockHash !== which.hash)
    if (isOther) throw new DecodeError(`the answer is block ${block.number} (${block.blockHash})`)
    return block
  }

  async #ask<Value>(
    method: string,
    params: readonly unknown[],
    parse: (json: unknown) => Value,
  ): Promise<Value> {
    try {
      return parse(await this.#call({ method, params }))
    } catch (error) {
      throw await this.#toFault(error, method)
    }
  }

  #call({ method, params }: JsonRpcCall): Promise<unknown> {
    return this.#timed(method, () => this.#options.rpc.call(method, params, this.#callOptions()))
  }

  #callOptions(): CallOptions {
    const { signal } = this.#options
    return signal === undefined ? {} : { signal }
  }

  async #timed<Value>(method: string, work: () => Promise<Value>): Promise<Value> {
    const { monotonicMs, onCall } = this.#options
    const startedMs = monotonicMs()
    try {
      return await work()
    } finally {
      onCall?.(method, monotonicMs() - startedMs)
    }
  }
}

/**
 * The verdict on heads. The specification has no status ACCEPTED for heads. Like SYNCING, ACCEPTED here means that the
 * head is not valid yet.
 */
function statusOf({ status, validationError }: z.output<typeof statusJson>): ForkchoiceStatus {
  switch (status) {
    case 'VALID':
      return { kind: 'valid' }
    case 'INVALID':
    case 'INVALID_BLOCK_HASH':
      return { kind: 'invalid', reason: validationError ?? 'no reason given' }
    case 'SYNCING':
    case 'ACCEPTED':
      return { kind: 'syncing' }
  }
}

function buildOf({ payloadStatus, payloadId }: z.output<typeof forkchoiceJson>): BuildStatus {
  const status = statusOf(payloadStatus)
  if (status.kind !== 'valid') return status
  if (payloadId === undefined || payloadId === null)
    throw new DecodeError('no payload id although the attributes are valid')
  return { kind: 'started', payloadId: payloadId as PayloadId }
}

function forkchoiceToJson({
  head,
  safe,
  finalized,
}: ForkchoiceHeads): Readonly<Record<string, string>> {
  return {
    headBlockHash: head,
    safeBlockHash: safe ?? noHash,
    finalizedBlockHash: finalized ?? noHash,
  }
}

function blockCall(which: BlockName): JsonRpcCall {
  switch (which.kind) {
    case 'hash':
      return { method: 'eth_getBlockByHash', params: [which.hash, true] }
    case 'number':
      return { method: 'eth_getBlockByNumber', params: [toQuantity(which.number), true] }
    case 'label':
      return { method: 'eth_getBlockByNumber', params: [labels[which.label], true] }
  }
}

/** Whether an error means that a block is unknown. Geth and other clients answer an unset label with such an error. */
function isUnknownBlock(error: unknown): boolean {
  return error instanceof JsonRpcError && /not found|unknown block/i.test(error.message)
}

/** Reads an answer. A DecodeError becomes a fault that names the method. */
function read<Value>(method: string, parse: () => Value): Value {
  try {
    return parse()
  } catch (error) {
    throw toEngineFault(error, method)
  }
}

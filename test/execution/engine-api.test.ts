import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import pino from 'pino'
import { systemClock } from '#runtime/clock.ts'
import { Serial } from '#runtime/serial.ts'
import { blockToJson } from '#devnet/execution/rpc/block-json.ts'
import { Chain } from '#devnet/execution/chain/chain.ts'
import { EngineApi, type PayloadStatus } from '#devnet/execution/engine-api/engine-api.ts'
import { PayloadBuilds } from '#devnet/execution/engine-api/payload-builds.ts'
import { readGenesis } from '#devnet/execution/recorded/read-genesis.ts'
import { readParsed } from '#devnet/execution/recorded/read-lines.ts'
import { ChainDatabase } from '#devnet/execution/store/chain-database.ts'
import * as z from 'zod'

const record = fileURLToPath(new URL('../vectors/records/all-forks-lagoon/', import.meta.url))
const zero = `0x${'00'.repeat(32)}`

const line = z.looseObject({
  number: z.int(),
  timestamp: z.int(),
  attributes: z.looseObject({ timestamp: z.string(), transactions: z.array(z.string()) }),
})

async function openClient() {
  const genesis = await readGenesis(`${record}genesis.json.gz`)
  const config = { ...genesis.config, hasOsakaAtKarst: true }
  const database = new ChainDatabase(':memory:')
  const chain = new Chain({ database, genesis: { ...genesis, config }, archive: false })
  const serial = new Serial()
  const fill = async () => undefined
  const builds = new PayloadBuilds({
    chain,
    serial,
    clock: systemClock,
    hasNews: () => false,
    fill,
    onError: (error) => assert.fail(error),
  })
  const api = new EngineApi({ chain, builds, serial, log: pino({ level: 'silent' }) })
  const call = async <Answer>(method: string, ...params: readonly unknown[]): Promise<Answer> => {
    const run = api.methods[`engine_${method}`] ?? assert.fail(`no method ${method}`)
    return (await run(params)) as Answer
  }
  return { chain, call, config }
}

type Client = Awaited<ReturnType<typeof openClient>>

interface Built {
  readonly payloadStatus: PayloadStatus
  readonly payloadId: string | null
}

interface Envelope {
  readonly executionPayload: { readonly blockHash: string; readonly timestamp: string }
  readonly parentBeaconBlockRoot?: string
}

/** Versions of the calls for a time: forkchoice, payload in, payload out. */
function versions({ config }: Client, timestamp: bigint): readonly [number, number, number] {
  const { hardforkTimes } = config
  const isOn = (name: keyof typeof hardforkTimes) => timestamp >= (hardforkTimes[name] ?? 2n ** 64n)
  if (isOn('karst')) return [3, 4, 5]
  if (isOn('isthmus')) return [3, 4, 4]
  return isOn('ecotone') ? [3, 3, 3] : [2, 2, 2]
}

async function importPayload(client: Client, envelope: Envelope): Promise<PayloadStatus> {
  const { executionPayload: payload, parentBeaconBlockRoot } = envelope
  const [, version] = versions(client, BigInt(payload.timestamp))
  const extras = version >= 3 ? [[], parentBeaconBlockRoot] : []
  return client.call(`newPayloadV${version}`, payload, ...extras, ...(version === 4 ? [[]] : []))
}

const heads = (head: string, safe = zero, finalized = zero) => ({
  headBlockHash: head,
  safeBlockHash: safe,
  finalizedBlockHash: finalized,
})

test('a chain through all forks is built by one client and followed by another', async () => {
  const [sequencer, verifier] = [await openClient(), await openClient()]
  const l2 = readParsed(`${record}l2.ndjson.gz`, z.looseObject({ hash: z.string() }))
  const { value: genesis } = (await l2.next()).value ?? assert.fail('the record is empty')
  let parent = genesis.hash
  let safe = zero
  let blocks = 0
  for await (const { value } of readParsed(`${record}expected.ndjson.gz`, line)) {
    const { hash } = (await l2.next()).value?.value ?? assert.fail('a block is missing')
    const [fcu, , get] = versions(sequencer, BigInt(value.timestamp))
    const attributes = { ...value.attributes, noTxPool: true }
    const started = await sequencer.call<Built>(
      `forkchoiceUpdatedV${fcu}`,
      heads(parent, safe),
      attributes,
    )
    const again = await sequencer.call<Built>(
      `forkchoiceUpdatedV${fcu}`,
      heads(parent, safe),
      attributes,
    )
    assert.equal(again.payloadId, started.payloadId)
    const envelope = await sequencer.call<Envelope>(`getPayloadV${get}`, started.payloadId)
    assert.equal(envelope.executionPayload.blockHash, hash, `block ${value.number}`)
    for (const client of [sequencer, verifier]) {
      const status = await importPayload(client, envelope)
      assert.deepEqual(status, { status: 'VALID', latestValidHash: hash, validationError: null })
      const chosen = await client.call<Built>(
        'forkchoiceUpdatedV3',
        heads(hash, parent, safe),
        null,
      )
      assert.equal(chosen.payloadStatus.status, 'VALID')
    }
    safe = parent
    parent = hash
    blocks++
  }
  assert.equal(blocks, 144)
  const recorded = readParsed(`${record}l2.ndjson.gz`, z.looseObject({ number: z.string() }))
  for await (const { value } of recorded) {
    const block = verifier.chain.canonical(BigInt(value.number)) ?? assert.fail(value.number)
    const { raw, ...told } = value
    assert.deepEqual(
      blockToJson(block, verifier.chain.body(block), { full: true }),
      told,
      `${raw}`.slice(0, 20),
    )
  }
  assert.equal(verifier.chain.head.hash, parent)
  assert.equal(verifier.chain.safe?.hash, safe)
})

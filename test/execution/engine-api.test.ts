import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { blockToJson } from '#execution-client/rpc/block-json.ts'
import { Chain } from '#execution-client/chain/chain.ts'
import { readGenesis } from '#execution-client/genesis/read-genesis.ts'
import { readParsed } from '#records/folder/read-lines.ts'
import { openChainDatabase } from '#execution-client/store/chain-database.ts'
import { type Built, EngineClient, type Envelope, noBlock } from '#test/fakes/engine-client.ts'
import * as z from 'zod'

const record = fileURLToPath(new URL('../vectors/records/all-forks-lagoon/', import.meta.url))
const line = z.looseObject({
  number: z.int(),
  timestamp: z.int(),
  attributes: z.looseObject({ timestamp: z.string(), transactions: z.array(z.string()) }),
})

async function openClient(): Promise<EngineClient> {
  const genesis = await readGenesis(`${record}genesis.json.gz`)
  return new EngineClient(
    new Chain({ database: openChainDatabase(':memory:'), genesis, archive: false }),
  )
}

test('a chain through all forks is built by one client and followed by another client', async () => {
  const [sequencer, verifier] = [await openClient(), await openClient()]
  const l2 = readParsed(`${record}l2.ndjson.gz`, z.looseObject({ hash: z.string() }))
  const hashes: string[] = []
  for await (const { value } of l2) hashes.push(value.hash)
  let parent = hashes[0] ?? assert.fail('the record is empty')
  let safe = noBlock
  let blocks = 0
  for await (const { value } of readParsed(`${record}expected.ndjson.gz`, line)) {
    const hash = hashes[value.number] ?? assert.fail('a block is missing')
    const [fcu, , get] = sequencer.versions(BigInt(value.timestamp))
    const attributes = { ...value.attributes, noTxPool: true }
    const update = { headBlockHash: parent, safeBlockHash: safe, finalizedBlockHash: noBlock }
    const started = await sequencer.call<Built>(`forkchoiceUpdatedV${fcu}`, update, attributes)
    const again = await sequencer.call<Built>(`forkchoiceUpdatedV${fcu}`, update, attributes)
    assert.equal(again.payloadId, started.payloadId)
    const envelope = await sequencer.call<Envelope>(`getPayloadV${get}`, started.payloadId)
    assert.equal(envelope.executionPayload.blockHash, hash, `block ${value.number}`)
    for (const client of [sequencer, verifier]) {
      const status = await client.import(envelope)
      assert.deepEqual(status, { status: 'VALID', latestValidHash: hash, validationError: null })
      const chosen = await client.choose(hash, { safe: parent, finalized: safe })
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
    const { raw, ...reported } = value
    assert.ok(raw)
    assert.deepEqual(blockToJson(block, verifier.chain.body(block), { full: true }), reported)
  }
  assert.equal(verifier.chain.head.hash, parent)
  assert.equal(verifier.chain.safe?.hash, safe)
})

import type { FaultCode } from '#runtime/fault-codes.ts'
import assert from 'node:assert/strict'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { isFault } from '#runtime/fault.ts'
import { errorCodes, JsonRpcError } from '#json-rpc/json-rpc-answer.ts'
import type { Methods } from '#json-rpc/json-rpc-dispatch.ts'
import { deriveRecord } from '#records/derive/derive-record.ts'
import { type Again, linesOf, newFolder, recordAgain } from '#test/fakes/record-again.ts'
import { recordsFolder } from '#test/fakes/record-lines.ts'

type Json = Record<string, unknown>

const derived = (folder: string) =>
  deriveRecord(folder, {
    isExecuted: false,
    isL1Verified: false,
    repeat: 1,
    onBlock: () => undefined,
  })

test('recording a replayed record yields the same record, which can be derived', async (t) => {
  const { record, out, recorded } = await recordAgain(t, {
    name: 'channel-timeout',
    from: 0,
    to: 111,
  })
  for (const file of ['l2.ndjson', 'expected.ndjson', 'refused.ndjson'])
    assert.deepEqual(await linesOf(out, file), await linesOf(record, file), file)
  const l1 = await linesOf(out, 'l1.ndjson')
  assert.deepEqual(l1, (await linesOf(record, 'l1.ndjson')).slice(0, l1.length))
  assert.deepEqual(recorded.l1, { first: 0n, last: 112n })
  const { mismatch, blocks } = await derived(out)
  assert.equal(mismatch, undefined)
  assert.equal(blocks, 111)
})

test('a record that starts at a later block includes the earlier blocks that its channels need', async (t) => {
  const { record, out, recorded } = await recordAgain(t, {
    name: 'channel-timeout',
    from: 80,
    to: 100,
  })
  assert.deepEqual(recorded.l2, { first: 80n, last: 100n })
  const [firstBefore] = await linesOf(out, 'before.ndjson')
  const [firstL1] = await linesOf(out, 'l1.ndjson')
  const [first] = await linesOf(out, 'l2.ndjson')
  assert.equal(Number(first?.['number']), 80)
  const origin = (await linesOf(record, 'expected.ndjson'))[Number(firstBefore?.['number']) - 1]
  const hashOf = (json: unknown) => (json as Json)['hash']
  assert.equal(hashOf(firstL1?.['block']), hashOf(origin?.['l1Origin']))
  const { mismatch, blocks } = await derived(out)
  assert.equal(mismatch, undefined)
  assert.equal(blocks, 20)
})

test('before Holocene a record continues to the end of the span', async (t) => {
  const { record, out, recorded } = await recordAgain(t, { name: 'fork-delta', from: 0, to: 47 })
  assert.equal(recorded.l2.last, 48n)
  const expected = await linesOf(record, 'expected.ndjson')
  assert.deepEqual(await linesOf(out, 'expected.ndjson'), expected.slice(0, 48))
  assert.equal((await derived(out)).mismatch, undefined)
})

const withoutBlockReceipts = (methods: Methods): Methods => ({
  ...methods,
  eth_getBlockReceipts: () => {
    throw new JsonRpcError(errorCodes.methodNotFound, 'no such method')
  },
})

test('receipts are fetched one by one if eth_getBlockReceipts is not supported', async (t) => {
  const { record, out } = await recordAgain(t, {
    ...short,
    lies: { l1: withoutBlockReceipts },
  })
  const l1 = await linesOf(out, 'l1.ndjson')
  assert.deepEqual(l1, (await linesOf(record, 'l1.ndjson')).slice(0, l1.length))
})

/** A chain without blobs, which is recorded fast. */
const short = { name: 'fork-canyon', from: 0, to: 20 } as const

/** A chain with blobs in its first blocks. */
const blobs = { name: 'fork-ecotone', from: 0, to: 54 } as const

/** Changes the result of one method. */
function changed(method: string, change: (result: unknown) => unknown) {
  return (methods: Methods): Methods => ({
    ...methods,
    [method]: async (params, context) =>
      change(structuredClone(await methods[method]?.(params, context))),
  })
}

test('with trustL1, blocks of L1 that do not match their hashes are recorded', async (t) => {
  const wrong = changed('eth_getBlockByNumber', editing('extraData', '0x01'))
  const again = { ...short, lies: { l1: wrong } }
  await assert.rejects(recordAgain(t, again), { code: 'l1-invalid' })
  const { out } = await recordAgain(t, { ...again, options: { trustL1: true } })
  assert.equal((await derived(out)).mismatch, undefined)
})

/** Sets a field of the result or of the result's first item, if the field is present. */
function editing(field: string, value: string) {
  return (result: unknown) => {
    const [first] = [result].flat() as Json[]
    if (first !== undefined && first !== null && field in first) first[field] = value
    return result
  }
}

const blobOfNothing = `0x${'00'.repeat(131_072)}`

for (const [what, again, code, message] of [
  [
    'wrong receipts',
    { ...short, lies: { l1: changed('eth_getBlockReceipts', editing('status', '0x0')) } },
    'l1-invalid',
    /L1 block \d+ is wrong: receipts root 0x/,
  ],
  [
    'a wrong L1 block',
    { ...short, lies: { l1: changed('eth_getBlockByNumber', editing('gasUsed', '0x7')) } },
    'l1-invalid',
    /L1 block 0 is wrong: the header has hash/,
  ],
  [
    'a wrong L2 block',
    { ...short, lies: { l2: changed('eth_getBlockByNumber', editing('gasUsed', '0x7')) } },
    'l2-invalid',
    /L2 block \d+ is invalid: .*the fields have hash/,
  ],
  [
    'another blob',
    {
      ...blobs,
      lies: {
        beacon: (block) => ({
          ...block,
          blobs: block.blobs.map((blob) => ({ ...blob, blob: blobOfNothing })),
        }),
      },
    },
    'l1-invalid',
    /it returned \d+ blobs for slot \d+, and 0x01\w+ is not among them/,
  ],
  [
    'blobs that the beacon node does not keep',
    { ...blobs, lies: { beacon: (block) => ({ ...block, blobs: [], timestamp: 0n }) } },
    'recording-refused',
    /does not have the complete blob 0x01.* does not keep it any more/,
  ],
  [
    'no beacon API',
    { ...blobs, options: { l1BeaconUrl: undefined } },
    'recording-refused',
    /does not have the complete blob 0x01[0-9a-f]+ of batcher 0x[0-9a-f]+; give --l1-beacon-url to read blobs/,
  ],
  [
    'an L2 of another chain',
    { ...short, lies: { l2: changed('eth_chainId', () => '0x7') } },
    'wrong-chain',
    /--l2-rpc-url: http.* has chain 7, the rollup config has \d+/,
  ],
  [
    'an L1 of another chain',
    { ...short, lies: { l1: changed('eth_chainId', () => '0x1') } },
    'wrong-chain',
    /--l1-rpc-url: http.* has chain 1, the rollup config has 900/,
  ],
  [
    'the rollup config of another chain',
    {
      ...short,
      options: { rollupConfig: join(recordsFolder, 'fork-delta', 'rollup.json') },
    },
    'wrong-chain',
    /has chain \d+/,
  ],
  [
    'blocks that L2 does not have',
    { ...short, to: 5_000 },
    'settings',
    /the newest block of .* is 54/,
  ],
  [
    '--to that is not above --from',
    { ...short, from: 20, to: 20 },
    'settings',
    /--to 20 must be above/,
  ],
  [
    '--genesis with --from after the genesis',
    {
      ...short,
      from: 5,
      options: { genesis: join(recordsFolder, 'fork-canyon', 'genesis.json.gz') },
    },
    'settings',
    /--from must be 0/,
  ],
  [
    'a network that is not known',
    { ...short, options: { rollupConfig: undefined, network: 'op-mainet' } },
    'settings',
    /--network: network: "op-mainet" is not known; similar names: op-mainnet/,
  ],
] satisfies [string, Again, FaultCode, RegExp][])
  test(`a recording with ${what} fails, and no files remain`, async (t) => {
    const folder = newFolder(t)
    const { options } = again as Again
    const out = join(folder, 'record')
    await assert.rejects(recordAgain(t, { ...again, options: { ...options, out } }), (error) => {
      assert.ok(isFault(error) && error.code === code, String(error))
      assert.match(error.message, message)
      return true
    })
    assert.deepEqual(readdirSync(folder), [])
  })

test('before Holocene, a recording of an L2 chain that does not match L1 ends with an error', async (t) => {
  const record = join(recordsFolder, 'fork-canyon')
  // With another batch inbox, no batches are found. So derivation makes empty blocks, which differ from the L2 blocks.
  const rollup = JSON.parse(readFileSync(join(record, 'rollup.json'), 'utf8')) as Json
  const rollupConfig = join(newFolder(t), 'rollup.json')
  const other = { ...rollup, batch_inbox_address: `0x${'11'.repeat(20)}`, seq_window_size: 2 }
  writeFileSync(rollupConfig, JSON.stringify(other))
  const options = { rollupConfig }
  await assert.rejects(recordAgain(t, { ...short, options }), (error) => {
    assert.ok(isFault(error, 'wrong-chain'), String(error))
    assert.match(error.message, /L2 block \d+ of http.* is not the block derived from L1 block \d+/)
    return true
  })
})

test('an L1 chain that is too short is reported', async (t) => {
  const lies = {
    l1: (methods: Methods): Methods => ({
      ...methods,
      eth_getBlockByNumber: ([number, isFull], context) =>
        Number(number) > 3 ? null : methods['eth_getBlockByNumber']?.([number, isFull], context),
    }),
  }
  await assert.rejects(
    recordAgain(t, { ...short, to: 54, lies }),
    /L1 ends at block 3, which makes L2 block \d+ safe, but not 54/,
  )
})

test('a recording that is stopped leaves no files', async (t) => {
  const folder = newFolder(t)
  const stop = new AbortController()
  const options = {
    out: join(folder, 'record'),
    signal: stop.signal,
    onBlock: () => stop.abort(),
  }
  await assert.rejects(recordAgain(t, { ...short, to: 54, options }), (error) => {
    assert.ok(isFault(error, 'recording-stopped'), String(error))
    assert.match(error.message, /stopped; nothing is left of/)
    return true
  })
  assert.deepEqual(readdirSync(folder), [])
})

test('a recording fails if the parent folder of --out is missing', async (t) => {
  const out = join(newFolder(t), 'missing', 'record')
  await assert.rejects(recordAgain(t, { ...short, options: { out } }), (error) => {
    assert.ok(isFault(error, 'settings'), String(error))
    assert.match(error.message, /--out is .*: there is no folder .*missing, create it first/)
    return true
  })
})

test('an existing record is not overwritten', async (t) => {
  const { out } = await recordAgain(t, short)
  await assert.rejects(
    recordAgain(t, { ...short, options: { out } }),
    /exists and is not overwritten/,
  )
  assert.deepEqual(readdirSync(dirname(out)), ['record'])
})

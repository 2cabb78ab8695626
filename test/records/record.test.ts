import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deriveRecord } from '#records/derive/derive-record.ts'
import { findFile } from '#records/folder/read-lines.ts'
import { linesOf, recordAgain } from '#test/fakes/record-again.ts'
import { recordsFolder } from '#test/fakes/record-lines.ts'

// Serves a record as nodes of its L1 and L2 would, and records the chain again from these nodes.

const derived = (folder: string) =>
  deriveRecord(folder, {
    isExecuted: false,
    isL1Verified: false,
    repeat: 1,
    onBlock: () => undefined,
  })

for (const [name, last] of [
  ['fork-regolith', 54],
  ['fork-ecotone', 54],
  ['fork-karst', 54],
  ['late-genesis', 48],
  ['all-forks-lagoon', 144],
  ['bad-data-pre-holocene', 423],
  ['bad-data-karst', 363],
] as const)
  test(`${name} is replayed and recorded again without a difference`, async (t) => {
    const { record, out } = await recordAgain(t, { name, from: await firstOf(name), to: last })
    for (const file of ['l2.ndjson', 'expected.ndjson', 'refused.ndjson'])
      assert.deepEqual(await linesOf(out, file), await linesOf(record, file), file)
    assert.equal(findFile(out, 'before.ndjson'), undefined)
    const l1 = await linesOf(out, 'l1.ndjson')
    const wanted = await linesOf(record, 'l1.ndjson')
    for (const [at, { block, receipts }] of l1.entries()) {
      assert.deepEqual(block, wanted[at]?.['block'])
      assert.deepEqual(receipts, wanted[at]?.['receipts'])
    }
    assert.equal((await derived(out)).mismatch, undefined)
  })

for (const [name, from, last] of [
  ['bad-data-pre-holocene', 300, 423],
  ['bad-data-karst', 250, 363],
  ['drift-fjord', 50, 92],
  ['op-batcher-span', 48, 96],
  ['holocene-transition', 40, 84],
  ['many-channels', 30, 66],
] as const)
  test(`${name} is recorded from block ${from} on, and derived`, async (t) => {
    const { record, out, recorded } = await recordAgain(t, { name, from, to: last })
    assert.deepEqual([recorded.l2.first, recorded.l2.last], [BigInt(from), BigInt(last)])
    assert.deepEqual(
      (await linesOf(out, 'expected.ndjson')).map(({ attributes }) => attributes),
      (await linesOf(record, 'expected.ndjson')).slice(from).map(({ attributes }) => attributes),
    )
    const { mismatch, blocks } = await derived(out)
    assert.equal(mismatch, undefined)
    assert.equal(blocks, last - from)
  })

async function firstOf(name: string): Promise<number> {
  const [first] = await linesOf(`${recordsFolder}${name}`, 'l2.ndjson')
  return Number(first?.['number'])
}

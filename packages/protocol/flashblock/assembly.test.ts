import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fromHex, toBytes8 } from '#protocol/codec/hex.ts'
import {
  filledHash,
  flashblocksOf,
  sampleBase,
  sampleDeposit,
  samplePayloadId,
  userTransaction,
} from '#test/fakes/flashblocks.ts'
import { checkBlockHash, FlashblockAssembly, maxFlashblocks } from './assembly.ts'
import type { Flashblock, FlashblockDiff } from './flashblock.ts'

/** An assembly with these flashblocks. */
function assemblyOf(flashblocks: readonly Flashblock[]): FlashblockAssembly {
  const assembly = new FlashblockAssembly(samplePayloadId)
  for (const flashblock of flashblocks)
    assert.deepEqual(assembly.add(flashblock), { kind: 'added' }, `index ${flashblock.index}`)
  return assembly
}

/** Flashblocks with 1, 2 and 3 transactions of users. */
const flashblocks = flashblocksOf([1, 2, 3])
const [first, second, third] = flashblocks
if (first === undefined || second === undefined || third === undefined) throw new Error('no sample')

const withDiff = (flashblock: Flashblock, diff: Partial<FlashblockDiff>): Flashblock => ({
  ...flashblock,
  diff: { ...flashblock.diff, ...diff },
})

test('the block up to each index has all transactions so far, the results of this index, and its hash', () => {
  const assembly = assemblyOf(flashblocks)
  for (const [index, count] of [2, 4, 7].entries()) {
    const payload = assembly.payload(index)
    assert.ok(payload)
    assert.equal(payload.transactions.length, count)
    assert.equal(payload.gasUsed, flashblocks[index]?.diff.gasUsed)
    assert.equal(checkBlockHash(payload), 'right')
  }
  assert.deepEqual(assembly.payload(), assembly.payload(2))
  assert.equal(assembly.payload(3), undefined)
})

test('an assembly without index 0 has no block', () => {
  assert.equal(new FlashblockAssembly(samplePayloadId).payload(), undefined)
})

test('before Jovian, a flashblock may lack the blob gas, and the block has none', () => {
  const assembly = assemblyOf([withDiff(first, { blobGasUsed: undefined })])
  assert.equal(assembly.payload()?.blobGasUsed, 0n)
})

test('a post-exec transaction is the last one of the block, and is replaced by that of the next index', () => {
  const postExec = (byte: number) => Uint8Array.of(0x7d, byte)
  const assembly = assemblyOf([
    withDiff(first, { postExecTransaction: postExec(1) }),
    withDiff(second, { postExecTransaction: postExec(2) }),
  ])
  assert.deepEqual(assembly.payload(0)?.transactions.at(-1), postExec(1))
  const transactions = assembly.payload(1)?.transactions ?? []
  assert.deepEqual(
    transactions.filter(([type]) => type === 0x7d),
    [postExec(2)],
  )
  assert.deepEqual(assembly.transactions(), transactions.slice(0, -1))
})

const otherId = toBytes8(fromHex('0x0300000000000000'))
const refusals: readonly [what: string, flashblock: Flashblock, reason: string][] = [
  ['of another block', { ...third, payloadId: otherId }, 'wrong-payload-id'],
  ['whose predecessor is missing', { ...third, index: 3 }, 'index-gap'],
  ['with a base that is not the first', { ...third, base: sampleBase }, 'unexpected-base'],
  ['with less gas than its predecessor', withDiff(third, { gasUsed: 0n }), 'gas-decreased'],
  [
    'with more gas than the block may use',
    withDiff(third, { gasUsed: sampleBase.gasLimit + 1n }),
    'gas-above-limit',
  ],
  [
    'with a deposit that is not the first',
    withDiff(third, { transactions: [sampleDeposit] }),
    'misplaced-deposit',
  ],
  [
    'with an empty transaction',
    withDiff(third, { transactions: [new Uint8Array(0)] }),
    'empty-transaction',
  ],
  [
    'with a transaction of an earlier index',
    withDiff(third, { transactions: [userTransaction(2)] }),
    'repeated-transaction',
  ],
  [
    'with a transaction twice',
    withDiff(third, { transactions: [userTransaction(9), userTransaction(9)] }),
    'repeated-transaction',
  ],
]

for (const [what, flashblock, reason] of refusals)
  test(`a flashblock ${what} is refused by name, and the right one can still follow`, () => {
    const assembly = assemblyOf([first, second])
    assert.deepEqual(assembly.add(flashblock), { kind: 'refused', reason })
    assert.equal(assembly.length, 2)
    assert.deepEqual(assembly.add(third), { kind: 'added' })
  })

test('index 0 needs a base, and deposits stand before all other transactions', () => {
  const assembly = new FlashblockAssembly(samplePayloadId)
  assert.deepEqual(assembly.add({ ...first, base: undefined }), {
    kind: 'refused',
    reason: 'missing-base',
  })
  const behind = withDiff(first, { transactions: [userTransaction(1), sampleDeposit] })
  assert.deepEqual(assembly.add(behind), { kind: 'refused', reason: 'misplaced-deposit' })
})

test('a flashblock that comes again changes nothing, and another one of the same index is a contradiction', () => {
  const assembly = assemblyOf(flashblocks)
  assert.deepEqual(assembly.add(second), { kind: 'repeated' })
  const other = withDiff(second, { blockHash: filledHash(0xee) })
  assert.deepEqual(assembly.add(other), { kind: 'contradicted', first: second })
  assert.equal(assembly.length, 3)
})

test('in a stream without block hashes, other results of the same index are a contradiction too', () => {
  const hashless = {
    stateRoot: filledHash(0),
    blockHash: filledHash(0),
    withdrawalsRoot: filledHash(0),
  }
  const assembly = assemblyOf([withDiff(first, hashless)])
  assert.deepEqual(assembly.add(withDiff(first, hashless)), { kind: 'repeated' })
  const other = withDiff(first, { ...hashless, receiptsRoot: filledHash(1) })
  assert.equal(assembly.add(other).kind, 'contradicted')
  const payload = assembly.payload()
  assert.ok(payload)
  assert.equal(payload.withdrawalsRoot, undefined)
  assert.equal(checkBlockHash(payload), 'unknown')
})

test('a block whose hash is not that of its fields is found', () => {
  const assembly = assemblyOf([withDiff(first, { gasUsed: 22_000n })])
  const payload = assembly.payload()
  assert.ok(payload)
  assert.equal(checkBlockHash(payload), 'wrong')
})

test('flashblocks that are removed can be replaced by others', () => {
  const assembly = assemblyOf(flashblocks)
  assembly.truncate(1)
  assert.equal(assembly.length, 1)
  assert.equal(assembly.transactions().length, 2)
  const [, other] = flashblocksOf([1, 4])
  assert.ok(other)
  assert.deepEqual(assembly.add(other), { kind: 'added' })
  assembly.truncate(0)
  assert.equal(assembly.payload(), undefined)
  assert.deepEqual(assembly.add(first), { kind: 'added' })
})

test(`a block has at most ${maxFlashblocks} flashblocks`, () => {
  const most = flashblocksOf(Array.from({ length: maxFlashblocks }, () => 0))
  const assembly = assemblyOf(most)
  const next = { ...third, index: maxFlashblocks }
  assert.deepEqual(assembly.add(next), { kind: 'refused', reason: 'too-many-flashblocks' })
})

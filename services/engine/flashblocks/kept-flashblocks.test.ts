import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { fromHex, toBytes8, toHex } from '#protocol/codec/hex.ts'
import type { Flashblock } from '#protocol/flashblock/flashblock.ts'
import { Fault } from '#runtime/fault.ts'
import { filledHash, flashblocksOf, sampleBase, samplePayloadId } from '#test/fakes/flashblocks.ts'
import { openFlashblockStore } from './flashblock-store.ts'
import { KeptFlashblocks, maxBlocksAhead, maxSequences } from './kept-flashblocks.ts'

const { number } = sampleBase
const parent = { number: number - 1n, hash: sampleBase.parentHash }
const [first, second, third, fourth] = flashblocksOf([1, 2, 3, 1])
if (!first || !second || !third || !fourth) throw new Error('no sample')
const flashblocks = [first, second, third]

function newFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'atoll-flashblocks-'))
  t.after(() => rmSync(folder, { recursive: true }))
  return folder
}

/** A store in a file, as a process opens it. */
function open(folder: string, chainId = 10n) {
  const warnings: string[] = []
  const warn = (_: unknown, message?: string) => void warnings.push(message ?? '')
  const store = openFlashblockStore(join(folder, 'flashblocks.sqlite'), chainId, { warn })
  const kept = new KeptFlashblocks(store)
  kept.removeUpTo(parent.number)
  return { kept, store, warnings }
}

const stored = (flashblock: Flashblock, epoch = 5n) => ({ number, epoch, flashblock })

/** The same sequence with another payload id. */
const withId = (flashblock: Flashblock, id: number): Flashblock => ({
  ...flashblock,
  payloadId: toBytes8(fromHex(toHex(Uint8Array.of(3, 0, 0, 0, 0, 0, 0, id)))),
})

test('a prefix survives a restart with its transactions, its boundaries and its epoch', (t) => {
  const folder = newFolder(t)
  const before = open(folder)
  for (const flashblock of flashblocks)
    assert.deepEqual(before.kept.keep(stored(flashblock)), { kind: 'added' })
  before.kept.executed(third, third.diff.blockHash)
  const [prefix] = before.kept.prefixes(parent)
  assert.equal(prefix?.isExecuted, true)
  before.store.close()
  const { kept, store } = open(folder)
  const [again, ...others] = kept.prefixes(parent)
  assert.deepEqual(again, { ...prefix, isExecuted: false })
  assert.deepEqual(others, [])
  assert.equal(kept.assembly(samplePayloadId)?.transactions(1).length, 4)
  assert.deepEqual(kept.keep(stored(fourth)), { kind: 'added' })
  store.close()
})

test('without a folder, the first flashblock causes one warning: a restart would lose it', () => {
  const warnings: unknown[] = []
  const warn = (text: unknown) => void warnings.push(text)
  const store = openFlashblockStore(undefined, 10n, { warn })
  const kept = new KeptFlashblocks(store)
  kept.removeUpTo(parent.number)
  assert.deepEqual(warnings, [])
  for (const flashblock of flashblocks) kept.keep(stored(flashblock))
  assert.match(warnings.join(), /^flashblocks are in memory only.*set --data-dir$/)
  store.close()
})

test('a flashblock of a newer leader with a wrong hash costs none of those that it would replace', (t) => {
  const { kept, store } = open(newFolder(t))
  for (const flashblock of flashblocks) kept.keep(stored(flashblock))
  const bad = { ...second, diff: { ...second.diff, blockHash: filledHash(9) } }
  assert.deepEqual(kept.keep(stored(bad, 9n)), { kind: 'refused', reason: 'wrong-block-hash' })
  assert.equal(kept.prefixes(parent)[0]?.index, 2)
  // The leader goes on with its own epoch.
  assert.deepEqual(kept.keep(stored(fourth)), { kind: 'added' })
  assert.equal(store.all().length, 4)
  store.close()
})

test('only a prefix whose newest index was executed counts as executed', (t) => {
  const { kept, store } = open(newFolder(t))
  t.after(() => store.close())
  kept.keep(stored(first))
  kept.executed(first, first.diff.blockHash)
  assert.equal(kept.prefixes(parent)[0]?.isExecuted, true)
  kept.keep(stored(second))
  assert.equal(kept.prefixes(parent)[0]?.isExecuted, false)
})

test('blocks up to the unsafe head are forgotten, also on disk, and their flashblocks are refused', (t) => {
  const folder = newFolder(t)
  const { kept, store } = open(folder)
  kept.keep(stored(first))
  kept.removeUpTo(number)
  assert.deepEqual(kept.prefixes(parent), [])
  assert.deepEqual(kept.keep(stored(first)), { kind: 'refused', reason: 'block-too-old' })
  const ahead = { ...stored(first), number: number + maxBlocksAhead + 1n }
  assert.deepEqual(kept.keep(ahead), { kind: 'refused', reason: 'block-too-new' })
  store.close()
  const again = open(folder)
  assert.deepEqual(again.kept.prefixes(parent), [])
  again.store.close()
})

test('a prefix on another parent is not found', (t) => {
  const { kept, store } = open(newFolder(t))
  t.after(() => store.close())
  kept.keep(stored(first))
  assert.deepEqual(kept.prefixes({ ...parent, hash: filledHash(9) }), [])
  assert.deepEqual(kept.prefixes({ ...parent, number: number + 1n }), [])
})

test(`at most ${maxSequences} sequences of a block are kept`, (t) => {
  const { kept, store } = open(newFolder(t))
  t.after(() => store.close())
  for (let id = 0; id < maxSequences; id++)
    assert.equal(kept.keep(stored(withId(first, id))).kind, 'added')
  const reason = 'too-many-sequences'
  assert.deepEqual(kept.keep(stored(withId(first, 9))), { kind: 'refused', reason })
  assert.equal(kept.keep(stored(withId(second, 1))).kind, 'added')
  assert.equal(kept.prefixes(parent).length, maxSequences)
})

test('flashblocks of a new leader replace those of the leader before, also on disk; this leader adds nothing more', (t) => {
  const folder = newFolder(t)
  const { kept, store } = open(folder)
  for (const flashblock of flashblocks) kept.keep(stored(flashblock))
  kept.executed(third, third.diff.blockHash)
  const [, , taken = assert.fail(), next = assert.fail()] = flashblocksOf([1, 2, 1, 1])
  assert.equal(kept.keep(stored(taken, 5n)).kind, 'contradicted')
  assert.deepEqual(kept.keep(stored(taken, 6n)), { kind: 'added' })
  assert.deepEqual(kept.newestExecuted(samplePayloadId), { index: 1, hash: undefined })
  assert.deepEqual(kept.keep(stored(fourth)), { kind: 'refused', reason: 'old-epoch' })
  assert.deepEqual(kept.keep(stored(first)), { kind: 'repeated' })
  assert.deepEqual(kept.keep(stored(next, 6n)), { kind: 'added' })
  const want = { index: 3, epoch: 6n, blockHash: next.diff.blockHash }
  const found = (from: KeptFlashblocks) =>
    from.prefixes(parent).map(({ epoch, index, payload: { blockHash } }) => ({
      index,
      epoch,
      blockHash,
    }))
  assert.deepEqual(found(kept), [want])
  store.close()
  const again = open(folder)
  assert.deepEqual(found(again.kept), [want])
  again.store.close()
})

test('a flashblock whose block has another hash is refused, and the right one can follow', (t) => {
  const folder = newFolder(t)
  const { kept, store } = open(folder)
  kept.keep(stored(first))
  const wrong = { ...second, diff: { ...second.diff, gasUsed: second.diff.gasUsed + 1n } }
  assert.deepEqual(kept.keep(stored(wrong)), { kind: 'refused', reason: 'wrong-block-hash' })
  const wrongFirst = { ...withId(first, 1), diff: { ...first.diff, blockHash: filledHash(9) } }
  assert.equal(kept.keep(stored(wrongFirst)).kind, 'refused')
  assert.deepEqual(kept.keep(stored(second)), { kind: 'added' })
  assert.equal(kept.prefixes(parent).length, 1)
  store.close()
})

test('flashblocks that are dropped are forgotten on disk too', (t) => {
  const folder = newFolder(t)
  const { kept, store } = open(folder)
  for (const flashblock of flashblocks) kept.keep(stored(flashblock))
  kept.drop(samplePayloadId, 1)
  assert.equal(kept.prefixes(parent)[0]?.index, 0)
  store.close()
  const again = open(folder)
  assert.equal(again.kept.prefixes(parent)[0]?.index, 0)
  again.kept.drop(samplePayloadId, 0)
  assert.deepEqual(again.kept.prefixes(parent), [])
  again.store.close()
})

test('a flashblock that cannot be stored is not kept, and is kept and stored when it comes again', (t) => {
  const folder = newFolder(t)
  const { kept, store } = open(folder)
  kept.keep(stored(first))
  const full = t.mock.method(store, 'put', () => {
    throw new Fault('flashblock-store', { detail: 'the disk is full' })
  })
  assert.throws(() => kept.keep(stored(second)), { code: 'flashblock-store' })
  assert.equal(kept.prefixes(parent)[0]?.index, 0)
  full.mock.restore()
  assert.deepEqual(kept.keep(stored(second)), { kind: 'added' })
  store.close()
  const again = open(folder)
  assert.equal(again.kept.prefixes(parent)[0]?.index, 1)
  again.store.close()
})

test('what replaces a flashblock does not count as executed because the other one was', (t) => {
  const { kept, store } = open(newFolder(t))
  kept.keep(stored(first))
  kept.keep(stored(second))
  const [, other] = flashblocksOf([1, 1])
  assert.ok(other !== undefined)
  assert.deepEqual(kept.keep(stored(other, 6n)), { kind: 'added' })
  kept.executed(second, second.diff.blockHash)
  assert.equal(kept.newestExecuted(samplePayloadId), undefined)
  kept.executed(other, other.diff.blockHash)
  assert.equal(kept.newestExecuted(samplePayloadId)?.index, 1)
  store.close()
})

test('a damaged file, or one of another chain, is moved aside', (t) => {
  const folder = newFolder(t)
  writeFileSync(
    join(folder, 'flashblocks.sqlite'),
    'not a database, but long enough to be read as one'.repeat(99),
  )
  const damaged = open(folder)
  assert.match(damaged.warnings[0] ?? '', /unusable and starts empty/)
  damaged.store.close()
  const other = open(folder, 11n)
  assert.match(other.warnings[0] ?? '', /unusable and starts empty/)
  other.store.close()
  assert.equal(
    readdirSync(folder).filter((name) => name.startsWith('flashblocks.sqlite.')).length >= 1,
    true,
  )
})

import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type { ChainState } from '#messages/chain-state.ts'
import type { Bytes32 } from '#protocol/primitives.ts'
import { isFault } from '#runtime/fault.ts'
import { blockId, chainAt, hash, l2Ref } from '#test/fakes/values.ts'
import { keptL1Blocks, SafeHeadHistory } from './safe-head-history.ts'

/** A history with the given entries. In `10:20 11:21`, L1 block 10 made L2 block 20 safe. */
function historyOf(entries: string): SafeHeadHistory {
  const history = new SafeHeadHistory(':memory:')
  for (const entry of entries.split(' ').filter((word) => word !== '')) {
    const [l1 = 0, l2 = 0] = entry.split(':').map(Number)
    history.record({ l1: blockId(l1), safe: blockId(l2), generation: 1n })
  }
  return history
}

/** The chain at the beginning of a generation, with the given safe head and L1 origin. */
function startAt(l2: number, origin: number, generation = 2n): ChainState {
  const safe = { ...l2Ref(l2), l1Origin: blockId(origin) }
  const chain = chainAt({ generation, version: 1n })
  return { ...chain, safe, localSafe: safe, start: { ...chain.start, safe } }
}

function at(history: SafeHeadHistory, kind: 'l1-number' | 'l2-number', number: bigint): string {
  const found = history.at({ kind, number })
  return found.kind === 'found' ? `${found.entry.l1.number}:${found.entry.safe.number}` : found.kind
}

const atL1 = (history: SafeHeadHistory, number: number) => at(history, 'l1-number', BigInt(number))
const atL2 = (history: SafeHeadHistory, number: number) => at(history, 'l2-number', BigInt(number))

/** All entries, oldest first. */
function all(history: SafeHeadHistory): string {
  const entries: string[] = []
  for (let number = 0n; number <= 100n; number++) {
    const entry = atL1(history, Number(number))
    if (entry.startsWith(`${number}:`)) entries.push(entry)
  }
  return entries.join(' ')
}

test('the safe head at an L1 block is that of the newest entry at or below this L1 block', () => {
  const history = historyOf('10:20 12:22')
  assert.deepEqual(
    [9, 10, 11, 12, 13].map((number) => atL1(history, number)),
    ['too-old', '10:20', '10:20', '12:22', '12:22'],
  )
  assert.equal(at(history, 'l1-number', 2n ** 64n - 1n), '12:22')
  assert.equal(atL1(historyOf(''), 10), 'not-yet')
})

test('the L1 block that made an L2 block safe is that of the earliest entry with a safe head at or above this L2 block', () => {
  const history = historyOf('10:20 12:22 15:30')
  assert.deepEqual(
    [19, 20, 21, 22, 23, 30, 31].map((number) => atL2(history, number)),
    ['too-old', '10:20', '12:22', '12:22', '15:30', '15:30', 'not-yet'],
  )
  assert.equal(at(history, 'l2-number', 2n ** 64n - 1n), 'not-yet')
  assert.equal(atL2(historyOf(''), 20), 'not-yet')
})

// Rules: finality
test('a later entry of an L1 block replaces the earlier entry of this block', () => {
  const history = historyOf('10:20 10:21')
  assert.equal(all(history), '10:21')
  assert.deepEqual(history.newest(), { l1: blockId(10), safe: blockId(21), generation: 1n })
})

// Rules: history-reset
test('a reset lowers the first entry at or above the new safe head to that head, and removes later entries', () => {
  const reset = (entries: string, l2: number, origin: number) => {
    const history = historyOf(entries)
    history.begin(startAt(l2, origin))
    return all(history)
  }
  assert.equal(reset('10:20 12:22 14:24 16:26', 24, 9), '10:20 12:22 14:24')
  assert.equal(reset('10:20 12:22 14:24 16:26', 23, 9), '10:20 12:22 14:23')
  // An L1 block before the L1 origin of block 24 cannot have made block 24 safe.
  assert.equal(reset('10:20 12:24 14:24 16:26', 24, 13), '10:20 12:24 14:24')
  assert.equal(reset('10:20 12:24 14:24 16:26', 24, 14), '10:20 12:24 14:24')
  assert.equal(reset('10:20 12:24 14:24 16:26', 24, 15), '10:20 12:24 14:24 16:24')
  // The oldest entry does not show when an earlier block became safe.
  assert.equal(reset('10:20 12:22', 20, 9), '10:20')
  assert.equal(reset('10:20', 20, 9), '10:20')
  assert.equal(reset('10:20 12:22', 19, 9), '')
  assert.equal(reset('', 19, 9), '')
})

test('if a reset lowers the safe head of an entry, the entry keeps its L1 block', () => {
  const history = historyOf('10:20 12:22')
  history.begin(startAt(21, 9))
  assert.deepEqual(history.newest(), { l1: blockId(12), safe: blockId(21), generation: 2n })
})

test('if a history ends below the safe head, it has a gap and is cleared', () => {
  const kept = historyOf('10:20 12:22')
  assert.deepEqual(kept.begin(startAt(22, 9)), {
    isCleared: false,
    madeSafe: blockId(12),
    resumePoints: [],
  })
  assert.equal(all(kept), '10:20 12:22')
  const cleared = historyOf('10:20 12:22')
  assert.deepEqual(cleared.begin(startAt(23, 9)), {
    isCleared: true,
    madeSafe: undefined,
    resumePoints: [],
  })
  assert.equal(all(cleared), '')
  assert.equal(historyOf('').begin(startAt(23, 9)).isCleared, false)
})

for (const [where, chosen, origin, points] of [
  ['below', 40, 30, [22]],
  ['above', 19, 8, [22]],
  ['around', 21, 9, [22, 22]],
  ['around', 20, 9, [22, 20]],
  ['up to', 22, 9, []],
] as const) {
  // Rules: history-el-sync
  test(`after EL sync chose safe head ${chosen}, a history with entries ${where} this number is kept, and names the safe heads to resume at`, () => {
    const history = historyOf('10:20 12:22')
    const synced = { ...startAt(chosen, origin), sync: 'el-synced' } as const
    for (let time = 0; time < 2; time++) {
      assert.deepEqual(
        history.begin(synced).resumePoints,
        points.map((number) => blockId(number)),
      )
      assert.equal(all(history), '10:20 12:22')
    }
    assert.equal(history.begin(startAt(22, 9, 3n)).madeSafe?.number, 12n)
    assert.equal(all(history), '10:20 12:22')
    history.finish(blockId(12), 3n)
    history.clear()
    assert.deepEqual([all(history), history.finished()], ['', undefined])
    assert.deepEqual(history.begin(synced).resumePoints, [])
  })
}

// Rules: history-reset
test('a restart within a generation removes nothing', () => {
  const history = historyOf('10:20')
  history.begin(startAt(20, 9))
  history.record({ l1: blockId(11), safe: blockId(21), generation: 2n })
  const chain = startAt(20, 9)
  const localSafe = l2Ref(21)
  history.begin({ ...chain, localSafe, sequence: 1n })
  assert.equal(all(history), '10:20 11:21')
})

const digest = (number: number) => hash(number) as string as Bytes32

test('a block applied while derivation was down is recorded at the restart', () => {
  const take = (changes: Partial<ChainState>, { concludesBatch = true } = {}) => {
    const history = historyOf('8:18 10:20')
    const chain = startAt(20, 9)
    history.begin(chain)
    const intent = { generation: 2n, derivedFrom: blockId(11), concludesBatch }
    history.intend({ ...intent, sequence: 1n, digest: digest(1) })
    history.intend({ ...intent, sequence: 1n, digest: digest(2), derivedFrom: blockId(12) })
    history.begin({ ...chain, ...changes })
    return all(history)
  }
  const built = { sequence: 1n, outcome: 'built', localSafe: l2Ref(21) } as const
  assert.equal(take({ ...built, attributesDigest: digest(1) }), '8:18 10:20 11:21')
  assert.equal(take({ ...built, attributesDigest: digest(2) }), '8:18 10:20 12:21')
  assert.equal(take({ ...built, attributesDigest: digest(3) }), '')
  assert.equal(take({ ...built, attributesDigest: digest(1), sequence: 2n }), '')
  assert.equal(take({}), '8:18 10:20')
  const first = { ...built, attributesDigest: digest(1), localSafe: l2Ref(20) }
  assert.equal(take(first, { concludesBatch: false }), '8:18 10:20')
  assert.equal(take({ ...first, outcome: 'dropped' }), '8:18 10:20')
})

test('the intents of the newest eight sequences are kept', () => {
  const take = (sequences: number) => {
    const history = historyOf('8:18 10:20')
    const chain = startAt(20, 9)
    history.begin(chain)
    const intent = { generation: 2n, derivedFrom: blockId(11), concludesBatch: true }
    for (let sequence = 1; sequence <= sequences; sequence++)
      history.intend({ ...intent, sequence: BigInt(sequence), digest: digest(sequence) })
    history.begin({ ...chain, sequence: 1n, attributesDigest: digest(1), localSafe: l2Ref(21) })
    return all(history)
  }
  assert.equal(take(8), '8:18 10:20 11:21')
  assert.equal(take(9), '')
})

test('the safe head is known at each finished L1 block that the history still keeps', () => {
  const history = historyOf('10:20 12:22')
  for (let number = 9; number <= 13; number++) history.finish(blockId(number), 3n)
  const finished = (upTo?: bigint) => {
    const entry = history.finished(upTo)
    return entry && `${entry.l1.number}:${entry.safe.number}`
  }
  assert.deepEqual(
    [finished(), finished(12n), finished(11n), finished(10n), finished(9n), finished(8n)],
    ['13:22', '12:22', '11:20', '10:20', undefined, undefined],
  )
  history.finish(blockId(9n + keptL1Blocks), 3n)
  assert.equal(finished(10n), '10:20')
  history.finish(blockId(10n + keptL1Blocks), 3n)
  assert.equal(finished(10n), undefined)
  assert.equal(finished(11n), '11:20')
})

test('a new generation removes the finished L1 blocks from its start on', () => {
  const history = historyOf('6:18 7:20')
  for (let number = 6; number <= 8; number++) history.finish(blockId(number), 1n)
  // The generation starts at L1 block 7, the default of `chainAt`.
  history.begin(startAt(20, 5))
  assert.equal(history.finished()?.l1.number, 6n)
})

test('a history persists in its file; if the file is not a database, it is refused', (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'atoll-history-'))
  context.after(() => rmSync(folder, { recursive: true }))
  const path = join(folder, 'safe-heads.sqlite')
  const first = new SafeHeadHistory(path)
  first.record({ l1: blockId(10), safe: blockId(2n ** 53n + 1n), generation: 2n ** 60n })
  first.close()
  const second = new SafeHeadHistory(path)
  assert.deepEqual(second.newest(), {
    l1: blockId(10),
    safe: blockId(2n ** 53n + 1n),
    generation: 2n ** 60n,
  })
  second.close()
  const foreign = join(folder, 'foreign.sqlite')
  writeFileSync(foreign, 'not a database, but some text that is long enough to be examined')
  assert.throws(
    () => new SafeHeadHistory(foreign),
    (error) => isFault(error, 'safe-head-history') && error.message.includes(foreign),
  )
})

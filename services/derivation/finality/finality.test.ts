import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { SafeAt } from '#messages/safe-at.ts'
import { blockId, hash, headsAt, l1Ref } from '#test/fakes/values.ts'
import { dueFinality, finalityPauseMs, noFinalitySearch, searchFinalized } from './finality.ts'

/**
 * Searches a safe-head history such as `10:20 12:22`, in which L1 block 10 made L2 block 20 safe. L1 blocks in `stale`
 * are not canonical. L1 does not answer for L1 blocks in `unknown`.
 */
async function search(
  entries: string,
  {
    l1 = 15,
    above,
    stale = [],
    unknown = [],
  }: {
    readonly l1?: number
    readonly above?: bigint
    readonly stale?: readonly number[]
    readonly unknown?: readonly number[]
  } = {},
) {
  const history: readonly SafeAt[] = entries.split(' ').map((word) => {
    const [at = 0, safe = 0] = word.split(':').map(Number)
    return { l1: blockId(at), safe: blockId(safe), generation: 1n }
  })
  let requests = 0
  const found = await searchFinalized(blockId(l1), above, {
    entryAt: (number) => history.findLast((entry) => entry.l1.number <= number),
    canonical: async (number) => {
      requests++
      if (unknown.includes(Number(number))) return undefined
      return stale.includes(Number(number)) ? hash(0xbad) : hash(number)
    },
  })
  return { result: found.kind === 'found' ? Number(found.entry.safe.number) : found.kind, requests }
}

// Rules: finality
test('the newest L2 block that was derived from the finalized L1 block or an earlier one is final', async () => {
  assert.equal((await search('10:20 12:22 16:26')).result, 22)
  assert.equal((await search('10:20 12:22 15:25 16:26')).result, 25)
  assert.equal((await search('16:26')).result, 'nothing-new')
})

// Rules: finality-forward
test('a search that finds only a block known to be final does not query L1', async () => {
  assert.deepEqual(await search('10:20 12:22', { above: 22n }), {
    result: 'nothing-new',
    requests: 0,
  })
  assert.equal((await search('10:20 12:22', { above: 21n })).result, 22)
})

// Rules: finality-canonical
test('if the L1 block of an entry is no longer canonical, the entry is skipped', async () => {
  assert.equal((await search('10:20 12:22', { stale: [12] })).result, 20)
  assert.equal((await search('10:20 12:22', { stale: [12], above: 20n })).result, 'nothing-new')
  const four = { stale: [11, 12, 13, 14] }
  assert.equal((await search('10:20 11:21 12:22 13:23 14:24', four)).result, 'nothing-new')
  assert.equal((await search('10:20 11:21 12:22 13:23', { stale: [11, 12, 13] })).result, 20)
})

// Rules: finality-canonical
test('while L1 does not answer, or has another block at the number of its finalized head, no new block is final', async () => {
  assert.equal((await search('10:20 12:22', { stale: [15] })).result, 'unsure')
  assert.equal((await search('10:20 12:22', { unknown: [15] })).result, 'unsure')
  assert.equal((await search('10:20 12:22', { unknown: [12] })).result, 'unsure')
})

// Rules: finality-due
test('a search is due when the finalized L1 block or the history changed, but not before the pause is over', () => {
  const heads = { ...headsAt(20), finalized: l1Ref(15) }
  const at = { heads, nowMs: 5_000 }
  const searched = { l1: hash(15), recorded: 3 }
  const idle = { ...noFinalitySearch, recorded: 3 }
  assert.equal(dueFinality(idle, at)?.number, 15n)
  assert.equal(dueFinality(idle, { ...at, heads: headsAt(20) }), undefined)
  assert.equal(dueFinality({ ...idle, isSearching: true }, at), undefined)
  assert.equal(dueFinality({ ...idle, searched }, at), undefined)
  assert.equal(dueFinality({ ...idle, searched, recorded: 4 }, at)?.number, 15n)
  const paused = { ...idle, notBeforeMs: 4_000 + finalityPauseMs }
  assert.equal(dueFinality(paused, { ...at, nowMs: 4_999 }), undefined)
  assert.equal(dueFinality(paused, at)?.number, 15n)
})

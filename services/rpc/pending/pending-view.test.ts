import assert from 'node:assert/strict'
import { test } from 'node:test'
import { emptyOverlay } from '#protocol/flashblock/overlay.ts'
import { VirtualClock } from '#test/simulator/virtual-clock.ts'
import { hash } from '#test/fakes/values.ts'
import { noPending, type PendingState } from './pending-state.ts'
import { maxSilentBlocks, PendingView } from './pending-view.ts'

/** Block 9 with two indices, of which the execution client knows the first one. */
function stateAt(arrivedMs: number): PendingState {
  const overlay = {
    ...emptyOverlay({ number: 8n, hash: hash(8), transactions: [] }),
    blocks: [
      {
        number: 9n,
        parentHash: hash(8),
        index: 1,
        blockHash: hash(91),
        hashes: [hash(90), hash(91)],
        transactions: [hash(1), hash(2), hash(3)],
        counts: [1, 3],
      },
    ],
  }
  return { ...noPending, overlay, executed: new Set([hash(90)]), arrivedMs }
}

test('a prefix is pending for two block times after the newest flashblock, and not longer', async () => {
  const clock = new VirtualClock(0)
  const view = new PendingView(clock, 2n)
  assert.equal(view.newest(), undefined)
  assert.equal(view.ageMs, undefined)
  view.show(stateAt(clock.monotonicMs()))
  await clock.run(maxSilentBlocks * 2_000, () => false)
  assert.equal(view.ageMs, 4_000)
  assert.equal(view.newest()?.hash, hash(90))
  await clock.run(1, () => false)
  assert.equal(view.newest(), undefined)
  assert.deepEqual(view.prefixes(), [])
  assert.equal(view.place(hash(1)), undefined)
})

test('a transaction has its place only in what the execution client knows', () => {
  const view = new PendingView(new VirtualClock(0), 2n)
  view.show(stateAt(0))
  assert.deepEqual([view.place(hash(1))?.position, view.place(hash(2))], [0, undefined])
  view.show({ ...stateAt(0), executed: new Set([hash(91)]) })
  assert.equal(view.place(hash(3))?.position, 2)
  assert.equal(view.place(hash(3))?.prefix.hash, hash(91))
})

test('only the newest indices are worth to be asked for', () => {
  const view = new PendingView(new VirtualClock(0), 2n)
  view.show(stateAt(0))
  assert.deepEqual([view.isWanted(hash(90), 2), view.isWanted(hash(90), 1)], [true, false])
  assert.deepEqual([view.isWanted(hash(91), 1), view.isWanted(hash(92), 9)], [true, false])
})

test('listeners are notified until they stop', () => {
  const view = new PendingView(new VirtualClock(0), 2n)
  let count = 0
  const stop = view.onChange(() => count++)
  view.show(stateAt(0))
  stop()
  view.show(stateAt(0))
  assert.equal(count, 1)
})

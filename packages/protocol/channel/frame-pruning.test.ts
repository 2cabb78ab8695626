import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { parseFrame, writeFrame } from '#test/fakes/frame-notation.ts'
import type { Frame } from './frame.ts'
import { pruneFrames } from './frame-pruning.ts'

const numRuns = Number(process.env['ATOLL_FUZZ_RUNS'] ?? 1_000)

/** Parses a text such as `a0 a1! b0` into frames, prunes them, and returns the kept frames as such a text. */
function pruned(text: string): string {
  const frames = text.split(' ').map((frame) => parseFrame(frame.replace(/(\d+)/, ':$1:')))
  return pruneFrames(frames).map(writeFrame).join(' ').replaceAll(':', '')
}

// Rules: frame-pruning
test('the first frame of a new channel drops all frames of an incomplete channel before it', () => {
  assert.equal(pruned('b0 b1! a5 a6 a7 c0'), 'b0 b1! c0')
  assert.equal(pruned('a5! b0 a0'), 'a5!')
})

// Rules: frame-pruning
test('frame number 0 follows frame number 65,535', () => {
  assert.equal(pruned('a65535 a0 a1'), 'a65535 a0 a1')
  assert.equal(pruned('a65534 a0'), 'a65534')
})

// Rules: frame-pruning
test('pruning keeps the same frames as the rules of the spec, applied to each pair in turn', () => {
  const frame = fc
    .tuple(fc.constantFrom('a', 'b', 'c'), fc.nat(3), fc.constantFrom('', '', '!'))
    .map(([channel, number, last]) => parseFrame(`${channel}:${number}:${last}`))
  fc.assert(
    fc.property(fc.array(frame, { maxLength: 14 }), (frames) => {
      assert.deepEqual(pruneFrames(frames), byPairs(frames))
    }),
    { numRuns },
  )
})

/** Prunes as the spec describes: a cursor compares pairs, and frames are removed from the middle. */
function byPairs(frames: readonly Frame[]): readonly Frame[] {
  const queue = [...frames]
  for (let at = 0; at < queue.length - 1;) {
    const [current, next] = queue.slice(at, at + 2) as [Frame, Frame]
    const isSame = current.channelId === next.channelId
    if (isSame ? current.isLast || next.number !== current.number + 1 : next.number !== 0) {
      queue.splice(at + 1, 1)
    } else if (!isSame && !current.isLast) {
      queue.splice(at, 1)
      at = Math.max(0, at - 1)
    } else {
      at++
    }
  }
  return queue
}

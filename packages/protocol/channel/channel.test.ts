import assert from 'node:assert/strict'
import { test } from 'node:test'
import { channelOf, parseFrame, textOf } from '#test/fakes/frame-notation.ts'
import { Channel } from './channel.ts'

/** Adds frames to channel a; returns the verdicts, and the data of the channel if it is ready. */
function feed(order: 'any' | 'strict', frames: string): readonly string[] {
  const channel = new Channel({ id: channelOf('a'), openedAt: 0n, order })
  const verdicts: string[] = frames.split(' ').map((frame) => channel.add(parseFrame(frame)))
  return channel.isReady ? [...verdicts, textOf(channel.chunks)] : verdicts
}

// Rules: channel-frames
test('frames may arrive in any order, and are read by number', () => {
  assert.deepEqual(feed('any', 'a:2:z! a:0:x a:1:y'), ['added', 'added', 'added', 'xyz'])
  assert.deepEqual(feed('any', 'a:10:k a:9:j a:2:z'), ['added', 'added', 'added'])
})

// Rules: channel-frames
test('the first of two frames with the same number is kept', () => {
  assert.deepEqual(feed('any', 'a:0:x a:0:other a:1:y!'), ['added', 'duplicate', 'added', 'xy'])
  assert.deepEqual(feed('any', 'a:0:x! a:0:y'), ['added', 'duplicate', 'x'])
})

// Rules: channel-frames
test('a channel has one last frame, and no frame after it', () => {
  assert.deepEqual(feed('any', 'a:1:y! a:0:x!'), ['added', 'already-closed'])
  assert.deepEqual(feed('any', 'a:1:y! a:2:z a:0:x'), ['added', 'past-end', 'added', 'xy'])
  assert.deepEqual(feed('any', 'a:0:x a:7:no a:1:y!'), ['added', 'added', 'added', 'xy'])
})

// Rules: strict-frames
test('from Holocene on frames must arrive in order, from 0', () => {
  assert.deepEqual(feed('strict', 'a:1:y a:0:x a:2:z a:1:y!'), [
    'out-of-order',
    'added',
    'out-of-order',
    'added',
    'xy',
  ])
})

test('a frame of another channel is refused', () => {
  assert.deepEqual(feed('any', 'b:0:x'), ['other-channel'])
})

// Rules: channel-timeout
test('a channel stays open for the timeout, and not one L1 block longer', () => {
  const channel = new Channel({ id: channelOf('a'), openedAt: 7n, order: 'any' })
  assert.equal(channel.isTimedOut(57n, 50n), false)
  assert.equal(channel.isTimedOut(58n, 50n), true)
})

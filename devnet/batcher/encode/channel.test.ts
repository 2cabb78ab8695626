import assert from 'node:assert/strict'
import { test } from 'node:test'
import { channelOf } from '#test/fakes/frame-notation.ts'
import { splitChannel } from './channel.ts'
import { encodeFrames } from './frames.ts'

test('a channel is split into frames of the maximum size, except the last', () => {
  const frames = splitChannel(channelOf('a'), new Uint8Array(25), 33)
  assert.deepEqual(
    frames.map(({ number, data, isLast }) => [number, data.length, isLast]),
    [
      [0, 10, false],
      [1, 10, false],
      [2, 5, true],
    ],
  )
  assert.equal(encodeFrames(frames.slice(0, 1)).length, 1 + 33)
  assert.equal(splitChannel(channelOf('a'), new Uint8Array(20), 33).length, 2)
})

test('a channel without data is one empty frame', () => {
  const frames = splitChannel(channelOf('a'), new Uint8Array(0), 100)
  assert.deepEqual(
    frames.map(({ data, isLast }) => [data.length, isLast]),
    [[0, true]],
  )
})

test('frames must have room for data, and a channel has at most 65,536 frames', () => {
  const id = channelOf('a')
  assert.throws(() => splitChannel(id, new Uint8Array(1), 23), { name: 'RangeError' })
  assert.equal(splitChannel(id, new Uint8Array(65_536), 24).length, 65_536)
  assert.throws(() => splitChannel(id, new Uint8Array(65_537), 24), { name: 'RangeError' })
  assert.equal(splitChannel(id, new Uint8Array(1_000_001), 2_000_000)[0]?.data.length, 1_000_000)
})

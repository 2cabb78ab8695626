import assert from 'node:assert/strict'
import { test } from 'node:test'
import { channelOf, parseFrame, textOf } from '#test/fakes/frame-notation.ts'
import type { ChannelRules } from '#protocol/chains/chain-spec.ts'
import { ChannelAssembler } from './channel-assembler.ts'

const rules: ChannelRules = {
  channelTimeout: 50n,
  maxChannelBankBytes: 0,
  maxRlpBytesPerChannel: 1_000,
  isReadInOrder: false,
  allowsBrotli: true,
}

/** Adds frames such as `a:0:text!@9`, where 9 is the L1 block; returns outcomes and the data of complete channels. */
function feed(text: string): readonly string[] {
  const assembler = new ChannelAssembler()
  return text.split(' ').map((step) => {
    const [frame = '', block = '0'] = step.split('@')
    const output = assembler.add(parseFrame(frame), BigInt(block), rules)
    if (output.kind === 'ready') return textOf(output.chunks)
    return output.kind === 'dropped' ? output.reason : output.kind
  })
}

test('a channel stays open for the timeout, and not one L1 block longer', () => {
  assert.deepEqual(feed('a:0:A@0 a:1:B@50 a:2:C!@50'), ['staged', 'staged', 'ABC'])
  assert.deepEqual(feed('a:0:A@0 a:1:B@51 a:2:C@51'), ['staged', 'timed-out', 'no-channel'])
  assert.deepEqual(feed('a:0:A@0 b:0:B!@51'), ['staged', 'B'])
})

// Rules: assembler
test('frame 0 drops the open channel and opens a new one, even with the same id', () => {
  assert.deepEqual(feed('a:0:A a:0:B a:1:C!'), ['staged', 'staged', 'BC'])
  assert.deepEqual(feed('a:0:A b:0:B! a:1:C!'), ['staged', 'B', 'no-channel'])
  assert.deepEqual(feed('a:0:A@0 a:0:B@50 a:1:C!@100'), ['staged', 'staged', 'BC'])
})

// Rules: assembler
test('a frame of another channel or out of order is dropped, and the channel stays open', () => {
  assert.deepEqual(feed('a:0:A b:1:X a:2:X a:1:B!'), [
    'staged',
    'other-channel',
    'out-of-order',
    'AB',
  ])
})

// Rules: assembler-size, limit-channel
test('the size limit of a channel counts 200 bytes for each frame', () => {
  const full = 'x'.repeat(600)
  assert.deepEqual(feed(`a:0: a:1:${full}!`), ['staged', full])
  assert.deepEqual(feed(`a:0: a:1:${full}x! a:2:y`), ['staged', 'too-large', 'no-channel'])
})

test('a flush drops the incomplete channel', () => {
  const assembler = new ChannelAssembler()
  assembler.add(parseFrame('a:0:A'), 0n, rules)
  assert.equal(assembler.staging, channelOf('a'))
  assembler.flush()
  assert.equal(assembler.staging, undefined)
  assert.equal(assembler.add(parseFrame('a:1:B!'), 0n, rules).kind, 'dropped')
})

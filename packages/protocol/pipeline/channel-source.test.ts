import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ChannelRules } from '#protocol/chains/chain-spec.ts'
import { parseFrame, textOf } from '#test/fakes/frame-notation.ts'
import {
  AssembledChannels,
  BankedChannels,
  type ChannelSource,
  type DroppedChannel,
  type DroppedFrame,
} from './channel-source.ts'

const rules: ChannelRules = {
  channelTimeout: 50n,
  maxChannelBankBytes: 402,
  maxRlpBytesPerChannel: 1_000,
  isReadInOrder: true,
  allowsBrotli: false,
}

/** Adds frames such as `a:0:text!`, in L1 blocks such as `@5`; returns the outcomes. */
function feed(source: ChannelSource, text: string): string {
  const said: string[] = []
  for (const block of text.split('@').slice(1)) {
    const [number = '', ...frames] = block.trim().split(' ')
    const input = {
      l1Block: BigInt(number),
      rules,
      nextFrame: () => {
        const frame = frames.shift()
        return frame === undefined ? undefined : parseFrame(frame)
      },
      onDropped: ({ what, reason }: DroppedFrame | DroppedChannel) =>
        said.push(`(${what}:${reason})`),
    }
    for (let read = source.next(input); read !== undefined; read = source.next(input))
      said.push(textOf(read))
  }
  return said.join(' ')
}

// Rules: bank-pruning
test('complete channels are read before another frame is added', () => {
  const feedBank = (text: string) => feed(new BankedChannels(), text)
  // Two channels of 201 bytes fill the bank, so a third would prune the first.
  assert.equal(feedBank('@0 a:0:A b:0:B! c:0:C!'), '(channel:pruned) B C')
  assert.equal(feedBank('@0 a:0:A b:0:B! @51 c:0:CC'), '(channel:timed-out) (channel:timed-out)')
  assert.equal(feedBank('@0 a:0:A @1 b:0:B! @51 c:0:CCCC'), '(channel:timed-out) B')
  assert.equal(
    feedBank('@0 a:0:A @1 b:0:B! @51 c:0:C d:0:DD'),
    '(channel:timed-out) B (channel:pruned)',
  )
})

// Rules: stage-invalid
test('a flush drops the open channel from Holocene on, and has no effect before', () => {
  const flushed = (source: ChannelSource) => {
    feed(source, '@0 a:0:A')
    source.flush()
    return feed(source, '@0 a:1:B!')
  }
  assert.equal(flushed(new BankedChannels()), 'AB')
  assert.equal(flushed(new AssembledChannels()), '(frame:no-channel)')
})

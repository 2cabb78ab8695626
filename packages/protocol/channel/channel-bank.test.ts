import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseFrame, textOf } from '#test/fakes/frame-notation.ts'
import type { ChannelRules } from '#protocol/chains/chain-spec.ts'
import { ChannelBank } from './channel-bank.ts'

const canyon: ChannelRules = {
  channelTimeout: 50n,
  maxChannelBankBytes: 1_000,
  maxRlpBytesPerChannel: 1_000,
  isReadInOrder: false,
  allowsBrotli: false,
}
const bedrock: ChannelRules = { ...canyon, isReadInOrder: true }

/**
 * Adds frames such as `a:0:text!@9`, where 9 is the L1 block. `@9` without a frame only reads. As in op-node, the bank
 * is read until it returns nothing, before and after each frame.
 */
function feed(rules: ChannelRules, text: string): readonly string[] {
  const bank = new ChannelBank()
  const seen: string[] = []
  for (const step of text.split(' ')) {
    const [frame = '', block = '0'] = step.split('@')
    drain(bank, { l1Block: BigInt(block), rules, seen })
    if (frame === '') continue
    const added = bank.add(parseFrame(frame), BigInt(block), rules)
    if (added.kind === 'dropped') seen.push(added.reason)
    else seen.push(...added.pruned.map((id) => `pruned ${letterOf(id)}`))
    drain(bank, { l1Block: BigInt(block), rules, seen })
  }
  return seen
}

interface Draining {
  readonly l1Block: bigint
  readonly rules: ChannelRules
  readonly seen: string[]
}

function drain(bank: ChannelBank, { l1Block, rules, seen }: Draining): void {
  for (;;) {
    const read = bank.read(l1Block, rules)
    if (read.kind === 'nothing') return
    seen.push(read.kind === 'ready' ? textOf(read.chunks) : `timeout ${letterOf(read.channelId)}`)
  }
}

function letterOf(id: string): string {
  return String.fromCharCode(Number.parseInt(id.slice(2, 4), 16))
}

// Rules: bank-order
test('before Canyon a channel waits for the channels opened before it', () => {
  assert.deepEqual(feed(bedrock, 'a:0:A b:0:B! a:1:C!'), ['AC', 'B'])
})

// Rules: bank-order
test('from Canyon on the first complete channel is read', () => {
  assert.deepEqual(feed(canyon, 'a:0:A b:0:B! a:1:C!'), ['B', 'AC'])
})

// Rules: bank-timeout
test('a timed-out channel does not block later ones', () => {
  assert.deepEqual(feed(bedrock, 'a:0:A@0 b:0:B!@1 @50 @51'), ['timeout a', 'B'])
  assert.deepEqual(feed(bedrock, 'a:0:A@0 b:0:B!@0 @51'), ['timeout a', 'timeout b'])
})

// Rules: bank-timeout
test('a timed-out channel takes no frames, and is removed when it is the oldest one', () => {
  // b times out at block 51, but a was opened first: b is removed only after a, at block 60.
  assert.deepEqual(feed(canyon, 'a:0:A@9 b:0:B@0 b:1:C!@51 @59 @60'), [
    'timed-out',
    'timeout a',
    'timeout b',
  ])
})

// Rules: channel-opened
test('a channel is opened at the L1 block of the first frame seen', () => {
  assert.deepEqual(feed(canyon, 'a:1:B!@0 a:0:A@51'), ['timeout a'])
  assert.deepEqual(feed(canyon, 'a:1:B!@1 a:0:A@51'), ['AB'])
})

// Rules: bank-pruning, limit-bank
test('if the bank is full, the oldest channels are pruned, even the channel that the frame was added to', () => {
  const rules = { ...canyon, maxChannelBankBytes: 603 }
  assert.deepEqual(feed(rules, 'a:0:A b:0:B c:0:C'), [])
  assert.deepEqual(feed(rules, 'a:0:A b:0:B c:0:CC'), ['pruned a'])
  assert.deepEqual(feed(rules, 'a:0:A a:1:B a:2:C a:3:D!'), ['pruned a'])
  assert.deepEqual(feed(rules, 'a:0:A b:0:B b:1:C b:2:D! a:1:E!'), ['pruned a', 'BCD'])
})

test('a frame that its channel refuses has no effect', () => {
  assert.deepEqual(feed(canyon, 'a:1:B! a:1:C a:2:D a:0:X! a:0:A'), [
    'duplicate',
    'past-end',
    'already-closed',
    'AB',
  ])
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseFrame, textOf } from '#test/fakes/frame-notation.ts'
import { readVectors } from '#test/vectors/derivation-vectors.ts'
import type { ChannelRules } from '#protocol/chains/chain-spec.ts'
import { ChannelBank } from './channel-bank.ts'

interface BankVectors {
  readonly frames: readonly string[]
  readonly preCanyonOutputs: readonly BankOutput[]
  readonly canyonOutputs: readonly BankOutput[]
  readonly duplicates: { readonly frames: readonly string[]; readonly output: string }
}

interface BankOutput {
  readonly afterFrame: number
  readonly data: string
}

const vectors = readVectors('channel_bank.json') as BankVectors

const canyon: ChannelRules = {
  channelTimeout: 50n,
  maxChannelBankBytes: 100_000_000,
  maxRlpBytesPerChannel: 0,
  isReadInOrder: false,
  allowsBrotli: false,
}

for (const [name, rules, outputs] of [
  ['before Canyon', { ...canyon, isReadInOrder: true }, vectors.preCanyonOutputs],
  ['from Canyon on', canyon, vectors.canyonOutputs],
] as const) {
  // Rules: bank-order
  test(`a bank returns the same channels as op-node's bank, ${name}`, () => {
    assert.deepEqual(feed(rules, vectors.frames), outputs)
  })
}

test('a bank keeps the first of several frames with the same number', () => {
  const { frames, output } = vectors.duplicates
  assert.deepEqual(feed(canyon, frames), [{ afterFrame: frames.length, data: output }])
})

/** Adds frames, and reads the bank after each until it returns nothing. */
function feed(rules: ChannelRules, frames: readonly string[]): readonly BankOutput[] {
  const bank = new ChannelBank()
  const outputs: BankOutput[] = []
  for (const [index, frame] of frames.entries()) {
    bank.add(parseFrame(frame), 0n, rules)
    for (;;) {
      const read = bank.read(0n, rules)
      if (read.kind !== 'ready') break
      outputs.push({ afterFrame: index + 1, data: textOf(read.chunks) })
    }
  }
  return outputs
}

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { channelOf, parseFrame, textOf } from '#test/fakes/frame-notation.ts'
import { readVectors } from '#test/vectors/derivation-vectors.ts'
import type { ChannelRules } from '#protocol/chains/chain-spec.ts'
import { ChannelAssembler } from './channel-assembler.ts'

const rules: ChannelRules = {
  channelTimeout: 50n,
  maxChannelBankBytes: 0,
  maxRlpBytesPerChannel: 1_000,
  isReadInOrder: false,
  allowsBrotli: true,
}

interface AssemblerVectors {
  readonly cases: readonly {
    readonly name: string
    readonly maxRlpBytesPerChannel?: number
    readonly rounds: readonly {
      readonly originNumber?: number
      readonly frames: readonly string[]
      readonly data: string | null
      readonly staging: string | null
    }[]
  }[]
}

const { cases } = readVectors('channel_assembler_holocene.json') as AssemblerVectors

for (const { name, maxRlpBytesPerChannel = 100_000_000, rounds } of cases) {
  // Rules: assembler
  test(`assembler: ${name}`, () => {
    const assembler = new ChannelAssembler()
    for (const { originNumber = 0, frames, data, staging } of rounds) {
      let ready: string | null = null
      for (const frame of frames) {
        const limits = { ...rules, maxRlpBytesPerChannel }
        const output = assembler.add(parseFrame(frame), BigInt(originNumber), limits)
        if (output.kind === 'ready') ready = textOf(output.chunks)
      }
      assert.equal(ready, data)
      assert.equal(assembler.staging ?? null, staging && channelOf(staging))
    }
  })
}

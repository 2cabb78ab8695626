import assert from 'node:assert/strict'
import { test } from 'node:test'
import { channelOf } from '#test/fakes/frame-notation.ts'
import { readVectors } from '#test/vectors/derivation-vectors.ts'
import { Channel } from './channel.ts'

interface AddFrameVectors {
  readonly cases: readonly {
    readonly name: string
    readonly holocene?: boolean
    readonly steps: readonly {
      readonly id?: string
      readonly number: number
      readonly dataLength: number
      readonly isLast: boolean
      readonly error: boolean
      readonly size: number
    }[]
  }[]
}

const { cases } = readVectors('channel_add_frame.json') as AddFrameVectors

for (const { name, holocene, steps } of cases) {
  // Rules: channel-frames
  test(`frames of a channel: ${name}`, () => {
    const order = holocene === true ? 'strict' : 'any'
    const channel = new Channel({ id: channelOf('X'), openedAt: 0n, order })
    for (const { id = 'X', number, dataLength, isLast, error, size } of steps) {
      const data = new Uint8Array(dataLength)
      const verdict = channel.add({ channelId: channelOf(id), number, data, isLast })
      assert.equal(verdict !== 'added', error)
      assert.equal(channel.sizeBytes, size)
    }
  })
}

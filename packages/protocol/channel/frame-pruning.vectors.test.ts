import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseFrame, writeFrame } from '#test/fakes/frame-notation.ts'
import { readVectors } from '#test/vectors/derivation-vectors.ts'
import { pruneFrames } from './frame-pruning.ts'

interface FrameQueueVectors {
  readonly cases: readonly {
    readonly input: readonly string[]
    readonly output: readonly string[]
  }[]
}

const { cases } = readVectors('frame_queue_holocene.json') as FrameQueueVectors

for (const { input, output } of cases) {
  // Rules: frame-pruning
  test(`frames [${input.join(' ')}] become [${output.join(' ')}]`, () => {
    assert.deepEqual(pruneFrames(input.map(parseFrame)).map(writeFrame), output)
  })
}

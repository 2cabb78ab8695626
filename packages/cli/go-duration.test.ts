import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseGoDuration, toGoDuration } from './go-duration.ts'

for (const [text, durationMs] of [
  ['12s', 12_000],
  ['1m30s', 90_000],
  ['500ms', 500],
  ['1h', 3_600_000],
  ['1.5s', 1_500],
  ['.5s', 500],
  ['250us', 0.25],
  ['0', 0],
  ['12', undefined],
  ['s', undefined],
  ['', undefined],
  ['-1s', undefined],
  ['12 s', undefined],
  ['1m30', undefined],
  ['12sec', undefined],
] as const)
  test(`${JSON.stringify(text)} is ${durationMs ?? 'not a duration'}`, () => {
    assert.equal(parseGoDuration(text), durationMs)
  })

test('a duration is shown in the largest unit without a fraction', () => {
  const shown = [0, 10, 1_000, 90_000, 600_000, 31_536_000_000].map(toGoDuration)
  assert.deepEqual(shown, ['0s', '10ms', '1s', '90s', '10m', '8760h'])
})

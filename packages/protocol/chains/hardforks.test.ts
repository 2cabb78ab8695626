import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hardforkNames, hardforksAt } from './hardforks.ts'

const on = (times: Parameters<typeof hardforksAt>[0], timestamp: bigint) =>
  hardforkNames.filter((name) => hardforksAt(times, timestamp)[name]).join(' ')

// Rules: fork-active
test('a hardfork is active from its time on, and implies the earlier ones', () => {
  const times = { canyon: 100n, ecotone: 200n }
  assert.equal(on(times, 99n), '')
  assert.equal(on(times, 100n), 'regolith canyon')
  assert.equal(on(times, 200n), 'regolith canyon delta ecotone')
  assert.equal(on({ regolith: 0n }, 0n), 'regolith')
  assert.equal(on({}, 10n ** 10n), '')
})

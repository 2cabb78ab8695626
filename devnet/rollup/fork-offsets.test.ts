import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hardforkNames } from '#protocol/chains/hardforks.ts'
import { forkOffsetsOf } from './fork-offsets.ts'

test('by default all hardforks up to Karst are active from the first block on', () => {
  const offsets = forkOffsetsOf([])
  assert.deepEqual(Object.keys(offsets), hardforkNames.slice(0, -1))
  assert.deepEqual([...new Set(Object.values(offsets))], [0n])
})

test('a named hardfork activates at its time, and later hardforks that are not named activate with it', () => {
  const offsets = forkOffsetsOf(['ecotone=20', 'holocene=40', 'lagoon=60'])
  assert.deepEqual(
    hardforkNames.map((name) => offsets[name]),
    [0n, 0n, 0n, 20n, 20n, 20n, 40n, 40n, 40n, 40n, 60n],
  )
})

test('a hardfork that would activate before an earlier one is refused', () => {
  assert.throws(() => forkOffsetsOf(['ecotone=20', 'fjord=19']), {
    code: 'settings',
    message: /--fork-offsets: fjord would activate before an earlier hardfork/,
  })
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { HardforkName } from '#protocol/chains/hardforks.ts'
import { forksUpTo, testRollup } from '#test/fakes/test-rollup.ts'
import { allMethods, describeForkGap, forkGaps, methodVersions } from './method-versions.ts'

const day = 86_400n

// Columns: newPayload, forkchoiceUpdated with attributes, getPayload.
for (const [fork, ...versions] of [
  ['regolith', 2, 1, 2],
  ['canyon', 2, 2, 2],
  ['delta', 2, 2, 2],
  ['ecotone', 3, 3, 3],
  ['fjord', 3, 3, 3],
  ['granite', 3, 3, 3],
  ['holocene', 3, 3, 3],
  ['isthmus', 4, 3, 4],
  ['jovian', 4, 3, 4],
  ['karst', 4, 3, 5],
  ['lagoon', 4, 3, 5],
] as const) {
  test(`versions of ${fork}: ${versions.join(', ')}`, () => {
    const config = { ...testRollup, hardforkTimes: forksUpTo(fork) }
    const { newPayload, forkchoiceUpdated, getPayload } = methodVersions(config, 10n)
    assert.deepEqual([newPayload, forkchoiceUpdated, getPayload], versions)
  })
}

test('the version depends on the time of the block', () => {
  const config = {
    ...testRollup,
    hardforkTimes: forksUpTo('jovian', { isthmus: 100n, jovian: 100n }),
  }
  assert.equal(methodVersions(config, 99n).newPayload, 3)
  assert.equal(methodVersions(config, 100n).newPayload, 4)
})

const upToHolocene = ['engine_newPayloadV3', 'engine_forkchoiceUpdatedV3', 'engine_getPayloadV3']

function gaps(last: HardforkName, times: Record<string, bigint>, capabilities = upToHolocene) {
  const config = { ...testRollup, hardforkTimes: forksUpTo(last, times) }
  return forkGaps(config, capabilities, 10n * day)
}

test('if an execution client has all methods, no gap is reported', () => {
  assert.deepEqual(gaps('lagoon', {}, [...allMethods]), [])
})

test('if a scheduled fork needs missing methods, the fork is reported with its time', () => {
  const [gap, ...others] = gaps('isthmus', { isthmus: 13n * day })
  assert.deepEqual(gap, {
    fork: 'isthmus',
    startsAt: 13n * day,
    missing: ['engine_newPayloadV4', 'engine_getPayloadV4'],
  })
  assert.deepEqual(others, [])
  assert.ok(gap)
  assert.equal(
    describeForkGap(gap, 10n * day),
    'your execution client is too old for fork isthmus, which starts in 3 days: it lacks engine_newPayloadV4, engine_getPayloadV4',
  )
})

test('methods of forks before the last active one are not required, and each missing method is reported once', () => {
  const found = gaps('karst', { isthmus: 1n, jovian: 9n * day, karst: 12n * day })
  assert.deepEqual(
    found.map(({ fork, missing }) => [fork, missing]),
    [
      ['jovian', ['engine_newPayloadV4', 'engine_getPayloadV4']],
      ['karst', ['engine_getPayloadV5']],
    ],
  )
  const [first] = found
  assert.ok(first)
  assert.match(describeForkGap(first, 10n * day), /which started 1 days ago/)
})

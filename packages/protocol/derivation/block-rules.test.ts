import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { hardforkNames } from '#protocol/chains/hardforks.ts'
import { forksUpTo, testRollup } from '#test/fakes/test-rollup.ts'
import { BlockRulesByTime, blockRulesAt } from './block-rules.ts'

const runs = { numRuns: Number(process.env['ATOLL_FUZZ_RUNS'] ?? 200) }

test('cached rules equal freshly computed ones, at any time and in any order', () => {
  const forkTimes = fc.dictionary(
    fc.constantFrom(...hardforkNames),
    fc.bigInt({ min: 0n, max: 40n }),
  )
  const times = fc.array(fc.bigInt({ min: 0n, max: 50n }), { minLength: 1, maxLength: 40 })
  const property = fc.property(forkTimes, times, (hardforkTimes, asked) => {
    const config = { ...testRollup, hardforkTimes }
    const rules = new BlockRulesByTime(config)
    for (const timestamp of asked)
      assert.deepEqual(rules.at(timestamp), blockRulesAt(config, timestamp))
  })
  fc.assert(property, runs)
})

test('blocks between two forks have the same rules object', () => {
  const config = { ...testRollup, hardforkTimes: forksUpTo('isthmus', { jovian: 100n }) }
  const rules = new BlockRulesByTime(config)
  assert.equal(rules.at(50n), rules.at(98n))
  const first = rules.at(100n)
  assert.deepEqual(first.begins, ['jovian'])
  assert.equal(rules.at(102n), rules.at(10_000n))
  assert.notEqual(rules.at(102n), first)
})

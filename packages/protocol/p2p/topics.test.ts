import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { HardforkTimes } from '#protocol/chains/hardforks.ts'
import { rollupConfig } from '#test/fakes/rollup-config.ts'
import { blocksTopicAt, blocksTopics, nextTopicSwitch } from './topics.ts'

const configOf = (hardforkTimes: HardforkTimes) => rollupConfig({ l2ChainId: 10n, hardforkTimes })
const config = configOf({
  regolith: 0n,
  canyon: 10n,
  delta: 15n,
  ecotone: 20n,
  isthmus: 30n,
  jovian: 40n,
})

test('a node subscribes to four topics', () => {
  assert.deepEqual(
    [...blocksTopics(11155420n)],
    [
      ['/optimism/11155420/0/blocks', 1],
      ['/optimism/11155420/1/blocks', 2],
      ['/optimism/11155420/2/blocks', 3],
      ['/optimism/11155420/3/blocks', 4],
    ],
  )
})

test('the topic follows the fork at the time of the block', () => {
  const numbers = [9n, 10n, 19n, 20n, 29n, 30n, 1_000n].map((time) =>
    blocksTopicAt(config, time).slice('/optimism/10/'.length, -'/blocks'.length),
  )
  assert.deepEqual(numbers, ['0', '1', '1', '2', '2', '3', '3'])
})

test('the next change of the topic is found, and forks that do not change it are skipped', () => {
  const next = (time: bigint) => nextTopicSwitch(config, time)
  assert.deepEqual(next(0n), { timestamp: 10n, topic: '/optimism/10/1/blocks' })
  assert.deepEqual(next(9n), { timestamp: 10n, topic: '/optimism/10/1/blocks' })
  assert.deepEqual(next(10n), { timestamp: 20n, topic: '/optimism/10/2/blocks' })
  assert.deepEqual(next(29n), { timestamp: 30n, topic: '/optimism/10/3/blocks' })
  assert.equal(next(30n), undefined)
  assert.equal(nextTopicSwitch(configOf({}), 0n), undefined)
})

test('an active fork activates all earlier ones', () => {
  const holoceneOnly = configOf({ holocene: 5n })
  assert.deepEqual(nextTopicSwitch(holoceneOnly, 0n), {
    timestamp: 5n,
    topic: '/optimism/10/2/blocks',
  })
  const jovianFirst = configOf({ canyon: 50n, jovian: 5n })
  assert.deepEqual(nextTopicSwitch(jovianFirst, 0n), {
    timestamp: 5n,
    topic: '/optimism/10/3/blocks',
  })
})

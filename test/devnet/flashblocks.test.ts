import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inspect } from 'node:util'
import { FlashblockJudge } from '#devnet/live/flashblock-judge.ts'
import { systemClock } from '#runtime/clock.ts'
import { DevnetWorld } from './devnet-world.ts'

/** Number of changes of the leader. */
const takeovers = Number(process.env['ATOLL_DEVNET_TAKEOVERS'] ?? 4)

test('whenever the leader is killed in the middle of a block, another builder goes on with it, and no published transaction is lost', async (t) => {
  const devnet = await DevnetWorld.start(t, {
    inMemory: false,
    blockSeconds: 2,
    l1BlockSeconds: 2,
    builders: { count: 2, intervalMs: 250, killEveryMs: 10_000 },
  })
  const { world } = devnet
  const judge = new FlashblockJudge(world, systemClock)
  devnet.beforeEnd(() => judge.result([]))
  const changes = () => world.leading()?.takeovers ?? []
  await devnet.until(
    `${takeovers} takeovers`,
    () => changes().length >= takeovers,
    takeovers * 90_000,
  )
  await world.stopKills()
  const seen = judge.count
  await devnet.until('the last leader goes on', () => judge.count > seen + 20)
  const result = await judge.result(changes())
  t.diagnostic(JSON.stringify(result))
  for (const report of judge.brokenBlocks) t.diagnostic(inspect(report, { depth: 4 }))
  assert.equal(result.broken, 0)
  assert.equal(result.lost, 0)
  assert.equal(result.repeated, 0)
  assert.equal(result.contradictions, 0)
  assert.equal(result.withSeveralIds, 0)
  assert.ok(result.kept > 5 * takeovers, `${result.kept} blocks`)
  await devnet.untilSafe(devnet.head('unsafe'), 120_000)
})

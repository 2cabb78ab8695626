import assert from 'node:assert/strict'
import { test } from 'node:test'
import { derivationTargets } from '#messages/subjects.ts'
import { type Clock, systemClock } from '#runtime/clock.ts'
import { isFault } from '#runtime/fault.ts'
import { EngineApiClient } from '#engine-api/engine-api-client.ts'
import { EngineWorld } from '#test/fakes/engine-world.ts'
import { rewindTo } from './rewind.ts'

/** A clock whose timers run `meanwhile` and then fire. */
function clockWith(meanwhile: () => Promise<unknown>): Clock {
  return {
    ...systemClock,
    after: (_delayMs, run) => {
      void meanwhile().then(run)
      return () => undefined
    },
  }
}

const atOnce = clockWith(() => Promise.resolve())

async function builtWorld() {
  const world = await EngineWorld.of('fork-holocene')
  const engine = await world.start()
  const { derivation } = world
  await derivation.until(({ outcome }) => outcome === 'started')
  await derivation.toEnd()
  const { config } = world.record
  const executionClient = new EngineApiClient({ rpc: world.client, config, monotonicMs: () => 0 })
  return { world, engine, derivation, ports: { config, executionClient } }
}

test('after a rewind, the chain is derived again from the block of the rewind', async () => {
  const { derivation, engine, ports, world } = await builtWorld()
  const { generation, safe } = derivation.chain
  engine.stop()
  const { after, before } = await rewindTo(20n, ports, atOnce)
  assert.equal(before.safe?.hash, safe.hash)
  assert.deepEqual([after.unsafe.number, after.safe?.number], [20n, 20n])
  assert.equal(world.client.chain.head.header.number, 20n)
  await world.start()
  const chain = await derivation.until((chain) => chain.generation > generation)
  assert.equal(chain.unsafe.number, 20n)
  await derivation.toEnd()
  assert.equal(derivation.chain.safe.hash, safe.hash)
})

test('a rewind lowers the heads above the block to the block, and keeps the heads below it', async () => {
  const { derivation, engine, ports, world } = await builtWorld()
  const owner = derivation.bus.own(derivationTargets)
  const { block } = world.record.l2[30] ?? assert.fail()
  const finalized = { number: 30n, hash: block.blockHash }
  await world.bus.settle(
    owner.write({ finalized, currentL1: undefined, generation: 0n, version: 0n }),
  )
  await derivation.until(({ finalized }) => finalized.number === 30n)
  engine.stop()
  const higher = await rewindTo(40n, ports, atOnce)
  assert.deepEqual([higher.after.safe?.number, higher.after.finalized?.number], [40n, 30n])
  const lower = await rewindTo(10n, ports, atOnce)
  assert.deepEqual([lower.after.safe?.number, lower.after.finalized?.number], [10n, 10n])
  assert.equal(world.client.chain.finalized?.header.number, 10n)
})

test('a rewind above the head is refused', async () => {
  const { ports } = await builtWorld()
  await assert.rejects(rewindTo(9_999n, ports, atOnce), (error) => {
    assert.ok(isFault(error, 'rewind-refused'))
    assert.match(error.message, /want a block from 0, the genesis, to 54, the head/)
    return true
  })
})

test('if a running engine undoes a rewind, the rewind is refused', async () => {
  const { engine, ports } = await builtWorld()
  engine.stop()
  const head = await ports.executionClient.block({ kind: 'label', label: 'unsafe' })
  const { blockHash } = head ?? assert.fail()
  const update = { head: blockHash, safe: undefined, finalized: undefined }
  const clock = clockWith(() => ports.executionClient.forkchoice(update))
  await assert.rejects(rewindTo(20n, ports, clock), {
    code: 'rewind-refused',
    message: /rewound to block 20, and is at 54 again: an engine drives it/,
  })
})

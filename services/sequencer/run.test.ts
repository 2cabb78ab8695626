import assert from 'node:assert/strict'
import { test } from 'node:test'
import { insert, seal, startBuilding } from '#messages/subjects.ts'
import type { Payload } from '#protocol/block/payload.ts'
import { hardforkNames } from '#protocol/chains/hardforks.ts'
import { isActivationBlock } from '#protocol/chains/chain-spec.ts'
import { JsonRpcError } from '#json-rpc/json-rpc-answer.ts'
import { l2BlockRefOf } from '#protocol/derivation/l2-block.ts'
import { SequencerWorld, TestConductor } from '#test/fakes/sequencer-world.ts'

/** A file in memory, since a real file takes real time. */
class MemoryFile<Value> {
  #value: Value | undefined
  readonly load = async () => this.#value
  readonly store = async (value: Value) => {
    this.#value = value
  }
}

test('blocks follow each other on time through all forks, each published before it is the head', async () => {
  const world = await SequencerWorld.of('all-forks-lagoon')
  const { config } = world.engines.record
  const sequencer = await world.start()
  await world.untilUnsafe(130n, 400_000)
  assert.equal(sequencer.ended.error, undefined)
  const nowMs = world.engines.bus.clock.now()
  const { timestamp } = world.engines.derivation.chain.unsafe
  assert.ok(Math.abs(nowMs - Number(timestamp) * 1_000) <= 100, 'the head is on time')
  assert.deepEqual(
    world.published.slice(0, 130).map(({ number }) => number),
    Array.from({ length: 130 }, (_, at) => BigInt(at + 1)),
  )
  const activations = hardforkNames.filter((fork) =>
    world.published.some(({ timestamp: at }) => isActivationBlock(config, fork, at)),
  )
  assert.ok(activations.length >= 10, activations.join())
  // The L1 origin advances with L1, one block at a time.
  const origins = world.published.map((payload) => l2BlockRefOf(config, payload).l1Origin.number)
  assert.ok((origins.at(-1) ?? 0n) > (origins[0] ?? 0n) + 10n)
  for (const [at, origin] of origins.entries()) {
    const step = origin - (origins[at - 1] ?? origin)
    assert.ok(step === 0n || step === 1n, `L1 origin ${origin} of block ${at + 1}`)
  }
})

test('blocks continue while L1 has no new blocks, until the sequencer drift is reached, and continue again when L1 does', async () => {
  const world = await SequencerWorld.of('fork-regolith')
  const sequencer = await world.start()
  const { config, l1 } = world.engines.record
  world.l1Stop = l1[2]?.number ?? 0n
  const drift = config.maxSequencerDrift
  const withinMs = 2_000 * Number(drift)
  await world.engines.bus.pass(withinMs)
  const origin = l1[2]?.timestamp ?? 0n
  const { timestamp } = world.engines.derivation.chain.unsafe
  assert.ok(timestamp <= origin + drift && timestamp > origin + drift - 2n * config.blockTime)
  const { wait } = sequencer.status.snapshot()
  assert.match(wait?.what ?? '', /L1 origin of the next block/)
  world.l1Stop = undefined
  const before = world.unsafe
  await world.untilUnsafe(before + 5n)
})

test('if a crash interrupts the insertion of a block, the next process inserts and publishes the same block', async () => {
  const world = await SequencerWorld.of('fork-holocene')
  const sealedFile = new MemoryFile<Payload>()
  const first = await world.start({ sealedFile })
  await world.untilUnsafe(3n)
  // The process ends after it published block 4, and before the engine receives this block.
  world.engines.bus.lost = ({ subject }) => subject.includes(insert.name)
  await world.engines.bus.clock.run(20_000, () => world.published.length === 4)
  first.kill()
  world.engines.bus.lost = () => false
  assert.equal(world.unsafe, 3n)
  const published = world.published.at(-1)
  await world.engines.bus.pass(15_000)
  await world.start({ sealedFile, instance: 'sequencer-1' })
  await world.untilUnsafe(7n)
  const ofHeight = world.published.filter(({ number }) => number === 4n)
  assert.deepEqual(ofHeight, [published])
  assert.equal(world.published.at(-1)?.number, 7n)
})

test('op-conductor stores each block before it is published, and a start is accepted only on the leader and with the right head', async () => {
  const world = await SequencerWorld.of('fork-holocene')
  const conductor = new TestConductor()
  await world.start({ conductor })
  await world.engines.bus.pass(5_000)
  assert.equal(world.unsafe, 0n)
  const { head } = await world.control({ kind: 'fetch' })
  conductor.isLeading = false
  const refused = await world.control({ kind: 'start', head })
  assert.equal(refused.refusal, 'sequencer is not the leader, aborting')
  conductor.isLeading = true
  const started = await world.control({ kind: 'start', head })
  assert.deepEqual([started.refusal, started.isActive], [undefined, true])
  await world.untilUnsafe(5n)
  assert.deepEqual(conductor.committed.slice(0, 5), world.published.slice(0, 5))

  conductor.problem = 'no answer'
  const before = world.published.length
  await world.engines.bus.pass(10_000)
  assert.ok(world.published.length <= before + 1, 'a block is published without a commit')
  conductor.problem = undefined
  await world.untilUnsafe(world.unsafe + 5n)
  const numbers = conductor.committed.map(({ number }) => number)
  assert.equal(new Set(numbers).size, numbers.length, 'two blocks were committed at one height')
})

test('after a kill of the engine, the next block follows within two block times, and no block is replaced', async () => {
  const world = await SequencerWorld.of('fork-holocene')
  await world.start()
  await world.untilUnsafe(3n)
  for (let round = 0; round < 5; round++) {
    await world.engines.bus.pass(700 * round)
    world.engine.stop()
    const before = world.unsafe
    const starting = world.engines.start(`engine-${round + 1}`)
    world.engine = await starting
    await world.untilUnsafe(before + 3n, 30_000)
  }
  const numbers = world.published.map(({ number }) => number)
  assert.equal(new Set(numbers).size, numbers.length, `doubled: ${numbers.join()}`)
})

test('if the execution client forgets its build, the block is a second late, but not missing', async () => {
  const world = await SequencerWorld.of('fork-holocene')
  await world.start()
  await world.untilUnsafe(3n)
  world.engines.client.restart()
  await world.untilUnsafe(8n, 15_000)
})

for (const call of [startBuilding, seal, insert])
  for (const part of ['request', 'answer'] as const)
    test(`if the ${part} of ${call.name} is lost, the call is made again after half a second`, async () => {
      const world = await SequencerWorld.of('fork-holocene')
      await world.start()
      await world.untilUnsafe(2n)
      let isNext = false
      let lost = 0
      world.engines.bus.lost = ({ subject }) => {
        const isRequest = subject.includes(`call.${call.name}`)
        if (isRequest && part === 'request') return ++lost === 1
        if (isRequest) isNext = true
        else if (isNext && subject.startsWith('_INBOX_sequencer') && ++lost === 1) return true
        return false
      }
      await world.untilUnsafe(4n, 5_000)
      assert.ok(lost >= 1)
      const numbers = world.published.map(({ number }) => number)
      assert.equal(new Set(numbers).size, numbers.length)
    })

test('after a block that does not match its attributes, another block is built at its height', async () => {
  const world = await SequencerWorld.of('fork-holocene')
  await world.start()
  await world.untilUnsafe(3n)
  const { client } = world.engines
  const call = client.call.bind(client)
  let changed = 0
  client.call = async (method, params) => {
    const answer = await call(method, params)
    if (!method.startsWith('engine_getPayload') || ++changed > 1) return answer
    const { executionPayload, ...rest } = answer as Readonly<Record<'executionPayload', object>>
    return {
      ...rest,
      executionPayload: { ...executionPayload, prevRandao: `0x${'ab'.repeat(32)}` },
    }
  }
  await world.untilUnsafe(5n, 10_000)
  assert.ok(changed >= 2)
})

test('if the execution client cannot return one of its builds, another build is started', async () => {
  const world = await SequencerWorld.of('fork-holocene')
  await world.start()
  await world.untilUnsafe(3n)
  let failing: unknown
  world.engines.client.intercept = ({ method, params }) => {
    if (!method.startsWith('engine_getPayload')) return undefined
    failing ??= params[0]
    if (params[0] !== failing) return undefined
    throw new JsonRpcError(-32_603, 'by the test')
  }
  await world.untilUnsafe(5n, 10_000)
  assert.notEqual(failing, undefined)
})

test('in recover mode, blocks have no transactions of users, and have the next L1 block as L1 origin as soon as the rules allow it', async () => {
  const world = await SequencerWorld.of('fork-holocene')
  await world.start({ settings: { isRecovering: true } })
  await world.untilUnsafe(30n, 90_000)
  const { calls } = world.engines.client
  const built = calls.flatMap(({ method, params }) => {
    const [, attributes] = params as readonly [unknown, { readonly noTxPool?: boolean } | null]
    return method.startsWith('engine_forkchoiceUpdated') && attributes !== null ? [attributes] : []
  })
  assert.ok(built.length >= 30)
  assert.ok(built.every(({ noTxPool }) => noTxPool === true))
  const { config } = world.engines.record
  for (const payload of world.published) {
    const { l1Origin } = l2BlockRefOf(config, payload)
    const next = world.l1.find(({ number }) => number === l1Origin.number + 1n)
    // An L1 block that appears while an L2 block is built cannot be the L1 origin of this L2 block.
    const startedAt = payload.timestamp - config.blockTime
    assert.ok(next === undefined || next.timestamp >= startedAt, `block ${payload.number}`)
  }
})

test('a start and a stop are kept over restarts', async () => {
  const activityFile = new MemoryFile<boolean>()
  const world = await SequencerWorld.of('fork-holocene')
  const stopped = { settings: { isStopped: true } }
  const first = await world.start({ ...stopped, activityFile })
  const { head } = await world.control({ kind: 'fetch' })
  assert.equal((await world.control({ kind: 'start', head })).isActive, true)
  await world.untilUnsafe(2n)
  first.kill()
  await world.engines.bus.pass(15_000)
  const second = await world.start({
    ...stopped,
    activityFile,
    instance: 'sequencer-1',
  })
  await world.untilUnsafe(5n)
  const answer = await world.control({ kind: 'stop' })
  assert.deepEqual([answer.refusal, answer.isActive], [undefined, false])
  assert.equal(answer.head, world.engines.derivation.chain.unsafe.hash)
  second.kill()
  await world.engines.bus.pass(15_000)
  await world.start({ activityFile, instance: 'sequencer-2' })
  const before = world.unsafe
  await world.engines.bus.pass(10_000)
  assert.equal(world.unsafe, before)
})

test('with a wrong signer nothing is built, and the status says why, until the signer is right', async () => {
  const world = await SequencerWorld.of('fork-holocene')
  world.signerProblem = 'the key is that of another account'
  const sequencer = await world.start()
  await world.engines.bus.pass(10_000)
  assert.equal(world.unsafe, 0n)
  const { wait } = sequencer.status.snapshot()
  assert.match(
    wait?.what ?? '',
    /signer whose blocks peers accept: the key is that of another account/,
  )
  world.signerProblem = undefined
  await world.untilUnsafe(3n)
})

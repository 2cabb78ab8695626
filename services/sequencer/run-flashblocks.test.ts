import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { BuiltFlashblock } from '#messages/built-flashblock.ts'
import type { FetchFlashblocksRequest } from '#messages/fetch-flashblocks.ts'
import { fetchFlashblocks, flashblockBuilt } from '#messages/flashblock-subjects.ts'
import { l2BlockRefOf } from '#protocol/derivation/l2-block.ts'
import type { Bus } from '#bus/bus.ts'
import { SequencerWorld, TestConductor } from '#test/fakes/sequencer-world.ts'

const flashblocks = { intervalMs: 250, sendOffsetMs: 0, endBufferMs: 50 }

test('published flashblocks keep their L1 origin, although the next sequencer would choose another one', async () => {
  const world = await SequencerWorld.of('fork-jovian')
  const published = await publishedBy(world)
  // This sequencer stays far behind the head of L1.
  const first = await world.start({ settings: { flashblocks, confirmationDepth: 100n } })
  await world.untilUnsafe(9n)
  const { clock } = world.engines.bus
  await clock.run(5_000, () => published.at(-1)?.number === 10n)
  assert.equal(published.at(-1)?.number, 10n)
  first.kill()
  await world.engines.bus.pass(15_000)
  assert.equal(world.unsafe, 9n)
  await world.start({ settings: { flashblocks, confirmationDepth: 0n }, instance: 'sequencer-1' })
  await world.untilUnsafe(11n)
  const { config } = world.engines.record
  const made = world.published.slice(-3).map((payload) => l2BlockRefOf(config, payload))
  const [before = assert.fail(), taken = assert.fail(), after = assert.fail()] = made
  assert.deepEqual([before.number, taken.number, after.number], [9n, 10n, 11n])
  assert.equal(taken.l1Origin.hash, before.l1Origin.hash)
  assert.equal(after.l1Origin.number, before.l1Origin.number + 1n)
  const [flashblock = assert.fail()] = published.filter(({ number }) => number === 10n)
  const payload = world.published.find(({ number }) => number === 10n) ?? assert.fail()
  const { transactions } = flashblock.flashblock.diff
  assert.deepEqual(payload.transactions.slice(0, transactions.length), transactions)
})

test('the first block of a fork is taken over in the form of this fork', async () => {
  const world = await SequencerWorld.of('fork-jovian')
  const published = await publishedBy(world)
  const first = await world.start({ settings: { flashblocks } })
  await world.untilUnsafe(12n)
  const { clock } = world.engines.bus
  await clock.run(5_000, () => published.at(-1)?.number === 13n)
  const [{ flashblock } = assert.fail()] = published.slice(-1)
  first.kill()
  await world.engines.bus.pass(15_000)
  await world.start({ settings: { flashblocks }, instance: 'sequencer-1' })
  await world.untilUnsafe(14n)
  const counter = world.engine.registry.getSingleMetric('atoll_engine_takeovers_total')
  const takeovers = (await counter?.get())?.values.filter(({ value }) => value > 0)
  assert.deepEqual(
    takeovers?.map(({ labels, value }) => [labels['how'], value]),
    [['sealed', 1]],
  )
  const [before, taken, after] = world.published.slice(-3)
  const lengths = [before, taken, after].map((payload) => payload?.extraData.length)
  assert.deepEqual(lengths, [9, 17, 17])
  assert.deepEqual(flashblock.base?.extraData, taken?.extraData)
  const { transactions } = flashblock.diff
  assert.deepEqual(taken?.transactions.slice(0, transactions.length), transactions)
})

test('after a leader was stopped in the middle of a block, nothing more of the block becomes public', async () => {
  const world = await SequencerWorld.of('fork-jovian')
  const published = await publishedBy(world)
  await world.start({ settings: { flashblocks } })
  await world.untilUnsafe(3n)
  const { clock } = world.engines.bus
  await clock.run(5_000, () => published.at(-1)?.number === 4n)
  await world.control({ kind: 'stop' })
  const { length } = published
  await world.engines.bus.pass(3_000)
  assert.equal(published.length, length)
  assert.ok(published.filter(({ number }) => number === 4n).length < 4)
  // The next leader goes on from there.
  await world.control({ kind: 'start', head: undefined })
  await world.untilUnsafe(4n)
  const [payload = assert.fail()] = world.published.filter(({ number }) => number === 4n)
  const transactions = published
    .filter(({ number }) => number === 4n)
    .flatMap(({ flashblock }) => flashblock.diff.transactions)
  assert.deepEqual(payload.transactions.slice(0, transactions.length), transactions)
})

test('a node that op-conductor does not let commit builds nothing, and asks the other builders when it leads again', async () => {
  const world = await SequencerWorld.of('fork-jovian')
  const { bus: p2p } = await world.engines.bus.join('flashblock-p2p')
  const published = await publishedBy(world, p2p)
  const conductor = new TestConductor()
  const asked: FetchFlashblocksRequest[] = []
  p2p.serve(fetchFlashblocks, async (request) => {
    asked.push(request)
    return { answered: 1, silent: [], epoch: request.epoch + BigInt(asked.length) }
  })
  await world.start({ settings: { flashblocks }, conductor })
  await world.engines.bus.pass(1_000)
  const { head } = await world.control({ kind: 'fetch' })
  await world.control({ kind: 'start', head })
  await world.untilUnsafe(3n)
  assert.equal(asked.length, 1)
  conductor.isLeading = false
  await world.engines.bus.pass(4_000)
  const [committed, made] = [conductor.committed.length, published.length]
  await world.engines.bus.pass(6_000)
  assert.deepEqual([conductor.committed.length, published.length], [committed, made])
  conductor.isLeading = true
  await world.engines.bus.pass(1_000)
  assert.equal(asked.length, 2, 'it asks before its next block')
  await world.untilUnsafe(6n)
  assert.equal(asked.length, 2)
  const epochs = new Set(published.map(({ epoch }) => epoch))
  assert.equal(epochs.size, 2)
})

/** The flashblocks that the engine of a world publishes from now on. */
async function publishedBy(
  world: SequencerWorld,
  joined?: Bus,
): Promise<readonly BuiltFlashblock[]> {
  const published: BuiltFlashblock[] = []
  const bus = joined ?? (await world.engines.bus.join('flashblock-p2p')).bus
  const { signal } = new AbortController()
  const follow = async () => {
    for await (const { value } of bus.tail(flashblockBuilt, { from: 0n, signal }))
      published.push(value)
  }
  void follow()
  return published
}

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { safeAt } from '#messages/subjects.ts'
import { DerivationWorld } from '#test/fakes/derivation-world.ts'

test('targets name the newest L1 block that was derived completely', async () => {
  const { world } = await DerivationWorld.started(4)
  assert.equal(world.targets.at(-1)?.currentL1?.number, 1n)
  await world.apply()
  await world.apply()
  assert.equal(world.targets.at(-1)?.currentL1?.number, 2n)
  await world.applyAll()
  assert.equal(world.targets.at(-1)?.currentL1?.number, 4n)
  // The targets also have the generation and version of the engine's state that has all blocks derived up to this L1
  // block.
  const { generation, version } = world.chain
  const [last] = world.targets.slice(-1)
  assert.deepEqual([last?.generation, last?.version], [generation, version])
})

test('if a block was derived from a finalized L1 block, it is final, also after a restart', async () => {
  const { world, derivation } = await DerivationWorld.started(6)
  await world.applyAll()
  await world.writeHeads({ finalized: 3 })
  await world.bus.pass(1_500)
  const expected = world.history.at({ kind: 'l1-number', number: 3n })
  assert.ok(expected.kind === 'found')
  assert.equal(world.targets.at(-1)?.finalized?.hash, expected.entry.safe.hash)
  derivation.stop()
  await world.bus.pass(10_000)
  await world.start()
  await world.writeHeads({ finalized: 4 })
  await world.bus.pass(1_500)
  const later = world.history.at({ kind: 'l1-number', number: 4n })
  assert.ok(later.kind === 'found')
  assert.equal(world.targets.at(-1)?.finalized?.hash, later.entry.safe.hash)
})

test('while L1 has another block at the number of its finalized head, no block is final', async () => {
  const { world } = await DerivationWorld.started(6)
  await world.applyAll()
  const kept = world.l1
  world.grow(6, { from: 3, branch: 'b' })
  const chain = world.l1
  world.l1 = kept
  await world.writeHeads({ finalized: 3, chain })
  await world.bus.pass(5_000)
  assert.equal(world.targets.at(-1)?.finalized, undefined)
})

test('the safe-head history is served, and its copy on the bus is restored after the store is lost', async () => {
  const { world } = await DerivationWorld.started(6)
  await world.applyAll()
  const served = await world.safeHeadAt({ kind: 'l1-number', number: 3n })
  assert.ok(served.kind === 'found')
  assert.deepEqual(served, world.history.at({ kind: 'l1-number', number: 3n }))
  const copies = async () => {
    const found: (bigint | undefined)[] = []
    for (let number = 0n; number <= 6n; number++)
      found.push((await world.bus.settle(world.rpc.bus.lookup(safeAt, number)))?.safe.number)
    return found
  }
  await world.bus.pass(2_000)
  const before = await copies()
  assert.deepEqual(
    before,
    [0n, 0n, 2n, 4n, 5n, 7n, 9n].map((_, at) => before[at]),
  )
  assert.ok(before.every((number) => number !== undefined))
  await world.bus.restartServer({ wiped: true })
  await world.bus.provision()
  await world.bus.pass(5_000)
  assert.deepEqual(await copies(), before)
})

test('if L1 has no batches, the status shows the last L1 block that was read, and later also advice', async () => {
  const { world } = await DerivationWorld.started(18, { sequencingWindow: 240n })
  await world.bus.pass(2_000)
  assert.equal(
    world.status.progress,
    'derived up to L1 block 18; no new batch since derivation started at L1 block 1',
  )
  assert.deepEqual(world.status.notices, [])
  world.grow(25)
  await world.writeHeads()
  await world.bus.pass(2_000)
  assert.match(
    world.status.notices.join(),
    /^no batch of this chain in L1 blocks 1 to 25, so the safe head is 0; the batcher posted nothing there; without one, .* from L1 block 241 on \(in 216 L1 blocks\): check that the batcher runs .* from 0x[0-9a-f]{40} \(system config\), and to 0x[0-9a-f]{40} \(batch_inbox_address\)$/,
  )
  const stalls = () => world.logged.filter((line) => line === 'the safe head stands still')
  assert.deepEqual(stalls(), [])
  await world.bus.pass(121_000)
  assert.equal(stalls().length, 2)
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DerivationWorld } from '#test/fakes/derivation-world.ts'
import { hash, l1Ref } from '#test/fakes/values.ts'

test('derivation pauses during EL sync', async () => {
  const { world } = await DerivationWorld.started()
  await world.writeChain({ sync: 'el-syncing' })
  await world.apply('built', { sync: 'el-syncing' })
  await world.bus.pass(5_000)
  assert.deepEqual(world.sent, ['1:1'])
  assert.match(world.wait, /the execution client to end its own sync/)
  await world.begin(2n)
  await world.bus.pass(50)
  assert.equal(world.lastApplied.generation, 2n)
})

// Rules: history-el-sync
test('after EL sync derivation asks the engine to go back to the end of the safe-head history, and continues from there', async () => {
  const { world } = await DerivationWorld.started(4)
  await world.applyAll()
  const newest = world.history.newest()
  const at = Number(newest?.safe.number)
  let head = world.chain.unsafe
  for (let more = 0; more < 3; more++) head = world.build(head, world.lastApplied.attributes)
  await world.begin(2n, Number(head.number), { sync: 'el-synced' })
  assert.deepEqual(world.resets, [{ generation: 2n, reason: 'history', safe: newest?.safe }])
  assert.deepEqual(world.logged.slice(-3), [
    'derivation begins',
    'resumes at a block of the history',
    'derivation asks for a reset',
  ])
  assert.match(
    world.wait,
    /engine to begin a new generation, since derivation was reset \(history\)/,
  )
  await world.begin(3n, at)
  assert.deepEqual(world.history.newest(), { ...newest, generation: 3n })
  world.grow(6)
  await world.writeHeads()
  await world.applyAll()
  assert.deepEqual(world.history.at({ kind: 'l1-number', number: newest?.l1.number ?? 0n }), {
    kind: 'found',
    entry: { ...newest, generation: 3n },
  })
  assert.ok(world.chain.safe.number > BigInt(at))
})

// Rules: history-el-sync
test('after EL sync a safe-head history of another chain is cleared, and derivation continues', async () => {
  const { world } = await DerivationWorld.started(4)
  await world.applyAll()
  const { safe } = world.chain
  world.history.record({ l1: l1Ref(4), safe: { ...safe, hash: hash(0xbad) }, generation: 1n })
  await world.begin(2n, Number(safe.number), { sync: 'el-synced' })
  await world.bus.pass(50)
  assert.equal(world.history.newest(), undefined)
  assert.deepEqual(world.resets, [])
  world.grow(6)
  await world.writeHeads()
  await world.applyAll()
  assert.ok(world.chain.safe.number > safe.number)
})

// Rules: history-el-sync
test('after EL sync derivation resumes at the newest safe head of its history that is on the chain', async () => {
  const { world } = await DerivationWorld.started(4)
  await world.applyAll()
  const newest = world.history.newest()
  const { safe } = newest ?? assert.fail()
  const above = { hash: hash(0xbad), number: safe.number + 2n }
  world.history.record({ l1: l1Ref(5), safe: above, generation: 1n })
  await world.begin(2n, Number(safe.number) - 1, { sync: 'el-synced' })
  assert.deepEqual(world.resets, [{ generation: 2n, reason: 'history', safe }])
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Pipeline } from '#protocol/pipeline/pipeline.ts'
import { Fault, isFault } from '#runtime/fault.ts'
import { DerivationWorld, foreignDigest, l1Hash } from '#test/fakes/derivation-world.ts'
import { forksUpTo } from '#test/fakes/test-rollup.ts'
import { SafeHeadHistory } from './history/safe-head-history.ts'

test('only one set of attributes is in flight; the next set is sent when the engine has published the outcome of the first', async () => {
  const { world } = await DerivationWorld.started()
  assert.deepEqual(world.sent, ['1:1'])
  await world.bus.pass(400)
  assert.deepEqual(world.sent, ['1:1'])
  const first = await world.apply()
  assert.deepEqual(world.sent, ['1:1', '2:2'])
  assert.equal(world.lastApplied.parent.hash, first.hash)
  assert.equal(world.applied[0]?.derivedFrom.number, 2n)
  assert.equal(world.lastApplied.derivedFrom.number, 3n)
  await world.applyAll()
  assert.deepEqual(world.sent, ['1:1', '2:2', '3:3', '4:4', '5:5'])
})

test('if attributes have no outcome, they are sent again, unchanged, after 0.5, 1, 2, 4 and 4 s', async () => {
  const { world } = await DerivationWorld.started()
  const times: number[] = []
  for (let count = 1; times.length < 5;) {
    await world.bus.pass(50)
    if (world.applied.length === count) continue
    count = world.applied.length
    times.push(world.bus.clock.monotonicMs())
  }
  const pauses = times.slice(1).map((time, at) => Math.round((time - (times[at] ?? 0)) / 500) / 2)
  assert.deepEqual(pauses, [1, 2, 4, 4])
  assert.equal(new Set(world.sent).size, 1)
  assert.match(world.wait, /engine to apply the attributes of block 1$/)
  await world.apply()
  assert.equal(world.wait, '')
  assert.equal(world.counted['resent'], 5)
})

test('the status says why the engine does not accept attributes', async () => {
  const { world } = await DerivationWorld.started(1)
  world.onApply = () => {
    throw new Fault('busy', { detail: 'too many calls' })
  }
  world.grow(4)
  await world.writeHeads()
  await world.bus.pass(2_000)
  assert.match(world.wait, /attributes of block 1: busy: .*too many calls/)
})

test('after a deposits-only replacement the channel is flushed, and derivation continues from the block', async () => {
  const world = await DerivationWorld.make()
  world.grow(4)
  await world.writeHeads()
  await world.begin(1n)
  let flushes = 0
  class Watched extends Pipeline {
    override flush(): void {
      flushes++
      super.flush()
    }
  }
  await world.start({ makePipeline: (options) => new Watched(options) })
  await world.bus.pass(50)
  await world.apply('built')
  assert.equal(flushes, 0)
  const block = await world.apply('replaced')
  assert.equal(flushes, 1)
  assert.deepEqual(world.sent.at(-1), '3:3')
  assert.equal(world.lastApplied.parent.hash, block.hash)
})

test('attributes dropped before Holocene leave the safe head unchanged', async () => {
  const { world } = await DerivationWorld.started(4, { hardforkTimes: forksUpTo('granite') })
  const first = await world.apply()
  await world.apply('dropped')
  assert.deepEqual(world.sent, ['1:1', '2:2', '3:2'])
  assert.equal(world.lastApplied.parent.hash, first.hash)
  assert.equal(world.history.newest()?.safe.hash, first.hash)
})

test('if the engine applied other attributes, a new session begins at the safe head', async () => {
  const { world } = await DerivationWorld.started()
  await world.apply()
  const { parent, attributes } = world.lastApplied
  const other = world.build(parent, { ...attributes, gasLimit: attributes.gasLimit + 1n })
  world.history.record({ l1: { number: 2n, hash: l1Hash(2, 'a') }, safe: other, generation: 1n })
  const heads = { unsafe: other, safe: other, localSafe: other, pendingSafe: other }
  await world.writeChain({
    sequence: 2n,
    outcome: 'built',
    attributesDigest: foreignDigest,
    ...heads,
  })
  await world.bus.pass(50)
  assert.equal(world.counted['began'], 2)
  assert.equal(world.sent.at(-1), '3:3')
  assert.equal(world.lastApplied.parent.hash, other.hash)
})

test('if the engine applied more attributes than were sent, and the safe-head history lacks the new safe head, a new session asks for a reset', async () => {
  const { world } = await DerivationWorld.started(1)
  assert.deepEqual(world.sent, [])
  world.grow(4)
  await world.writeHeads()
  const { parent, attributes } = world.lastApplied
  const other = world.build(parent, { ...attributes, gasLimit: attributes.gasLimit + 1n })
  const heads = { unsafe: other, safe: other, localSafe: other, pendingSafe: other }
  await world.writeChain({
    sequence: 3n,
    outcome: 'built',
    attributesDigest: foreignDigest,
    ...heads,
  })
  await world.bus.pass(50)
  assert.equal(world.counted['began'], 2)
  assert.equal(world.counted['reset:unknown-inclusion'], 1)
  const reason = 'unknown-inclusion'
  assert.deepEqual(world.resets.at(-1), { generation: 1n, reason, safe: undefined })
})

test('a new generation ends the session, and derivation continues where the generation starts', async () => {
  const { world } = await DerivationWorld.started()
  await world.applyAll()
  await world.begin(7n, 2)
  await world.bus.pass(50)
  assert.equal(world.lastApplied.generation, 7n)
  assert.equal(world.sent.at(-1), '1:3')
})

test('a state of an earlier generation is ignored', async () => {
  const { world } = await DerivationWorld.started()
  await world.begin(2n)
  const before = world.applied.length
  await world.writeChain({ generation: 1n, version: 99n, sequence: 5n })
  await world.bus.pass(100)
  assert.equal(world.applied.length, before)
})

test('derivation requests a reset if the engine is behind its published state, but not if it is ahead', async () => {
  const { world } = await DerivationWorld.started(1)
  world.onApply = () => ({ kind: 'refused', generation: 2n })
  world.grow(4)
  await world.writeHeads()
  assert.equal(world.applied.length, 1)
  assert.equal(world.resets.length, 0)
  world.onApply = () => ({ kind: 'refused', generation: 0n })
  await world.bus.pass(1_000)
  assert.deepEqual(world.resets[0], { generation: 1n, reason: 'engine-behind', safe: undefined })
  assert.equal(world.counted['reset:engine-behind'], 1)
})

test('an L1 reorg leads to a reset, which derivation requests until the new generation begins', async () => {
  const { world } = await DerivationWorld.started()
  await world.applyAll()
  world.grow(6, { from: 4, branch: 'b' })
  await world.writeHeads()
  await world.bus.pass(600)
  assert.ok(world.resets.length >= 2, String(world.resets.length))
  assert.ok(world.resets.every(({ generation }) => generation === 1n))
  assert.equal(world.counted['reset:l1-reorg'], 1)
  assert.match(world.wait, /a new generation.* at L1 block 4 .*\(l1-reorg\)/)
  await world.begin(2n, 2)
  await world.bus.pass(50)
  assert.equal(world.sent.at(-1), '1:3')
  assert.equal(world.wait, '')
})

test('a reorg that replaces the L1 block that derivation reads, and the blocks fetched after it, leads to only one reset', async () => {
  const world = await DerivationWorld.make()
  world.grow(5)
  await world.writeHeads()
  await world.begin(1n)
  const held: (() => void)[] = []
  world.onL1Request = (answer) => {
    const answered = answer()
    if (answered.kind === 'block' && answered.block.number === 3n)
      return new Promise((resolve) => held.push(() => resolve(answered)))
    return Promise.resolve(answered)
  }
  await world.start()
  await world.bus.pass(50)
  // Blocks 4 and 5 were fetched, and the answer with block 3 was still delayed, when a reorg replaced all three.
  world.onL1Request = async (answer) => answer()
  world.grow(6, { from: 3, branch: 'b' })
  await world.writeHeads()
  for (const release of held) release()
  await world.applyAll()
  await world.bus.pass(5_000)
  await world.applyAll()
  assert.equal(world.counted['reset:l1-reorg'], 1, 'block 3 was read, and is not canonical')
  assert.deepEqual(world.resets[0], { generation: 1n, reason: 'l1-reorg', safe: undefined })
})

test('at the end of L1 derivation waits, and reports the wait after half a minute', async () => {
  const { world } = await DerivationWorld.started(3)
  await world.applyAll()
  const sent = world.applied.length
  await world.bus.pass(29_000)
  assert.equal(world.wait, '')
  await world.bus.pass(2_000)
  assert.match(world.wait, /^L1 block 4: the newest L1 block that da-watcher knows is 3$/)
  world.grow(4)
  await world.writeHeads()
  assert.equal(world.applied.length, sent + 1)
  assert.equal(world.wait, '')
})

test('an L1 block is read only when it has the required number of confirmations', async () => {
  const world = await DerivationWorld.make()
  world.grow(4)
  await world.writeHeads()
  await world.begin(1n)
  await world.start({ confirmations: 3n })
  await world.bus.pass(50)
  assert.deepEqual(world.sent, [])
  assert.equal(world.targets.at(-1)?.currentL1?.number, 1n)
  await world.bus.pass(31_000)
  assert.match(world.wait, /^L1 block 2 and its 3 confirmations/)
  world.grow(5)
  await world.writeHeads()
  assert.deepEqual(world.sent, ['1:1'])
})

test('malformed data that would split the chain halts derivation until a new generation begins', async () => {
  const { world } = await DerivationWorld.started(1)
  world.grow(4)
  const [, block] = world.l1
  if (block === undefined) throw new Error('no L1')
  const deposit = {
    address: world.config.depositContractAddress,
    topics: [
      '0xb3813568d9991fc951961fcb4c784893574240a28925604d09fc577c55bb7c32',
    ] as unknown as (typeof block.logs)[0]['topics'],
    data: new Uint8Array(0),
    index: 0,
  }
  await world.writeHeads()
  await world.begin(2n)
  world.l1[1] = { ...block, logs: [deposit] }
  await world.begin(3n)
  await world.bus.pass(50)
  await world.applyAll()
  await world.bus.pass(10_000)
  assert.equal(world.counted['halted:malformed-deposit'], 1)
  assert.match(
    world.wait,
    /an operator: derivation cannot continue after block 1 .*malformed-deposit: log 0 of L1 block 1 .*: topics/,
  )
  const sent = world.applied.length
  await world.bus.pass(60_000)
  assert.equal(world.applied.length, sent)
  world.l1[1] = block
  await world.begin(4n, 1)
  await world.bus.pass(50)
  assert.equal(world.sent.at(-1), '1:2')
})

test('if a chain has interop peers, it is derived up to Lagoon, and refused from then on', async () => {
  const peers = { hasInteropPeers: true }
  const past = await DerivationWorld.make({ ...peers, hardforkTimes: forksUpTo('lagoon') })
  const { ended } = await past.start()
  await assert.rejects(past.bus.settle(ended), (error) => isFault(error, 'unsupported-chain'))
  const later = forksUpTo('lagoon', { lagoon: 10_000_000_000n })
  const { world } = await DerivationWorld.started(4, { ...peers, hardforkTimes: later })
  assert.deepEqual(world.sent, ['1:1'])
})

test('after a kill derivation continues at the next sequence', async () => {
  const { world, derivation } = await DerivationWorld.started(8)
  await world.apply()
  await world.apply()
  derivation.stop()
  // The engine applies the attributes in flight while derivation is down.
  await world.apply()
  assert.equal(world.chain.sequence, 3n)
  await world.bus.pass(10_000)
  await world.start()
  await world.bus.pass(50)
  assert.equal(world.sent.at(-1), '4:4')
  assert.equal(world.lastApplied.parent.hash, world.chain.safe.hash)
  assert.equal(world.history.newest()?.safe.hash, world.chain.safe.hash)
  assert.equal(world.resets.length, 0)
})

test('an L1 reorg while derivation is down leads to a reset when derivation starts', async () => {
  const { world, derivation } = await DerivationWorld.started(4)
  await world.applyAll()
  const madeSafe = world.history.newest()?.l1
  assert.equal(madeSafe?.number, 4n)
  derivation.stop()
  world.grow(6, { from: 4, branch: 'b' })
  await world.writeHeads()
  await world.bus.pass(10_000)
  await world.start()
  await world.bus.pass(100)
  assert.deepEqual(world.resets.at(-1), { generation: 1n, reason: 'l1-reorg', safe: undefined })
})

test('if derivation has lost its safe-head history, it asks for a reset', async () => {
  const { world, derivation } = await DerivationWorld.started(4)
  await world.applyAll()
  derivation.stop()
  await world.bus.pass(10_000)
  await world.start({ history: new SafeHeadHistory(':memory:') })
  await world.bus.pass(100)
  assert.equal(world.counted['reset:unknown-inclusion'], 1)
})

test('if da-watcher does not have an L1 block, it is requested again, and the status names this block', async () => {
  const world = await DerivationWorld.make()
  world.grow(4)
  await world.writeHeads()
  await world.begin(1n)
  world.onL1Request = async (answer) => {
    const answered = answer()
    return answered.kind === 'block' && answered.block.number === 2n
      ? { kind: 'not-found' }
      : answered
  }
  await world.start()
  await world.bus.pass(5_000)
  assert.match(world.wait, /da-watcher to fetch L1 block 2: L1 does not have that block/)
  world.onL1Request = async (answer) => answer()
  await world.bus.pass(4_500)
  assert.equal(world.sent[0], '1:1')
  assert.doesNotMatch(world.wait, /L1/)
})

test('four L1 blocks are requested at a time', async () => {
  const world = await DerivationWorld.make()
  world.grow(20)
  await world.writeHeads()
  await world.begin(1n)
  let [waiting, most] = [0, 0]
  world.onL1Request = async (answer) => {
    most = Math.max(most, ++waiting)
    await new Promise<void>((resolve) => world.bus.clock.after(50, resolve))
    waiting--
    return answer()
  }
  await world.start()
  await world.bus.pass(2_000)
  assert.equal(most, 4)
})

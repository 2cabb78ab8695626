import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  derivationTargets,
  fetchL2Block,
  payloadReceived,
  payloadRefused,
  postPayload,
  reset,
} from '#messages/subjects.ts'
import type { RefusedPayload } from '#messages/refused-payload.ts'
import type { L1BlockRef } from '#protocol/block/refs.ts'
import { EngineApiClient } from '#engine-api/engine-api-client.ts'
import { EngineWorld } from '#test/fakes/engine-world.ts'
import { hash } from '#test/fakes/values.ts'

/** Asserts that the safe head is the recorded block with the same number. */
function assertRecorded({ derivation, record }: EngineWorld): void {
  const { safe } = derivation.chain
  const recorded = record.l2.find(({ block }) => block.number === safe.number)
  assert.equal(safe.hash, recorded?.block.blockHash)
}

async function startedWorld(record: string) {
  const world = await EngineWorld.of(record)
  const engine = await world.start()
  await world.derivation.until(({ outcome }) => outcome === 'started')
  return { world, engine, derivation: world.derivation, client: world.client }
}

/** A world whose recorded chain is built completely. */
async function builtWorld(record: string) {
  const started = await startedWorld(record)
  await started.derivation.toEnd()
  return started
}

test('a chain is built block by block, and every hash equals op-geth’s', async () => {
  const { client, derivation, world } = await builtWorld('fork-karst')
  assertRecorded(world)
  assert.deepEqual(new Set(derivation.outcomes), new Set(['built']))
  const { safe, unsafe } = derivation.chain
  assert.equal(safe.number, world.record.l2.at(-1)?.block.number)
  assert.equal(unsafe.hash, safe.hash)
  assert.equal(client.chain.safe?.hash, safe.hash)
})

for (const [record, outcome, what] of [
  ['bad-data-karst', 'replaced', 'is replaced with a block of deposits'],
  ['bad-data-pre-holocene', 'dropped', 'is dropped before Holocene'],
] as const) {
  test(`a batch whose block is invalid ${what}, and every hash equals op-geth’s`, async () => {
    const { derivation, world } = await startedWorld(record)
    while (!derivation.outcomes.includes(outcome))
      await derivation.toEnd({ untilSafe: derivation.chain.safe.number + 10n })
    await derivation.toEnd({ untilSafe: derivation.chain.safe.number + 30n })
    assertRecorded(world)
  })
}

test('a restarted engine finds its blocks, and builds no block again', async () => {
  const { client, derivation, engine, world } = await builtWorld('fork-holocene')
  const { generation, safe } = derivation.chain
  engine.stop()
  client.calls.length = 0
  await world.start()
  const chain = await derivation.until((chain) => chain.generation > generation)
  assert.equal(chain.sequence, 0n)
  assert.equal(chain.unsafe.hash, safe.hash)
  assert.ok(chain.safe.number < safe.number, 'a sequencing window is read again')
  derivation.outcomes.length = 0
  await derivation.toEnd()
  assert.deepEqual(new Set(derivation.outcomes), new Set(['consolidated']))
  assert.equal(derivation.chain.safe.hash, safe.hash)
  await world.bus.pass(1_000)
  assert.equal(client.chain.safe?.hash, safe.hash)
  assert.ok(!client.calls.some(({ method }) => method.startsWith('engine_newPayload')))
})

test('an engine that is killed at any call to the execution client continues after a restart', async () => {
  const world = await EngineWorld.of('fork-jovian')
  const { client, derivation } = world
  let engine = await world.start()
  await derivation.until(({ outcome }) => outcome === 'started')
  let left = 1
  let kills = 0
  client.intercept = () => {
    if (--left > 0) return
    kills++
    engine.stop()
  }
  const end = world.record.l2.at(-1)?.block.number ?? 0n
  while (derivation.chain.safe.number < end) {
    const derived = derivation.next()
    if (derived === undefined) break
    const request = derivation.requestOf(derived)
    const { generation } = derivation.chain
    if (!engine.isKilled()) assert.deepEqual(await derivation.call(request), { kind: 'accepted' })
    const isDone = await world.bus.clock.run(
      1_000,
      () => derivation.chain.sequence === request.sequence,
    )
    if (isDone && derivation.chain.generation === generation) {
      derivation.take(derived, derivation.chain)
      continue
    }
    // After a restart, blocks that are not final are derived again. Each run makes four calls more than the run before,
    // so that the chain advances.
    left = Number.POSITIVE_INFINITY
    engine = await world.start()
    await derivation.until((chain) => chain.generation > generation)
    left = 1 + 4 * kills
  }
  assert.ok(kills > 12, `${kills} kills`)
  assertRecorded(world)
  const generations = derivation.states.map(({ generation }) => generation)
  assert.deepEqual(generations, generations.toSorted(compare))
})

test('unsafe blocks from peers become the unsafe head in any order, and are then consolidated', async () => {
  const { derivation, world } = await startedWorld('fork-holocene')
  const { bus, gossip, record } = world
  const payloads = record.l2.slice(1, 31).map(({ block }) => block)
  for (const payload of [...payloads.slice(3, 10), ...payloads.slice(0, 3), ...payloads])
    await bus.settle(gossip.append(payloadReceived, { payload }))
  const chain = await derivation.until(({ unsafe }) => unsafe.number === 30n)
  assert.equal(chain.safe.number, 0n)
  assert.equal(chain.unsafe.hash, record.l2[30]?.block.blockHash)
  await derivation.toEnd()
  assert.equal(derivation.outcomes.filter((outcome) => outcome === 'consolidated').length, 30)
  assertRecorded(world)
})

test('if unsafe blocks arrived while the engine was down, they are read from the log of gossip', async () => {
  const world = await EngineWorld.of('fork-holocene')
  const { bus, derivation, gossip, record } = world
  for (const { block } of record.l2.slice(1, 11))
    await bus.settle(gossip.append(payloadReceived, { payload: block }))
  await world.start()
  await derivation.until(({ unsafe }) => unsafe.number === 10n)
})

test('unsafe blocks of an operator are inserted like those from gossip', async () => {
  const { derivation, world } = await startedWorld('fork-holocene')
  const { bus, record } = world
  const rpc = (await bus.join('rpc')).bus
  for (const { block: payload } of [record.l2[2], record.l2[1]].filter(
    (line) => line !== undefined,
  ))
    assert.deepEqual(
      await bus.settle(rpc.call(postPayload, { payload }, { deadlineMs: 2_000 })),
      {},
    )
  const chain = await derivation.until(({ unsafe }) => unsafe.number === 2n)
  assert.equal(chain.unsafe.hash, record.l2[2]?.block.blockHash)
})

test('if an unsafe block differs from the derived block, it is replaced, with all blocks above it', async () => {
  const { client, derivation, world } = await startedWorld('fork-holocene')
  const { bus, gossip, record } = world
  const other = await siblingOf(world, 1)
  await bus.settle(gossip.append(payloadReceived, { payload: other }))
  await derivation.until(({ unsafe }) => unsafe.hash === other.blockHash)
  // The recorded block does not replace the other block, because the recorded block is not a child of the unsafe head.
  const real = record.l2[1]?.block ?? assert.fail()
  await bus.settle(gossip.append(payloadReceived, { payload: real }))
  await bus.pass(5_000)
  assert.equal(derivation.chain.unsafe.hash, other.blockHash)
  await derivation.toEnd({ untilSafe: 1n })
  assert.deepEqual(new Set(derivation.outcomes), new Set(['built']))
  assert.equal(client.chain.canonical(1n)?.hash, real.blockHash)
  assertRecorded(world)
})

test('an invalid unsafe block is refused, and the next block is inserted', async () => {
  const { derivation, engine, world } = await startedWorld('fork-holocene')
  const { bus, gossip, record } = world
  const good = record.l2[1]?.block ?? assert.fail()
  const bad = { ...good, blockHash: hash(0xba), stateRoot: good.parentHash }
  const told: RefusedPayload[] = []
  gossip.listen(payloadRefused, (refused) => told.push(refused))
  await bus.settle(gossip.append(payloadReceived, { payload: bad }))
  await bus.pass(1_000)
  assert.equal(derivation.chain.unsafe.number, 0n)
  const refusals = () =>
    engine.registry.getSingleMetricAsString('atoll_engine_payloads_refused_total')
  const refused = await refusals()
  assert.match(refused, / 1$/)
  await bus.settle(gossip.append(payloadReceived, { payload: good }))
  await bus.pass(1_000)
  assert.equal(derivation.chain.unsafe.hash, good.blockHash)
  assert.equal(await refusals(), refused, 'the next block is not refused')
  assert.deepEqual(told, [{ block: { number: bad.number, hash: bad.blockHash } }])
  await derivation.toEnd({ untilSafe: 3n })
  assertRecorded(world)
})

test('the finality target of derivation is finalized when it is safe, and stays final after a restart', async () => {
  const { client, derivation, engine, world } = await startedWorld('fork-holocene')
  const { bus, record } = world
  const target = record.l2[10]?.block ?? assert.fail()
  const owner = derivation.bus.own(derivationTargets)
  const finalized = { number: 10n, hash: target.blockHash }
  await bus.settle(owner.write({ finalized, currentL1: undefined, generation: 0n, version: 0n }))
  await derivation.toEnd({ untilSafe: 9n })
  await bus.pass(5_000)
  assert.equal(derivation.chain.finalized.number, 0n)
  await derivation.toEnd({ untilSafe: 12n })
  await derivation.until(({ finalized }) => finalized.hash === target.blockHash)
  assert.equal(client.chain.finalized?.hash, target.blockHash)
  engine.stop()
  await world.start()
  const { generation } = derivation.chain
  const chain = await derivation.until((chain) => chain.generation > generation)
  assert.equal(chain.finalized.hash, target.blockHash)
  assert.ok(chain.safe.number >= 10n)
})

test('after a restart, the block of an invalid batch is derived again, and the blocks above it stay', async () => {
  const { client, derivation, engine, world } = await startedWorld('bad-data-karst')
  while (!derivation.outcomes.includes('replaced'))
    await derivation.toEnd({ untilSafe: derivation.chain.safe.number + 10n })
  const replaced = derivation.outcomes.filter((outcome) => outcome === 'replaced').length
  const { generation, unsafe } = derivation.chain
  engine.stop()
  await world.start()
  const { safe } = await derivation.until((chain) => chain.generation > generation)
  const [before, outcomes] = [client.calls.length, derivation.outcomes.length]
  await derivation.toEnd({ untilSafe: unsafe.number })
  const again = derivation.outcomes.slice(outcomes)
  // Derivation drops the rest of the span of a batch that was replaced, so it has to know.
  assert.deepEqual(new Set(again), new Set(['consolidated', 'replaced']))
  assert.equal(again.filter((outcome) => outcome === 'replaced').length, replaced)
  assert.equal(again.length, Number(unsafe.number - safe.number))
  assert.equal(derivation.chain.unsafe.hash, unsafe.hash)
  const executed = client.calls.slice(before).filter(({ method }) => /newPayload/u.test(method))
  assert.deepEqual(executed, [])
  await derivation.toEnd({ untilSafe: unsafe.number + 10n })
  assertRecorded(world)
})

test('if a target is not on the safe chain, it is not finalized', async () => {
  const { derivation, world } = await startedWorld('fork-holocene')
  const owner = derivation.bus.own(derivationTargets)
  const finalized = { number: 3n, hash: world.record.l2[4]?.block.blockHash ?? assert.fail() }
  await world.bus.settle(
    owner.write({ finalized, currentL1: undefined, generation: 0n, version: 0n }),
  )
  await derivation.toEnd({ untilSafe: 6n })
  await world.bus.pass(5_000)
  assert.equal(derivation.chain.finalized.number, 0n)
})

test('if attributes are of another generation, they are refused, and the answer has the generation of the engine', async () => {
  const { derivation } = await startedWorld('fork-holocene')
  const derived = derivation.next() ?? assert.fail()
  const request = derivation.requestOf(derived)
  const { generation } = request
  for (const other of [generation - 1n, generation + 1n])
    assert.deepEqual(await derivation.call({ ...request, generation: other }), {
      kind: 'refused',
      generation,
    })
})

test('if attributes arrive twice, they take effect once', async () => {
  const { derivation, client } = await startedWorld('fork-holocene')
  const derived = derivation.next() ?? assert.fail()
  const request = derivation.requestOf(derived)
  for (let repeat = 0; repeat < 3; repeat++)
    assert.deepEqual(await derivation.call(request), { kind: 'accepted' })
  await derivation.until(({ sequence }) => sequence === 1n)
  assert.deepEqual(await derivation.call(request), { kind: 'accepted' })
  assert.equal(client.chain.head.header.number, 1n)
  assert.equal(client.calls.filter(({ method }) => method === 'engine_getPayloadV3').length, 1)
})

for (const [what, change] of [
  ['a sequence that jumps', { sequence: 5n }],
  ['another parent', { parent: undefined }],
] as const) {
  test(`a request with ${what} starts a new generation`, async () => {
    const { derivation, world } = await startedWorld('fork-holocene')
    const derived = derivation.next() ?? assert.fail()
    const request = derivation.requestOf(derived)
    const { generation } = request
    const parent = { ...request.parent, hash: derived.l1Origin.hash }
    const other = 'parent' in change ? { ...request, parent } : { ...request, ...change }
    assert.deepEqual(await derivation.call(other), { kind: 'accepted' })
    await derivation.until((chain) => chain.generation > generation)
    await derivation.toEnd({ untilSafe: 5n })
    assertRecorded(world)
  })
}

test('a reset starts a new generation; a reset of an earlier generation has no effect', async () => {
  const { derivation, world } = await startedWorld('fork-holocene')
  await derivation.toEnd({ untilSafe: 5n })
  const { generation } = derivation.chain
  const ask = (of: bigint) =>
    world.bus.settle(
      derivation.bus.call(reset, { generation: of, reason: 'l1-reorg' }, { deadlineMs: 2_000 }),
    )
  await ask(generation)
  const next = await derivation.until((chain) => chain.generation > generation)
  assert.deepEqual(await ask(generation), { generation: next.generation })
  await world.bus.pass(5_000)
  assert.equal(derivation.chain.generation, next.generation)
})

test('a reset drops blocks whose L1 origin was reorged out, but not blocks whose L1 origin is not on L1 yet', async () => {
  const { client, derivation, world } = await builtWorld('fork-holocene')
  const { generation, unsafe } = derivation.chain
  const request = { generation, reason: 'l1-reorg' } as const
  const from = unsafe.l1Origin.number - 1n
  const isBelow = (block: L1BlockRef) => block.number < from
  const canonical = world.l1
  // L1 lacks the L1 origins of the newest blocks, like an L1 node that is behind.
  world.l1 = {
    ...canonical,
    blocksDown: async (page) => (await canonical.blocksDown(page)).filter(isBelow),
  }
  await world.bus.settle(derivation.bus.call(reset, request, { deadlineMs: 2_000 }))
  const behind = await derivation.until((chain) => chain.generation > generation)
  assert.equal(behind.unsafe.hash, unsafe.hash)
  world.l1 = {
    ...canonical,
    blocksDown: async (page) =>
      (await canonical.blocksDown(page)).map((block) => {
        if (isBelow(block)) return block
        const parentHash = block.number === from ? block.parentHash : hash(block.number - 1n)
        return { ...block, hash: hash(block.number), parentHash }
      }),
  }
  const again = { ...request, generation: behind.generation }
  await world.bus.settle(derivation.bus.call(reset, again, { deadlineMs: 2_000 }))
  const chain = await derivation.until(({ generation }) => generation > behind.generation)
  assert.equal(chain.unsafe.l1Origin.number, from - 1n)
  assert.equal(client.chain.head.hash, chain.unsafe.hash)
})

test('blocks are served by number, hash and label while the engine runs', async () => {
  const { derivation, world } = await builtWorld('fork-karst')
  const { bus, record } = world
  const ask = (request: Parameters<typeof fetchL2Block.request.encode>[0]) =>
    bus.settle(derivation.bus.call(fetchL2Block, request, { deadlineMs: 2_000 }))
  const { generation, safe } = derivation.chain
  const byLabel = await ask({ block: { kind: 'label', label: 'safe' }, part: 'ref' })
  assert.deepEqual(byLabel, { generation, kind: 'found', ref: safe, part: { kind: 'ref' } })
  const { block } = record.l2[7] ?? assert.fail()
  const found = await ask({ block: { kind: 'number', number: 7n }, part: 'payload' })
  assert.deepEqual(found.kind === 'found' && found.part, { kind: 'payload', payload: block })
  const { transactions, ...header } = block
  assert.ok(transactions.length > 0)
  const byHash = await ask({ block: { kind: 'hash', hash: block.blockHash }, part: 'header' })
  assert.deepEqual(byHash.kind === 'found' && byHash.part, { kind: 'header', header })
  const proof = await ask({ block: { kind: 'hash', hash: safe.hash }, part: 'account-proof' })
  const part = proof.kind === 'found' ? proof.part : undefined
  const last = record.l2.at(-1)?.block
  assert.equal(part?.kind === 'account-proof' && part.proof.storageHash, last?.withdrawalsRoot)
  const none = await ask({ block: { kind: 'number', number: 9_999n }, part: 'ref' })
  assert.deepEqual(none, { generation, kind: 'not-found' })
})

/** A sibling of a recorded block: the same parent, attributes and transactions, but another gas limit. */
async function siblingOf({ client, record }: EngineWorld, number: number) {
  const { block } = record.l2[number] ?? assert.fail()
  const api = new EngineApiClient({ rpc: client, config: record.config, monotonicMs: () => 0 })
  const heads = { head: block.parentHash, safe: undefined, finalized: undefined }
  const started = await api.build(heads, {
    timestamp: block.timestamp,
    prevRandao: block.prevRandao,
    suggestedFeeRecipient: block.feeRecipient,
    withdrawals: block.withdrawals,
    parentBeaconBlockRoot: block.parentBeaconBlockRoot,
    transactions: block.transactions,
    noTxPool: true,
    gasLimit: block.gasLimit - 1_000n,
    eip1559Params: undefined,
    minBaseFee: undefined,
  })
  assert.equal(started.kind, 'started')
  if (started.kind !== 'started') assert.fail()
  return (await api.getPayload(started.payloadId, block.timestamp)) ?? assert.fail()
}

function compare(a: bigint, b: bigint): number {
  return a < b ? -1 : Number(a > b)
}

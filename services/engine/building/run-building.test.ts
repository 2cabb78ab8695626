import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { InsertRequest } from '#messages/insert.ts'
import type { SealRequest } from '#messages/seal.ts'
import type { StartBuildingRequest } from '#messages/start-building.ts'
import {
  execute,
  insert,
  payloadReceived,
  payloadRefused,
  seal,
  startBuilding,
} from '#messages/subjects.ts'
import type { Payload } from '#protocol/block/payload.ts'
import type { PayloadAttributes } from '#protocol/block/payload-attributes.ts'
import { idOf } from '#protocol/block/refs.ts'
import { toBytes8 } from '#protocol/codec/hex.ts'
import type { Bytes8 } from '#protocol/primitives.ts'
import type { Bus } from '#bus/bus.ts'
import { Fault, isFault } from '#runtime/fault.ts'
import { JsonRpcError } from '#json-rpc/json-rpc-answer.ts'
import type { JsonRpcCall } from '#json-rpc/json-rpc-client.ts'
import { EngineWorld } from '#test/fakes/engine-world.ts'

/** The calls of a sequencer on the unsafe head. The blocks are those of the record. */
class TestSequencer {
  readonly #world: EngineWorld
  readonly #bus: Bus
  deadlineMs = 2_000

  constructor(world: EngineWorld, bus: Bus) {
    this.#world = world
    this.#bus = bus
  }

  /** The generation and the unsafe head of the engine. */
  get #place() {
    const { generation, unsafe } = this.#world.derivation.chain
    return { generation, parent: idOf(unsafe) }
  }

  start(number: number, changes: Partial<StartBuildingRequest> = {}) {
    const attributes = attributesOf(blockOf(this.#world, number))
    const request = { ...this.#place, attributes, attempt: 0n, ...changes }
    return this.#settle(this.#bus.call(startBuilding, request, this))
  }

  seal(number: number, changes: Partial<SealRequest> & Pick<SealRequest, 'payloadId'>) {
    const { timestamp } = blockOf(this.#world, number)
    return this.#settle(this.#bus.call(seal, { ...this.#place, timestamp, ...changes }, this))
  }

  execute(payload: Payload, changes: Partial<InsertRequest> = {}) {
    const { generation } = this.#place
    return this.#settle(this.#bus.call(execute, { generation, payload, ...changes }, this))
  }

  insert(payload: Payload, changes: Partial<InsertRequest> = {}) {
    const { generation } = this.#place
    return this.#settle(this.#bus.call(insert, { generation, payload, ...changes }, this))
  }

  /** The payload id of a started build. */
  async started(number: number): Promise<Bytes8> {
    const response = await this.start(number)
    return response.kind === 'started' ? response.payloadId : assert.fail(response.reason)
  }

  /** Builds a block of the record. */
  async built(number: number): Promise<Payload> {
    const payloadId = await this.started(number)
    const response = await this.seal(number, { payloadId })
    return response.kind === 'sealed' ? response.payload : assert.fail(response.kind)
  }

  /** Builds a block of the record, and makes it the unsafe head. */
  async make(number: number): Promise<void> {
    const response = await this.insert(await this.built(number))
    assert.equal(response.kind, 'inserted')
  }

  #settle<Response>(response: Promise<Response>): Promise<Response> {
    return this.#world.bus.settle(response)
  }
}

function blockOf({ record }: EngineWorld, number: number): Payload {
  return record.l2[number]?.block ?? assert.fail()
}

/** Attributes from which the execution client builds a recorded block. */
function attributesOf(block: Payload): PayloadAttributes {
  const { extraData } = block
  return {
    timestamp: block.timestamp,
    prevRandao: block.prevRandao,
    suggestedFeeRecipient: block.feeRecipient,
    withdrawals: block.withdrawals,
    parentBeaconBlockRoot: block.parentBeaconBlockRoot,
    transactions: block.transactions,
    noTxPool: true,
    gasLimit: block.gasLimit,
    eip1559Params: extraData.length === 0 ? undefined : toBytes8(extraData.subarray(1, 9)),
    minBaseFee: undefined,
  }
}

async function startedWorld() {
  const world = await EngineWorld.of('fork-holocene')
  const engine = await world.start()
  const { client, derivation } = world
  await derivation.until(({ outcome }) => outcome === 'started')
  const sequencer = new TestSequencer(world, (await world.bus.join('sequencer')).bus)
  return { world, engine, derivation, client, sequencer }
}

/** The code of the fault of a call. */
async function codeOf(response: Promise<unknown>): Promise<string> {
  const fault = await response.then(
    () => undefined,
    (error: unknown) => error,
  )
  return isFault(fault) ? fault.code : assert.fail(String(fault))
}

const isBuild = ({ method, params }: JsonRpcCall) =>
  method.startsWith('engine_forkchoiceUpdated') && params[1] !== null

test('blocks that are built, sealed and inserted become the unsafe head, and are consolidated later', async () => {
  const { client, derivation, sequencer, world } = await startedWorld()
  for (const number of [1, 2, 3]) {
    const payload = await sequencer.built(number)
    assert.equal(derivation.chain.unsafe.number, BigInt(number - 1), 'seal changes no head')
    const response = await sequencer.insert(payload)
    const { safe, unsafe } = derivation.chain
    assert.deepEqual(response, { kind: 'inserted', block: unsafe })
    assert.equal(unsafe.hash, blockOf(world, number).blockHash)
    assert.equal(client.chain.head.hash, unsafe.hash)
    assert.equal(safe.number, 0n)
  }
  await derivation.toEnd({ untilSafe: 4n })
  assert.deepEqual(derivation.outcomes.slice(0, 4), [
    'consolidated',
    'consolidated',
    'consolidated',
    'built',
  ])
})

test('repeated calls get the same answers, and make no further calls to the execution client', async () => {
  const { client, derivation, sequencer } = await startedWorld()
  client.calls.length = 0
  const payloadId = await sequencer.started(1)
  assert.deepEqual(await sequencer.start(1), { kind: 'started', payloadId })
  const sealed = await sequencer.seal(1, { payloadId })
  client.restart()
  assert.deepEqual(await sequencer.seal(1, { payloadId }), sealed)
  const payload = sealed.kind === 'sealed' ? sealed.payload : assert.fail()
  const inserted = await sequencer.insert(payload)
  const { version } = derivation.chain
  assert.deepEqual(await sequencer.insert(payload), inserted)
  assert.equal(derivation.chain.version, version)
  assert.deepEqual(
    client.calls.map(({ method }) => method),
    [
      'engine_forkchoiceUpdatedV3',
      'engine_getPayloadV3',
      'engine_newPayloadV3',
      'engine_forkchoiceUpdatedV3',
    ],
  )
  await sequencer.make(2)
  assert.deepEqual(await sequencer.insert(payload), inserted)
  assert.equal(derivation.chain.unsafe.number, 2n)
})

test('if the execution client forgot a build, the payload id is unknown, and the block is built again', async () => {
  const { client, derivation, sequencer } = await startedWorld()
  const payloadId = await sequencer.started(1)
  client.restart()
  assert.deepEqual(await sequencer.seal(1, { payloadId }), { kind: 'unknown-payload' })
  await sequencer.make(1)
  assert.equal(derivation.chain.unsafe.number, 1n)
})

test('calls on another block than the unsafe head are stale', async () => {
  const { client, derivation, sequencer, world } = await startedWorld()
  const { unsafe } = derivation.chain
  const parent = { number: unsafe.number, hash: blockOf(world, 1).blockHash }
  const response = { kind: 'stale', reason: `the unsafe head is 0 (${unsafe.hash})` }
  const payloadId = await sequencer.started(1)
  client.calls.length = 0
  assert.deepEqual(await sequencer.start(1, { parent }), response)
  assert.deepEqual(await sequencer.seal(1, { payloadId, parent }), response)
  assert.deepEqual(await sequencer.insert(blockOf(world, 2)), response)
  assert.deepEqual(client.calls, [])
})

test('if gossip has a block at the height of the sequencer’s block, the sequencer’s block is stale', async () => {
  const { derivation, sequencer, world } = await startedWorld()
  const gasLimit = blockOf(world, 1).gasLimit - 1_000n
  const attributes = { ...attributesOf(blockOf(world, 1)), gasLimit }
  const started = await sequencer.start(1, { attributes })
  const { payloadId } = started.kind === 'started' ? started : assert.fail()
  const sealed = await sequencer.seal(1, { payloadId })
  const payload = sealed.kind === 'sealed' ? sealed.payload : assert.fail()
  await world.bus.settle(world.gossip.append(payloadReceived, { payload: blockOf(world, 1) }))
  const { unsafe } = await derivation.until(({ unsafe }) => unsafe.number === 1n)
  assert.deepEqual(await sequencer.insert(payload), {
    kind: 'stale',
    reason: `the unsafe head is 1 (${unsafe.hash})`,
  })
  await sequencer.make(2)
})

test('after a restart of the engine, calls of the earlier generation are stale, and the chain continues', async () => {
  const { derivation, engine, sequencer, world } = await startedWorld()
  await sequencer.make(1)
  const { generation } = derivation.chain
  const payload = await sequencer.built(2)
  engine.stop()
  await world.start()
  const chain = await derivation.until((chain) => chain.generation > generation)
  const response = { kind: 'stale', reason: `the engine is in generation ${chain.generation}` }
  assert.deepEqual(await sequencer.insert(payload, { generation }), response)
  assert.deepEqual(await sequencer.start(2, { generation }), response)
  assert.equal(chain.unsafe.number, 1n)
  assert.equal((await sequencer.insert(payload)).kind, 'inserted')
})

test('while the execution client does not answer, each call fails with its fault, and the next call works', async () => {
  const { client, derivation, engine, sequencer } = await startedWorld()
  const payloadId = await sequencer.started(1)
  const { generation } = derivation.chain
  const fails = async (call: () => Promise<unknown>) => {
    client.intercept = () => {
      throw new Fault('rpc-unreachable', { detail: 'connection refused' })
    }
    assert.equal(await codeOf(call()), 'engine-unreachable')
    client.intercept = () => undefined
  }
  await fails(() => sequencer.seal(1, { payloadId }))
  const payload = await sequencer.built(1)
  await fails(() => sequencer.insert(payload))
  assert.equal((await sequencer.insert(payload)).kind, 'inserted')
  await fails(() => sequencer.start(2))
  await sequencer.make(2)
  assert.equal(derivation.chain.generation, generation)
  const counts = await engine.registry.getSingleMetricAsString('atoll_engine_building_calls_total')
  assert.match(counts, /\{call="seal",outcome="refused"\} 1\n/)
  assert.match(counts, /\{call="insert",outcome="inserted"\} 2(\n|$)/)
})

test('if the execution client does not accept the heads, the call fails, and a generation starts', async () => {
  const { client, derivation, sequencer } = await startedWorld()
  const { generation } = derivation.chain
  client.intercept = (call) => {
    if (isBuild(call)) throw new JsonRpcError(-38_002, 'by the test')
  }
  assert.equal(await codeOf(sequencer.start(1)), 'engine-forkchoice')
  client.intercept = () => undefined
  await derivation.until((chain) => chain.generation > generation)
  await sequencer.make(1)
})

test('if the execution client is syncing, the call fails, and the generation stays', async () => {
  const { client, derivation, sequencer } = await startedWorld()
  const { generation } = derivation.chain
  const payloadStatus = { status: 'SYNCING', latestValidHash: null }
  const isForkchoice = ({ method }: JsonRpcCall) => method.startsWith('engine_forkchoice')
  const payload = await sequencer.built(1)
  client.intercept = (call) => (isForkchoice(call) ? { payloadStatus, payloadId: null } : undefined)
  assert.equal(await codeOf(sequencer.insert(payload)), 'engine-syncing')
  const attributes = { ...attributesOf(payload), timestamp: payload.timestamp + 2n }
  assert.equal(await codeOf(sequencer.start(1, { attributes })), 'engine-syncing')
  client.intercept = () => undefined
  assert.equal((await sequencer.insert(payload)).kind, 'inserted')
  assert.equal(derivation.chain.generation, generation)
})

test('invalid attributes and invalid blocks are answered with a reason, and the peers are not blamed', async () => {
  const { derivation, sequencer, world } = await startedWorld()
  const refused: unknown[] = []
  world.gossip.listen(payloadRefused, (block) => refused.push(block))
  const good = blockOf(world, 1)
  const attributes = { ...attributesOf(good), timestamp: good.timestamp - 2n }
  const start = await sequencer.start(1, { attributes })
  assert.ok(start.kind === 'invalid' && start.reason !== '', start.kind)
  const insert = await sequencer.insert({ ...good, stateRoot: good.parentHash })
  assert.ok(insert.kind === 'invalid' && insert.reason !== '', insert.kind)
  await world.bus.pass(1_000)
  assert.equal(derivation.chain.unsafe.number, 0n)
  assert.deepEqual(refused, [])
  await sequencer.make(1)
})

test('a foreign block is executed without a change of the chain, and can be inserted in place of the sealed block', async () => {
  const { client, derivation, sequencer, world } = await startedWorld()
  const gasLimit = blockOf(world, 1).gasLimit - 1_000n
  const attributes = { ...attributesOf(blockOf(world, 1)), gasLimit }
  const started = await sequencer.start(1, { attributes })
  const { payloadId } = started.kind === 'started' ? started : assert.fail()
  await sequencer.seal(1, { payloadId })
  const foreign = blockOf(world, 1)
  const before = derivation.chain
  assert.deepEqual(await sequencer.execute(foreign), { kind: 'valid' })
  const bad = await sequencer.execute({ ...foreign, stateRoot: foreign.parentHash })
  assert.ok(bad.kind === 'invalid' && bad.reason !== '', bad.kind)
  const empty = await sequencer.execute({ ...foreign, transactions: [] })
  assert.equal(empty.kind, 'invalid')
  assert.deepEqual([derivation.chain, client.chain.head.header.number], [before, 0n])
  assert.equal((await sequencer.execute(blockOf(world, 2))).kind, 'stale')
  assert.equal((await sequencer.insert(foreign)).kind, 'inserted')
  assert.equal(derivation.chain.unsafe.hash, foreign.blockHash)
})

test('a block that the execution client does not execute has no verdict', async () => {
  const { client, derivation, sequencer, world } = await startedWorld()
  const { generation } = derivation.chain
  for (const [status, code] of [
    ['SYNCING', 'engine-syncing'],
    ['ACCEPTED', 'engine-unsure'],
  ] as const) {
    client.intercept = ({ method }) =>
      method.startsWith('engine_newPayload') ? { status, latestValidHash: null } : undefined
    assert.equal(await codeOf(sequencer.execute(blockOf(world, 1))), code)
  }
  client.intercept = () => undefined
  assert.deepEqual(await sequencer.execute(blockOf(world, 1)), { kind: 'valid' })
  assert.equal(derivation.chain.generation, generation)
})

test('an insertion is answered only after the chain state is stored', async () => {
  const { client, derivation, sequencer, world } = await startedWorld()
  const payload = await sequencer.built(1)
  world.bus.lost = ({ subject }) => subject.includes('engine.chain')
  sequencer.deadlineMs = 1_000
  assert.equal(await codeOf(sequencer.insert(payload)), 'timeout')
  assert.equal(client.chain.head.hash, payload.blockHash)
  world.bus.lost = () => false
  sequencer.deadlineMs = 2_000
  assert.equal((await sequencer.insert(payload)).kind, 'inserted')
  assert.equal(derivation.chain.unsafe.hash, payload.blockHash)
})

test('a sequencer that catches up is not slowed by the limit on forkchoices', async () => {
  const { derivation, sequencer, world } = await startedWorld()
  const { clock } = world.bus
  const last = world.record.l2.length - 1
  const startMs = clock.monotonicMs()
  for (let number = 1; number <= last; number++) await sequencer.make(number)
  const tookMs = clock.monotonicMs() - startMs
  assert.equal(derivation.chain.unsafe.hash, blockOf(world, last).blockHash)
  assert.ok(last > 20 && tookMs < 500, `${last} blocks took ${tookMs} ms`)
})

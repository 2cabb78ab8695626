import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { BuiltFlashblock } from '#messages/built-flashblock.ts'
import type { StartBuildingRequest } from '#messages/start-building.ts'
import { flashblockBuilt } from '#messages/flashblock-subjects.ts'
import { insert, seal, startBuilding } from '#messages/subjects.ts'
import type { Payload } from '#protocol/block/payload.ts'
import type { PayloadAttributes } from '#protocol/block/payload-attributes.ts'
import { idOf } from '#protocol/block/refs.ts'
import { toBytes8 } from '#protocol/codec/hex.ts'
import { checkBlockHash, FlashblockAssembly } from '#protocol/flashblock/assembly.ts'
import type { Bytes8 } from '#protocol/primitives.ts'
import { depositType } from '#protocol/transaction/transaction-types.ts'
import type { Bus } from '#bus/bus.ts'
import { JsonRpcError } from '#json-rpc/json-rpc-answer.ts'
import type { JsonRpcCall } from '#json-rpc/json-rpc-client.ts'
import { EngineWorld } from '#test/fakes/engine-world.ts'
import { readRecord } from '#test/fakes/recorded-chain.ts'

const record = await readRecord('fork-jovian')
const [genesis] = record.l2
if (genesis === undefined) throw new Error('a record without blocks')
const slots = { intervalMs: 500, sendOffsetMs: 0, endBufferMs: 100 }

/** A sequencer that builds the recorded block 2, with five transactions of users, which arrive one after another. */
class FlashblockWorld {
  readonly #world: EngineWorld
  readonly #bus: Bus
  /** What consumers see. */
  readonly published: BuiltFlashblock[] = []
  readonly block: Payload

  private constructor(world: EngineWorld, bus: Bus, block: Payload) {
    this.#world = world
    this.#bus = bus
    this.block = block
  }

  static async start(): Promise<FlashblockWorld> {
    const block = record.l2[2]?.block ?? assert.fail()
    const world = await EngineWorld.of('fork-jovian', {}, Number(block.timestamp - 2n) * 1_000)
    await world.start()
    await world.derivation.until(({ outcome }) => outcome === 'started')
    const started = new FlashblockWorld(world, (await world.bus.join('sequencer')).bus, block)
    await started.#insertFirst()
    void started.#follow((await world.bus.join('flashblock-p2p')).bus)
    return started
  }

  get client() {
    return this.#world.client
  }

  get users(): readonly Uint8Array[] {
    return usersOf(this.block)
  }

  pass(ms: number): Promise<void> {
    return this.#world.bus.pass(ms)
  }

  /** Adds the next transactions of the block to the pool. */
  receive(count: number): void {
    this.client.pool = this.users.slice(0, this.client.pool.length + count)
  }

  /** The payload id of the build that the engine starts. */
  async build(changes: Partial<PayloadAttributes> = {}): Promise<Bytes8> {
    const attributes = { ...attributesOf(this.block), ...changes }
    const request: StartBuildingRequest = {
      ...this.#place,
      attributes,
      attempt: 0n,
      flashblocks: slots,
    }
    const response = await this.#settle(this.#bus.call(startBuilding, request, { deadlineMs: 500 }))
    return response.kind === 'started' ? response.payloadId : assert.fail(response.reason)
  }

  async seal(payloadId: Bytes8): Promise<Payload> {
    const { timestamp } = this.block
    const request = { ...this.#place, payloadId, timestamp }
    const response = await this.#settle(this.#bus.call(seal, request, { deadlineMs: 5_000 }))
    return response.kind === 'sealed' ? response.payload : assert.fail(response.kind)
  }

  async insert(payload: Payload): Promise<void> {
    const { generation } = this.#place
    const call = this.#bus.call(insert, { generation, payload }, { deadlineMs: 5_000 })
    assert.equal((await this.#settle(call)).kind, 'inserted')
  }

  get #place() {
    const { generation, unsafe } = this.#world.derivation.chain
    return { generation, parent: idOf(unsafe) }
  }

  async #insertFirst(): Promise<void> {
    await this.insert(record.l2[1]?.block ?? assert.fail())
  }

  async #follow(bus: Bus): Promise<void> {
    const stopped = new AbortController().signal
    for await (const { value } of bus.tail(flashblockBuilt, { from: 0n, signal: stopped }))
      if (value !== undefined) this.published.push(value)
  }

  #settle<Value>(promise: Promise<Value>): Promise<Value> {
    return this.#world.bus.settle(promise)
  }
}

const usersOf = ({ transactions }: Payload) => transactions.filter(([type]) => type !== depositType)

function attributesOf(block: Payload): PayloadAttributes {
  return {
    timestamp: block.timestamp,
    prevRandao: block.prevRandao,
    suggestedFeeRecipient: block.feeRecipient,
    withdrawals: block.withdrawals,
    parentBeaconBlockRoot: block.parentBeaconBlockRoot,
    transactions: block.transactions.filter(([type]) => type === depositType),
    noTxPool: false,
    gasLimit: block.gasLimit,
    eip1559Params: toBytes8(block.extraData.subarray(1, 9)),
    minBaseFee: undefined,
  }
}

/** Puts published flashblocks together, as a consumer does. */
function assembled(published: readonly BuiltFlashblock[]): FlashblockAssembly {
  const assembly = new FlashblockAssembly(published[0]?.flashblock.payloadId ?? assert.fail())
  for (const { flashblock } of published)
    assert.deepEqual(assembly.add(flashblock), { kind: 'added' })
  return assembly
}

/** Number of user transactions of each flashblock. */
const counts = (published: readonly BuiltFlashblock[]) =>
  published.map(({ flashblock }) => flashblock.diff.transactions.length)

const isGetPayload = ({ method }: JsonRpcCall) => method.startsWith('engine_getPayload')

test('index 0 is published at once with the deposits, each further index with the new transactions, and the sealed block has them all', async () => {
  const world = await FlashblockWorld.start()
  const payloadId = await world.build()
  await world.pass(100)
  assert.deepEqual(counts(world.published), [attributesOf(world.block).transactions.length])
  for (const count of [2, 0, 1]) {
    world.receive(count)
    await world.pass(500)
  }
  world.receive(1)
  await world.pass(300)
  assert.deepEqual(counts(world.published).slice(1), [2, 0, 1, 1])
  const sealed = await world.seal(payloadId)
  const assembly = assembled(world.published)
  assert.equal(assembly.payloadId, payloadId)
  assert.deepEqual(assembly.payload(), sealed)
  for (let index = 0; index < assembly.length; index++)
    assert.equal(checkBlockHash(assembly.payload(index) ?? assert.fail()), 'right')
  assert.deepEqual(usersOf(sealed), world.users.slice(0, 4))
  assert.deepEqual(await world.seal(payloadId), sealed)
  await world.insert(sealed)
  world.receive(1)
  await world.pass(1_000)
  assert.equal(world.published.length, 5)
})

test('a block that is sealed early has what was published, and no index follows', async () => {
  const world = await FlashblockWorld.start()
  const payloadId = await world.build()
  world.receive(2)
  await world.pass(600)
  world.receive(2)
  const sealed = await world.seal(payloadId)
  assert.deepEqual(usersOf(sealed), world.users.slice(0, 2))
  await world.pass(1_000)
  assert.deepEqual(assembled(world.published).payload(), sealed)
})

test('if a block is sealed while an index is made, this index is published and in the block', async () => {
  const world = await FlashblockWorld.start()
  const payloadId = await world.build()
  world.receive(2)
  const sealing = Promise.withResolvers<Payload>()
  world.client.intercept = (call) => {
    if (!isGetPayload(call) || world.published.length === 0) return undefined
    world.client.intercept = () => undefined
    world.seal(payloadId).then(sealing.resolve, sealing.reject)
    return undefined
  }
  await world.pass(600)
  const sealed = await sealing.promise
  assert.deepEqual(usersOf(sealed), world.users.slice(0, 2))
  assert.deepEqual(assembled(world.published).payload(), sealed)
})

test('without transactions of users, index 0 is the whole block', async () => {
  const world = await FlashblockWorld.start()
  const payloadId = await world.build({ noTxPool: true })
  world.receive(2)
  await world.pass(1_800)
  assert.equal(world.published.length, 1)
  assert.deepEqual(usersOf(await world.seal(payloadId)), [])
})

test('a build that the execution client forgot is started again, and no index is lost or doubled', async () => {
  const world = await FlashblockWorld.start()
  const payloadId = await world.build()
  world.receive(1)
  await world.pass(600)
  world.receive(2)
  await world.pass(100)
  world.client.restart()
  await world.pass(1_200)
  const assembly = assembled(world.published)
  assert.deepEqual(usersOf(assembly.payload() ?? assert.fail()), world.users.slice(0, 3))
  assert.deepEqual(await world.seal(payloadId), assembly.payload())
})

test('a proposal that does not go on from the published transactions is not published', async () => {
  const world = await FlashblockWorld.start()
  const payloadId = await world.build()
  world.receive(2)
  await world.pass(600)
  const before = world.published.length
  world.client.intercept = async (call) => {
    if (!isGetPayload(call)) return undefined
    world.client.intercept = () => undefined
    const answer = (await world.client.call(call.method, call.params)) as {
      readonly executionPayload: { readonly transactions: readonly string[] }
    }
    const { executionPayload } = answer
    const transactions = executionPayload.transactions.slice(0, -1)
    return { ...answer, executionPayload: { ...executionPayload, transactions } }
  }
  await world.pass(500)
  assert.equal(world.published.length, before)
  world.receive(1)
  await world.pass(500)
  assert.deepEqual(usersOf(await world.seal(payloadId)), world.users.slice(0, 3))
  assembled(world.published)
})

test('an execution client that fails for a time costs indices, but no block and no published transaction', async () => {
  const world = await FlashblockWorld.start()
  const payloadId = await world.build()
  world.receive(2)
  await world.pass(600)
  world.client.intercept = ({ method }) => {
    if (!method.startsWith('engine_')) return undefined
    throw new JsonRpcError(-32_000, 'out of order')
  }
  await world.pass(700)
  world.client.intercept = () => undefined
  world.receive(1)
  await world.pass(600)
  const sealed = await world.seal(payloadId)
  assert.deepEqual(assembled(world.published).payload(), sealed)
  assert.ok(usersOf(sealed).length >= 2)
  await world.insert(sealed)
})

import assert from 'node:assert/strict'
import type { Registry } from 'prom-client'
import type { BuiltFlashblock } from '#messages/built-flashblock.ts'
import type { CheckedFlashblock } from '#messages/checked-flashblock.ts'
import type { FoundPrefix } from '#messages/find-prefix.ts'
import {
  findPrefix,
  flashblockBuilt,
  flashblockChecked,
  flashblockReceived,
} from '#messages/flashblock-subjects.ts'
import type { StartBuildingRequest } from '#messages/start-building.ts'
import { insert, seal, startBuilding } from '#messages/subjects.ts'
import type { Payload } from '#protocol/block/payload.ts'
import type { PayloadAttributes } from '#protocol/block/payload-attributes.ts'
import { idOf } from '#protocol/block/refs.ts'
import { toBytes8 } from '#protocol/codec/hex.ts'
import { FlashblockAssembly } from '#protocol/flashblock/assembly.ts'
import type { Bytes8, Hash } from '#protocol/primitives.ts'
import { depositType } from '#protocol/transaction/transaction-types.ts'
import type { Bus } from '#bus/bus.ts'
import type { BusWorld } from './bus-world.ts'
import { EngineWorld, type RunningEngine } from './engine-world.ts'
import { type RecordedChain, readRecord } from './recorded-chain.ts'

const record = await readRecord('fork-jovian')
const slots = { intervalMs: 500, sendOffsetMs: 0, endBufferMs: 100, epoch: 5n }

/**
 * An engine that builds a recorded block, by default block 2, with five transactions of users, or gets it from another
 * builder.
 */
export class FlashblockWorld {
  readonly #world: EngineWorld
  readonly #bus: Bus
  readonly #p2p: Bus
  #engine: RunningEngine
  /** What consumers see. */
  readonly published: BuiltFlashblock[] = []
  /** The outcomes for the flashblocks of another builder. */
  readonly checked: CheckedFlashblock[] = []
  readonly block: Payload

  private constructor(
    block: Payload,
    { world, engine }: { readonly world: EngineWorld; readonly engine: RunningEngine },
    buses: readonly [Bus, Bus],
  ) {
    this.block = block
    this.#world = world
    this.#engine = engine
    ;[this.#bus, this.#p2p] = buses
  }

  /**
   * Starts an engine at the time of the parent of block `number`.
   *
   * @param options.hasParent whether this parent is the unsafe head; otherwise the head is the block before it
   */
  static async start({
    number = 2,
    hasParent = true,
  }: { readonly number?: number; readonly hasParent?: boolean } = {}): Promise<FlashblockWorld> {
    const before = record.l2.slice(1, number).map(({ block }) => block)
    const { timestamp } = before.at(-1) ?? assert.fail()
    const world = await EngineWorld.of('fork-jovian', {}, Number(timestamp) * 1_000)
    const engine = await world.start()
    await world.derivation.until(({ outcome }) => outcome === 'started')
    const sequencer = (await world.bus.join('sequencer')).bus
    const p2p = (await world.bus.join('flashblock-p2p')).bus
    const block = record.l2[number]?.block ?? assert.fail()
    const started = new FlashblockWorld(block, { world, engine }, [sequencer, p2p])
    for (const ancestor of hasParent ? before : before.slice(0, -1)) await started.insert(ancestor)
    p2p.listen(flashblockChecked, (checked) => void started.checked.push(checked))
    void started.#follow()
    return started
  }

  get client() {
    return this.#world.client
  }

  /** The bus of all services. */
  get bus(): BusWorld {
    return this.#world.bus
  }

  /** The metrics of the engine. */
  get registry(): Registry {
    return this.#engine.registry
  }

  /** The unsafe head of the engine, and the head of the execution client. */
  get heads(): readonly Hash[] {
    return [this.#place.parent.hash, this.client.chain.head.hash]
  }

  /** The record of the chain. */
  get record(): RecordedChain {
    return record
  }

  /** The parent of the block. */
  get parent(): Payload {
    return record.l2[Number(this.block.number) - 1]?.block ?? assert.fail()
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
  async build(
    changes: Partial<PayloadAttributes> = {},
    {
      continues,
      epoch = slots.epoch,
    }: { readonly continues?: Bytes8 | undefined; readonly epoch?: bigint } = {},
  ): Promise<Bytes8> {
    const attributes = { ...attributesOf(this.block), ...changes }
    const request: StartBuildingRequest = {
      ...this.#place,
      attributes,
      attempt: 0n,
      flashblocks: { ...slots, epoch },
      continues,
    }
    const response = await this.#settle(this.#bus.call(startBuilding, request, { deadlineMs: 500 }))
    return response.kind === 'started' ? response.payloadId : assert.fail(response.reason)
  }

  /** Gets a flashblock of another builder. */
  receiveFlashblock(built: BuiltFlashblock, epoch = 5n): Promise<void> {
    return this.receiveTogether([built], { epoch })
  }

  /** Gets a flashblock of a public stream that the node follows. */
  receiveFromStream(built: BuiltFlashblock): Promise<void> {
    return this.receiveTogether([built], { epoch: 0n, fromStream: true })
  }

  /** Gets flashblocks of another builder, which the engine checks together. */
  async receiveTogether(
    all: readonly BuiltFlashblock[],
    { epoch = 5n, fromStream = false } = {},
  ): Promise<void> {
    const receivedMs = this.#world.bus.clock.now()
    const place = { epoch, peer: 'a peer', receivedMs, proof: undefined, fromStream }
    const appended = all.map(({ flashblock, number }) =>
      this.#p2p.append(flashblockReceived, { number, flashblock, ...place }),
    )
    await this.#settle(Promise.all(appended))
    await this.pass(50)
  }

  /** The prefix that a new leader takes over. */
  async prefix(): Promise<FoundPrefix | undefined> {
    const call = this.#bus.call(findPrefix, this.#place, { deadlineMs: 500 })
    return (await this.#settle(call)).prefix
  }

  /** Kills the engine, and starts it again on the same disk. */
  async restartEngine(): Promise<void> {
    const { generation } = this.#place
    this.#engine.stop()
    await this.pass(12_000)
    this.#engine = await this.#world.start('engine-1')
    await this.#world.derivation.until((chain) => chain.generation > generation)
  }

  /** Restarts the execution client, which loses its builds, and all blocks that are not canonical. */
  async restartClient(): Promise<void> {
    const { client } = this
    const [, head] = this.heads
    const at = record.l2.findIndex(({ block }) => block.blockHash === head)
    const blocks = record.l2.slice(1, at + 1).map(({ block }) => block)
    client.wipe()
    await client.fetch(record.config, blocks)
    const { blockHash } = blocks.at(-1) ?? assert.fail()
    client.chain.choose({ head: blockHash, safe: undefined, finalized: undefined })
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

  async #follow(): Promise<void> {
    const { signal } = new AbortController()
    for await (const { value } of this.#p2p.tail(flashblockBuilt, { from: 0n, signal }))
      this.published.push(value)
  }

  #settle<Value>(promise: Promise<Value>): Promise<Value> {
    return this.#world.bus.settle(promise)
  }
}

/** The transactions of users in a block. */
export const usersOf = ({ transactions }: Payload) =>
  transactions.filter(([type]) => type !== depositType)

/** Attributes from which the execution client builds a recorded block. */
export function attributesOf(block: Payload): PayloadAttributes {
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
export function assembled(published: readonly BuiltFlashblock[]): FlashblockAssembly {
  const assembly = new FlashblockAssembly(published[0]?.flashblock.payloadId ?? assert.fail())
  for (const { flashblock } of published)
    assert.deepEqual(assembly.add(flashblock), { kind: 'added' })
  return assembly
}

import type { ApplyAttributesRequest, ApplyAttributesResponse } from '#messages/apply-attributes.ts'
import type { ChainState } from '#messages/chain-state.ts'
import type { DerivationTargets } from '#messages/derivation-targets.ts'
import type { FetchL1BlockRequest, FetchL1BlockResponse } from '#messages/fetch-l1-block.ts'
import type { FetchL2BlockRequest, FetchL2BlockResponse } from '#messages/fetch-l2-block.ts'
import type { ResetRequest } from '#messages/reset.ts'
import type { SafeHeadAtRequest } from '#messages/safe-head-at.ts'
import {
  applyAttributes,
  derivationTargets,
  engineChain,
  fetchL1Block,
  fetchL2Block,
  l1Heads,
  reset,
  safeHeadAt,
} from '#messages/subjects.ts'
import type { L1Block } from '#protocol/block/l1-block.ts'
import type { Payload } from '#protocol/block/payload.ts'
import type { L2BlockRef } from '#protocol/block/refs.ts'
import type { RollupConfig } from '#protocol/chains/rollup-config.ts'
import { depositsOnly } from '#protocol/derivation/attributes.ts'
import { attributesDigest } from '#protocol/derivation/attributes-digest.ts'
import type { Bytes32, Hash } from '#protocol/primitives.ts'
import type { Owner } from '#bus/bus.ts'
import { SafeHeadHistory } from '#services/derivation/history/safe-head-history.ts'
import type { Metrics } from '#services/derivation/metrics.ts'
import type { Context, Ports } from '#services/derivation/ports.ts'
import { run } from '#services/derivation/run.ts'
import { genesisPayload, payloadOf, refOfPayload } from '#test/verifier/stand-in-chain.ts'
import { BusWorld, type Member } from './bus-world.ts'
import { rollupConfig } from './rollup-config.ts'
import { address, forksUpTo, testSystemConfig } from './test-rollup.ts'
import { hash, l1Ref } from './values.ts'
import { waitText } from '#service/status-reporter.ts'

/** Seconds from one L1 block to the next, which is the time of two L2 blocks. */
const l1BlockTime = 12n

interface Members {
  readonly engine: Member
  readonly daWatcher: Member
  readonly rpc: Member
}

/** Counts by name. */
type Counted = Record<string, number>

/**
 * The real derivation service on an in-memory bus, with an L1 without batches and an engine that the test controls. The
 * sequencing window is two blocks, so each L1 block from number 2 on yields the empty L2 blocks of the epoch two
 * L1 blocks earlier.
 */
export class DerivationWorld {
  readonly bus: BusWorld
  readonly config: RollupConfig
  readonly history = new SafeHeadHistory(':memory:')
  /** Attributes that derivation sent. */
  readonly applied: ApplyAttributesRequest[] = []
  readonly resets: ResetRequest[] = []
  readonly l1Requests: FetchL1BlockRequest[] = []
  readonly targets: DerivationTargets[] = []
  readonly counted: Counted = {}
  /** The log lines of derivation, except those at debug. */
  readonly logged: string[] = []
  /** The wait that derivation reports; empty if it waits for nothing. */
  wait = ''
  /** The status as derivation sets it. */
  readonly status: Context['status'] = {
    notices: [],
    progress: undefined,
    setWait: (wait) => void (this.wait = wait === undefined ? '' : waitText(wait)),
  }
  /** The L1 chain, which a test may change. */
  l1: L1Block[] = []
  /** Answers a request for an L1 block. A test may delay the answer. */
  onL1Request: (answer: () => FetchL1BlockResponse) => Promise<FetchL1BlockResponse> = async (
    answer,
  ) => answer()
  onApply: (request: ApplyAttributesRequest) => ApplyAttributesResponse = () => ({
    kind: 'accepted',
  })
  chain: ChainState
  #finalizedL1 = 0
  readonly #payloads = new Map<Hash, Payload>()
  readonly #canonical: Payload[] = []
  readonly #members: Members
  readonly #owners: {
    readonly chain: Owner<ChainState>
    readonly heads: Owner<Parameters<typeof l1Heads.codec.encode>[0]>
  }

  private constructor(bus: BusWorld, members: Members, changes: Partial<RollupConfig>) {
    this.bus = bus
    this.#members = members
    const { engine, daWatcher, rpc } = members
    this.#owners = { chain: engine.bus.own(engineChain), heads: daWatcher.bus.own(l1Heads) }
    this.grow(0)
    this.config = rollupConfig({
      genesis: {
        l1: { hash: l1Hash(0, 'a'), number: 0n },
        l2: { hash: hash(0x9e), number: 0n },
        l2Timestamp: 0n,
        systemConfig: testSystemConfig,
      },
      blockTime: 6n,
      sequencingWindow: 2n,
      hardforkTimes: forksUpTo('jovian'),
      depositContractAddress: address(0xde),
      l1SystemConfigAddress: address(0xcf),
      l1BlobSchedule: [{ timestamp: 0n, baseFeeUpdateFraction: 3_338_477n }],
      ...changes,
    })
    const genesis = genesisPayload(this.config)
    this.#keep(genesis)
    this.chain = this.#chainAt(refOfPayload(this.config, genesis), 1n)
    engine.bus.serve(applyAttributes, async (request) => {
      this.applied.push(request)
      return this.onApply(request)
    })
    engine.bus.serve(reset, async (request) => {
      this.resets.push(request)
      return { generation: this.chain.generation }
    })
    engine.bus.serve(fetchL2Block, async (request) => this.#l2Answer(request))
    daWatcher.bus.serve(fetchL1Block, (request) => {
      this.l1Requests.push(request)
      return this.onL1Request(() => this.#l1Answer(request))
    })
    rpc.bus.follow(derivationTargets, (targets) => this.targets.push(targets))
  }

  static async make(changes: Partial<RollupConfig> = {}): Promise<DerivationWorld> {
    const bus = await BusWorld.provisioned()
    const engine = await bus.join('engine')
    const daWatcher = await bus.join('da-watcher')
    const rpc = await bus.join('rpc')
    return new DerivationWorld(bus, { engine, daWatcher, rpc }, changes)
  }

  /**
   * Starts derivation at a new generation, on an L1 up to block `l1Blocks`. If `l1Blocks` is 4, derivation yields the
   * L2 blocks 1 to 5, whose epochs are the L1 blocks 0 to 2.
   */
  static async started(l1Blocks = 4, changes: Partial<RollupConfig> = {}) {
    const world = await DerivationWorld.make(changes)
    world.grow(l1Blocks)
    await world.writeHeads()
    await world.begin(1n)
    const derivation = await world.start()
    await world.bus.pass(50)
    return { world, derivation }
  }

  /** Starts derivation. The returned `stop` kills the process. */
  async start(
    ports: Partial<Ports> = {},
  ): Promise<{ readonly ended: Promise<void>; stop(): void }> {
    const member = await this.bus.join('derivation')
    const stopping = new AbortController()
    const nothing = () => undefined
    const note = (_fields: object, message: string) => void this.logged.push(message)
    const ended = run(
      {
        bus: member.bus,
        clock: this.bus.clock,
        signal: stopping.signal,
        log: { debug: nothing, info: note, warn: note, error: note },
        status: this.status,
        metrics: countInto(this.counted),
      },
      { config: this.config, confirmations: 0n, history: this.history, ...ports },
    )
    return {
      ended,
      stop: () => {
        stopping.abort()
        member.control.cut()
        member.bulk.cut()
      },
    }
  }

  /** Extends L1 up to block `to`. The blocks from `from` on are replaced by new ones of the given branch. */
  grow(to: number, { from = this.l1.length, branch = 'a' } = {}): void {
    this.l1 = this.l1.slice(0, from)
    for (let number = from; number <= to; number++) {
      const parentHash = this.l1[number - 1]?.hash ?? hash(0)
      this.l1.push({
        ...l1Ref(number),
        hash: l1Hash(number, branch),
        parentHash,
        timestamp: l1BlockTime * BigInt(number),
        prevRandao: l1Hash(number, branch),
        baseFee: 7n,
        excessBlobGas: 0n,
        parentBeaconBlockRoot: hash(0xbe),
        logs: [],
        inboxTransactions: [],
      })
    }
  }

  /** Writes the heads of L1. */
  async writeHeads({ finalized = this.#finalizedL1, chain = this.l1 } = {}): Promise<void> {
    this.#finalizedL1 = finalized
    const [head, final] = [chain.at(-1), chain[finalized]]
    if (head === undefined) throw new Error('no L1 block')
    await this.bus.settle(
      this.#owners.heads.write({
        head,
        safe: undefined,
        finalized: finalized > 0 ? final : undefined,
      }),
    )
    await this.bus.pass(20)
  }

  /** Writes the state of the engine. */
  async writeChain(changes: Partial<ChainState> = {}): Promise<void> {
    this.chain = { ...this.chain, version: this.chain.version + 1n, ...changes }
    await this.bus.settle(this.#owners.chain.write(this.chain))
    await this.bus.pass(20)
  }

  /** Begins a new generation of the engine at a block of the chain. */
  async begin(generation: bigint, number = 0, changes: Partial<ChainState> = {}): Promise<void> {
    const payload = this.#canonical[number]
    if (payload === undefined) throw new Error('no such block')
    const { finalized } = this.chain
    const unsafe = refOfPayload(this.config, this.#canonical.at(-1) ?? payload)
    this.chain = {
      ...this.#chainAt(refOfPayload(this.config, payload), generation),
      unsafe,
      finalized,
      ...changes,
    }
    await this.bus.settle(this.#owners.chain.write(this.chain))
    await this.bus.pass(20)
  }

  /** Applies the attributes that were sent last, and writes the state of the engine. */
  async apply(
    outcome: 'built' | 'replaced' | 'dropped' = 'built',
    changes: Partial<ChainState> = {},
  ): Promise<L2BlockRef> {
    const request = this.lastApplied
    const { attributes, parent, sequence, concludesBatch } = request
    const digest = attributesDigest({ parentHash: parent.hash, attributes })
    const applied = { sequence, attributesDigest: digest, outcome }
    if (outcome === 'dropped') {
      await this.writeChain({ ...applied, pendingSafe: this.chain.localSafe, ...changes })
      return parent
    }
    const used = outcome === 'replaced' ? (depositsOnly(attributes) ?? attributes) : attributes
    const block = this.build(parent, used)
    const safe = concludesBatch ? block : this.chain.safe
    await this.writeChain({
      ...applied,
      unsafe: block,
      safe,
      localSafe: safe,
      pendingSafe: block,
      ...changes,
    })
    return block
  }

  /** Applies attributes until derivation sends no more. */
  async applyAll(): Promise<void> {
    while (this.applied.at(-1)?.sequence === this.chain.sequence + 1n) await this.apply()
  }

  /** Builds a block, without writing the state of the engine. */
  build(parent: L2BlockRef, attributes: ApplyAttributesRequest['attributes']): L2BlockRef {
    const payload = payloadOf({ config: this.config, refuseBelow: 0 }, parent, attributes)
    this.#keep(payload)
    return refOfPayload(this.config, payload)
  }

  get lastApplied(): ApplyAttributesRequest {
    const request = this.applied.at(-1)
    if (request === undefined) throw new Error('no attributes were sent')
    return request
  }

  /** Sequence and block number of all attributes sent, in order, as `sequence:number`. */
  get sent(): readonly string[] {
    return this.applied.map(({ sequence, parent }) => `${sequence}:${parent.number + 1n}`)
  }

  /** Calls derivation as rpc does. */
  safeHeadAt(request: SafeHeadAtRequest) {
    return this.bus.settle(this.#members.rpc.bus.call(safeHeadAt, request, { deadlineMs: 1_000 }))
  }

  get rpc(): Member {
    return this.#members.rpc
  }

  #keep(payload: Payload): void {
    this.#payloads.set(payload.blockHash, payload)
    this.#canonical.length = Number(payload.number)
    this.#canonical.push(payload)
  }

  #chainAt(safe: L2BlockRef, generation: bigint): ChainState {
    const [base] = this.l1
    if (base === undefined) throw new Error('no L1 block')
    const { systemConfig } = this.config.genesis
    return {
      generation,
      version: 1n,
      sequence: 0n,
      outcome: 'started',
      attributesDigest: undefined,
      unsafe: safe,
      safe,
      finalized: safe,
      localSafe: safe,
      pendingSafe: safe,
      start: { safe, l1Origin: base, systemConfig },
      sync: 'ready',
      term: 1n,
      instance: 'engine-0',
    }
  }

  #l1Answer({ block, parentHash }: FetchL1BlockRequest): FetchL1BlockResponse {
    const found = this.l1.find((candidate) =>
      block.kind === 'number' ? candidate.number === block.number : candidate.hash === block.hash,
    )
    if (found === undefined) return { kind: 'not-found' }
    if (parentHash !== undefined && found.parentHash !== parentHash)
      return { kind: 'reorged', canonical: found }
    return { kind: 'block', block: found }
  }

  #l2Answer({ block }: FetchL2BlockRequest): FetchL2BlockResponse {
    const { generation } = this.chain
    if (block.kind === 'label') throw new Error('derivation does not request blocks by label')
    const payload =
      block.kind === 'hash' ? this.#payloads.get(block.hash) : this.#canonical[Number(block.number)]
    if (payload === undefined) return { generation, kind: 'not-found' }
    const ref = refOfPayload(this.config, payload)
    return { generation, kind: 'found', ref, part: { kind: 'payload', payload } }
  }
}

/** The hash of an L1 block of a branch. */
export function l1Hash(number: number, branch: string): Hash {
  return hash((BigInt(branch.charCodeAt(0)) << 64n) + BigInt(number))
}

/** A digest that matches no attributes. */
export const foreignDigest = hash(0xf0) as string as Bytes32

function countInto(counted: Counted): Metrics {
  const count = (name: string) => {
    counted[name] = (counted[name] ?? 0) + 1
  }
  return {
    dropped: ({ what, reason }) => count(`${what}:${reason}`),
    began: () => count('began'),
    reset: (cause) => count(`reset:${cause}`),
    halted: (reason) => count(`halted:${reason}`),
    resent: () => count('resent'),
    failed: (call, code) => count(`failed:${call}:${code}`),
    applied: (outcome) => count(outcome),
    progressed: () => undefined,
  }
}

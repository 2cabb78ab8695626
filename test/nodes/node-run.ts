import type { Payload } from '#protocol/block/payload.ts'
import type { Hash } from '#protocol/primitives.ts'
import type { RollupConfig } from '#protocol/chains/rollup-config.ts'
import { Random } from '#runtime/random.ts'
import { testSubjects } from '#test/fakes/test-subjects.ts'
import type { DisturbedRun, Outcome } from '#test/simulator/disturbed-run.ts'
import { Simulation } from '#test/simulator/simulation.ts'
import { refOfPayload } from '#test/verifier/stand-in-chain.ts'
import { StandInClient } from '#test/verifier/stand-in-client.ts'
import { ChainWatch, nameOf } from './chain-watch.ts'
import { Conductors } from './conductors.ts'
import { type FlashblockBug, withFlashblockBug } from './flashblock-bugs.ts'
import { LiveBatcher } from './live-batcher.ts'
import { LiveBuilders } from './live-builders.ts'
import { LiveL1 } from './live-l1.ts'
import { LiveNetwork } from './live-network.ts'
import { liveRollup, TransactionPool } from './live-rollup.ts'
import { type NodeBug, withNodeBug } from './node-bugs.ts'
import { PromiseWatch } from './promise-watch.ts'
import { SimulatedNode } from './simulated-node.ts'

/** The usual duration of the disturbances. */
const usualMs = 90_000

/** Time after the disturbances in which their last effects begin. */
const lastEffectsMs = 3_000

/** Maximum time from the end of the disturbances until the blocks are on time. */
const graceMs = 120_000

/** Time at the end of a run in which every block must be on time. */
const calmMs = 16_000

/** Maximum time from the timestamp of a block until it is the unsafe head of a node. */
const maxLateMs = 300

/** Options of a run besides its seed. */
export interface NodeRunOptions {
  readonly bug?: NodeBug | undefined
  readonly flashblockBug?: FlashblockBug | undefined
  /** Whether the first node makes all blocks, without op-conductor. */
  readonly isAlone?: boolean
  /** Whether blocks are published in flashblocks, with three nodes. */
  readonly hasFlashblocks?: boolean
  /** Duration of the disturbances. */
  readonly disturbedMs?: number
}

/** The first time at which a block was the unsafe head of a node. */
interface Seen {
  readonly number: bigint
  readonly atMs: number
  /** Time from the timestamp of the block until it was the unsafe head. */
  readonly lateMs: number
}

/**
 * Runs two or three nodes with sequencers on one virtual clock: the unchanged sequencer, engine, gossip, da-watcher and
 * derivation of each, on a bus of its own. Conductors decide which node makes the blocks. L1 grows meanwhile, and gets
 * the batches of the blocks.
 */
export class NodeRun {
  readonly #simulation: Simulation
  /** End of the disturbances, in milliseconds from the start. */
  readonly endMs: number
  readonly l1: LiveL1
  readonly config: RollupConfig
  readonly network: LiveNetwork
  readonly builders: LiveBuilders
  readonly promises: PromiseWatch
  /** Undefined if one node makes all blocks. */
  readonly conductors: Conductors | undefined
  readonly nodes: readonly [SimulatedNode, ...SimulatedNode[]]
  readonly watch: ChainWatch
  /** Number of L1 blocks that L1 must have on top of an L1 origin. */
  readonly #confirmationDepth: bigint
  /** Blocks by hash, with the first time at which each was a head. */
  readonly #seen = new Map<Hash, Seen>()

  constructor(seed: number, options: NodeRunOptions = {}) {
    const { bug, disturbedMs = usualMs, hasFlashblocks = false, isAlone = false } = options
    this.endMs = disturbedMs
    const simulation = new Simulation(seed, testSubjects)
    // The other nodes draw other random numbers.
    const beside = (name: string, ahead: number) =>
      new Simulation(seed + ahead, testSubjects, { first: simulation, name })
    const others = [beside('b', 2 ** 31), ...(hasFlashblocks ? [beside('c', 2 ** 30)] : [])]
    const count = 1 + others.length
    this.#simulation = simulation
    const { clock } = simulation
    const random = simulation.random.fork()
    const trace = (what: string) => simulation.trace(what)
    const fail = (error: Error) => simulation.fail(error)
    const l1 = new LiveL1(clock, random.fork())
    const config = liveRollup(random, l1.genesis)
    this.l1 = l1
    this.config = config
    this.watch = new ChainWatch({ config, l1, trace, fail })
    this.watch.needsCommit = !isAlone
    const { watch } = this
    const onPublish = (payload: Parameters<ChainWatch['notePublish']>[0]) =>
      watch.notePublish(payload)
    this.network = new LiveNetwork({
      nodes: count,
      clock,
      random: random.fork(),
      config,
      onPublish,
      fail,
    })
    const conductors = isAlone
      ? undefined
      : new Conductors({ nodes: count, clock, random: random.fork(), watch, trace, fail })
    this.conductors = conductors
    this.builders = new LiveBuilders({ nodes: count, clock, random: new Random(seed) })
    const isForged = (number: bigint) => this.builders.equivocator?.blocks.has(number) ?? false
    this.promises = new PromiseWatch({ fail, isForged, now: () => clock.monotonicMs() })
    const flashblocks = { builders: this.builders, promises: this.promises }
    const confirmationDepth = random.pick([0n, 1n, 2n, 4n])
    this.#confirmationDepth = confirmationDepth
    const nodeOf = (node: number, own: Simulation): SimulatedNode => {
      const pool = new TransactionPool(config, random.fork())
      const client = new StandInClient(
        { config, refuseBelow: 0, hasRoots: hasFlashblocks },
        pool.take,
        node * 2 ** 32,
      )
      return new SimulatedNode({
        node,
        simulation: own,
        config,
        client,
        l1,
        network: this.network,
        conductorOf: conductors && ((host) => conductors.portOf(node, host)),
        confirmationDepth,
        flashblocks: hasFlashblocks ? flashblocks : undefined,
        bug: withNodeBug(bug),
        flashblockBug: withFlashblockBug(options.flashblockBug),
        onForkchoice: () => this.#note(client),
      })
    }
    this.nodes = [nodeOf(0, simulation), ...others.map((each, at) => nodeOf(at + 1, each))]
    const leader = () => this.nodes[conductors?.leader ?? 0] ?? this.nodes[0]
    const batcher = new LiveBatcher(config, random.fork(), () => leader().client)
    l1.post = batcher.post
  }

  /** The clock and the random numbers of disturbances that concern both nodes. */
  get simulation(): Simulation {
    return this.#simulation
  }

  /** A node as the disturbances of the verifier need it. */
  disturbed(node: SimulatedNode): DisturbedRun {
    return {
      simulation: node.simulation,
      l1: { endMs: this.endMs },
      recoveryMs: 7_000,
      late: { delay: 0.05, delayMs: 2_000 },
      resetsEachMs: [4_000, 20_000],
      expectCaughtUp: () => undefined,
    }
  }

  /** Runs the disturbances, then waits until the blocks are on time, and checks that they stay on time. */
  async run(disturb: (run: NodeRun) => void): Promise<Outcome> {
    const { conductors, nodes } = this
    const { clock } = this.#simulation
    for (const node of nodes) node.start()
    for (const [at, { simulation }] of nodes.entries())
      if (conductors !== undefined)
        simulation.start('rpc-0', 'rpc', (host) => conductors.control(at, host))
    disturb(this)
    const reason = (await this.#reason()) ?? this.#simulation.failure?.message
    for (const { simulation } of nodes) simulation.close()
    for (const node of nodes) node.close()
    if (reason === undefined) return { kind: 'agreed', virtualMs: clock.monotonicMs() }
    return { kind: 'failed', reason, lastEvents: this.#simulation.lastEvents() }
  }

  async #reason(): Promise<string | undefined> {
    const simulation = this.#simulation
    const { clock } = simulation
    const hasFailed = () => simulation.failure !== undefined
    await clock.run(this.endMs + lastEffectsMs, hasFailed)
    if (hasFailed()) return undefined
    const [first] = this.nodes
    const disturbedHead = first.client.labelled('unsafe')?.number ?? 0n
    let problem: string | undefined
    const isSettled = () => {
      problem = this.#unsettled(disturbedHead)
      return problem === undefined
    }
    let checkedMs = 0
    await clock.run(graceMs, () => {
      if (hasFailed()) return true
      // The check is expensive, and needed rarely.
      if (clock.monotonicMs() - checkedMs < 250) return false
      checkedMs = clock.monotonicMs()
      return isSettled()
    })
    if (hasFailed()) return undefined
    if (problem !== undefined) return `${graceMs / 1_000} s after the disturbances, ${problem}`
    simulation.trace('the chain is on time again')
    const sinceMs = clock.monotonicMs()
    await clock.run(calmMs, hasFailed)
    return (
      this.#lateSince(sinceMs) ??
      this.#forkProblem() ??
      this.promises.broken({
        canonical: (number) => first.client.canonical(number),
        isOrphaned: (payload) => this.watch.isOrphaned(payload),
      })
    )
  }

  /** Why the run has not recovered from the disturbances yet; undefined if it has recovered. */
  #unsettled(disturbedHead: bigint): string | undefined {
    const nowMs = this.#simulation.clock.now()
    for (const [at, { client }] of this.nodes.entries()) {
      const unsafe = client.labelled('unsafe')
      const behindMs = nowMs - Number(unsafe?.timestamp ?? 0n) * 1_000
      if (behindMs > 2_000 + maxLateMs)
        return `the unsafe head ${unsafe?.number} of node ${at} is ${behindMs} ms old, the log ends at ${this.watch.latest?.number}`
      // Blocks that a clock ahead of time led to are ahead of time, too. There is no new block until time reaches them.
      if (behindMs < -maxLateMs)
        return `the unsafe head ${unsafe?.number} of node ${at} is ${-behindMs} ms ahead of time`
      // After a stall of L1, the L1 origin is old, and each L2 block waits for the next L1 block.
      const origin = unsafe && this.l1.block(originOf(this.config, unsafe))
      const lag = this.l1.head.timestamp - (origin?.timestamp ?? 0n)
      if (lag > 4n * this.#confirmationDepth + 12n)
        return `the L1 origin of node ${at} is ${lag} s behind L1`
      const safe = client.labelled('safe')
      if ((safe?.number ?? 0n) < disturbedHead)
        return `the safe head of node ${at} is ${safe?.number}, below ${disturbedHead}`
    }
    return this.#forkProblem()
  }

  /** The first block since a moment that was late, or missing; undefined if there is no such block. */
  #lateSince(sinceMs: number): string | undefined {
    const { clock } = this.#simulation
    const late = [...this.#seen.values()].filter(({ atMs }) => atMs >= sinceMs)
    const worst = late.find(({ lateMs }) => lateMs > maxLateMs)
    if (worst !== undefined) return `in calm, block ${worst.number} is ${worst.lateMs} ms late`
    const expected = Math.floor((clock.monotonicMs() - sinceMs) / 2_000) - 1
    return late.length < expected
      ? `in calm, there are ${late.length} blocks, not ${expected}`
      : undefined
  }

  /** How the two chains differ, or which committed or published block they lack; undefined if they agree. */
  #forkProblem(): string | undefined {
    const [first, ...others] = this.nodes
    const heads = this.nodes.map(({ client }) => client.labelled('unsafe')?.number ?? 0n)
    const common = heads.reduce((lowest, number) => (number < lowest ? number : lowest))
    for (let number = common; number > 0n && number > common - 200n; number--)
      for (const { client } of others)
        if (first.client.canonical(number)?.blockHash !== client.canonical(number)?.blockHash)
          return `the nodes have different blocks ${number}`
    const { committed, needsCommit, published } = this.watch
    for (const payload of needsCommit ? committed : published) {
      const { blockHash, number } = payload
      const isMissing = number <= common && first.client.canonical(number)?.blockHash !== blockHash
      if (isMissing && !this.watch.isOrphaned(payload))
        return `block ${nameOf(payload)} left a node, and is not in the chain`
    }
    return undefined
  }

  #note(client: StandInClient): void {
    const head = client.labelled('unsafe')
    if (head === undefined || this.#seen.has(head.blockHash)) return
    const { clock } = this.#simulation
    const atMs = clock.monotonicMs()
    const lateMs = clock.now() - Number(head.timestamp) * 1_000
    this.#seen.set(head.blockHash, { number: head.number, atMs, lateMs })
  }
}

function originOf(config: RollupConfig, payload: Payload) {
  const { number } = refOfPayload(config, payload).l1Origin
  return { block: { kind: 'number', number } } as const
}

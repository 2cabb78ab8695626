import { type Clock, sleep } from '#runtime/clock.ts'
import { isSystemError } from '#runtime/fault.ts'
import type { Random } from '#runtime/random.ts'
import type { JsonRpcClient } from '#json-rpc/json-rpc-client.ts'
import type { LiveNode } from './live-node.ts'

/** The parts of a devnet that accidents happen to. */
export interface ChaosWorld {
  readonly nodes: readonly Pick<LiveNode, 'name' | 'pids'>[]
  readonly l1: JsonRpcClient
  readonly l1BlockSeconds: number
  startBatcher(): void
  stopBatcher(): Promise<void>
}

/** Options of chaos. */
export interface ChaosOptions {
  readonly world: ChaosWorld
  readonly random: Random
  readonly clock: Clock
  readonly report: (what: string) => void
}

/** Kinds of accidents. */
const kinds = ['kill', 'pause', 'l1-reorg', 'l1-stall', 'batcher-stop'] as const

/** A kind of accident: a killed or paused process, a reorg or a stall of L1, a batcher that is stopped for a while. */
export type Accident = (typeof kinds)[number]

/** Milliseconds from the end of an accident to the next one. */
const [shortestPauseMs, longestPauseMs] = [20_000, 40_000]

/** After an accident, warnings of services are expected for this time. */
const settlingMs = 15_000

/** Lengths in seconds: of a paused process, of a stall of L1, and of a stopped batcher. */
const [longestProcessPause, longestStall, longestBatcherStop] = [8, 20, 30]

/** Deepest reorg of L1 in blocks. It is less than the distance from the head to the finalized block. */
const deepestReorg = 5

/** Lets accidents happen at random, one after another, until it is stopped. Each accident is healed before the next. */
export class Chaos {
  /** Rejects when an accident cannot be made or healed. */
  readonly failed: Promise<never>
  readonly #options: ChaosOptions
  readonly #stopping = new AbortController()
  readonly #counts = new Map<Accident, number>()
  readonly #running: Promise<void>
  #isHappening = false
  /** Monotonic time of the end of the last accident; at first, of the start of the nodes. */
  #endedMs: number
  #last: string | undefined

  constructor(options: ChaosOptions) {
    this.#options = options
    this.#endedMs = options.clock.monotonicMs()
    this.#running = this.#run()
    this.failed = this.#running.then(() => new Promise<never>(() => undefined))
    // eslint-disable-next-line atoll/use-rejection -- the caller handles the rejection through `failed`
    this.failed.catch(() => undefined)
  }

  /** Number of accidents by kind. */
  get counts(): ReadonlyMap<Accident, number> {
    return this.#counts
  }

  /** The last accident, in words. */
  get last(): string | undefined {
    return this.#last
  }

  /** Whether an accident explains a warning that is logged now. */
  explainsWarning(): boolean {
    return this.#isHappening || this.#options.clock.monotonicMs() < this.#endedMs + settlingMs
  }

  /** Heals the current accident, and ends. */
  async stop(): Promise<void> {
    this.#stopping.abort()
    await this.#running
  }

  async #run(): Promise<void> {
    const { clock, random } = this.#options
    const { signal } = this.#stopping
    while (await sleep(clock, random.between(shortestPauseMs, longestPauseMs), signal)) {
      const kind = random.pick(kinds)
      this.#isHappening = true
      await this.#make(kind, random.fork())
      this.#isHappening = false
      this.#endedMs = clock.monotonicMs()
      this.#counts.set(kind, (this.#counts.get(kind) ?? 0) + 1)
    }
  }

  #make(kind: Accident, random: Random): Promise<void> {
    switch (kind) {
      case 'kill':
        return this.#kill(random)
      case 'pause':
        return this.#pause(random)
      case 'l1-reorg':
        return this.#reorgL1(random.between(1, deepestReorg))
      case 'l1-stall':
        return this.#stallL1(random.between(5, longestStall))
      case 'batcher-stop':
        return this.#stopBatcher(random.between(5, longestBatcherStop))
    }
  }

  async #kill(random: Random): Promise<void> {
    const victim = this.#pickProcess(random)
    if (victim === undefined) return
    this.#say(`${victim.name} is killed`)
    signalProcess(victim.pid, 'SIGKILL')
  }

  async #pause(random: Random): Promise<void> {
    const victim = this.#pickProcess(random)
    if (victim === undefined) return
    const seconds = random.between(1, longestProcessPause)
    this.#say(`${victim.name} is paused for ${seconds} s`)
    signalProcess(victim.pid, 'SIGSTOP')
    await this.#wait(seconds)
    signalProcess(victim.pid, 'SIGCONT')
  }

  async #reorgL1(depth: number): Promise<void> {
    this.#say(`L1 replaces its last ${depth} blocks`)
    await this.#options.world.l1.call('anvil_reorg', [depth, []])
  }

  async #stallL1(seconds: number): Promise<void> {
    const { l1, l1BlockSeconds } = this.#options.world
    this.#say(`L1 has no new block for ${seconds} s`)
    await l1.call('evm_setIntervalMining', [0])
    await this.#wait(seconds)
    await l1.call('evm_setIntervalMining', [l1BlockSeconds])
  }

  async #stopBatcher(seconds: number): Promise<void> {
    const { world } = this.#options
    this.#say(`the batcher is stopped for ${seconds} s`)
    await world.stopBatcher()
    await this.#wait(seconds)
    world.startBatcher()
  }

  /** A process of a node; undefined if all services run in this process and none else runs. */
  #pickProcess(random: Random): { readonly name: string; readonly pid: number } | undefined {
    const [first, ...others] = this.#options.world.nodes.flatMap((node) =>
      [...node.pids()].map(([name, pid]) => ({ name: `${name} of ${node.name}`, pid })),
    )
    return first === undefined ? undefined : random.pick([first, ...others])
  }

  #wait(seconds: number): Promise<boolean> {
    return sleep(this.#options.clock, seconds * 1_000, this.#stopping.signal)
  }

  #say(what: string): void {
    this.#last = what
    this.#options.report(`chaos: ${what}`)
  }
}

/** Sends a signal to a process. The process may have ended meanwhile. */
function signalProcess(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch (error) {
    if (!isSystemError(error) || error.code !== 'ESRCH') throw error
  }
}

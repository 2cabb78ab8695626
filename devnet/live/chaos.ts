import { type Clock, sleep } from '#runtime/clock.ts'
import { isSystemError } from '#runtime/fault.ts'
import type { Random } from '#runtime/random.ts'
import { quantityJson } from '#json-rpc/forms/fields.ts'
import { parseJson } from '#json-rpc/forms/parse-json.ts'
import type { JsonRpcClient } from '#json-rpc/json-rpc-client.ts'
import type { LiveNode } from './live-node.ts'

/** The parts of a devnet that accidents happen to. */
export interface ChaosWorld {
  readonly nodes: readonly Pick<LiveNode, 'name' | 'pids'>[]
  readonly l1: JsonRpcClient
  readonly l1BlockSeconds: number
  /** Number of the L1 block at which the L2 begins. A reorg keeps it. */
  readonly l1Genesis: bigint
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
const [shortestPauseMs, longestPauseMs] = [25_000, 45_000]

/** After an accident, warnings of services are expected for this time. */
const settlingMs = 20_000

/** Number of seconds for which a killed process is expected to run again. */
const restartPolls = 30

/** A process that an accident happens to. */
interface Victim {
  readonly name: string
  readonly pid: number
  /** Id of the process now; undefined while it is started again. */
  readonly currentPid: () => number | undefined
}

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
      const isMade = await this.#make(kind, random.fork())
      this.#isHappening = false
      this.#endedMs = clock.monotonicMs()
      if (isMade) this.#counts.set(kind, (this.#counts.get(kind) ?? 0) + 1)
    }
  }

  /** @returns whether the accident was possible */
  #make(kind: Accident, random: Random): Promise<boolean> {
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

  async #kill(random: Random): Promise<boolean> {
    const victim = this.#pickProcess(random)
    if (victim === undefined) return false
    this.#say(`${victim.name} is killed`)
    signalProcess(victim.pid, 'SIGKILL')
    const runsAgain = () => ![undefined, victim.pid].includes(victim.currentPid())
    for (let polls = 0; polls < restartPolls && !runsAgain(); polls++) await this.#wait(1)
    return true
  }

  async #pause(random: Random): Promise<boolean> {
    const victim = this.#pickProcess(random)
    if (victim === undefined) return false
    const seconds = random.between(1, longestProcessPause)
    this.#say(`${victim.name} is paused for ${seconds} s`)
    signalProcess(victim.pid, 'SIGSTOP')
    await this.#wait(seconds)
    signalProcess(victim.pid, 'SIGCONT')
    return true
  }

  async #reorgL1(wanted: number): Promise<boolean> {
    const { l1, l1Genesis } = this.#options.world
    const head = parseJson(quantityJson, await l1.call('eth_blockNumber', []), 'block number')
    const depth = Math.min(wanted, Number(head - l1Genesis))
    if (depth < 1) return false
    this.#say(depth === 1 ? 'L1 replaces its last block' : `L1 replaces its last ${depth} blocks`)
    await l1.call('anvil_reorg', [depth, []])
    return true
  }

  async #stallL1(seconds: number): Promise<boolean> {
    const { l1, l1BlockSeconds } = this.#options.world
    this.#say(`L1 has no new block for ${seconds} s`)
    await l1.call('evm_setIntervalMining', [0])
    await this.#wait(seconds)
    await l1.call('evm_setIntervalMining', [l1BlockSeconds])
    return true
  }

  async #stopBatcher(seconds: number): Promise<boolean> {
    const { world } = this.#options
    this.#say(`the batcher is stopped for ${seconds} s`)
    await world.stopBatcher()
    await this.#wait(seconds)
    world.startBatcher()
    return true
  }

  /** A process of a node; undefined while none runs. */
  #pickProcess(random: Random): Victim | undefined {
    const [first, ...others] = this.#options.world.nodes.flatMap((node) =>
      [...node.pids()].map(([name, pid]): Victim => {
        return { name: `${name} of ${node.name}`, pid, currentPid: () => node.pids().get(name) }
      }),
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

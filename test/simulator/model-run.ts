import type { SafeAt } from '#messages/safe-at.ts'
import { safeAt } from '#messages/subjects.ts'
import { every, sleep } from '#runtime/clock.ts'
import { Fault } from '#runtime/fault.ts'
import { runDaWatcher } from '#test/model/da-watcher.ts'
import { type Journal, runDerivation } from '#test/model/derivation.ts'
import { runEngine } from '#test/model/engine.ts'
import {
  expectedChain,
  genesisOn,
  type ModelBlock,
  ModelExecution,
} from '#test/model/model-execution.ts'
import { ModelL1 } from '#test/model/model-l1.ts'
import { modelSubjects } from '#test/model/model-subjects.ts'
import { Observer } from '#test/model/observer.ts'
import type { BrokenRule, ExecutionPort, L1Port } from '#test/model/ports.ts'
import type { Disturbance, DisturbedRun, Outcome } from './disturbed-run.ts'
import { type Host, Simulation } from './simulation.ts'

/** Blocks of L1 in a run. */
const l1Blocks = 30

/** How long after the end of the L1 script and of the disturbance all must agree. */
const graceMs = 90_000

/** How often agreement is looked for. */
const checkMs = 250

/**
 * A model of the verifier, in miniature: da-watcher, two engines of which one holds the lease, derivation and an
 * observer, over an L1 with reorgs and an execution client that refuses some batches.
 */
export class ModelRun implements DisturbedRun {
  /**
   * Whoever waits looks again after 1 s at most, and repeats a call at its deadline, 2 s: the model's longest. Then there are
   * the blocks of the time that was lost.
   */
  readonly recoveryMs = 3_000
  readonly late = { delay: 0.5, delayMs: 2_000 }
  readonly resetsEachMs = [50, 500] as const
  readonly simulation: Simulation
  readonly l1: ModelL1
  readonly execution: ModelExecution
  readonly journal: Journal = new Map<bigint, SafeAt>()
  readonly observer = new Observer()
  readonly #broken: BrokenRule | undefined
  readonly #expected: readonly ModelBlock[]

  constructor(seed: number, broken?: BrokenRule) {
    this.#broken = broken
    this.simulation = new Simulation(seed, modelSubjects)
    this.l1 = new ModelL1({ random: this.simulation.random.fork(), blocks: l1Blocks })
    const [first] = this.l1.finalChain
    if (first === undefined) throw new Error('the L1 script is empty')
    this.execution = new ModelExecution(genesisOn(first))
    this.#expected = expectedChain(this.l1.finalChain)
  }

  /** Runs until everything agrees with one pass over L1, or long past the time when it should. */
  async run(disturb: Disturbance): Promise<Outcome> {
    const { simulation, l1 } = this
    this.#startAll()
    disturb(this)
    await simulation.clock.run(l1.endMs, () => simulation.failure !== undefined)
    let agreed = false
    const stop = every(simulation.clock, checkMs, () => {
      agreed = this.#disagreement() === undefined
    })
    await simulation.clock.run(graceMs, () => simulation.failure !== undefined || agreed)
    stop()
    const reason = simulation.failure?.message ?? (agreed ? undefined : this.#disagreement())
    return reason === undefined
      ? { kind: 'agreed', virtualMs: simulation.clock.monotonicMs() }
      : { kind: 'failed', reason, lastEvents: simulation.lastEvents() }
  }

  /** Fails the run if the safe chain does not have all that L1 has now, once `withinMs` have passed without a reorg. */
  expectCaughtUp(what: string, withinMs: number): void {
    const { clock } = this.simulation
    const chain = this.l1.chainAt(clock.monotonicMs())
    clock.after(withinMs, () => {
      const head = chain.at(-1)
      const now = this.l1.chainAt(clock.monotonicMs())
      if (head === undefined || now[Number(head.number)]?.hash !== head.hash) return
      const derived = this.execution.chain(this.execution.heads().safe)
      const missing = expectedChain(chain).length - derived.length
      if (missing <= 0) return
      const late = `${missing} blocks are missing ${withinMs} ms later`
      this.simulation.fail(new Error(`${what}, and ${late}`))
    })
  }

  #startAll(): void {
    const { simulation, journal, observer } = this
    const broken = this.#broken
    simulation.start('da-watcher-0', 'da-watcher', async (host) =>
      runDaWatcher(await contextOf(host), this.#l1Port(host)),
    )
    simulation.start('derivation-0', 'derivation', async (host) =>
      runDerivation(await contextOf(host), { journal, broken }),
    )
    for (const instance of ['engine-0', 'engine-1'])
      simulation.start(instance, 'engine', async (host) =>
        runEngine(await contextOf(host), {
          l1: this.#l1Port(host),
          execution: this.#executionPort(host),
          broken,
        }),
      )
    simulation.start('rpc-0', 'rpc', (host) => observer.run(host))
  }

  /** What is not as one pass over the final L1 would have it; undefined if nothing. */
  #disagreement(): string | undefined {
    const { execution, observer, journal } = this
    const expected = this.#expected
    const { safe, finalized } = execution.heads()
    const chain = execution.chain(safe)
    const at = expected.findIndex((block, index) => chain[index]?.hash !== block.hash)
    if (at >= 0)
      return `the safe chain differs from block ${at} on: it has ${chain.length} of ${expected.length}`
    if (chain.length > expected.length) return `the safe chain is too long: ${chain.length}`
    if (finalized.hash !== safe.hash) return `finalized ${finalized.number} of ${safe.number}`
    if (observer.chain?.safe.hash !== safe.hash || observer.chain.finalized.hash !== safe.hash)
      return 'the observer has not seen the last state'
    const newest = [...journal.values()].at(-1)
    if (newest !== undefined && observer.entries.get(newest.l1.number)?.safe.hash !== safe.hash)
      return 'the observer has not seen the last entry of the log'
    for (const [number, entry] of journal)
      if (this.#stored(number)?.safe.hash !== entry.safe.hash)
        return `the log lacks entry ${number}`
    return undefined
  }

  /** What a reader would find under a number of the log. */
  #stored(number: bigint): SafeAt | undefined {
    const { names, server } = this.simulation
    const stream = server.streams.get(names.logStream(safeAt.stream))
    const message = stream?.newest(names.logEntry(safeAt, number))
    return message && safeAt.codec.decode(message.data)
  }

  #l1Port(host: Host): L1Port {
    const nowMs = () => this.simulation.clock.monotonicMs()
    return {
      heads: () => remotely(host, () => this.l1.heads(nowMs())),
      blockByNumber: (number) => remotely(host, () => this.l1.blockByNumber(nowMs(), number)),
    }
  }

  #executionPort(host: Host): ExecutionPort {
    const { execution } = this
    return {
      heads: () => remotely(host, () => execution.heads()),
      block: (hash) => remotely(host, () => execution.block(hash)),
      build: (command) =>
        remotely(host, () => {
          this.#checkFresh(command)
          return execution.build(command.parentHash, command.attributes)
        }),
      forkchoice: (command) =>
        remotely(host, () => {
          execution.forkchoice(command)
        }),
    }
  }

  /** Nothing that was derived from an L1 fork given up before the generation began may reach the execution client. */
  #checkFresh({ attributes, generation }: Parameters<ExecutionPort['build']>[0]): void {
    const { clock } = this.simulation
    const nowMs = clock.monotonicMs()
    const begunMs = Math.min(nowMs, Number(generation) - (clock.now() - nowMs))
    if (!this.l1.wasCanonical(attributes.prevRandao, begunMs, nowMs))
      this.simulation.fail(
        new Error('attributes of an L1 fork that was given up reached the engine'),
      )
  }
}

async function contextOf(host: Host) {
  return { ...host, lease: await host.bus.lease({ signal: host.signal }) }
}

/** A call to another machine: it takes time both ways, and sometimes does not get through. */
async function remotely<Value>({ clock, random }: Host, work: () => Value): Promise<Value> {
  await sleep(clock, random.next() * 2)
  if (random.chance(0.01)) throw new Fault('unreachable', { severity: 'temporary' })
  const value = work()
  await sleep(clock, random.next() * 2)
  return value
}

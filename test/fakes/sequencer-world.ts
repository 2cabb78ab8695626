import pino from 'pino'
import { Registry } from 'prom-client'
import type { ControlSequencerResponse } from '#messages/control-sequencer.ts'
import type { FetchL1BlockRequest, FetchL1BlockResponse } from '#messages/fetch-l1-block.ts'
import type { L1Heads } from '#messages/l1-heads.ts'
import {
  checkSigner,
  controlSequencer,
  fetchL1Block,
  l1Heads,
  publishPayload,
} from '#messages/subjects.ts'
import type { L1Block } from '#protocol/block/l1-block.ts'
import type { Payload } from '#protocol/block/payload.ts'
import type { Bus, Owner } from '#bus/bus.ts'
import { every } from '#runtime/clock.ts'
import { Fault, isFault, toError } from '#runtime/fault.ts'
import { StatusReporter } from '#service/status-reporter.ts'
import { createMetrics } from '#services/sequencer/metrics.ts'
import type { Conductor, Ports, SequencerSettings } from '#services/sequencer/ports.ts'
import { run } from '#services/sequencer/run.ts'
import { EngineWorld, type RunningEngine } from './engine-world.ts'

/** A running sequencer. */
export interface RunningSequencer {
  readonly status: StatusReporter
  readonly registry: Registry
  /** Warnings and errors that the sequencer logged. */
  readonly warnings: readonly LogLine[]
  /** The error with which it ended; undefined while it runs. */
  readonly ended: { error: Error | undefined }
  /** Kills the sequencer, so that it cannot clean up. */
  kill(): void
}

/** A line of the log. */
export interface LogLine {
  readonly msg: string
  readonly outcome?: string
  readonly reason?: string
}

const settings: SequencerSettings = {
  isStopped: false,
  isRecovering: false,
  confirmationDepth: 0n,
  maxSafeLag: 0n,
  sealingMs: 50,
}

/** A conductor in memory. */
export class TestConductor implements Conductor {
  isLeading = true
  /** Why the conductor does not answer; undefined if it answers. */
  problem: string | undefined
  readonly committed: Payload[] = []

  async isLeader(): Promise<boolean> {
    this.#check()
    return this.isLeading
  }

  async commit(payload: Payload): Promise<void> {
    this.#check()
    if (!this.isLeading) throw new Fault('rpc-refused', { detail: 'not the leader' })
    this.committed.push(payload)
  }

  #check(): void {
    if (this.problem !== undefined) throw new Fault('rpc-timeout', { detail: this.problem })
  }
}

/**
 * The real sequencer beside the real engine with the embedded execution client, on an in-memory bus and a simulated
 * clock. L1 comes from a record, and each L1 block appears at its timestamp. The test's gossip only stores the blocks
 * that it has to publish.
 */
export class SequencerWorld {
  readonly engines: EngineWorld
  engine: RunningEngine
  readonly published: Payload[] = []
  /** Why peers would refuse the blocks. */
  signerProblem: string | undefined
  /** How long after its timestamp each block was published, in milliseconds. */
  readonly delaysMs: number[] = []
  readonly rpc: Bus
  /** The L1 blocks, which a test may replace. */
  l1: readonly L1Block[]
  /** Height at which L1 stops growing; undefined if L1 keeps growing. */
  l1Stop: bigint | undefined
  readonly #heads: Owner<L1Heads>

  private constructor(parts: {
    readonly engines: EngineWorld
    readonly engine: RunningEngine
    readonly rpc: Bus
    readonly heads: Owner<L1Heads>
  }) {
    this.engines = parts.engines
    this.engine = parts.engine
    this.rpc = parts.rpc
    this.l1 = parts.engines.record.l1
    this.#heads = parts.heads
  }

  /** A world at the time of the genesis block of a record, with an engine that has started. */
  static async of(record: string): Promise<SequencerWorld> {
    const { config } = (await EngineWorld.of(record)).record
    const startMs = Number(config.genesis.l2Timestamp) * 1_000
    const engines = await EngineWorld.of(record, {}, startMs)
    const engine = await engines.start()
    await engines.derivation.until(({ outcome }) => outcome === 'started')
    const watcher = (await engines.bus.join('da-watcher')).bus
    const gossip = (await engines.bus.join('gossip')).bus
    const rpc = (await engines.bus.join('rpc')).bus
    const heads = watcher.own(l1Heads)
    const world = new SequencerWorld({ engines, engine, rpc, heads })
    watcher.serve(fetchL1Block, async ({ block }): Promise<FetchL1BlockResponse> => {
      const found = world.#visible().find((each) => isNamed(each, block))
      return found === undefined ? { kind: 'not-found' } : { kind: 'block', block: found }
    })
    gossip.serve(checkSigner, async () => ({ problem: world.signerProblem }))
    gossip.serve(publishPayload, async ({ payload }) => {
      const wasPublished = world.published.some((each) => each.blockHash === payload.blockHash)
      if (!wasPublished) {
        world.published.push(payload)
        world.delaysMs.push(engines.bus.clock.now() - Number(payload.timestamp) * 1_000)
      }
      return { peers: 1, wasPublished }
    })
    const tell = () => {
      const { hash, number, parentHash, timestamp } =
        world.#visible().at(-1) ?? world.l1[0] ?? fail()
      const head = { hash, number, parentHash, timestamp }
      void world.#heads.write({ head, safe: undefined, finalized: undefined })
    }
    tell()
    every(engines.bus.clock, 500, tell)
    await engines.bus.pass(5)
    return world
  }

  #visible(): readonly L1Block[] {
    const now = BigInt(Math.floor(this.engines.bus.clock.now() / 1_000))
    const stop = this.l1Stop
    return this.l1.filter(
      ({ number, timestamp }) => timestamp <= now && (stop === undefined || number <= stop),
    )
  }

  /** Starts a sequencer. */
  async start({
    instance = 'sequencer-0',
    ...changes
  }: Partial<Omit<Ports, 'settings'>> & {
    readonly instance?: string
    readonly settings?: Partial<SequencerSettings>
  } = {}): Promise<RunningSequencer> {
    const { bus, record } = this.engines
    const { clock } = bus
    const member = bus.joinUnleased('sequencer', instance)
    const lease = await bus.settle(member.bus.lease())
    const stopping = new AbortController()
    const registry = new Registry()
    const status = new StatusReporter({ instance, version: '0.0.0', clock })
    const ended: RunningSequencer['ended'] = { error: undefined }
    const warnings: LogLine[] = []
    const level = process.env['ATOLL_TEST_LOG']
    const write = (line: string) => {
      if (level !== undefined) process.stdout.write(line)
      warnings.push(JSON.parse(line) as LogLine)
    }
    const log = pino({ level: level ?? 'warn' }, { write })
    const context = { bus: member.bus, clock, log, lease, signal: stopping.signal, status }
    const ports: Ports = {
      config: record.config,
      conductor: undefined,
      foreign: undefined,
      activityFile: undefined,
      sealedFile: undefined,
      ...changes,
      settings: { ...settings, ...changes.settings },
    }
    run({ ...context, metrics: createMetrics(registry) }, ports).catch((error: unknown) => {
      if (!isFault(error, 'closed')) ended.error = toError(error)
    })
    const kill = () => {
      stopping.abort()
      member.control.cut()
      member.bulk.cut()
    }
    return { status, registry, warnings, ended, kill }
  }

  /** Calls the sequencer, as rpc does. */
  control(
    request: Parameters<typeof controlSequencer.request.encode>[0],
  ): Promise<ControlSequencerResponse> {
    const { bus } = this.engines
    return bus.settle(this.rpc.call(controlSequencer, request, { deadlineMs: 60_000 }))
  }

  /** Lets time pass until the unsafe head has a number. */
  async untilUnsafe(number: bigint, withinMs = 60_000): Promise<void> {
    await this.engines.derivation.until(({ unsafe }) => unsafe.number >= number, withinMs)
  }

  /** The number of the unsafe head. */
  get unsafe(): bigint {
    return this.engines.derivation.chain.unsafe.number
  }
}

function isNamed({ hash, number }: L1Block, which: FetchL1BlockRequest['block']): boolean {
  return which.kind === 'hash' ? which.hash === hash : which.number === number
}

function fail(): never {
  throw new Error('the record has no L1 block')
}

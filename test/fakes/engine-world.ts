import pino from 'pino'
import { Registry } from 'prom-client'
import type { RollupConfig } from '#protocol/chains/rollup-config.ts'
import type { Bus } from '#bus/bus.ts'
import { EngineApiClient } from '#engine-api/engine-api-client.ts'
import { isFault, toError } from '#runtime/fault.ts'
import { StatusReporter } from '#service/status-reporter.ts'
import { openFlashblockStore } from '#services/engine/flashblocks/flashblock-store.ts'
import { KeptFlashblocks } from '#services/engine/flashblocks/kept-flashblocks.ts'
import { createMetrics } from '#services/engine/metrics.ts'
import type { L1Refs, SyncSettings } from '#services/engine/ports.ts'
import { run } from '#services/engine/run.ts'
import { BusWorld } from './bus-world.ts'
import { EmbeddedClient } from './embedded-client.ts'
import { readRecord, type RecordedChain } from './recorded-chain.ts'
import { TestDerivation } from './test-derivation.ts'

/** A running engine. */
export interface RunningEngine {
  readonly status: StatusReporter
  readonly registry: Registry
  /** Whether the engine has ended, and its error. */
  readonly ended: { error: Error | undefined; isOver: boolean }
  /** Kills the engine, so that it cannot clean up. */
  stop(): void
  isKilled(): boolean
}

/** The real engine on an in-memory bus, with the embedded execution client. Its L1 comes from a record. */
export class EngineWorld {
  readonly bus: BusWorld
  readonly record: RecordedChain
  client: EmbeddedClient
  readonly derivation: TestDerivation
  /** The bus connection of gossip. */
  readonly gossip: Bus
  /** The L1 of the engine. */
  l1: L1Refs
  /** The flashblocks on the disk of the engine. */
  readonly flashblocks = openFlashblockStore(undefined, 10n, { warn: () => undefined })
  sync: SyncSettings = { mode: 'cl', safeOffsetSeconds: 0n }

  private constructor(parts: {
    readonly bus: BusWorld
    readonly record: RecordedChain
    readonly derivation: TestDerivation
    readonly gossip: Bus
  }) {
    this.bus = parts.bus
    this.record = parts.record
    this.derivation = parts.derivation
    this.gossip = parts.gossip
    this.client = new EmbeddedClient(parts.record.genesis, parts.bus.clock)
    this.l1 = refsOf(parts.record)
  }

  /**
   * A world without a running engine; `changes` overrides the rollup config of the record.
   *
   * @param startMs time of the clock at the start, in Unix milliseconds
   */
  static async of(
    recordName: string,
    changes: Partial<RollupConfig> = {},
    startMs?: number,
  ): Promise<EngineWorld> {
    const recorded = await readRecord(recordName)
    const record = { ...recorded, config: { ...recorded.config, ...changes } }
    const bus = await BusWorld.provisioned(startMs)
    const member = await bus.join('derivation')
    const derivation = new TestDerivation(bus, member.bus, record)
    const gossip = (await bus.join('gossip')).bus
    return new EngineWorld({ bus, record, derivation, gossip })
  }

  /** Starts an engine. */
  async start(instance = 'engine-0'): Promise<RunningEngine> {
    const { clock } = this.bus
    const member = this.bus.joinUnleased('engine', instance)
    const lease = await this.bus.settle(member.bus.lease())
    const stopping = new AbortController()
    const registry = new Registry()
    const status = new StatusReporter({ instance, version: '0.0.0', clock })
    const { config } = this.record
    const executionClient = new EngineApiClient({
      rpc: {
        call: (method, params) => unlessKilled(this.client.call(method, params), stopping.signal),
        batch: (calls) => unlessKilled(this.client.batch(calls), stopping.signal),
      },
      config,
      monotonicMs: () => clock.monotonicMs(),
      signal: stopping.signal,
    })
    const ended: RunningEngine['ended'] = { error: undefined, isOver: false }
    const running = run(
      {
        bus: member.bus,
        clock,
        lease,
        instance,
        log: pino({ level: process.env['ATOLL_TEST_LOG'] ?? 'silent' }),
        metrics: createMetrics(registry),
        signal: stopping.signal,
        status,
      },
      {
        config,
        executionClient,
        l1: {
          blocksDown: (from) => this.l1.blocksDown(from),
          chainId: () => this.l1.chainId(),
        },
        sync: this.sync,
        flashblocks: new KeptFlashblocks(this.flashblocks),
      },
    )
    const over = (error: unknown) => {
      if (error !== undefined && !isFault(error, 'closed')) ended.error = toError(error)
      ended.isOver = true
    }
    running.then(() => over(undefined), over)
    const stop = () => {
      if (stopping.signal.aborted) return
      stopping.abort()
      member.control.cut()
      member.bulk.cut()
    }
    return { status, registry, ended, stop, isKilled: () => stopping.signal.aborted }
  }
}

/** Returns the answer. If the process was killed, the promise never settles. */
async function unlessKilled<Value>(answer: Promise<Value>, signal: AbortSignal): Promise<Value> {
  try {
    return await answer
  } finally {
    if (signal.aborted) await new Promise(() => undefined)
  }
}

/** The L1 of a record, as the engine sees it. */
export function refsOf({ config, l1 }: RecordedChain): L1Refs {
  return {
    chainId: async () => config.l1ChainId,
    blocksDown: async ({ number, count }) =>
      l1
        .filter((block) => block.number <= number && block.number > number - BigInt(count))
        .toReversed()
        .map(({ hash, number, parentHash, timestamp }) => ({
          hash,
          number,
          parentHash,
          timestamp,
        })),
  }
}

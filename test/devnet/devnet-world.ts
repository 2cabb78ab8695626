import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { systemClock } from '#runtime/clock.ts'
import { compareNodes } from '#devnet/live/run-live.ts'
import { type LiveWorld, startLive, type WorldOptions } from '#devnet/live/start-live.ts'
import { forkOffsetsOf } from '#devnet/rollup/fork-offsets.ts'
import { until } from '#test/interop/until.ts'

/** First port of the devnets of the tests. */
export const portBase: number = Number(process.env['ATOLL_DEVNET_PORT'] ?? 14_600)

/** A devnet that ends with its test. It logs warnings and errors, which a failed test shows. */
export class DevnetWorld {
  readonly world: LiveWorld
  /** Folder with the files of the rollup and of the nodes. */
  readonly folder: string
  readonly #log: string[]

  private constructor(world: LiveWorld, folder: string, log: string[]) {
    this.world = world
    this.folder = folder
    this.#log = log
  }

  static async start(t: TestContext, options: Partial<WorldOptions> = {}): Promise<DevnetWorld> {
    const folder = await mkdtemp(join(tmpdir(), 'atoll-devnet-test-'))
    t.after(() => rm(folder, { recursive: true, force: true }))
    const log: string[] = []
    const world = await startLive({
      folder,
      nodes: 2,
      blockSeconds: 1,
      l1BlockSeconds: 1,
      forkOffsets: forkOffsetsOf([]),
      form: { batches: 'span', compression: 'brotli', data: 'blobs' },
      rate: 2,
      portBase,
      natsServer: process.env['ATOLL_NATS_SERVER'],
      inMemory: true,
      logLevel: 'warn',
      otlpUrl: undefined,
      clock: systemClock,
      signal: new AbortController().signal,
      report: (what) => log.push(what),
      onLog: (line) => log.push(line),
      ...options,
    })
    t.after(() => world.close())
    return new DevnetWorld(world, folder, log)
  }

  /** Waits until a condition holds. @throws Error with the last lines of the log after the timeout */
  until(what: string, holds: () => boolean | Promise<boolean>, withinMs = 60_000): Promise<void> {
    const explain = () => this.#log.slice(-30).join('\n')
    const all = async () => {
      const isDone = Promise.race([this.world.failed, Promise.resolve(holds())])
      return isDone
    }
    return until(what, { withinMs, everyMs: 100, explain }, all)
  }

  /** Number of a head, the lowest of all nodes. */
  head(which: 'unsafe' | 'safe' | 'finalized'): number {
    const numbers = this.world.nodes.map((node) => Number(node.view().chain?.[which].number ?? 0))
    return Math.min(...numbers)
  }

  /** Waits until all nodes have a safe block with a number, and asserts that they have the same blocks up to it. */
  async untilSafe(number: number, withinMs?: number): Promise<void> {
    await this.until(`block ${number} is safe`, () => this.head('safe') >= number, withinMs)
    const { firstDifference } = await compareNodes(this.world.clients, BigInt(number))
    assert.equal(firstDifference, undefined, 'the nodes have different blocks')
  }
}

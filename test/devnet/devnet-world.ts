import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import * as z from 'zod'
import type { EndpointOptions } from '#json-rpc/endpoint.ts'
import { JsonRpcClient } from '#json-rpc/json-rpc-client.ts'
import { type Closer, closeAll } from '#runtime/close-all.ts'
import { systemClock } from '#runtime/clock.ts'
import type { LiveNode } from '#devnet/live/live-node.ts'
import { compareNodes } from '#devnet/live/run-live.ts'
import { type LiveWorld, startLive, type WorldOptions } from '#devnet/live/start-live.ts'
import { forkOffsetsOf } from '#devnet/rollup/fork-offsets.ts'
import { until } from '#test/interop/until.ts'

/** First port of the devnets of the tests. */
export const portBase: number = Number(process.env['ATOLL_DEVNET_PORT'] ?? 14_600)

const blockJson = z.object({ number: z.number() })
const statusJson = z.object({
  head_l1: blockJson,
  unsafe_l2: blockJson.extend({ l1origin: blockJson }),
})

async function call(
  endpoint: EndpointOptions,
  method: string,
  params: readonly unknown[],
): Promise<unknown> {
  const options = { endpoints: [endpoint], timeoutMs: 10_000, rounds: 1, clock: systemClock }
  const client = new JsonRpcClient(options)
  try {
    return await client.call(method, params)
  } finally {
    await client.close()
  }
}

/** A devnet that ends with its test. It logs warnings and errors, which a failed test shows. */
export class DevnetWorld {
  readonly world: LiveWorld
  readonly #log: string[]
  readonly #closing: Closer[]

  private constructor(
    world: LiveWorld,
    { closing, log }: { readonly closing: Closer[]; readonly log: string[] },
  ) {
    this.world = world
    this.#closing = closing
    this.#log = log
  }

  static async start(t: TestContext, options: Partial<WorldOptions> = {}): Promise<DevnetWorld> {
    const folder = await mkdtemp(join(tmpdir(), 'atoll-devnet-test-'))
    const closing: Closer[] = [() => rm(folder, { recursive: true, force: true })]
    t.after(() => closeAll(closing))
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
    closing.push(() => world.close())
    return new DevnetWorld(world, { closing, log })
  }

  /** Ends something of the test before the devnet ends. */
  beforeEnd(close: Closer): void {
    this.#closing.push(close)
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

  /** Calls an admin method of the sequencer. */
  async admin(method: string, params: readonly unknown[]): Promise<void> {
    const { adminTokenFile, adminUrl } = this.#sequencer
    const token = await readFile(adminTokenFile, 'utf8')
    await call(
      { url: adminUrl, headers: async () => ({ authorization: `Bearer ${token}` }) },
      method,
      params,
    )
  }

  /** `optimism_syncStatus` of the sequencer. */
  async syncStatus(): Promise<z.output<typeof statusJson>> {
    const { rollupUrl: url } = this.#sequencer
    return statusJson.parse(await call({ url }, 'optimism_syncStatus', []))
  }

  get #sequencer(): LiveNode {
    return this.world.nodes[0] ?? assert.fail('no nodes')
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

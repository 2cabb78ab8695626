import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { startClient } from '#devnet/record-world.ts'
import { type RecordedNode, startRecordedNode } from '#devnet/recorded-node.ts'
import type { ServiceStatus } from '#messages/service-status.ts'
import type { NodeServiceName } from '#node/node-services.ts'
import { replayL1 } from '#records/replay/replay-record.ts'
import { systemClock } from '#runtime/clock.ts'
import { pause } from '#test/bus/conformance/raw-client.ts'

/** Time within which the node reports a failure. */
const reportMs = 15_000

/**
 * Time within which the safe head moves once the cause is gone. It is about 10 s if all services have ended meanwhile, and
 * longer on a machine that does other work: a pause of the supervisor, the starts of all processes, a sequencing window
 * that is derived again.
 */
const healMs = 30_000

/** A node and its execution client on one disk, with an L1 that grows. */
export class DiskNode {
  readonly nodeDir: string
  readonly rpcUrl: string
  readonly #recorded: RecordedNode
  readonly #reports: readonly string[]
  readonly #close: () => Promise<void>
  #failure: unknown

  private constructor(
    recorded: RecordedNode,
    parts: {
      readonly folder: string
      readonly rpcUrl: string
      readonly reports: readonly string[]
      readonly close: () => Promise<void>
    },
  ) {
    this.#recorded = recorded
    this.#reports = parts.reports
    this.#close = parts.close
    this.nodeDir = join(parts.folder, 'node')
    this.rpcUrl = parts.rpcUrl
    recorded.failed.catch((error: unknown) => {
      this.#failure = error
    })
  }

  static async start(record: string, folder: string): Promise<DiskNode> {
    const growth = { speed: 4, reorgs: [], safeLag: 4n, finalizedLag: 8n }
    const ports = { host: '127.0.0.1', rpcPort: 0, beaconPort: 0 }
    const l1 = await replayL1(record, { ...ports, clock: systemClock, growth })
    const jwtSecret = randomBytes(32)
    const client = await startClient({ record, clock: systemClock }, folder, jwtSecret)
    const reports: string[] = []
    const recorded = await startRecordedNode({
      record,
      folder,
      l1,
      engineUrl: client.engineUrl,
      jwtSecret,
      natsServer: process.env['ATOLL_NATS_SERVER'],
      logLevel: 'error',
      report: (what) => reports.push(what),
      onChange: () => undefined,
    })
    const close = async () => {
      await recorded.close()
      await client.close()
      await l1.close()
    }
    return new DiskNode(recorded, { folder, rpcUrl: client.rpcUrl, reports, close })
  }

  get safe(): bigint {
    return this.#recorded.viewer.view.chain?.safe.number ?? 0n
  }

  /** All that the node reported. */
  get reported(): string {
    return this.#reports.join('\n')
  }

  statusOf(name: NodeServiceName): ServiceStatus | undefined {
    return this.#recorded.viewer.view.services.get(name)
  }

  /** Waits for a condition. @returns milliseconds that it took */
  async until(what: string, isSo: () => boolean, timeoutMs = reportMs): Promise<number> {
    const startedMs = performance.now()
    while (!isSo()) {
      if (performance.now() - startedMs > timeoutMs)
        assert.fail(`${what}: not in ${timeoutMs} ms; safe is ${this.safe}\n${this.reported}`)
      assert.equal(this.#failure, undefined)
      await pause(20)
    }
    return performance.now() - startedMs
  }

  /** Waits until the safe head moves. @returns a sentence that says how long it took */
  async moves(after: string): Promise<string> {
    const before = this.safe
    const tookMs = await this.until(after, () => this.safe > before, healMs)
    return `${after}: the safe head moves after ${tookMs.toFixed(0)} ms`
  }

  kill(name: NodeServiceName | 'nats-server'): void {
    const { node } = this.#recorded
    const pid = name === 'nats-server' ? node.bus.serverPid() : node.pidOf(name)
    if (pid !== undefined) process.kill(pid, 'SIGKILL')
  }

  close(): Promise<void> {
    return this.#close()
  }
}

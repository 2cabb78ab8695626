import { join } from 'node:path'
import type { ServiceStatus } from '#messages/service-status.ts'
import type { NodeServiceName } from '#node/node-services.ts'
import { replayL1 } from '#records/replay/replay-record.ts'
import { systemClock } from '#runtime/clock.ts'
import { NodeOnRecord, type NodeProcess } from '#test/fakes/node-on-record.ts'

/** Time within which the node reports a failure. */
const reportMs = 15_000

/**
 * Limit on the time from the end of a failure until the safe head moves. If all services have ended, this takes about
 * 10 s: the supervisor pauses, all processes start, and a sequencing window is derived again. A busy machine needs
 * more time.
 */
const healMs = 30_000

/** A node and its execution client on one disk, with an L1 that grows. */
export class DiskNode {
  readonly nodeDir: string
  readonly #node: NodeOnRecord
  readonly #reports: readonly string[]

  private constructor(node: NodeOnRecord, nodeDir: string, reports: readonly string[]) {
    this.#node = node
    this.nodeDir = nodeDir
    this.#reports = reports
  }

  static async start(record: string, folder: string): Promise<DiskNode> {
    const growth = { speed: 4, reorgs: [], safeLag: 4n, finalizedLag: 8n }
    const ports = { host: '127.0.0.1', rpcPort: 0, beaconPort: 0 }
    const l1 = await replayL1(record, { ...ports, clock: systemClock, growth })
    const reports: string[] = []
    const report = (what: string) => void reports.push(what)
    const node = await NodeOnRecord.start({ record, folder, l1, report })
    return new DiskNode(node, join(folder, 'node'), reports)
  }

  get safe(): bigint {
    return this.#node.safe
  }

  /** Everything that the node has reported. */
  get reported(): string {
    return this.#reports.join('\n')
  }

  statusOf(name: NodeServiceName): ServiceStatus | undefined {
    return this.#node.view.services.get(name)
  }

  /** Waits for a condition. @returns milliseconds that it took */
  until(what: string, isSo: () => boolean, timeoutMs = reportMs): Promise<number> {
    return this.#node.until(what, isSo, timeoutMs)
  }

  /** Waits until the safe head moves. @returns a sentence that says how long it took */
  async moves(after: string): Promise<string> {
    const before = this.safe
    const tookMs = await this.until(after, () => this.safe > before, healMs)
    return `${after}: the safe head moved after ${tookMs.toFixed(0)} ms`
  }

  /** Kills a process, if it runs. */
  kill(name: NodeProcess): void {
    this.#node.kill(name)
  }

  /** Compares all safe blocks with the record. */
  compare(): Promise<number> {
    return this.#node.compare()
  }

  close(): Promise<void> {
    return this.#node.close()
  }
}

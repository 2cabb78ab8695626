import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { compareChain } from '#devnet/compare-chain.ts'
import { startClient } from '#devnet/record-world.ts'
import {
  type RecordedNode,
  type RecordedNodeOptions,
  startRecordedNode,
} from '#devnet/recorded-node.ts'
import type { OnCall } from '#json-rpc/json-rpc-dispatch.ts'
import type { NodeView } from '#node/node-view.ts'
import type { NodeServiceName } from '#node/node-services.ts'
import type { ReplayedL1 } from '#records/replay/replay-record.ts'
import { systemClock } from '#runtime/clock.ts'
import { pause } from '#test/bus/conformance/raw-client.ts'

/** A process of a node. */
export type NodeProcess = NodeServiceName | 'nats-server'

/** Options of a node that derives a record, the recorded blocks of a chain. */
export interface NodeOnRecordOptions extends Partial<
  Pick<RecordedNodeOptions, 'isInMemory' | 'logLevel' | 'otlpUrl' | 'given' | 'report' | 'onLog'>
> {
  readonly record: string
  /** The L1 that the node reads. This L1 is closed with the node. */
  readonly l1: ReplayedL1
  /** The L1 endpoints of the node; by default, those of `l1`. */
  readonly urls?: RecordedNodeOptions['l1']
  /** Folder of the node and its execution client; by default a temporary one, which is deleted with the node. */
  readonly folder?: string
  /** Returns the Engine API URL for the node; by default, the node gets the URL of the execution client. */
  readonly proxyEngine?: (engineUrl: string) => Promise<string>
  /** Called for each Engine API call. */
  readonly onCall?: OnCall
}

/** A node that derives a record, with its embedded execution client. */
export class NodeOnRecord {
  /** The JSON-RPC of the execution client. */
  readonly rpcUrl: string
  readonly #record: string
  readonly #recorded: RecordedNode
  readonly #close: () => Promise<void>
  #failure: unknown

  private constructor(
    recorded: RecordedNode,
    { record, rpcUrl, close }: { record: string; rpcUrl: string; close: () => Promise<void> },
  ) {
    this.rpcUrl = rpcUrl
    this.#record = record
    this.#recorded = recorded
    this.#close = close
    recorded.failed.catch((error: unknown) => {
      this.#failure = error
    })
  }

  static async start(options: NodeOnRecordOptions): Promise<NodeOnRecord> {
    const { record, l1, urls = l1, onCall, proxyEngine, folder: given, ...others } = options
    const folder = given ?? (await mkdtemp(join(tmpdir(), 'atoll-node-')))
    const jwtSecret = randomBytes(32)
    const world = { record, clock: systemClock, ...(onCall !== undefined && { onCall }) }
    const client = await startClient(world, folder, jwtSecret)
    const recorded = await startRecordedNode({
      natsServer: process.env['ATOLL_NATS_SERVER'],
      logLevel: 'error',
      report: () => undefined,
      onChange: () => undefined,
      ...others,
      record,
      folder,
      l1: urls,
      engineUrl: (await proxyEngine?.(client.engineUrl)) ?? client.engineUrl,
      jwtSecret,
    })
    const close = async () => {
      await recorded.close()
      await client.close()
      await l1.close()
      if (given === undefined) await rm(folder, { recursive: true, force: true })
    }
    return new NodeOnRecord(recorded, { record, rpcUrl: client.rpcUrl, close })
  }

  /** The states of the node. */
  get view(): NodeView {
    return this.#recorded.viewer.view
  }

  get safe(): bigint {
    return this.view.chain?.safe.number ?? 0n
  }

  /** Waits for a condition. @returns milliseconds that it took */
  async until(what: string, isSo: () => boolean, timeoutMs = 30_000): Promise<number> {
    const startedMs = performance.now()
    while (!isSo()) {
      if (performance.now() - startedMs > timeoutMs)
        assert.fail(
          `waited ${timeoutMs} ms in vain for: ${what}; safe head ${this.safe}\n${this.waits}`,
        )
      assert.equal(this.#failure, undefined)
      await pause(10)
    }
    return performance.now() - startedMs
  }

  /** Address of health, readiness and metrics. */
  get healthUrl(): string {
    return this.#recorded.node.healthUrl
  }

  pidOf(name: NodeServiceName): number | undefined {
    return this.#recorded.node.pidOf(name)
  }

  /** The wait of each service, as `atoll status` shows it. */
  get waits(): string {
    const lines = [...this.view.services].flatMap(([name, { wait }]) =>
      wait === undefined ? [] : [`${name} waits for ${wait.what}; next: ${wait.next}`],
    )
    return lines.join('\n')
  }

  /** Kills a process, if it runs. @returns whether it did */
  kill(name: NodeProcess): boolean {
    const { node } = this.#recorded
    const pid = name === 'nats-server' ? node.bus.serverPid() : node.pidOf(name)
    if (pid !== undefined) process.kill(pid, 'SIGKILL')
    return pid !== undefined
  }

  /** Compares all safe blocks with the record. @returns the number of compared blocks, including the genesis */
  async compare(): Promise<number> {
    const { signal } = new AbortController()
    const options = { last: this.safe, clock: systemClock, signal }
    const { blocks, firstDifference } = await compareChain(this.#record, this.rpcUrl, options)
    assert.equal(firstDifference, undefined)
    return blocks
  }

  close(): Promise<void> {
    return this.#close()
  }
}

import assert from 'node:assert/strict'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { TestContext } from 'node:test'
import { replayL1, type ReplayedL1 } from '#records/replay/replay-record.ts'
import { systemClock } from '#runtime/clock.ts'
import {
  NodeOnRecord,
  type NodeOnRecordOptions,
  type NodeProcess,
} from '#test/fakes/node-on-record.ts'
import { recordsFolder } from '#test/fakes/record-lines.ts'
import { type Misbehave, type Proxy, secretPath, serveProxy } from './proxy.ts'

/** The default record: 125 L1 blocks, which have calldata and 58 blobs. */
export const endpointsRecord = join(recordsFolder, 'bad-data-karst')

/** Options that a test may set. */
type Options = Partial<
  Pick<NodeOnRecordOptions, 'folder' | 'isInMemory' | 'otlpUrl' | 'report'>
> & {
  /** Folder of the record; default: `endpointsRecord`. */
  readonly record?: string
  /** Number of RPC endpoints, which is also the number of beacon endpoints. */
  readonly endpoints: number
  /** Misbehaviour of the RPC endpoints from the start. */
  readonly misbehave?: Misbehave
}

/** A verifier whose endpoints of L1 are proxies of one recorded L1. */
export class NodeBehindProxies {
  readonly rpcs: readonly Proxy[]
  readonly beacons: readonly Proxy[]
  /** The proxy in front of the Engine API. */
  readonly engine: Proxy
  /** The status lines of all services, as an operator saw them. */
  readonly #seen = new Set<string>()
  readonly #l1: ReplayedL1
  readonly #node: NodeOnRecord
  #head = 1n

  private constructor(
    node: NodeOnRecord,
    parts: Pick<NodeBehindProxies, 'rpcs' | 'beacons' | 'engine'> & { readonly l1: ReplayedL1 },
  ) {
    this.engine = parts.engine
    this.rpcs = parts.rpcs
    this.beacons = parts.beacons
    this.#l1 = parts.l1
    this.#node = node
  }

  static async start(
    t: TestContext,
    { record = endpointsRecord, endpoints, misbehave, ...others }: Options,
  ): Promise<NodeBehindProxies> {
    const ports = { host: '127.0.0.1', rpcPort: 0, beaconPort: 0 }
    const l1 = await replayL1(record, { ...ports, clock: systemClock })
    l1.chain.moveHead(1n)
    const serve = (target: string) =>
      Promise.all(Array.from({ length: endpoints }, () => serveProxy(t, target)))
    const [rpcs, beacons] = await Promise.all([serve(l1.rpcUrl), serve(l1.beaconUrl)])
    for (const proxy of rpcs) proxy.misbehave = misbehave
    let engine: Proxy | undefined
    const proxyEngine = async (target: string) => {
      engine = await serveProxy(t, target, '')
      return engine.url
    }
    const node = await NodeOnRecord.start({
      record,
      l1,
      proxyEngine,
      urls: {
        rpcUrl: rpcs.map(({ url }) => url).join(),
        beaconUrl: beacons.map(({ url }) => url).join(),
      },
      isInMemory: true,
      logLevel: process.env['ATOLL_ENDPOINT_LOG'] ?? 'error',
      given: { l1TimeoutMs: '2000' },
      ...others,
    })
    t.after(() => node.close())
    if (engine === undefined) throw new Error('no proxy')
    return new NodeBehindProxies(node, { rpcs, beacons, engine, l1 })
  }

  /** Kills a process of the node, if it runs. */
  kill(name: NodeProcess): boolean {
    return this.#node.kill(name)
  }

  /** Number of the head of L1. */
  get head(): bigint {
    return this.#head
  }

  /** Whether derivation has read L1 up to the L1 head. */
  get isAtHead(): boolean {
    return (this.#node.view.targets?.currentL1?.number ?? 0n) >= this.#head
  }

  /** Adds blocks to L1 up to the next block that has the given data. @returns whether the record has such a block */
  grow(data: 'any' | 'transactions' | 'blobs' = 'any'): boolean {
    const { chain } = this.#l1
    const next = chain.blocks.find(
      ({ number, receipts, blobs }) =>
        number > this.#head &&
        (data === 'any' ||
          (data === 'blobs' ? blobs.length > 0 : receipts !== undefined && receipts.length > 0)),
    )
    if (next === undefined) return false
    this.#head = next.number
    chain.moveHead(this.#head)
    return true
  }

  /** The waits of the services, as `atoll status` shows them. */
  get waits(): string {
    const { waits } = this.#node
    for (const line of waits.split('\n')) this.#seen.add(line)
    return waits
  }

  /** Waits until derivation is at the head of L1, or until the time is over. */
  async wait(atMostMs: number): Promise<void> {
    const endMs = performance.now() + atMostMs
    while (performance.now() < endMs && !this.isAtHead) await sleep(10)
  }

  /** Waits for a condition. @returns milliseconds that it took */
  until(what: string, isSo: () => boolean, timeoutMs: number): Promise<number> {
    return this.#node.until(what, isSo, timeoutMs)
  }

  /** Compares all safe blocks with the record, and checks that no status line had a secret. */
  async check(): Promise<void> {
    assert.ok((await this.#node.compare()) > 1)
    const [, secret = ''] = secretPath.split('/')
    for (const line of this.#seen) assert.ok(!line.includes(secret), line)
  }
}

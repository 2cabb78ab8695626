import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { TestContext } from 'node:test'
import { compareChain } from '#devnet/compare-chain.ts'
import { startClient } from '#devnet/record-world.ts'
import { type RecordedNode, startRecordedNode } from '#devnet/recorded-node.ts'
import { replayL1, type ReplayedL1 } from '#records/replay/replay-record.ts'
import { systemClock } from '#runtime/clock.ts'
import { recordsFolder } from '#test/fakes/record-lines.ts'
import { type Misbehave, type Proxy, secretPath, serveProxy } from './proxy.ts'

/** Calldata and 58 blobs in 125 L1 blocks. */
const record = join(recordsFolder, 'bad-data-karst')

/** A verifier whose endpoints of L1 are proxies of one recorded L1. */
export class NodeBehindProxies {
  readonly rpcs: readonly Proxy[]
  readonly beacons: readonly Proxy[]
  /** The status lines of all services, as an operator saw them. */
  readonly #seen = new Set<string>()
  readonly #l1: ReplayedL1
  readonly #recorded: RecordedNode
  readonly #rpcUrl: string
  #head = 1n

  private constructor(
    parts: Pick<NodeBehindProxies, 'rpcs' | 'beacons'> & {
      readonly l1: ReplayedL1
      readonly recorded: RecordedNode
      readonly rpcUrl: string
    },
  ) {
    this.rpcs = parts.rpcs
    this.beacons = parts.beacons
    this.#l1 = parts.l1
    this.#recorded = parts.recorded
    this.#rpcUrl = parts.rpcUrl
  }

  /** @param endpoints number of RPC and of beacon endpoints @param misbehave what the RPC endpoints do from the start */
  static async start(
    t: TestContext,
    endpoints: number,
    misbehave?: Misbehave,
  ): Promise<NodeBehindProxies> {
    const folder = await mkdtemp(join(tmpdir(), 'atoll-endpoints-'))
    const l1 = await replayL1(record, {
      host: '127.0.0.1',
      rpcPort: 0,
      beaconPort: 0,
      clock: systemClock,
    })
    l1.chain.moveHead(1n)
    const serve = (target: string) =>
      Promise.all(Array.from({ length: endpoints }, () => serveProxy(t, target)))
    const [rpcs, beacons] = await Promise.all([serve(l1.rpcUrl), serve(l1.beaconUrl)])
    for (const proxy of rpcs) proxy.misbehave = misbehave
    const jwtSecret = randomBytes(32)
    const client = await startClient({ record, clock: systemClock }, folder, jwtSecret)
    const recorded = await startRecordedNode({
      record,
      folder,
      l1: {
        rpcUrl: rpcs.map(({ url }) => url).join(),
        beaconUrl: beacons.map(({ url }) => url).join(),
      },
      engineUrl: client.engineUrl,
      jwtSecret,
      natsServer: undefined,
      isInMemory: true,
      logLevel: process.env['ATOLL_ENDPOINT_LOG'] ?? 'error',
      report: () => undefined,
      onChange: () => undefined,
      given: { l1TimeoutMs: '2000' },
    })
    t.after(async () => {
      await recorded.close()
      await client.close()
      await l1.close()
      await rm(folder, { recursive: true, force: true })
    })
    return new NodeBehindProxies({ rpcs, beacons, l1, recorded, rpcUrl: client.rpcUrl })
  }

  /** Number of the head of L1. */
  get head(): bigint {
    return this.#head
  }

  /** Whether derivation has read L1 up to its head. */
  get isAtHead(): boolean {
    return (this.#recorded.viewer.view.targets?.currentL1?.number ?? 0n) >= this.#head
  }

  /** Adds blocks to L1 up to one with these data; returns whether the record has one. */
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

  /** What the services wait for, as status shows it. */
  get waits(): string {
    const lines = [...this.#recorded.viewer.view.services].flatMap(([name, { wait }]) =>
      wait === undefined ? [] : [`${name} waits for ${wait.what}; next: ${wait.next}`],
    )
    for (const line of lines) this.#seen.add(line)
    return lines.join('\n')
  }

  /** Waits until derivation is at the head of L1, but not longer than this. */
  async wait(atMostMs: number): Promise<void> {
    const endMs = performance.now() + atMostMs
    while (performance.now() < endMs && !this.isAtHead) await sleep(10)
  }

  /** Waits for a condition. @returns milliseconds that it took */
  async until(what: string, isSo: () => boolean, timeoutMs: number): Promise<number> {
    const startMs = performance.now()
    while (!isSo()) {
      if (performance.now() - startMs > timeoutMs)
        assert.fail(`${what}: not in ${timeoutMs} ms; ${this.waits}`)
      await sleep(10)
    }
    return performance.now() - startMs
  }

  /** Compares all safe blocks with the record, and checks that no status line had a secret. */
  async check(): Promise<void> {
    const last = this.#recorded.viewer.view.chain?.safe.number ?? 0n
    assert.ok(last > 0n)
    const { signal } = new AbortController()
    const compared = await compareChain(record, this.#rpcUrl, { last, clock: systemClock, signal })
    assert.equal(compared.firstDifference, undefined)
    const [, secret = ''] = secretPath.split('/')
    for (const line of this.#seen) assert.ok(!line.includes(secret), line)
  }
}

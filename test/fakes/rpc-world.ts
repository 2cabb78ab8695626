import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import type { TestContext } from 'node:test'
import { Registry } from 'prom-client'
import type { ChainState } from '#messages/chain-state.ts'
import type { DerivationTargets } from '#messages/derivation-targets.ts'
import type { FetchL2BlockRequest, FetchL2BlockResponse } from '#messages/fetch-l2-block.ts'
import type { L1Heads } from '#messages/l1-heads.ts'
import type { SafeHeadAtRequest, SafeHeadAtResponse } from '#messages/safe-head-at.ts'
import {
  derivationTargets,
  engineChain,
  fetchL2Block,
  l1Heads,
  logLevel,
  safeHeadAt,
  serviceStatus,
} from '#messages/subjects.ts'
import type { PayloadHeader } from '#protocol/block/payload.ts'
import type { L2BlockRef } from '#protocol/block/refs.ts'
import type { RollupConfig } from '#protocol/chains/rollup-config.ts'
import type { Hash } from '#protocol/primitives.ts'
import { StatusReporter } from '#service/status-reporter.ts'
import { createMetrics } from '#services/rpc/metrics.ts'
import type { Ports } from '#services/rpc/ports.ts'
import { run } from '#services/rpc/run.ts'
import {
  type OpenServers,
  openServers,
  type ServerSettings,
} from '#services/rpc/serve/open-servers.ts'
import { samplePayload } from './block-messages.ts'
import { BusWorld, type Member } from './bus-world.ts'
import { forksUpTo } from './test-rollup.ts'
import { rollupConfig } from './rollup-config.ts'
import { chainAt, hash, l2Ref } from './values.ts'

/** Token of the server with admin methods. */
export const adminToken = '7a'.repeat(32)

/** Changes to the defaults of a replica. */
export interface ReplicaOptions {
  readonly ports?: Partial<Ports>
  readonly server?: Partial<ServerSettings>
}

/** A block of the test chain: its parent is the block of the previous number, on the same branch. */
export function blockOf(number: number, branch = 0): L2BlockRef {
  const id = (at: number) => hash(at + branch * 100_000)
  return {
    ...l2Ref(number),
    hash: id(number),
    parentHash: id(Math.max(0, number - 1)),
    timestamp: 2n * BigInt(number),
  }
}

/** A replica of the rpc service, with its real servers. */
export interface Replica {
  readonly servers: OpenServers
  readonly status: StatusReporter
  readonly logged: string[]
  readonly log: { level: string }
  readonly registry: Registry
  stop(): Promise<void>
}

/** Replicas of rpc on an in-memory bus. The test acts as the other services. Clients of rpc use real sockets. */
export class RpcWorld {
  readonly bus: BusWorld
  readonly config: RollupConfig
  readonly engine: Member
  readonly derivation: Member
  readonly gossip: Member
  readonly #da: Member
  readonly #owners
  /** Blocks of the execution client, by hash. `canonical` has its canonical chain, by number. */
  readonly blocks = new Map<Hash, { ref: L2BlockRef; header: PayloadHeader }>()
  readonly canonical = new Map<bigint, Hash>()
  /** Requests for blocks that the engine got. */
  readonly asked: FetchL2BlockRequest[] = []
  /** Runs before the engine answers. */
  onAsked: () => Promise<void> = async () => undefined
  safeHead: (request: SafeHeadAtRequest) => SafeHeadAtResponse = () => ({ kind: 'not-yet' })
  chain: ChainState = { ...chainAt({ generation: 1n, version: 0n }) }
  #replicas = 0

  private constructor(bus: BusWorld, members: readonly [Member, Member, Member, Member]) {
    this.bus = bus
    ;[this.engine, this.derivation, this.gossip, this.#da] = members
    this.config = rollupConfig({
      l2ChainId: 10n,
      hardforkTimes: forksUpTo('isthmus'),
      genesis: { ...rollupConfig({}).genesis, l2: { hash: hash(0), number: 0n } },
    })
    this.#owners = {
      chain: this.engine.bus.own(engineChain),
      targets: this.derivation.bus.own(derivationTargets),
      l1: this.#da.bus.own(l1Heads),
    }
    this.engine.bus.serve(fetchL2Block, (request) => this.#answer(request))
    this.derivation.bus.serve(safeHeadAt, async (request) => this.safeHead(request))
  }

  static async make(): Promise<RpcWorld> {
    const bus = await BusWorld.provisioned()
    const members = [
      await bus.join('engine'),
      await bus.join('derivation'),
      await bus.join('gossip'),
      await bus.join('da-watcher'),
    ] as const
    return new RpcWorld(bus, members)
  }

  /** A world with one replica. */
  static async started(
    t: TestContext,
    options: ReplicaOptions = {},
  ): Promise<{ world: RpcWorld; replica: Replica }> {
    const world = await RpcWorld.make()
    return { world, replica: await world.replica(t, options) }
  }

  /** Starts a replica, which stops when the test ends. */
  async replica(t: TestContext, { ports, server }: ReplicaOptions = {}): Promise<Replica> {
    const instance = `rpc-${this.#replicas++}`
    const { bus } = await this.bus.join('rpc', instance)
    const stopping = new AbortController()
    const logged: string[] = []
    const note = (_fields: unknown, text?: string) => void logged.push(text ?? '')
    const log = { level: 'info', debug: note, info: note, warn: note, error: note }
    // The log level follows the signal, as in the process of each service.
    bus.listen(logLevel, ({ level }) => {
      log.level = level
    })
    const { clock } = this.bus
    const status = new StatusReporter({ instance, version: '0.0.0', clock })
    const fatal: Error[] = []
    const { signal } = stopping
    status.report(bus, bus.own(serviceStatus.rpc), {
      signal,
      onFatal: (error) => fatal.push(error),
    })
    const registry = new Registry()
    const opened = Promise.withResolvers<OpenServers>()
    const settings: ServerSettings = {
      host: '127.0.0.1',
      port: 0,
      cors: '*',
      maxRequestsPerClient: 100,
      bansClients: true,
      admin: { host: '127.0.0.1', port: 0, token: adminToken },
      ...server,
    }
    const running = run(
      { bus, clock, signal, log, status, metrics: createMetrics(registry), registry },
      {
        config: this.config,
        dependencySet: undefined,
        hasPeers: true,
        hasSequencer: false,
        version: '0.1.0',
        serve: async (served) => {
          const servers = await openServers(settings, served, { clock, log })
          opened.resolve(servers)
          return servers
        },
        ...ports,
      },
    )
    let hasStopped = false
    const stop = async () => {
      if (hasStopped) return
      hasStopped = true
      stopping.abort()
      await this.settle(running)
    }
    t.after(stop)
    const servers = await this.settle(opened.promise)
    await this.pass(10)
    assert.deepEqual(fatal, [])
    return { servers, status, logged, log, registry, stop }
  }

  /** Adds blocks to the execution client. The canonical chain then ends with the last added block. */
  extend(from: number, to: number, branch = 0): void {
    for (let number = from; number <= to; number++) {
      const ref = blockOf(number, branch)
      const { hash: blockHash, parentHash, timestamp } = ref
      const header = { ...samplePayload, number: ref.number, blockHash, parentHash, timestamp }
      this.blocks.set(ref.hash, { ref, header })
      this.canonical.set(ref.number, ref.hash)
    }
    for (const number of this.canonical.keys())
      if (number > BigInt(to)) this.canonical.delete(number)
  }

  /** Writes the state of the engine. */
  async writeChain(changes: Partial<ChainState>): Promise<void> {
    this.chain = { ...this.chain, version: this.chain.version + 1n, ...changes }
    await this.settle(this.#owners.chain.write(this.chain))
    await this.pass(5)
  }

  async writeTargets(targets: DerivationTargets): Promise<void> {
    await this.settle(this.#owners.targets.write(targets))
    await this.pass(5)
  }

  async writeL1(heads: L1Heads): Promise<void> {
    await this.settle(this.#owners.l1.write(heads))
    await this.pass(5)
  }

  /** Lets virtual time pass. */
  pass(forMs: number): Promise<void> {
    return this.bus.pass(forMs)
  }

  /** Waits until a promise has settled, while virtual and real time pass. */
  async settle<Value>(promise: Promise<Value>): Promise<Value> {
    const state = { isSettled: false }
    const settled = () => {
      state.isSettled = true
    }
    promise.then(settled, settled)
    const endMs = performance.now() + 10_000
    while (!state.isSettled) {
      assert.ok(performance.now() < endMs, 'not settled within ten seconds')
      await this.pass(5)
      await sleep(1)
    }
    return promise
  }

  /** Calls a method, and returns the whole answer as text. */
  async ask(url: string, method: string, params: unknown = []): Promise<string> {
    const { text } = await this.post(url, JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }))
    return text
  }

  /** Calls a method of the server with admin methods, and returns the whole answer as text. */
  async askAdmin({ servers }: Replica, method: string, params: unknown = []): Promise<string> {
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params })
    const authorization = `Bearer ${adminToken}`
    const { text } = await this.post(servers.adminUrl ?? '', body, { authorization })
    return text
  }

  /** Sends a body. */
  post(url: string, body: string, headers: Readonly<Record<string, string>> = {}) {
    const send = async () => {
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body,
      })
      return { status: response.status, text: await response.text(), headers: response.headers }
    }
    return this.settle(send())
  }

  async #answer({ block, part }: FetchL2BlockRequest): Promise<FetchL2BlockResponse> {
    this.asked.push({ block, part })
    const { generation } = this.chain
    await this.onAsked()
    const hashOf =
      block.kind === 'hash'
        ? block.hash
        : this.canonical.get(
            block.kind === 'number' ? block.number : this.chain[block.label].number,
          )
    const found = hashOf && this.blocks.get(hashOf)
    if (found === undefined) return { generation, kind: 'not-found' }
    const { ref, header } = found
    return part === 'header'
      ? { generation, kind: 'found', ref, part: { kind: 'header', header } }
      : { generation, kind: 'found', ref, part: { kind: 'ref' } }
  }
}

/** Result of an answer; undefined for an error. */
export function resultOf(text: string): unknown {
  return (JSON.parse(text) as { readonly result?: unknown }).result
}

/** Error of an answer as `code message`; undefined for a result. */
export function errorOf(text: string): string | undefined {
  const { error } = JSON.parse(text) as { readonly error?: { code: number; message: string } }
  return error && `${error.code} ${error.message}`
}

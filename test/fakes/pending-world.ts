import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { Registry } from 'prom-client'
import type { Payload } from '#protocol/block/payload.ts'
import type { Bytes8 } from '#protocol/primitives.ts'
import type { JsonRpcClient } from '#json-rpc/json-rpc-client.ts'
import { JsonRpcDispatch, type SubscriptionStart } from '#json-rpc/json-rpc-dispatch.ts'
import { StatusReporter } from '#service/status-reporter.ts'
import { createMetrics } from '#services/rpc/metrics.ts'
import type { ExecutionPorts, Served } from '#services/rpc/ports.ts'
import { run } from '#services/rpc/run.ts'
import { EmbeddedClient } from './embedded-client.ts'
import { assembled, FlashblockWorld } from './flashblock-world.ts'

/** The answer to a call. */
interface Answer {
  readonly result?: unknown
  readonly error?: { readonly code: number; readonly message: string; readonly data?: unknown }
}

/** Limits of requests, as of a server. */
const limits = {
  maxBatchCalls: 100,
  maxDepth: 20,
  maxValues: 50_000,
  maxBatchAnswerLength: 10_000_000,
  maxBatchMs: 10_000,
}

/** The real services engine and rpc on one bus, with the embedded execution client. The engine builds flashblocks. */
export class PendingWorld {
  readonly engine: FlashblockWorld
  readonly registry = new Registry()
  /** A client of its own, on which each prefix of the block can be made the head. */
  readonly #reference: EmbeddedClient
  #dispatch: JsonRpcDispatch | undefined

  private constructor(engine: FlashblockWorld, reference: EmbeddedClient) {
    this.engine = engine
    this.#reference = reference
  }

  /** Starts the services. The block to build has two transactions with logs, and one that creates a contract. */
  static async start(
    t: TestContext,
    execution: Partial<ExecutionPorts> = {},
  ): Promise<PendingWorld> {
    const number = 9
    const engine = await FlashblockWorld.start({ number })
    const { config, genesis, l2 } = engine.record
    const reference = new EmbeddedClient(genesis, engine.bus.clock)
    await reference.fetch(
      config,
      l2.slice(1, number).map(({ block }) => block),
    )
    const world = new PendingWorld(engine, reference)
    await world.#startRpc(t, execution)
    return world
  }

  async #startRpc(t: TestContext, execution: Partial<ExecutionPorts>): Promise<void> {
    const { bus, clock } = {
      bus: (await this.engine.bus.join('rpc')).bus,
      clock: this.engine.bus.clock,
    }
    const stopping = new AbortController()
    const { signal } = stopping
    const note = () => undefined
    const log = { debug: note, info: note, warn: note, error: note }
    const status = new StatusReporter({ instance: 'rpc-0', version: '0.0.0', clock })
    const { registry } = this
    const client: Pick<JsonRpcClient, 'call'> = {
      call: (method, params) => this.engine.client.call(method, params),
    }
    const serve = async (served: Served) => {
      const { methods, onCall, passOn } = served
      this.#dispatch = new JsonRpcDispatch({ methods, passOn, onCall, clock, limits })
      return { sockets: () => 0, close: async () => undefined }
    }
    const running = run(
      { bus, clock, signal, log, status, metrics: createMetrics(registry), registry },
      {
        config: this.engine.record.config,
        dependencySet: undefined,
        hasPeers: false,
        hasSequencer: false,
        version: '0.1.0',
        execution: { calls: client, own: client, passesOn: true, ...execution },
        serve,
      },
    )
    t.after(async () => {
      stopping.abort()
      await running
    })
    await this.pass(50)
  }

  pass(ms: number): Promise<void> {
    return this.engine.pass(ms)
  }

  /** Begins the block, up to index 0. */
  async begin(): Promise<Bytes8> {
    const payloadId = await this.engine.build()
    await this.pass(100)
    return payloadId
  }

  /** Adds transactions to the pool, and waits for the next index. */
  async nextIndex(transactions: number): Promise<void> {
    this.engine.receive(transactions)
    await this.pass(500)
  }

  /** Seals the block, and makes it the unsafe head. */
  async finish(payloadId: Bytes8): Promise<Payload> {
    const sealed = await this.engine.seal(payloadId)
    await this.engine.insert(sealed)
    await this.pass(100)
    return sealed
  }

  /** The block that the flashblocks so far make. */
  get prefix(): Payload {
    return assembled(this.engine.published).payload() ?? assert.fail()
  }

  /** Calls a method, whose answer needs no time of the clock. */
  async ask(method: string, ...params: readonly unknown[]): Promise<Answer> {
    const text = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params })
    const refuse = () => assert.fail('a subscription that no test expects')
    const context = { subscribe: refuse, unsubscribe: refuse }
    const answer = await (this.#dispatch ?? assert.fail()).answer(text, context)
    return JSON.parse(answer ?? '{}') as Answer
  }

  /** The result of a method. */
  async result(method: string, ...params: readonly unknown[]): Promise<unknown> {
    const { error, result } = await this.ask(method, ...params)
    assert.equal(error, undefined, `${method}: ${JSON.stringify(error)}`)
    return result
  }

  /** Subscribes, and returns the list of all later notifications. */
  async subscribe(...params: readonly unknown[]): Promise<readonly unknown[]> {
    const notified: unknown[] = []
    const starts: SubscriptionStart[] = []
    const subscribe = (start: SubscriptionStart) => `0x${starts.push(start)}`
    const text = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'eth_subscribe', params })
    const context = { subscribe, unsubscribe: () => true }
    const answer = await (this.#dispatch ?? assert.fail()).answer(text, context)
    assert.match(answer ?? '', /"result":"0x1"/u)
    for (const start of starts) start((result) => notified.push(result))
    return notified
  }

  /** Asks a client whose head is the prefix. */
  async atSealed(prefix: Payload, method: string, ...params: readonly unknown[]): Promise<unknown> {
    await this.#reference.fetch(this.engine.record.config, [prefix])
    const { chain } = this.#reference
    chain.choose({ head: prefix.blockHash, safe: undefined, finalized: undefined })
    return this.#reference.call(method, params)
  }
}

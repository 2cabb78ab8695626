import assert from 'node:assert/strict'
import pino from 'pino'
import type { Payload } from '#protocol/block/payload.ts'
import { areSameBytes } from '#protocol/codec/same-bytes.ts'
import type { RollupConfig } from '#protocol/chains/rollup-config.ts'
import type { Genesis } from '#execution-client/genesis/genesis.ts'
import { Chain, type HeadChange } from '#execution-client/chain/chain.ts'
import { EngineApi } from '#execution-client/engine-api/engine-api.ts'
import { PayloadBuilds } from '#execution-client/engine-api/payload-builds.ts'
import { blockMethods } from '#execution-client/rpc/block-methods.ts'
import { logMethods } from '#execution-client/rpc/log-methods.ts'
import { nodeMethods } from '#execution-client/rpc/node-methods.ts'
import { poolMethods } from '#execution-client/rpc/pool-methods.ts'
import { Simulator } from '#execution-client/rpc/simulate.ts'
import { stateMethods } from '#execution-client/rpc/state-methods.ts'
import { poolViewOf } from '#execution-client/pool/pool-view.ts'
import { TransactionPool } from '#execution-client/pool/transaction-pool.ts'
import type { BlockBuilder } from '#execution-client/transition/execute-block.ts'
import { InvalidTransaction } from '#execution-client/transition/invalid.ts'
import { openChainDatabase } from '#execution-client/store/chain-database.ts'
import { EngineApiClient } from '#engine-api/engine-api-client.ts'
import type { Clock } from '#runtime/clock.ts'
import { type JsonRpcAnswer, JsonRpcError } from '#json-rpc/json-rpc-answer.ts'
import type { JsonRpcCall, JsonRpcClient } from '#json-rpc/json-rpc-client.ts'
import { Serial } from '#runtime/serial.ts'

type Method = (params: readonly unknown[]) => unknown

/** The embedded execution client, called within this process on the clock of a test. */
export class EmbeddedClient implements Pick<JsonRpcClient, 'call' | 'batch'> {
  readonly calls: JsonRpcCall[] = []
  /**
   * Runs before each call. Its result or error is the answer to the call. If it returns `undefined`, the client
   * answers.
   */
  intercept: (call: JsonRpcCall) => unknown = () => undefined
  /** Transactions that builds add to their blocks, in this order. What users send is not added by itself. */
  pool: readonly Uint8Array[] = []
  readonly #genesis: Genesis
  readonly #clock: Clock
  #chain: Chain
  #methods: Readonly<Record<string, Method>>

  constructor(genesis: Genesis, clock: Clock) {
    this.#genesis = genesis
    this.#clock = clock
    this.#chain = this.#open()
    this.#methods = this.#serve()
  }

  get chain(): Chain {
    return this.#chain
  }

  /** Forgets all blocks, as if the disk of the client was lost. */
  wipe(): void {
    this.#chain.close()
    this.#chain = this.#open()
    this.#methods = this.#serve()
  }

  /** Drops all builds, as a restart of the client does. */
  restart(): void {
    this.#methods = this.#serve()
  }

  /** Imports blocks, as if they came from peers. */
  async fetch(config: RollupConfig, blocks: readonly Payload[]): Promise<void> {
    const rpc: Pick<JsonRpcClient, 'call' | 'batch'> = {
      call: (method, params) => this.#answer(method, params),
      batch: () => Promise.reject(new Error('not needed')),
    }
    const api = new EngineApiClient({ rpc, config, monotonicMs: () => 0 })
    for (const block of blocks) assert.deepEqual(await api.newPayload(block), { kind: 'valid' })
  }

  async call(method: string, params: readonly unknown[]): Promise<unknown> {
    this.calls.push({ method, params })
    const intercepted = await this.intercept({ method, params })
    return intercepted === undefined ? this.#answer(method, params) : intercepted
  }

  async #answer(method: string, params: readonly unknown[]): Promise<unknown> {
    const run = this.#methods[method]
    if (run === undefined) throw new JsonRpcError(-32_601, `the method ${method} does not exist`)
    // A round trip through JSON, as over HTTP.
    const plain = JSON.parse(JSON.stringify(params)) as readonly unknown[]
    return JSON.parse(JSON.stringify((await run(plain)) ?? null)) as unknown
  }

  async batch(calls: readonly JsonRpcCall[]): Promise<readonly JsonRpcAnswer[]> {
    const answers: JsonRpcAnswer[] = []
    for (const { method, params } of calls) {
      try {
        answers.push({ result: await this.call(method, params) })
      } catch (error) {
        if (!(error instanceof JsonRpcError)) throw error
        answers.push({ error })
      }
    }
    return answers
  }

  #open(): Chain {
    const database = openChainDatabase(':memory:')
    const genesis = this.#genesis
    // As in op-geth, the first block of a fork may have user transactions.
    const options = { ...genesis, config: { ...genesis.config, hasUsersAtForks: true } }
    return new Chain({ database, genesis: options, archive: false })
  }

  /** Adds the transactions of the pool that the block does not have, as far as they are valid in it. */
  async #fill({ execution }: BlockBuilder): Promise<'filled'> {
    for (const raw of this.pool) {
      if (execution.transactions.some((known) => areSameBytes(known.raw, raw))) continue
      try {
        await execution.execute(raw)
      } catch (error) {
        if (!(error instanceof InvalidTransaction)) throw error
      }
    }
    return 'filled'
  }

  #serve(): Readonly<Record<string, Method>> {
    const chain = this.#chain
    const serial = new Serial()
    const builds = new PayloadBuilds({
      chain,
      serial,
      clock: this.#clock,
      hasNews: () => this.pool.length > 0,
      fill: (builder) => this.#fill(builder),
      onError: (error) => {
        throw error
      },
    })
    const api = new EngineApi({ chain, builds, serial, log: pino({ level: 'silent' }) })
    return {
      ...nodeMethods(chain),
      ...blockMethods(chain),
      ...stateMethods(chain, new Simulator(chain)),
      ...logMethods(chain),
      ...poolMethods(chain, sentTo(chain)),
      ...api.methods,
    } as Readonly<Record<string, Method>>
  }
}

/** The pool of the transactions that users send. It follows the head of a chain. */
function sentTo(chain: Chain): TransactionPool {
  const view = () => {
    const { header } = chain.head
    return poolViewOf(chain.config, { header, trie: chain.state(chain.head).trie }, chain.source)
  }
  const pool = new TransactionPool(view())
  const transactionsOf = (blocks: HeadChange['added']) =>
    blocks.flatMap((block) => chain.body(block).transactions)
  chain.onChange(({ added, removed }) =>
    pool.reset(view(), { included: transactionsOf(added), dropped: transactionsOf(removed) }),
  )
  return pool
}

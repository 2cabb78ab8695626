import * as z from 'zod'
import type { Hash } from '#protocol/primitives.ts'
import type { JsonRpcClient } from '#json-rpc/json-rpc-client.ts'
import { type Clock, sleep } from '#runtime/clock.ts'
import { isFault } from '#runtime/fault.ts'
import { JsonRpcError } from '#json-rpc/json-rpc-answer.ts'
import type { PendingView } from './pending-view.ts'

/** Pauses before the execution client is asked again for a prefix that it does not know yet: each doubles the last. */
export const findPauses = { firstMs: 20, longestMs: 160 }

/** A prefix is no longer asked for when this number of newer indices has arrived, since the engine skips it then. */
const maxSoughtIndices = 4

/** After this time without success, a prefix is no longer asked for. */
export const maxFindMs = 10_000

/** Limit on the prefixes whose blocks and receipts are kept in memory. */
export const maxKeptPrefixes = 4

/** A log, as the execution client reports it. */
export const logJson: z.ZodType<LogJson> = z.looseObject({
  address: z.string(),
  topics: z.array(z.string()),
})

/** A receipt, as the execution client reports it. */
const receiptJson = z.looseObject({ transactionHash: z.string(), logs: z.array(logJson) })

/** A transaction, as the execution client reports it. */
const transactionJson = z.looseObject({ hash: z.string() })

const fullBlockJson = z.looseObject({ transactions: z.array(transactionJson) })
const blockJson = z.looseObject({ transactions: z.array(z.string()) })

/** A log of the execution client. */
export interface LogJson {
  readonly [field: string]: unknown
  readonly address: string
  readonly topics: string[]
}

/** A receipt of the execution client. */
export type ReceiptJson = z.output<typeof receiptJson>

/** A block of the execution client with its transactions. */
export type FullBlockJson = z.output<typeof fullBlockJson>

/** Reads prefixes from the execution client, by their block hashes. Calls of clients do not delay these reads. */
export class PrefixReader {
  readonly #rpc: Pick<JsonRpcClient, 'call'>
  readonly #clock: Clock
  readonly #signal: AbortSignal
  readonly #receipts = new Kept<readonly ReceiptJson[]>()
  readonly #blocks = new Kept<FullBlockJson>()

  constructor(
    rpc: Pick<JsonRpcClient, 'call'>,
    { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
  ) {
    this.#rpc = rpc
    this.#clock = clock
    this.#signal = signal
  }

  /** Waits until the execution client knows a prefix. @returns false if the prefix is no longer one of the newest */
  async find(hash: Hash, view: Pick<PendingView, 'isWanted'>): Promise<boolean> {
    const endMs = this.#clock.monotonicMs() + maxFindMs
    let pauseMs = findPauses.firstMs
    while (view.isWanted(hash, maxSoughtIndices) && this.#clock.monotonicMs() < endMs) {
      if (await this.#knows(hash)) return true
      if (!(await sleep(this.#clock, pauseMs, this.#signal))) return false
      pauseMs = Math.min(2 * pauseMs, findPauses.longestMs)
    }
    return false
  }

  /** The block of a prefix; undefined if the execution client does not know it. @throws as `JsonRpcClient.call` */
  block(hash: Hash): Promise<FullBlockJson | undefined> {
    return this.#blocks.get(hash, async () => {
      const json = await this.#rpc.call('eth_getBlockByHash', [hash, true])
      return fullBlockJson.safeParse(json).data
    })
  }

  /** The receipts of a prefix; undefined if the execution client does not know it. @throws as `JsonRpcClient.call` */
  receipts(hash: Hash): Promise<readonly ReceiptJson[] | undefined> {
    return this.#receipts.get(hash, async () => {
      const json = await this.#rpc.call('eth_getBlockReceipts', [{ blockHash: hash }])
      return z.array(receiptJson).safeParse(json).data
    })
  }

  /** Hashes of the transactions of a block; undefined if the block is unknown. @throws as `JsonRpcClient.call` */
  async transactions(hash: Hash): Promise<readonly string[] | undefined> {
    const json = await this.#rpc.call('eth_getBlockByHash', [hash, false])
    return blockJson.safeParse(json).data?.transactions
  }

  async #knows(hash: Hash): Promise<boolean> {
    try {
      const count = await this.#rpc.call('eth_getBlockTransactionCountByHash', [hash])
      return typeof count === 'string'
    } catch (error) {
      // The execution client is asked again; its failures are counted by the client of this process.
      if (isFault(error) || error instanceof JsonRpcError) return false
      throw error
    }
  }
}

/** The newest values by block hash. Concurrent reads of a value share one call. */
class Kept<Value> {
  readonly #values = new Map<Hash, Promise<Value | undefined>>()

  async get(hash: Hash, read: () => Promise<Value | undefined>): Promise<Value | undefined> {
    const kept = this.#values.get(hash)
    if (kept !== undefined) return kept
    const reading = read()
    this.#values.set(hash, reading)
    const [oldest] = this.#values.keys()
    if (this.#values.size > maxKeptPrefixes && oldest !== undefined) this.#values.delete(oldest)
    let value: Value | undefined
    try {
      value = await reading
      return value
    } finally {
      // A failure, or a block that is unknown, is not remembered.
      if (value === undefined && this.#values.get(hash) === reading) this.#values.delete(hash)
    }
  }
}

import * as z from 'zod'
import { DecodeError } from '#protocol/codec/decode-error.ts'
import type { Hash } from '#protocol/primitives.ts'
import { Fault } from '#runtime/fault.ts'
import { hashJson, toData, toQuantity } from '#runtime/json/fields.ts'
import { parseJson } from '#runtime/json/parse-json.ts'
import { errorCodes, JsonRpcError } from '#runtime/json-rpc/json-rpc-answer.ts'
import type { JsonRpcClient } from '#runtime/json-rpc/json-rpc-client.ts'
import type { BeaconClient } from './beacon-client.ts'
import { type FetchedL1Block, parseL1Block, parseL1Receipts } from './fetched-l1-block.ts'
import { type FetchedL1, type L1View, toL1Block } from './to-l1-block.ts'
import { flawOfL1Block, flawOfL1Receipts } from './verify-l1-block.ts'

/** Where L1 is asked, and what for. */
export interface L1ClientOptions {
  readonly rpc: JsonRpcClient
  /** The server that `rpc` asks, for a person to read. */
  readonly name: string
  /** Left out: no blob is fetched. */
  readonly beacon: BeaconClient | undefined
  readonly view: L1View
  readonly signal?: AbortSignal | undefined
}

/** An L1 block, and the JSON it was read from. */
export interface ToldL1 extends FetchedL1 {
  readonly json: {
    readonly block: unknown
    readonly receipts: unknown
    /** Absent if there are none; `index` counts over all blobs of the block. */
    readonly blobs?: readonly {
      readonly index: number
      readonly versionedHash: Hash
      readonly blob: string
    }[]
  }
}

const blobTransactionType = 3

const blobHashesJson = z.object({
  transactions: z.array(z.object({ blobVersionedHashes: z.array(hashJson).default([]) })),
})

/** Fetches L1 blocks with receipts and blobs, and believes nothing: all is checked against the block's hash. */
export class L1Client {
  readonly #options: L1ClientOptions
  #hasBlockReceipts = true

  constructor(options: L1ClientOptions) {
    this.#options = options
  }

  /**
   * A block with its receipts, and the blobs that transactions to the batch inbox name, as far as they are to be had.
   *
   * @returns undefined if L1 is not as long
   * @throws Fault `l1-untrue` if what was told is not true; JsonRpcError; else as the clients do
   */
  async fetchBlock(number: bigint): Promise<ToldL1 | undefined> {
    const json = await this.#call('eth_getBlockByNumber', [toQuantity(number), true])
    if (json === null) return undefined
    return this.#checked(number, async () => {
      const block = parseL1Block(json)
      if (block.header.number !== number)
        throw new DecodeError(`it is block ${block.header.number}`)
      refuse(flawOfL1Block(block))
      const receiptsJson = await this.#fetchReceipts(block)
      const receipts = parseL1Receipts(receiptsJson, block)
      refuse(flawOfL1Receipts(block, receipts))
      const blobs = await this.#fetchBlobs({ block, receipts, blobs: new Map() })
      const told = { block: json, receipts: receiptsJson }
      if (blobs.size === 0) return { block, receipts, blobs, json: told }
      return { block, receipts, blobs, json: { ...told, blobs: blobsToJson(json, blobs) } }
    })
  }

  async #fetchReceipts({ hash, transactions }: FetchedL1Block): Promise<unknown> {
    if (transactions.length === 0) return []
    if (this.#hasBlockReceipts) {
      try {
        const receipts = await this.#call('eth_getBlockReceipts', [hash])
        if (receipts !== null) return receipts
      } catch (error) {
        if (!(error instanceof JsonRpcError)) throw error
        this.#hasBlockReceipts = error.code !== errorCodes.methodNotFound
      }
    }
    const calls = transactions.map((transaction) => {
      return { method: 'eth_getTransactionReceipt', params: [transaction.hash] }
    })
    const answers = await this.#options.rpc.batch(calls, this.#callOptions())
    return answers.map((answer) => {
      if ('error' in answer) throw answer.error
      return answer.result
    })
  }

  async #fetchBlobs(fetched: FetchedL1): Promise<ReadonlyMap<Hash, Uint8Array>> {
    const { beacon, view } = this.#options
    const hasBlobs = fetched.block.transactions.some(({ raw }) => raw[0] === blobTransactionType)
    if (beacon === undefined || !hasBlobs) return new Map()
    const { inboxTransactions, timestamp } = toL1Block(fetched, view)
    const named = inboxTransactions.flatMap(({ blobs }) =>
      blobs.map(({ versionedHash }) => versionedHash),
    )
    return named.length === 0 ? new Map() : beacon.fetchBlobs(timestamp, new Set(named))
  }

  async #checked<Value>(number: bigint, read: () => Promise<Value>): Promise<Value> {
    try {
      return await read()
    } catch (cause) {
      if (!(cause instanceof DecodeError)) throw cause
      const detail = `${this.#options.name}: L1 block ${number} is not true: ${cause.message}`
      throw new Fault('l1-untrue', { severity: 'critical', detail, cause })
    }
  }

  async #call(method: string, params: readonly unknown[]): Promise<unknown> {
    return this.#options.rpc.call(method, params, this.#callOptions())
  }

  #callOptions(): { readonly signal?: AbortSignal } {
    const { signal } = this.#options
    return signal === undefined ? {} : { signal }
  }
}

function refuse(flaw: string | undefined): void {
  if (flaw !== undefined) throw new DecodeError(flaw)
}

function blobsToJson(
  blockJson: unknown,
  blobs: ReadonlyMap<Hash, Uint8Array>,
): NonNullable<ToldL1['json']['blobs']> {
  const { transactions } = parseJson(blobHashesJson, blockJson, 'block')
  return transactions
    .flatMap(({ blobVersionedHashes }) => blobVersionedHashes)
    .flatMap((versionedHash, index) => {
      const blob = blobs.get(versionedHash)
      return blob === undefined ? [] : [{ index, versionedHash, blob: toData(blob) }]
    })
}

import * as z from 'zod'
import type { Hash } from '#protocol/primitives.ts'
import { hashJson, uint64Json } from '#runtime/json/fields.ts'
import { parseJson } from '#runtime/json/parse-json.ts'

/** A block of a record, as its node told it. */
export interface ReplayedBlock {
  readonly number: bigint
  readonly hash: Hash
  /** Unix seconds. */
  readonly timestamp: bigint
  /** With whole transactions. */
  readonly json: Readonly<Record<string, unknown>>
  /** Their hashes, in order. */
  readonly transactionHashes: readonly Hash[]
  /** One for each transaction; absent for L2. */
  readonly receipts: readonly unknown[] | undefined
  readonly blobs: readonly ReplayedBlob[]
}

/** A blob of a block. */
export interface ReplayedBlob {
  /** Among all of the block. */
  readonly index: number
  readonly versionedHash: Hash
  /** In hex. */
  readonly blob: string
}

const blockJson = z.looseObject({
  hash: hashJson,
  number: uint64Json,
  timestamp: uint64Json,
  transactions: z.array(z.looseObject({ hash: hashJson })),
})

const lineJson = z.object({
  block: z.record(z.string(), z.unknown()),
  receipts: z.array(z.unknown()).optional(),
  blobs: z
    .array(z.object({ index: z.int(), versionedHash: hashJson, blob: z.string() }))
    .default([]),
})

/**
 * Reads a line of `l1.ndjson`; one of `l2.ndjson` is read as `{block}`.
 *
 * @throws DecodeError that names the field if it is none
 */
export function parseReplayedBlock(line: unknown): ReplayedBlock {
  const { block: json, receipts, blobs } = parseJson(lineJson, line, 'line')
  const { hash, number, timestamp, transactions } = parseJson(blockJson, json, 'block')
  const transactionHashes = transactions.map((transaction) => transaction.hash)
  return { number, hash, timestamp, json, transactionHashes, receipts, blobs }
}

/** What a label means, as blocks behind the newest. */
const labels: Readonly<Record<string, bigint>> = {
  latest: 0n,
  pending: 0n,
  safe: 32n,
  finalized: 64n,
}

/** Blocks in a row, up to a head that may move: those above it are not there yet. */
export class ReplayedChain {
  /** All of them, those above the head too. */
  readonly blocks: readonly ReplayedBlock[]
  readonly #byHash: ReadonlyMap<string, ReplayedBlock>
  readonly #first: ReplayedBlock
  readonly #places: ReadonlyMap<string, { readonly block: ReplayedBlock; readonly at: number }>
  #head: bigint

  /** @throws RangeError without a block */
  constructor(blocks: readonly ReplayedBlock[]) {
    const [first] = blocks
    const last = blocks.at(-1)
    if (first === undefined || last === undefined) throw new RangeError('no block to replay')
    this.blocks = blocks
    this.#first = first
    this.#head = last.number
    this.#byHash = new Map(blocks.map((block) => [block.hash, block]))
    this.#places = new Map(
      blocks.flatMap((block) =>
        block.transactionHashes.map((hash, at) => [hash, { block, at }] as const),
      ),
    )
  }

  get head(): bigint {
    return this.#head
  }

  /** Makes a block the newest. */
  moveHead(number: bigint): void {
    this.#head = number
  }

  /** The oldest block. */
  get first(): ReplayedBlock {
    return this.#first
  }

  /** By number in hex, hash or label; undefined if it is not there. */
  find(key: string): ReplayedBlock | undefined {
    if (/^0x[0-9a-f]{64}$/iu.test(key)) return this.#shown(this.#byHash.get(key.toLowerCase()))
    return this.#byNumber(this.#numberOf(key))
  }

  /** The block with a beacon slot. */
  findByTimestamp(timestamp: bigint): ReplayedBlock | undefined {
    return this.#shown(this.blocks.find((block) => block.timestamp === timestamp))
  }

  /** The receipt of a transaction; undefined if it is not there. */
  findReceipt(transactionHash: string): unknown {
    const place = this.#places.get(transactionHash.toLowerCase())
    return this.#shown(place?.block)?.receipts?.[place?.at ?? 0]
  }

  #byNumber(number: bigint | undefined): ReplayedBlock | undefined {
    if (number === undefined || number < this.first.number) return undefined
    return this.#shown(this.blocks[Number(number - this.first.number)])
  }

  #numberOf(key: string): bigint | undefined {
    if (/^0x[0-9a-f]{1,16}$/iu.test(key)) return BigInt(key)
    if (key === 'earliest') return this.first.number
    const behind = labels[key]
    if (behind === undefined) return undefined
    const number = this.#head - behind
    return number < this.first.number ? this.first.number : number
  }

  #shown(block: ReplayedBlock | undefined): ReplayedBlock | undefined {
    return block !== undefined && block.number <= this.#head ? block : undefined
  }
}

/** A block as `eth_getBlockByNumber` tells it, with hashes in place of transactions. */
export function withoutTransactions({ json, transactionHashes }: ReplayedBlock): object {
  return { ...json, transactions: transactionHashes }
}

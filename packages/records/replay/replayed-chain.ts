import * as z from 'zod'
import type { Hash } from '#protocol/primitives.ts'
import { hashJson, uint64Json } from '#json-rpc/forms/fields.ts'
import { parseJson } from '#json-rpc/forms/parse-json.ts'

/** A block of a record. */
export interface ReplayedBlock {
  readonly number: bigint
  readonly hash: Hash
  readonly parentHash: Hash
  /** Unix seconds. */
  readonly timestamp: bigint
  /** With full transactions. */
  readonly json: Readonly<Record<string, unknown>>
  /** Transaction hashes, in order. */
  readonly transactionHashes: readonly Hash[]
  /** One receipt for each transaction; absent for L2. */
  readonly receipts: readonly unknown[] | undefined
  readonly blobs: readonly ReplayedBlob[]
}

/** A blob of a block. */
export interface ReplayedBlob {
  /** Index among all blobs of the block. */
  readonly index: number
  readonly versionedHash: Hash
  /** Data in hex. */
  readonly blob: string
}

const blockJson = z.looseObject({
  hash: hashJson,
  parentHash: hashJson,
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
 * Parses a line of `l1.ndjson`, or a line of `l2.ndjson` as `{block}`.
 *
 * @throws DecodeError that names the malformed field
 */
export function parseReplayedBlock(line: unknown): ReplayedBlock {
  const { block: json, receipts, blobs } = parseJson(lineJson, line, 'line')
  const { hash, parentHash, number, timestamp, transactions } = parseJson(blockJson, json, 'block')
  const transactionHashes = transactions.map((transaction) => transaction.hash)
  return { number, hash, parentHash, timestamp, json, transactionHashes, receipts, blobs }
}

/** The visible part of a chain, with its branch. */
export interface ChainView {
  readonly head: bigint
  readonly safe: bigint
  readonly finalized: bigint
  /** Consecutive blocks that replace the recorded blocks with the same numbers. */
  readonly branch: readonly ReplayedBlock[]
}

/** Default distances of the safe and the finalized block below the head, as on a public chain. */
const usualLag = { safe: 32n, finalized: 64n }

/** Consecutive blocks up to a movable head; blocks above it are not visible. */
export class ReplayedChain {
  /** All recorded blocks, including those above the head. */
  readonly blocks: readonly ReplayedBlock[]
  /** The oldest block. */
  readonly first: ReplayedBlock
  /** Block 0, if the record does not have it. */
  readonly #genesis: ReplayedBlock | undefined
  readonly #byHash: Map<string, ReplayedBlock>
  readonly #places: ReadonlyMap<string, { readonly number: bigint; readonly at: number }>
  readonly #listeners = new Set<(blocks: readonly ReplayedBlock[]) => void>()
  #view: ChainView
  /** The highest head so far. Blocks up to it are found by hash even if they are not canonical. */
  #highest: bigint

  /**
   * @param genesis block 0, if `blocks` begin later
   * @throws RangeError if `blocks` is empty
   */
  constructor(blocks: readonly ReplayedBlock[], genesis?: ReplayedBlock) {
    const [first] = blocks
    const last = blocks.at(-1)
    if (first === undefined || last === undefined) throw new RangeError('no block to replay')
    this.blocks = blocks
    this.first = first
    this.#genesis = genesis
    this.#view = this.#usualView(last.number)
    this.#highest = last.number
    const all = genesis === undefined ? blocks : [genesis, ...blocks]
    this.#byHash = new Map(all.map((block) => [block.hash, block]))
    this.#places = new Map(
      blocks.flatMap(({ number, transactionHashes }) =>
        transactionHashes.map((hash, at) => [hash, { number, at }] as const),
      ),
    )
  }

  /** The current view. */
  get view(): ChainView {
    return this.#view
  }

  get head(): bigint {
    return this.#view.head
  }

  /** Moves the head to a recorded block, as if the blocks above it had never been visible. */
  moveHead(number: bigint): void {
    this.begin(this.#usualView(number))
  }

  /** Applies a view, as if the blocks above its head had never been visible. */
  begin(view: ChainView): void {
    this.#highest = view.head
    this.show(view)
  }

  /** Applies a view: a longer or shorter chain, or another branch. */
  show(view: ChainView): void {
    const before = this.#view
    for (const block of view.branch) this.#byHash.set(block.hash, block)
    this.#view = view
    if (view.head > this.#highest) this.#highest = view.head
    const news: ReplayedBlock[] = []
    for (let number = view.head; ; number--) {
      const block = this.#canonical(view, number)
      if (block === undefined || this.#canonical(before, number)?.hash === block.hash) break
      news.unshift(block)
    }
    if (news.length > 0) for (const listener of this.#listeners) listener(news)
  }

  /** Calls back with the blocks that became canonical, oldest first, until the returned function is called. */
  onHead(listener: (blocks: readonly ReplayedBlock[]) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Finds a block by hex number, hash or label. */
  find(key: string): ReplayedBlock | undefined {
    if (/^0x[0-9a-f]{64}$/iu.test(key)) {
      const block = this.#byHash.get(key.toLowerCase())
      return block !== undefined && block.number <= this.#highest ? block : undefined
    }
    const number = this.#numberOf(key)
    return number === undefined ? undefined : this.#canonical(this.#view, number)
  }

  /** The canonical block of the beacon slot with this timestamp. */
  findByTimestamp(timestamp: bigint): ReplayedBlock | undefined {
    const recorded = this.blocks.find((block) => block.timestamp === timestamp)
    return recorded && this.#canonical(this.#view, recorded.number)
  }

  /** The receipt of a transaction; undefined if it is unknown. */
  findReceipt(transactionHash: string): unknown {
    const place = this.#places.get(transactionHash.toLowerCase())
    if (place === undefined) return undefined
    return this.#canonical(this.#view, place.number)?.receipts?.[place.at]
  }

  /** The canonical blocks, oldest first. */
  *canonical(): Generator<ReplayedBlock> {
    for (let number = this.first.number; ; number++) {
      const block = this.#canonical(this.#view, number)
      if (block === undefined) return
      yield block
    }
  }

  #canonical({ branch, head }: ChainView, number: bigint): ReplayedBlock | undefined {
    if (number === this.#genesis?.number) return this.#genesis
    if (number > head || number < this.first.number) return undefined
    const at = branch[0] === undefined ? -1 : Number(number - branch[0].number)
    return branch[at] ?? this.blocks[Number(number - this.first.number)]
  }

  #numberOf(key: string): bigint | undefined {
    if (/^0x[0-9a-f]{1,16}$/iu.test(key)) return BigInt(key)
    const { head, safe, finalized } = this.#view
    switch (key) {
      case 'latest':
      case 'pending':
        return head
      case 'safe':
        return safe
      case 'finalized':
        return finalized
      case 'earliest':
        return this.#genesis?.number ?? this.first.number
      default:
        return undefined
    }
  }

  #usualView(head: bigint): ChainView {
    const below = (lag: bigint) => atLeast(head - lag, this.first.number)
    return { head, safe: below(usualLag.safe), finalized: below(usualLag.finalized), branch: [] }
  }
}

/** The number, but at least `lowest`. */
export function atLeast(number: bigint, lowest: bigint): bigint {
  return number < lowest ? lowest : number
}

/** A block as returned by `eth_getBlockByNumber`, with transaction hashes only. */
export function withoutTransactions({ json, transactionHashes }: ReplayedBlock): object {
  return { ...json, transactions: transactionHashes }
}

import type { Flashblock } from '#protocol/flashblock/flashblock.ts'
import type { Overlay, OverlayOutcome, PendingBlock } from '#protocol/flashblock/overlay.ts'
import type { Bytes8, Hash } from '#protocol/primitives.ts'

/** What rpc knows of the blocks above the canonical head. It has hashes only; the execution client has the rest. */
export interface PendingState {
  /** Undefined until the canonical head is known. */
  readonly overlay: Overlay | undefined
  /** Block hashes of the prefixes in the overlay that the execution client knows. */
  readonly executed: ReadonlySet<Hash>
  /** What stands for the block hashes of flashblocks whose builder computes none, by payload id and index. */
  readonly unnamed: ReadonlyMap<string, Hash>
  /** The highest epoch of a sequencer, and the highest block of this epoch. */
  readonly newestEpoch: { readonly epoch: bigint; readonly number: bigint }
  /** When the newest flashblock of the overlay arrived, in milliseconds of the monotonic clock; undefined: never. */
  readonly arrivedMs: number | undefined
  /** The newest prefix that was announced to subscribers. */
  readonly announced: Pick<Prefix, 'number' | 'index' | 'hash'> | undefined
}

/** A block up to an index. The execution client has it under its hash. */
export interface Prefix {
  readonly number: bigint
  readonly index: number
  readonly hash: Hash
  /** Hashes of its transactions, in order. */
  readonly transactions: readonly Hash[]
}

/** A flashblock, from either log. */
export interface ArrivedFlashblock {
  readonly number: bigint
  readonly flashblock: Flashblock
  /** Epoch of the sequencer; 0 if it was not authorized. */
  readonly epoch: bigint
}

/** What happened to a flashblock. */
export type FlashblockOutcome =
  | OverlayOutcome
  /** A newer sequencer has begun this block, or a later one. */
  | 'stale-epoch'

/** A prefix to announce to subscribers. */
export interface PrefixNews {
  readonly prefix: Prefix
  /** Position of the first transaction that was not announced yet. */
  readonly from: number
}

/** A canonical block with another hash than its flashblocks. */
export interface OtherBlock {
  readonly number: bigint
  readonly hash: Hash
  /** Transactions of the flashblocks. */
  readonly promised: readonly Hash[]
}

/** An event of the pending block. */
export type PendingEvent =
  | {
      readonly kind: 'flashblock-arrived'
      readonly arrived: ArrivedFlashblock
      /** Milliseconds of the monotonic clock. */
      readonly atMs: number
    }
  /** The execution client knows the prefix with this block hash. */
  | {
      readonly kind: 'prefix-found'
      readonly hash: Hash
      /** The flashblock, if the engine names it: its builder may compute no hashes. */
      readonly flashblock?: { readonly payloadId: Bytes8; readonly index: number } | undefined
    }

/** An effect of the pending block. */
export type PendingEffect =
  | { readonly kind: 'count-flashblock'; readonly outcome: FlashblockOutcome }
  /** Asks the execution client for a prefix until it knows it. */
  | { readonly kind: 'find-prefix'; readonly hash: Hash }
  /** Shows the pending block to clients. */
  | { readonly kind: 'show-pending'; readonly pending: PendingState }
  | { readonly kind: 'announce-prefixes'; readonly news: readonly PrefixNews[] }
  /** Counts the transactions that the flashblocks of a block had, and the block has not. */
  | { readonly kind: 'compare-block'; readonly block: OtherBlock }

/** Nothing is known yet. */
export const noPending: PendingState = {
  overlay: undefined,
  executed: new Set(),
  unnamed: new Map(),
  newestEpoch: { epoch: 0n, number: 0n },
  arrivedMs: undefined,
  announced: undefined,
}

/** A block up to one of its indices. */
function prefixAt(
  { blockHash, counts, hashes, number, transactions }: PendingBlock,
  index: number,
): Prefix {
  const hash = hashes[index] ?? blockHash
  return { number, index, hash, transactions: transactions.slice(0, counts[index]) }
}

/**
 * The prefixes that `pending` shows, oldest first. The last one is the newest that the execution client knows; the
 * others are complete blocks below it.
 */
export function shownPrefixes({ executed, overlay }: PendingState): readonly Prefix[] {
  const blocks = overlay?.blocks ?? []
  const newest = blocks.findLastIndex(({ hashes }) => hashes.some((hash) => executed.has(hash)))
  return blocks.slice(0, newest + 1).map((block, at) => {
    const index = at < newest ? -1 : block.hashes.findLastIndex((hash) => executed.has(hash))
    return prefixAt(block, index === -1 ? block.index : index)
  })
}

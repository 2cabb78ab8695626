import type { InboxTransaction, L1Block } from '#protocol/block/l1-block.ts'
import { blobBytes, decodeBlob } from '#protocol/channel/blob.ts'
import { decodeFrames, type Frame } from '#protocol/channel/frame.ts'
import { pruneFrames } from '#protocol/channel/frame-pruning.ts'
import { DecodeError } from '#protocol/codec/decode-error.ts'
import type { Address, Hash } from '#protocol/primitives.ts'

/** EIP-2718 type of a transaction with blobs. */
const blobTransactionType = 3

/** Rules of the inbox that depend on the timestamp of the L1 block. */
export interface InboxRules {
  /** Whether blobs are read, as from Ecotone on. */
  readonly readsBlobs: boolean
  /** Whether frames that cannot continue a channel are removed from their transaction, as from Holocene on. */
  readonly prunesFrames: boolean
}

/** Data that a batcher posted in the calldata of a transaction or in a blob. */
interface InboxItem {
  readonly source: 'calldata' | 'blob'
  readonly data: Uint8Array
}

// Rule blob-missing: A block is not read until all blobs of its batcher are available.
// Spec: ecotone/derivation.md#blob-retrieval, derive/blob_data_source.go
/**
 * Versioned hashes, in order, of the blobs that a batcher posted in an L1 block and whose data is missing.
 *
 * Spec: protocol/ecotone/derivation.md#blob-retrieval
 */
export function missingBlobs(
  { inboxTransactions }: L1Block,
  batcher: Address,
  { readsBlobs }: InboxRules,
): readonly Hash[] {
  if (!readsBlobs) return []
  return inboxTransactions
    .filter((transaction) => transaction.sender === batcher && isBlobs(transaction))
    .flatMap(({ blobs }) => blobs.filter(({ data }) => data?.length !== blobBytes))
    .map(({ versionedHash }) => versionedHash)
}

function isBlobs({ type }: InboxTransaction): boolean {
  return type === blobTransactionType
}

/** Returns the frames of one L1 block one by one, in the order in which the batcher posted them. */
export class InboxFrames {
  readonly #items: Generator<InboxItem, undefined>
  readonly #rules: InboxRules
  readonly #onMalformed: (source: InboxItem['source'], detail: string) => void
  #frames: readonly Frame[] = []
  #next = 0

  constructor(
    block: L1Block,
    options: {
      readonly batcher: Address
      readonly rules: InboxRules
      readonly onMalformed: (source: InboxItem['source'], detail: string) => void
    },
  ) {
    this.#items = itemsOf(block, options.batcher, options.rules)
    this.#rules = options.rules
    this.#onMalformed = options.onMalformed
  }

  /** The next frame; undefined after the last. */
  next(): Frame | undefined {
    while (this.#next >= this.#frames.length) {
      const item = this.#items.next()
      if (item.done === true) return undefined
      this.#frames = this.#framesOf(item.value)
      this.#next = 0
    }
    return this.#frames[this.#next++]
  }

  #framesOf({ source, data }: InboxItem): readonly Frame[] {
    try {
      const frames = decodeFrames(source === 'blob' ? decodeBlob(data) : data)
      // Rule pruning-first: Frames are pruned before they reach a channel. Spec: holocene/derivation.md#frame-queue,
      // derive/frame_queue.go
      return this.#rules.prunesFrames ? pruneFrames(frames) : frames
    } catch (error) {
      // Rule malformed-item: Malformed calldata or a malformed blob is dropped; the other data of its block is read.
      // Spec: derivation.md#batcher-transaction-format, derive/frame_queue.go
      if (!(error instanceof DecodeError)) throw error
      this.#onMalformed(source, error.message)
      return []
    }
  }
}

/** Spec: protocol/derivation.md#l1-retrieval, protocol/ecotone/derivation.md#ecotone-blob-retrieval */
function* itemsOf(
  { inboxTransactions }: L1Block,
  batcher: Address,
  { readsBlobs }: InboxRules,
): Generator<InboxItem, undefined> {
  // Rule data-order: Data is read in the order of transactions, then of their blobs.
  // Spec: ecotone/derivation.md#ecotone-blob-retrieval, derive/blob_data_source.go
  for (const transaction of inboxTransactions) {
    // Rule batcher-sender: Only transactions of the batcher are read. Spec: derivation.md#l1-retrieval, derive/data_source.go
    if (transaction.sender !== batcher) continue
    // Rule blob-calldata: From Ecotone on, the calldata of a blob transaction is ignored.
    // Spec: ecotone/derivation.md#ecotone-blob-retrieval, derive/blob_data_source.go
    if (!readsBlobs || !isBlobs(transaction)) yield { source: 'calldata', data: transaction.data }
    else
      for (const { data } of transaction.blobs)
        if (data !== undefined) yield { source: 'blob', data }
  }
  return undefined
}

import type { L1BlockRef, L2BlockRef } from '#protocol/block/refs.ts'
import { isActive } from '#protocol/chains/chain-spec.ts'
import { areSameBytes } from '#protocol/codec/same-bytes.ts'
import type { SpanBatch, SpanBatchBlock, SpanBatchBlocks } from './batch.ts'
import { accepted, checkDrift, checkTransactions, drop, undecided } from './batch-validity.ts'
import type { BatchContext, BatchVerdict, NeedsBlock } from './batch-verdict.ts'
import { depositType } from '#protocol/transaction/transaction-types.ts'

/**
 * Checks a span batch by the rules before Holocene, including its new blocks: the span is accepted or dropped as a
 * whole.
 * Spec: protocol/delta/span-batches.md#span-batch-rules
 */
export function checkSpanBatch(span: SpanBatch, context: BatchContext): BatchVerdict {
  const prefix = checkPrefix(span, context)
  if (prefix.kind !== 'fits') return prefix
  const blocks = checkBlocks(span, context, prefix.parent)
  return blocks.kind === 'accept' ? checkOverlap(span, context, prefix.parent) : blocks
}

/**
 * Checks a span batch from Holocene on, without its new blocks, which are checked one by one later. Blocks that overlap
 * the safe chain must equal the safe blocks. If the safe chain has a deposits-only block in place of a block of the
 * span, the rest of the span was built on the original block. So the rest must not be put on top of the deposits-only
 * block. Spec: protocol/holocene/derivation.md#span-batches
 */
export function checkSpanBatchHolocene(span: SpanBatch, context: BatchContext): BatchVerdict {
  const prefix = checkPrefix(span, context)
  return prefix.kind === 'fits' ? checkOverlap(span, context, prefix.parent) : prefix
}

/** The outcome if the batch connects to the safe chain. */
interface Fits {
  readonly kind: 'fits'
  readonly parent: L2BlockRef
}

function checkPrefix(span: SpanBatch, context: BatchContext): BatchVerdict | Fits {
  const { config, l1Blocks, safeHead, inclusion } = context
  const [first, last] = ends(span)
  const epoch = l1Blocks[0]
  // Rule span-l1-known: A span is undecided until the L1 blocks of its first and its last epoch are known. Spec:
  // delta/span-batches.md
  if (epoch === undefined) return undecided('no-l1-blocks')
  const origin = first.epochNumber === epoch.number + 1n ? l1Blocks[1] : epoch
  if (origin === undefined) return undecided('next-epoch')
  // Rule span-delta: Delta is active at the first epoch. Spec: delta/span-batches.md
  if (!isActive(config, 'delta', origin.timestamp)) return drop('before-delta')

  const nextTimestamp = safeHead.timestamp + config.blockTime
  const isHolocene = isActive(config, 'holocene', inclusion.timestamp)
  // Rule span-reach: A span starts at the next block or before it, and ends at the next block or after it.
  // Spec: delta/span-batches.md, holocene/derivation.md
  if (first.timestamp > nextTimestamp)
    return isHolocene ? drop('timestamp-too-high') : { kind: 'future' }
  if (last.timestamp < nextTimestamp)
    return isHolocene ? { kind: 'past' } : drop('timestamp-too-low')

  const found = findParent(first.timestamp, context)
  if (found.kind !== 'fits') return found
  const { parent } = found
  // Rule span-parent: The parent check matches the safe block before the span. Spec: delta/span-batches.md
  if (!parent.hash.startsWith(span.parentCheck)) return drop('other-parent')
  // Rule span-window: The span was included within the sequencing window of its first epoch. Spec: delta/span-batches.md
  if (first.epochNumber + config.sequencingWindow < inclusion.number)
    return drop('included-too-late')
  // Rule span-first-epoch: The first epoch is the parent's epoch or the next epoch. Spec: delta/span-batches.md
  if (first.epochNumber > parent.l1Origin.number + 1n) return drop('epoch-too-far-ahead')
  const lastOrigin = l1Blocks.find((block) => block.number === last.epochNumber)
  if (lastOrigin === undefined) return undecided('last-epoch')
  // Rule span-last-epoch: The L1 origin check of the span is the beginning of the hash of the L1 block of its last
  // epoch. Spec: delta/span-batches.md
  if (!lastOrigin.hash.startsWith(span.l1OriginCheck)) return drop('epoch-of-other-chain')
  if (first.epochNumber < parent.l1Origin.number) return drop('epoch-too-old')
  return found
}

/** The first and the last block; a span batch has at least one. */
function ends({ blocks }: SpanBatch): readonly [SpanBatchBlock, SpanBatchBlock] {
  const first = blocks.at(0)
  const last = blocks.at(-1)
  if (first === undefined || last === undefined) throw new RangeError('a span batch without blocks')
  return [first, last]
}

/**
 * Finds the parent of the first block by time. The parent is below the safe head if the batch overlaps the safe chain.
 */
function findParent(timestamp: bigint, context: BatchContext): BatchVerdict | Fits {
  const { config, safeHead, safeBlock } = context
  if (timestamp === safeHead.timestamp + config.blockTime) return { kind: 'fits', parent: safeHead }
  // Rule span-times: The timestamp of the first block of the span differs from that of the safe head by a multiple of
  // the block time. Spec: delta/span-batches.md
  if (timestamp > safeHead.timestamp) return drop('timestamp-misaligned')
  const sinceFirst = safeHead.timestamp - timestamp
  if (sinceFirst % config.blockTime !== 0n) return drop('timestamp-misaligned')
  const number = safeHead.number - sinceFirst / config.blockTime - 1n
  // There is no block below the genesis, so a request for this parent would never be answered. In op-node the lookup
  // fails, and the batch is undecided.
  if (number < config.genesis.l2.number) return undecided('parent-of-genesis')
  const parent = safeBlock(number)?.ref
  return parent === undefined ? { kind: 'needs-block', number } : { kind: 'fits', parent }
}

// Rule span-whole: Before Holocene all new blocks are checked, and the span is used whole or not at all.
// Spec: delta/span-batches.md
function checkBlocks(span: SpanBatch, context: BatchContext, parent: L2BlockRef): BatchVerdict {
  const { config, l1Blocks, safeHead } = context
  let originIndex = 0
  let epochBefore = parent.l1Origin.number
  for (const block of span.blocks) {
    const isFirstOfEpoch = block.epochNumber > epochBefore
    epochBefore = block.epochNumber
    if (block.timestamp <= safeHead.timestamp) continue
    if (block.epochNumber < safeHead.l1Origin.number) return drop('epoch-too-old')
    originIndex = indexOfEpoch(l1Blocks, block.epochNumber, originIndex)
    const origin = l1Blocks[originIndex]
    if (origin === undefined) return drop('epoch-unknown')
    if (block.timestamp < origin.timestamp) return drop('epoch-before-l1-origin')
    const next = isFirstOfEpoch ? undefined : { block: l1Blocks[originIndex + 1] }
    const verdict =
      checkDrift(block, { config, origin, next }) ??
      checkTransactions(block.transactions, block.timestamp, config)
    if (verdict.kind !== 'accept') return verdict
  }
  return accepted
}

/** Index of an epoch among the L1 blocks, searched from index `from`; the number of L1 blocks if it is not found. */
export function indexOfEpoch(
  l1Blocks: readonly L1BlockRef[],
  number: bigint,
  from: number,
): number {
  let index = from
  while (index < l1Blocks.length && l1Blocks[index]?.number !== number) index++
  return index
}

// Rule span-overlap: Blocks that overlap the safe chain equal the safe blocks in user transactions and epoch.
// Spec: delta/span-batches.md, derive/batches.go
/** Compares the user transactions and epochs of the blocks that overlap the safe chain. */
function checkOverlap(span: SpanBatch, context: BatchContext, parent: L2BlockRef): BatchVerdict {
  const { safeHead, safeBlock } = context
  for (let number = parent.number + 1n; number <= safeHead.number; number++) {
    const safe = safeBlock(number)
    if (safe === undefined) return needsBlock(number)
    const block = span.blocks.at(Number(number - parent.number) - 1)
    const deposits = safe.transactions.filter((transaction) => transaction[0] === depositType)
    const users = safe.transactions.slice(deposits.length)
    if (
      block === undefined ||
      block.transactions.length !== users.length ||
      !users.every((transaction, at) => isAt(block.transactions, at, transaction)) ||
      safe.ref.l1Origin.number !== block.epochNumber
    )
      return drop('overlap-differs')
  }
  return accepted
}

function isAt(transactions: readonly Uint8Array[], at: number, wanted: Uint8Array): boolean {
  const found = transactions[at]
  return found !== undefined && areSameBytes(found, wanted)
}

function needsBlock(number: bigint): NeedsBlock {
  return { kind: 'needs-block', number }
}

/** The blocks of a span batch that are not part of the safe chain yet. */
export interface NewBlocks {
  readonly blocks: SpanBatchBlocks
  /** Index of the first new block. */
  readonly first: number
  /** The L1 blocks up to the epoch of the last block. */
  readonly l1Blocks: readonly L1BlockRef[]
}

/**
 * The blocks of a span batch after the safe head.
 *
 * @returns undefined if a new block has an invalid epoch, which makes the whole batch invalid
 */
export function newBlocks(
  { blocks }: SpanBatch,
  { l1Blocks, safeHead }: Pick<BatchContext, 'l1Blocks' | 'safeHead'>,
): NewBlocks | undefined {
  let first = 0
  let originIndex = 0
  for (const block of blocks) {
    if (block.timestamp <= safeHead.timestamp) {
      first++
      continue
    }
    if (block.epochNumber < safeHead.l1Origin.number) return undefined
    originIndex = indexOfEpoch(l1Blocks, block.epochNumber, originIndex)
    if (originIndex === l1Blocks.length) return undefined
  }
  return { blocks, first, l1Blocks: l1Blocks.slice(0, originIndex + 1) }
}

import type { L1BlockRef } from '#protocol/block/refs.ts'
import { isActivationBlock, isActive, maxSequencerDrift } from '#protocol/chains/chain-spec.ts'
import type { RollupConfig } from '#protocol/chains/rollup-config.ts'
import type { SingularBatch } from './batch.ts'
import type { BatchContext, BatchFlaw, BatchVerdict, MissingKnowledge } from './batch-verdict.ts'
import { depositType, postExecType, setCodeType } from '#protocol/transaction/transaction-types.ts'

/** The verdict for valid batches; one shared object, because most batches are valid. */
export const accepted: BatchVerdict = { kind: 'accept' }

/** The verdict for an invalid batch. */
export function drop(reason: BatchFlaw): BatchVerdict {
  return { kind: 'drop', reason }
}

/** The verdict for a batch that cannot be checked yet. */
export function undecided(reason: MissingKnowledge): BatchVerdict {
  return { kind: 'undecided', reason }
}

// Rule singular-checks: A singular batch is checked in a fixed order, and the first check that fails decides.
// Spec: derivation.md#batch-queue
/**
 * Checks whether a singular batch is the next block. The order of the checks matters, since a batch may fail
 * several checks with different outcomes.
 * Spec: protocol/derivation.md#batch-queue, protocol/holocene/derivation.md#batch-queue
 */
export function checkSingularBatch(batch: SingularBatch, context: BatchContext): BatchVerdict {
  const { config, l1Blocks, safeHead, inclusion } = context
  const epoch = l1Blocks[0]
  // Rule singular-l1-known: Without L1 blocks a batch is undecided. Spec: derivation.md#batch-queue
  if (epoch === undefined) return undecided('no-l1-blocks')

  const nextTimestamp = safeHead.timestamp + config.blockTime
  // Rule singular-time: The batch has the time of the next block; otherwise it is future, past or invalid.
  // Spec: holocene/derivation.md#batch-queue
  if (batch.timestamp !== nextTimestamp) {
    const isHolocene = isActive(config, 'holocene', inclusion.timestamp)
    if (batch.timestamp > nextTimestamp)
      return isHolocene ? drop('timestamp-too-high') : { kind: 'future' }
    return isHolocene ? { kind: 'past' } : drop('timestamp-too-low')
  }
  // Rule singular-parent: The parent is the safe head. Spec: derivation.md#batch-queue
  if (batch.parentHash !== safeHead.hash) return drop('other-parent')
  // Rule singular-window: The batch was included within the sequencing window of its epoch. Spec: derivation.md#batch-queue
  if (batch.epochNumber + config.sequencingWindow < inclusion.number)
    return drop('included-too-late')

  // Rule singular-epoch: The epoch is the first known L1 block or the next. Spec: derivation.md#batch-queue
  if (batch.epochNumber < epoch.number) return drop('epoch-too-old')
  if (batch.epochNumber > epoch.number + 1n) return drop('epoch-too-far-ahead')
  const origin = batch.epochNumber === epoch.number ? epoch : l1Blocks[1]
  if (origin === undefined) return undecided('next-epoch')
  // Rule singular-epoch-hash: The epoch hash is the hash of the L1 block with that number. Spec: derivation.md#batch-queue
  if (batch.epochHash !== origin.hash) return drop('epoch-of-other-chain')
  // Rule singular-epoch-time: The block is not older than its L1 origin. Spec: derivation.md#batch-queue
  if (batch.timestamp < origin.timestamp) return drop('epoch-before-l1-origin')

  // Rule activation-empty: The activation block of Jovian, Karst and Lagoon has no batch transactions.
  // Spec: jovian/derivation.md
  if (batch.transactions.length > 0 && mustBeEmpty(config, batch.timestamp))
    return drop('activation-block-with-transactions')
  // A block that begins an epoch cannot advance its L1 origin further, so it may exceed the drift if it is empty.
  const next = origin === epoch ? { block: l1Blocks[1] } : undefined
  return (
    checkDrift(batch, { config, origin, next }) ??
    checkTransactions(batch.transactions, batch.timestamp, config)
  )
}

/** Whether a block activates a hardfork that forbids batch transactions in its activation block. */
function mustBeEmpty(config: RollupConfig, timestamp: bigint): boolean {
  return (
    isActivationBlock(config, 'jovian', timestamp) ||
    isActivationBlock(config, 'karst', timestamp) ||
    isActivationBlock(config, 'lagoon', timestamp)
  )
}

/** Inputs of the drift check. */
interface DriftContext {
  readonly config: RollupConfig
  readonly origin: L1BlockRef
  /** Undefined if the origin is not the first known L1 block. Otherwise `block` is the L1 block after the origin, if it is known. */
  readonly next: { readonly block: L1BlockRef | undefined } | undefined
}

/**
 * Checks how far a block is ahead of its L1 origin. Beyond the limit, a block is valid only if it is empty and cannot
 * begin the next epoch.
 *
 * @returns undefined if the block passes the check
 */
export function checkDrift(
  block: { readonly timestamp: bigint; readonly transactions: readonly Uint8Array[] },
  { config, origin, next }: DriftContext,
): BatchVerdict | undefined {
  // Rule drift-by-origin: The time of the L1 origin decides the maximum sequencer drift: 1,800 seconds from Fjord on.
  // Spec: fjord/derivation.md, chain_spec.go
  if (block.timestamp <= origin.timestamp + maxSequencerDrift(config, origin.timestamp))
    return undefined
  // Rule over-drift: A block beyond the sequencer drift must be empty, and may keep its epoch only if it cannot start the next.
  // Spec: derivation.md#batch-queue
  if (block.transactions.length > 0) return drop('over-drift')
  if (next === undefined) return undefined
  if (next.block === undefined) return undecided('next-epoch')
  return block.timestamp >= next.block.timestamp ? drop('over-drift') : undefined
}

/** Checks the first byte of each transaction; the execution client checks the rest. */
export function checkTransactions(
  transactions: readonly Uint8Array[],
  timestamp: bigint,
  config: RollupConfig,
): BatchVerdict {
  for (const transaction of transactions) {
    switch (transaction[0]) {
      // Rule batch-transactions: A batch has no empty transaction and no deposit. Spec: derivation.md#batch-queue
      case undefined:
        return drop('empty-transaction')
      case depositType:
        return drop('deposit-in-batch')
      // Rule transaction-forks: Set-code transactions are allowed from Isthmus on, post-exec ones from Lagoon on.
      // Spec: isthmus/derivation.md
      case setCodeType:
        if (!isActive(config, 'isthmus', timestamp)) return drop('set-code-before-isthmus')
        break
      case postExecType:
        if (!isActive(config, 'lagoon', timestamp)) return drop('post-exec-before-lagoon')
        break
    }
  }
  return accepted
}

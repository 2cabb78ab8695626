import type { L1BlockRef, L2BlockRef } from '#protocol/block/refs.ts'
import type { Batch } from './batch.ts'
import type { BatchOutput, UnusedReason } from './batch-output.ts'
import type { BatchStageOptions } from './batch-stage.ts'
import { checkSingularBatch } from './batch-validity.ts'
import type { BatchContext, BatchVerdict, NeedsBlock } from './batch-verdict.ts'
import { NextSpan } from './next-span.ts'
import { checkSpanBatch, newBlocks } from './span-batch-validity.ts'

// Rule limit-queue: Future batches take 1 GB at most; above this, derivation stops. Spec: Atoll's own
/**
 * Limit on the memory of all future batches. op-node has no limit. A node that dropped a batch would derive another
 * chain, so derivation stops instead. The limit equals the limit on the channel bank from Fjord on. It is far above the
 * size of the batches that an honest batcher posts early.
 */
export const maxQueuedBytes = 1_000_000_000

/** Estimated memory per batch, per block of a span and per transaction, without the bytes of the transactions. */
const batchBytes = 500
const spanBlockBytes = 16
const transactionBytes = 250

/** A batch and the L1 block in which its channel was complete. */
interface ArrivedBatch {
  readonly batch: Batch
  readonly inclusion: L1BlockRef
}

interface IncludedBatch extends ArrivedBatch {
  readonly sizeBytes: number
}

/** A step that may have to be repeated when a block of the safe chain is available. */
interface Step {
  /** A batch that is not in the queue yet. */
  arrived: ArrivedBatch | undefined
  readonly isOutOfData: boolean
}

/**
 * Before Holocene, puts batches into their order. Batches may arrive in any order. A batch that is later than the next
 * block is kept. The queue has the same methods as `BatchStage`. Spec: protocol/derivation.md#batch-queue
 */
export class BatchQueue {
  readonly #options: BatchStageOptions
  readonly #nextSpan = new NextSpan()
  #queue: IncludedBatch[] = []
  #queuedBytes = 0
  #waiting: Step | undefined

  constructor(options: BatchStageOptions) {
    this.#options = options
  }

  /** Returns the block after the safe head, if the batches seen so far determine it. */
  next(safeHead: L2BlockRef): BatchOutput {
    const timestamp = safeHead.timestamp + this.#options.config.blockTime
    const batch = this.#nextSpan.takeAt(timestamp, safeHead)
    // `origins.update` is not called yet, so that the L1 blocks before the epoch of the safe head stay. If a block of
    // this span is refused, the span is revoked, and the next span may begin at the same L1 origin as this span.
    if (batch !== undefined) return { kind: 'batch', batch, isLastInSpan: this.#nextSpan.isEmpty }
    this.#options.origins.update(safeHead)
    return this.#waiting === undefined ? needsData(undefined) : this.#run(this.#waiting, safeHead)
  }

  /** Takes the next batch of the L1 block that is being read. */
  add(batch: Batch, safeHead: L2BlockRef): BatchOutput {
    const { origins } = this.#options
    origins.update(safeHead)
    // Rule queue-behind: Batches in L1 blocks before the L1 origin of the safe head are read and ignored.
    // Spec: derivation.md#resetting-the-pipeline, derive/batch_queue.go
    if (origins.isBehind(safeHead)) return needsData('before-safe-head')
    const arrived = { batch, inclusion: origins.origin }
    return this.#run({ arrived, isOutOfData: false }, safeHead)
  }

  /** Called when the L1 block that is being read has no more batches. */
  finish(safeHead: L2BlockRef): BatchOutput {
    const { origins } = this.#options
    origins.update(safeHead)
    if (origins.isBehind(safeHead)) return { kind: 'needs-origin' }
    return this.#run({ arrived: undefined, isOutOfData: true }, safeHead)
  }

  #run(step: Step, safeHead: L2BlockRef): BatchOutput {
    const { origins } = this.#options
    this.#waiting = undefined
    if (origins.blocks.length === 0) return { kind: 'critical', reason: 'too-few-l1-blocks' }
    const unused = this.#letIn(step, safeHead)
    if (typeof unused === 'object') return this.#wait(step, unused)
    if (this.#queuedBytes > maxQueuedBytes) return { kind: 'critical', reason: 'queue-too-large' }
    if (!origins.fit(safeHead)) return { kind: 'reset', reason: 'epoch-of-other-chain' }

    const found = this.#find(safeHead)
    if (found.kind === 'needs-block') return this.#wait(step, found)
    if (found.kind === 'found') return this.#use(found.batch, safeHead)
    const empty = found.kind === 'none' ? origins.makeEmptyBatch(safeHead, step) : undefined
    if (empty !== undefined) return { kind: 'batch', batch: empty, isLastInSpan: true }
    return step.isOutOfData ? { kind: 'needs-origin' } : needsData(unused)
  }

  /** Stores the step, which `next` repeats when the block is available. */
  #wait(step: Step, needs: NeedsBlock): BatchOutput {
    this.#waiting = step
    return needs
  }

  /** Queues the batch of a step unless it is already invalid. Returns why it was not queued. */
  #letIn(step: Step, safeHead: L2BlockRef): UnusedReason | NeedsBlock | undefined {
    const { arrived } = step
    if (arrived === undefined) return undefined
    const verdict = this.#check(arrived, safeHead)
    if (verdict.kind === 'needs-block') return verdict
    step.arrived = undefined
    // Rule queue-invalid: An invalid batch is dropped, but not the rest of its channel.
    // Spec: derivation.md#batch-queue, derive/batch_queue.go
    if (verdict.kind === 'drop') return verdict.reason
    const isUsedNow = verdict.kind === 'accept' && this.#queue.length === 0
    const batch = isUsedNow ? arrived.batch : detached(arrived.batch)
    const sizeBytes = sizeOf(batch)
    this.#queue.push({ ...arrived, batch, sizeBytes })
    this.#queuedBytes += sizeBytes
    return undefined
  }

  /** Finds the first batch that is valid now. Removes it from the queue, together with invalid batches before it. */
  #find(
    safeHead: L2BlockRef,
  ):
    | { readonly kind: 'found'; readonly batch: Batch }
    | { readonly kind: 'none' | 'undecided' }
    | NeedsBlock {
    const kept: IncludedBatch[] = []
    for (const [index, included] of this.#queue.entries()) {
      const verdict = this.#check(included, safeHead)
      switch (verdict.kind) {
        case 'accept':
          this.#keep([...kept, ...this.#queue.slice(index + 1)])
          return { kind: 'found', batch: included.batch }
        // Rule queue-undecided: As long as a batch is undecided, no later batch is used and no empty block is made.
        // Spec: derivation.md#batch-queue, derive/batch_queue.go
        case 'undecided':
          this.#keep([...kept, ...this.#queue.slice(index)])
          return { kind: 'undecided' }
        case 'needs-block':
          return verdict
        // Rule queue-future: Future batches are kept in the order of their arrival. Spec: derivation.md#batch-queue,
        // derive/batch_queue.go
        case 'future':
          kept.push(included)
          break
        case 'drop':
        case 'past':
          // The batch is dropped. `past` does not occur before Holocene.
          break
      }
    }
    this.#keep(kept)
    return { kind: 'none' }
  }

  #keep(queue: IncludedBatch[]): void {
    if (queue.length === this.#queue.length) return
    this.#queue = queue
    this.#queuedBytes = queue.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
  }

  #use(batch: Batch, safeHead: L2BlockRef): BatchOutput {
    if (batch.kind === 'singular') return { kind: 'batch', batch: batch.batch, isLastInSpan: true }
    const l1Blocks = this.#options.origins.blocks
    const blocks = newBlocks(batch.batch, { l1Blocks, safeHead })
    if (blocks !== undefined) this.#nextSpan.replace(blocks)
    const first = blocks && this.#nextSpan.take(safeHead)
    // Not reached: the check that accepted the span has already found its new blocks and their epochs.
    if (first === undefined) throw new RangeError('a valid span batch without new blocks')
    // Rule span-safe-last: The blocks of a span become safe together with the last one. Spec: delta/span-batches.md#batch-queue,
    // derive/batch_queue.go
    return { kind: 'batch', batch: first, isLastInSpan: this.#nextSpan.isEmpty }
  }

  #check({ batch, inclusion }: ArrivedBatch, safeHead: L2BlockRef): BatchVerdict {
    const { config, origins, safeBlock } = this.#options
    const context: BatchContext = {
      config,
      l1Blocks: origins.blocks,
      safeHead,
      inclusion,
      safeBlock,
    }
    return batch.kind === 'singular'
      ? checkSingularBatch(batch.batch, context)
      : checkSpanBatch(batch.batch, context)
  }
}

function needsData(unused: UnusedReason | undefined): BatchOutput {
  return { kind: 'needs-data', unused }
}

/** Copies a singular batch, so that it does not keep its channel in memory. A span batch already owns its data. */
function detached(batch: Batch): Batch {
  if (batch.kind === 'span') return batch
  const transactions = batch.batch.transactions.map((transaction) => transaction.slice())
  return { kind: 'singular', batch: { ...batch.batch, transactions } }
}

/** Estimated memory of a queued batch. */
function sizeOf(batch: Batch): number {
  if (batch.kind === 'singular') return batchBytes + sizeOfTransactions(batch.batch.transactions)
  let size = batchBytes + spanBlockBytes * batch.batch.blocks.length
  for (const { transactions } of batch.batch.blocks) size += sizeOfTransactions(transactions)
  return size
}

function sizeOfTransactions(transactions: readonly Uint8Array[]): number {
  let size = 0
  for (const transaction of transactions) size += transactionBytes + transaction.length
  return size
}

import type { L2BlockRef } from '#protocol/block/refs.ts'
import type { RollupConfig } from '#protocol/chains/rollup-config.ts'
import type { Batch, SingularBatch, SpanBatch } from './batch.ts'
import type { BatchOutput, UnusedReason } from './batch-output.ts'
import { checkSingularBatch } from './batch-validity.ts'
import type { BatchContext, BatchVerdict, SafeBlockLookup } from './batch-verdict.ts'
import type { L1Origins } from './l1-origins.ts'
import { NextSpan } from './next-span.ts'
import { checkSpanBatchHolocene, newBlocks } from './span-batch-validity.ts'

/** Dependencies of a batch stage. */
export interface BatchStageOptions {
  readonly config: RollupConfig
  readonly origins: L1Origins
  readonly safeBlock: SafeBlockLookup
}

/**
 * Takes batches in the order of their blocks, from Holocene on. An invalid batch drops its channel.
 *
 * `next` is called for each block. If `next` needs data, the caller passes the next batch of the L1 block to `add`. If
 * no batch is left, the caller calls `finish`. Each of these calls updates the L1 origins for the given safe head.
 * Spec: protocol/holocene/derivation.md#batch-queue
 */
export class BatchStage {
  readonly #options: BatchStageOptions
  readonly #nextSpan = new NextSpan()
  /** A span batch whose check needs a block of the safe chain. */
  #held: SpanBatch | undefined

  constructor(options: BatchStageOptions) {
    this.#options = options
  }

  /** Returns the block after the safe head, if the batches seen so far determine it. */
  next(safeHead: L2BlockRef): BatchOutput {
    const halt = this.#prepare(safeHead)
    if (halt !== undefined) return halt.kind === 'needs-data' ? needsData(undefined) : halt
    const timestamp = safeHead.timestamp + this.#options.config.blockTime
    const batch = this.#nextSpan.takeAt(timestamp, safeHead)
    if (batch !== undefined) return this.#judge(batch, safeHead)
    return this.#held === undefined ? needsData(undefined) : this.#addSpan(this.#held, safeHead)
  }

  /** Takes the next batch of this L1 block. */
  add(batch: Batch, safeHead: L2BlockRef): BatchOutput {
    const halt = this.#prepare(safeHead)
    if (halt !== undefined) return halt
    return batch.kind === 'singular'
      ? this.#judge(batch.batch, safeHead)
      : this.#addSpan(batch.batch, safeHead)
  }

  /** Called when this L1 block has no more batches. */
  finish(safeHead: L2BlockRef): BatchOutput {
    const halt = this.#prepare(safeHead)
    if (halt !== undefined) return halt.kind === 'needs-data' ? { kind: 'needs-origin' } : halt
    const batch = this.#options.origins.makeEmptyBatch(safeHead, { isOutOfData: true })
    return batch === undefined ? { kind: 'needs-origin' } : blockOf(batch)
  }

  /** Drops the rest of a span batch, after the payload of the last returned block was replaced. */
  flush(): void {
    this.#nextSpan.clear()
    this.#held = undefined
  }

  /** Updates the L1 origins. Returns an output if no batch can be used at this L1 block. */
  #prepare(safeHead: L2BlockRef): BatchOutput | undefined {
    const { origins } = this.#options
    origins.update(safeHead)
    // Rule stage-behind: Batches in L1 blocks up to the L1 origin of the head are ignored. Spec: derive/batch_stage.go
    // A batch in one of these L1 blocks was posted before the child of the head existed, so its blocks are not after
    // the head.
    if (origins.origin.number <= safeHead.l1Origin.number) {
      this.#held = undefined
      return needsData('before-safe-head')
    }
    // Rule stage-safe-start: Derivation that did not start at a safe head stops. Spec: derive/batch_stage.go
    if (origins.blocks.length < 2) return { kind: 'critical', reason: 'too-few-l1-blocks' }
    return origins.fit(safeHead) ? undefined : { kind: 'reset', reason: 'epoch-of-other-chain' }
  }

  #addSpan(span: SpanBatch, safeHead: L2BlockRef): BatchOutput {
    const context = this.#context(safeHead)
    const verdict = checkSpanBatchHolocene(span, context)
    this.#held = verdict.kind === 'needs-block' ? span : undefined
    if (verdict.kind !== 'accept') return this.#refuse(verdict)
    const blocks = newBlocks(span, context)
    if (blocks === undefined) return this.#refuse({ kind: 'drop', reason: 'epoch-unknown' })
    this.#nextSpan.replace(blocks)
    const batch = this.#nextSpan.take(safeHead)
    // The check above made sure that the last block of the span is after the safe head.
    return batch === undefined ? needsData('past') : this.#judge(batch, safeHead)
  }

  // Rule stage-order: Batches must be in order; a gap drops the channel. Spec: holocene/derivation.md#batch-queue,
  // derive/batch_stage.go
  #judge(batch: SingularBatch, safeHead: L2BlockRef): BatchOutput {
    const verdict = checkSingularBatch(batch, this.#context(safeHead))
    return verdict.kind === 'accept' ? blockOf(batch) : this.#refuse(verdict)
  }

  #refuse(verdict: Exclude<BatchVerdict, { readonly kind: 'accept' }>): BatchOutput {
    switch (verdict.kind) {
      case 'drop':
        this.flush()
        return { kind: 'invalid', reason: verdict.reason }
      case 'needs-block':
        return verdict
      case 'undecided':
        // Rule stage-undecided: An undecided batch is dropped, and its channel continues. Spec: derive/batch_stage.go
        return needsData(verdict.reason)
      // Rule stage-past: A past batch is skipped, and its channel continues. Spec: holocene/derivation.md#batch-queue,
      // derive/batch_stage.go
      case 'past':
      case 'future':
        // `future` does not occur: this stage is used from Holocene on, when a future batch is invalid.
        return needsData('past')
    }
  }

  #context(safeHead: L2BlockRef): BatchContext {
    const { config, origins, safeBlock } = this.#options
    return { config, l1Blocks: origins.blocks, safeHead, inclusion: origins.origin, safeBlock }
  }
}

function needsData(unused: UnusedReason | undefined): BatchOutput {
  return { kind: 'needs-data', unused }
}

// Rule stage-span-blocks: The blocks of a span are checked, and become safe, one by one.
// Spec: holocene/derivation.md#span-batches, derive/batch_stage.go
/** From Holocene on a block is safe as soon as it is applied. A later invalid block of its span does not revoke it. */
function blockOf(batch: SingularBatch): BatchOutput {
  return { kind: 'batch', batch, isLastInSpan: true }
}

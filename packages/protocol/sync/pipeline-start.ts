import type { L1BlockRef, L2BlockRef } from '#protocol/block/refs.ts'
import type { RollupConfig } from '#protocol/chains/rollup-config.ts'
import { L1Pages, L2Pages, type Page, type PageRequest } from './block-pages.ts'
import { type BaseCandidate, isPipelineBase } from './pipeline-base.ts'

/** What a search needs, or has come to. */
export type PipelineStartStep =
  | PageRequest
  | {
      readonly kind: 'found'
      /** The L1 block whose data are read first. */
      readonly l1Origin: L1BlockRef
      /** The L2 block whose system config names the batcher there. */
      readonly l2: L2BlockRef
    }
  | { readonly kind: 'failed'; readonly reason: 'l2-missing' | 'l1-inconsistent' }

/**
 * Finds the L1 block that derivation has to read from for a safe head: a channel timeout below its L1 origin, so that channels
 * which were open there are whole.
 *
 * A state machine: each step says what blocks it needs, and the next step takes them.
 * Spec: protocol/derivation.md#resetting-the-pipeline
 */
export class PipelineStart {
  readonly #config: RollupConfig
  readonly #l1 = new L1Pages()
  readonly #l2 = new L2Pages()
  #at: L2BlockRef
  #safeCandidate: BaseCandidate | undefined

  constructor(config: RollupConfig, safe: L2BlockRef) {
    this.#config = config
    this.#at = safe
  }

  /** Goes on with what was asked for last, as far as that leads. */
  step(page?: Page): PipelineStartStep {
    if (page?.kind === 'l1' && !this.#l1.take(page.blocks))
      return { kind: 'failed', reason: 'l1-inconsistent' }
    if (page?.kind === 'l2' && this.#l2.take(page.blocks) === undefined)
      return { kind: 'failed', reason: 'l2-missing' }
    for (;;) {
      const l1 = this.#l1.at(this.#at.l1Origin.number)
      if (l1 !== undefined && 'kind' in l1) return l1
      if (l1?.hash !== this.#at.l1Origin.hash) return { kind: 'failed', reason: 'l1-inconsistent' }
      const candidate = { ref: this.#at, l1OriginTimestamp: l1.timestamp }
      this.#safeCandidate ??= candidate
      if (isPipelineBase(this.#config, this.#safeCandidate, candidate))
        return { kind: 'found', l1Origin: l1, l2: this.#at }
      const parent = this.#l2.parentOf(this.#at, this.#config.genesis.l2.number)
      if ('kind' in parent) return parent
      this.#at = parent
    }
  }
}

import type { L1BlockRef, L2BlockRef } from '#protocol/block/refs.ts'
import { channelTimeout } from '#protocol/chains/chain-spec.ts'
import type { RollupConfig } from '#protocol/chains/rollup-config.ts'
import { L1Pages, L2Pages, type Page, type PageRequest } from './block-pages.ts'

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
 * which were open there are whole. The timeout is the longer of those at either end: implementations differ on which counts, and
 * reading more does no harm.
 *
 * A state machine: each step says what blocks it needs, and the next step takes them.
 * Spec: protocol/derivation.md#resetting-the-pipeline
 */
export class PipelineStart {
  readonly #config: RollupConfig
  readonly #safe: L2BlockRef
  readonly #l1 = new L1Pages()
  readonly #l2 = new L2Pages()
  #at: L2BlockRef
  #timeoutAtSafe = 0n

  constructor(config: RollupConfig, safe: L2BlockRef) {
    this.#config = config
    this.#safe = safe
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
      if (this.#at === this.#safe) this.#timeoutAtSafe = channelTimeout(this.#config, l1.timestamp)
      if (this.#isFarEnough(l1)) return { kind: 'found', l1Origin: l1, l2: this.#at }
      const parent = this.#l2.parentOf(this.#at, this.#config.genesis.l2.number)
      if ('kind' in parent) return parent
      this.#at = parent
    }
  }

  #isFarEnough({ timestamp }: L1BlockRef): boolean {
    const { genesis } = this.#config
    const { number, l1Origin } = this.#at
    if (number <= genesis.l2.number || l1Origin.number <= genesis.l1.number) return true
    const here = channelTimeout(this.#config, timestamp)
    const timeout = here > this.#timeoutAtSafe ? here : this.#timeoutAtSafe
    return l1Origin.number + timeout <= this.#safe.l1Origin.number
  }
}

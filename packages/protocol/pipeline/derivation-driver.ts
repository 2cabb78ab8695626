import type { L2BlockRef } from '#protocol/block/refs.ts'
import type { RollupConfig } from '#protocol/chains/rollup-config.ts'
import type { DerivedAttributes, L2Head, Pipeline, PipelineOutput } from './pipeline.ts'
import { type AfterRefusal, afterRefusal } from './refused-payload.ts'

/**
 * Holds the heads of a derived chain, and updates them and the pipeline with the outcome of each set of attributes. It neither builds
 * blocks nor reads L1: the caller applies the attributes and reports the outcome.
 *
 * Spec: protocol/derivation.md#engine-queue, protocol/holocene/derivation.md#engine-queue
 */
export class DerivationDriver {
  readonly #config: RollupConfig
  #pipeline: Pipeline | undefined
  #safe: L2Head
  #pending: L2Head

  /** @param safe the safe head to begin at */
  constructor(config: RollupConfig, safe: L2Head) {
    this.#config = config
    this.#safe = safe
    this.#pending = safe
  }

  /** The newest block that no later batch can revoke. */
  get safe(): L2Head {
    return this.#safe
  }

  /** The newest derived block. It is the safe head, or above it within a span batch before Holocene. */
  get pending(): L2Head {
    return this.#pending
  }

  /** Begins, or begins again after a reset, with a new pipeline at the safe head. */
  start(pipeline: Pipeline): void {
    this.#pipeline = pipeline
    this.#pending = this.#safe
  }

  /** The attributes of the block after the pending one, or what the pipeline needs for them. */
  next(): PipelineOutput {
    if (this.#pipeline === undefined) throw new TypeError('the driver was not started')
    return this.#pipeline.next(this.#pending)
  }

  /** The attributes became a block. @returns whether all blocks up to it are safe now */
  applied(
    { systemConfig, isLastInSpan }: Pick<DerivedAttributes, 'systemConfig' | 'isLastInSpan'>,
    ref: L2BlockRef,
  ): boolean {
    this.#pending = { ref, systemConfig }
    if (isLastInSpan) this.#safe = this.#pending
    return isLastInSpan
  }

  /**
   * The execution client refused the payload of the attributes. The result says what the caller does next: the block is
   * built from the attributes returned, or the span is revoked.
   */
  refused(derived: DerivedAttributes): AfterRefusal {
    const then = afterRefusal(this.#config, derived)
    if (then.kind === 'build-deposits-only') this.flush()
    if (then.kind === 'revoke-span') this.revokeSpan()
    return then
  }

  /** From Holocene on: a deposits-only block replaces the refused one, so the rest of its span and its channel are dropped. */
  flush(): void {
    this.#pipeline?.flush()
  }

  /** Before Holocene: the batch of the refused payload is dropped, and with it the pending blocks of its span. */
  revokeSpan(): void {
    this.#pending = this.#safe
  }
}

import type { L2BlockRef } from '#protocol/block/refs.ts'
import type { RollupConfig } from '#protocol/chains/rollup-config.ts'
import type { DerivedAttributes, L2Head, Pipeline, PipelineOutput } from './pipeline.ts'
import { type AfterRefusal, afterRefusal } from './refused-payload.ts'

/**
 * Stores the heads of a derived chain, and updates them and the pipeline with the outcome of each set of attributes.
 * The driver neither builds blocks nor reads L1: the caller applies the attributes and reports the outcome.
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

  /** The newest derived block: the safe head, or, within a span batch before Holocene, a block above the safe head. */
  get pending(): L2Head {
    return this.#pending
  }

  /** Begins at the safe head with a new pipeline; also called after a reset. */
  start(pipeline: Pipeline): void {
    this.#pipeline = pipeline
    this.#pending = this.#safe
  }

  /** Asks the pipeline for the attributes of the block after the pending one. */
  next(): PipelineOutput {
    if (this.#pipeline === undefined) throw new TypeError('the driver was not started')
    return this.#pipeline.next(this.#pending)
  }

  /** Called when the attributes became a block. @returns whether that block and all before it are safe */
  applied(
    { systemConfig, isLastInSpan }: Pick<DerivedAttributes, 'systemConfig' | 'isLastInSpan'>,
    ref: L2BlockRef,
  ): boolean {
    this.#pending = { ref, systemConfig }
    if (isLastInSpan) this.#safe = this.#pending
    return isLastInSpan
  }

  /**
   * Called when the execution client refused the payload of the attributes. Flushes the pipeline or revokes the span,
   * and returns the next action of the caller.
   */
  refused(derived: DerivedAttributes): AfterRefusal {
    const then = afterRefusal(this.#config, derived)
    if (then.kind === 'build-deposits-only') this.flush()
    if (then.kind === 'revoke-span') this.revokeSpan()
    return then
  }

  /** Drops the rest of the span and channel, when a deposits-only block replaces a refused block from Holocene on. */
  flush(): void {
    this.#pipeline?.flush()
  }

  /** Drops the pending blocks of the span, when the payload of one of its blocks was refused before Holocene. */
  revokeSpan(): void {
    this.#pending = this.#safe
  }
}

import type { L1Block } from '#protocol/block/l1-block.ts'
import type { L1BlockRef, L2BlockRef } from '#protocol/block/refs.ts'
import type { SystemConfig } from '#protocol/block/system-config.ts'
import { isActivationBlock, maxSequencerDrift } from '#protocol/chains/chain-spec.ts'
import { hardforkNames } from '#protocol/chains/hardforks.ts'
import type { RollupConfig } from '#protocol/chains/rollup-config.ts'
import { AttributesBuilder, type AttributesOutput } from '#protocol/derivation/attributes.ts'

/** Inputs of the attributes of a sequenced block. */
export interface SequencedSource {
  /** The unsafe head. */
  readonly parent: L2BlockRef
  /** The system config of the parent. */
  readonly systemConfig: SystemConfig
  /** The L1 origin of the new block. */
  readonly origin: L1Block
  /** Whether the sequencer makes the blocks that derivation makes after an expired sequencing window. */
  readonly isRecovering: boolean
}

/** Why a block has no transactions of users. */
type EmptyReason = 'drift' | 'activation' | 'recovering'

/** The outcome: as in derivation, and why `noTxPool` is set. */
export type SequencedOutput =
  | (BuiltAttributes & {
      /** Undefined if transactions of users are allowed. */
      readonly emptyReason: EmptyReason | undefined
    })
  | Exclude<AttributesOutput, BuiltAttributes>

type BuiltAttributes = Extract<AttributesOutput, { kind: 'attributes' }>

/**
 * Builds the attributes of blocks that a sequencer makes: those that derivation builds from a batch without
 * transactions. The execution client adds transactions of users if `noTxPool` is not set.
 * Spec: protocol/derivation.md#deriving-payload-attributes
 */
export class SequencedAttributes {
  readonly #config: RollupConfig
  readonly #builder: AttributesBuilder

  constructor(config: RollupConfig) {
    this.#config = config
    this.#builder = new AttributesBuilder(config)
  }

  /** Builds the attributes of the parent's child. */
  build({ parent, systemConfig, origin, isRecovering }: SequencedSource): SequencedOutput {
    const timestamp = parent.timestamp + this.#config.blockTime
    const batch = {
      parentHash: parent.hash,
      epochNumber: origin.number,
      epochHash: origin.hash,
      timestamp,
      transactions: [],
    }
    const output = this.#builder.build({ parent, systemConfig, batch, epoch: origin })
    if (output.kind !== 'attributes') return output
    const emptyReason = poolRule(this.#config, { timestamp, origin, isRecovering })
    const attributes = { ...output.attributes, noTxPool: emptyReason !== undefined }
    return { ...output, attributes, emptyReason }
  }
}

interface PoolSource {
  readonly timestamp: bigint
  readonly origin: L1BlockRef
  readonly isRecovering: boolean
}

/**
 * Why a block must not have transactions of users; undefined if it may have them. From Jovian on, derivation drops a
 * batch with transactions in an activation block. For earlier forks such a block is valid, but its transactions would
 * be the first to use contracts that the same block upgrades.
 * Spec: protocol/derivation.md#batch-queue, protocol/jovian/derivation.md; kona, actors/sequencer
 */
function poolRule(
  config: RollupConfig,
  { timestamp, origin, isRecovering }: PoolSource,
): EmptyReason | undefined {
  if (timestamp > origin.timestamp + maxSequencerDrift(config, origin.timestamp)) return 'drift'
  if (hardforkNames.some((fork) => isActivationBlock(config, fork, timestamp))) return 'activation'
  return isRecovering ? 'recovering' : undefined
}

import type { Batch } from '#protocol/batch/batch.ts'
import type { BatchOutput, CriticalReason, UnusedReason } from '#protocol/batch/batch-output.ts'
import { BatchQueue } from '#protocol/batch/batch-queue.ts'
import { BatchStage } from '#protocol/batch/batch-stage.ts'
import type { SafeBlockLookup } from '#protocol/batch/batch-verdict.ts'
import {
  batchRulesAt,
  type BatchRules,
  decodeBatch,
  type SkippedBatch,
} from '#protocol/batch/decode-batch.ts'
import { L1Origins } from '#protocol/batch/l1-origins.ts'
import type { L1Block } from '#protocol/block/l1-block.ts'
import type { PayloadAttributes } from '#protocol/block/payload-attributes.ts'
import type { L1BlockRef, L2BlockRef } from '#protocol/block/refs.ts'
import type { SystemConfig } from '#protocol/block/system-config.ts'
import { channelRules, type ChannelRules, isActive } from '#protocol/chains/chain-spec.ts'
import type { RollupConfig } from '#protocol/chains/rollup-config.ts'
import { ChannelReader } from '#protocol/channel/channel-reader.ts'
import { DecodeError } from '#protocol/codec/decode-error.ts'
import {
  AttributesBuilder,
  type AttributesMismatch,
  type AttributesOutput,
} from '#protocol/derivation/attributes.ts'
import {
  type IgnoredUpdate,
  updateSystemConfig,
} from '#protocol/derivation/system-config-updates.ts'
import type { Address, Hash } from '#protocol/primitives.ts'
import {
  AssembledChannels,
  BankedChannels,
  type ChannelSource,
  type DroppedChannel,
  type DroppedFrame,
} from './channel-source.ts'
import { InboxFrames, type InboxRules, missingBlobs } from './inbox-data.ts'

/** Inputs of a pipeline. Spec: protocol/derivation.md#resetting-the-pipeline */
export interface PipelineOptions {
  readonly config: RollupConfig
  /** An L1 block at least a channel timeout below the L1 origin of the safe head (`isPipelineBase`), with the batcher's blobs. */
  readonly base: L1Block
  /** The batcher at the base, from the system config of an L2 block with the base as L1 origin. */
  readonly batcher: Address
  /** Looks up blocks of the safe chain, for batches that overlap it. */
  readonly safeBlock: SafeBlockLookup
  /** Called for each dropped piece of data. */
  readonly report?: (event: PipelineEvent) => void
}

/** The block to derive on. */
export interface L2Head {
  readonly ref: L2BlockRef
  /** The system config for a child of the block, from `systemConfigOf` or from the attributes of the block. */
  readonly systemConfig: SystemConfig
}

/** A dropped piece of data. */
export type PipelineEvent = Dropped & {
  /** The error of malformed data. */
  readonly detail: string | undefined
  /** The L1 block that was read. */
  readonly l1: L1BlockRef
}

/** Dropped data, and the reason. */
export type Dropped =
  | { readonly what: 'blob' | 'calldata'; readonly reason: 'malformed' }
  | DroppedFrame
  | DroppedChannel
  | { readonly what: 'batch'; readonly reason: UnusedReason | SkippedBatch['reason'] | 'malformed' }
  | { readonly what: 'config-update'; readonly reason: IgnoredUpdate['reason'] }

/** Why the head does not match L1. */
export type PipelineResetReason = 'epoch-of-other-chain' | AttributesMismatch

/** Why derivation must stop. */
export type PipelineHaltReason = CriticalReason | 'malformed-deposit' | 'l1-attributes'

/** Derived attributes, with their place in L1 and L2. */
export interface DerivedAttributes {
  readonly kind: 'attributes'
  readonly parent: L2BlockRef
  readonly attributes: PayloadAttributes
  /** The L1 block that was read when the attributes were derived. */
  readonly derivedFrom: L1BlockRef
  readonly l1Origin: L1BlockRef
  readonly sequenceNumber: bigint
  /** Before Holocene the other blocks of a span may be revoked until its last block is applied. */
  readonly isLastInSpan: boolean
  /** The system config for the next `L2Head`, once the block is built. */
  readonly systemConfig: SystemConfig
}

/** Result of one step of a pipeline. */
export type PipelineOutput =
  | DerivedAttributes
  /** All pushed L1 blocks are read; the next one is needed. */
  | { readonly kind: 'needs-l1-block'; readonly number: bigint }
  /** `safeBlock` lacks a block that is needed. When the block is available, `next` repeats the step. */
  | { readonly kind: 'needs-l2-block'; readonly number: bigint }
  /** The head does not match L1. The caller must find a new start and make another pipeline. */
  | { readonly kind: 'reset'; readonly reason: PipelineResetReason }
  /** Derivation must stop, since continuing would fork the chain. */
  | { readonly kind: 'critical'; readonly reason: PipelineHaltReason; readonly detail?: string }

/** Result of pushing an L1 block. */
export type PushOutput =
  | { readonly kind: 'taken' }
  /** The block must be pushed again, with these blobs. */
  | { readonly kind: 'needs-blobs'; readonly batcher: Address; readonly missing: readonly Hash[] }
  /** The block is not a child of the block before it, because L1 was reorganised. */
  | { readonly kind: 'reset'; readonly reason: 'l1-parent-hash' }

/** Rules that depend on the timestamp of the L1 block being read. */
interface Rules {
  readonly inbox: InboxRules
  readonly channels: ChannelRules
  readonly batches: BatchRules
  readonly isHolocene: boolean
}

/**
 * Derives the L2 chain from L1: it takes L1 blocks and returns payload attributes.
 *
 * The order of all steps is that of op-node, in which each stage requests data from the stage before it. The next L1
 * block is requested only when all data before it is read, because channel timeouts and empty blocks depend on this
 * order. A pipeline cannot be reset; the caller makes a new one instead.
 * Spec: protocol/derivation.md#l2-chain-derivation-pipeline
 */
export class Pipeline {
  readonly #config: RollupConfig
  readonly #options: PipelineOptions
  readonly #origins: L1Origins
  readonly #builder: AttributesBuilder
  /** L1 blocks that may be epochs of later L2 blocks, by number, without inbox transactions. */
  readonly #epochs = new Map<bigint, L1Block>()
  #origin: L1BlockRef
  #batcher: SystemConfig
  #rules: Rules
  #frames: InboxFrames
  #channels: ChannelSource
  #reader: ChannelReader | undefined
  #batches: BatchQueue | BatchStage

  /** @throws RangeError if a blob of the base is missing, since another chain would be derived without the blob */
  constructor(options: PipelineOptions) {
    const { base, config } = options
    this.#config = config
    this.#options = options
    this.#builder = new AttributesBuilder(config)
    // Rule base-batcher: The batcher of the base comes from an L2 block with the base as L1 origin.
    // Spec: derivation.md#resetting-the-pipeline, derive/pipeline.go
    this.#batcher = { ...config.genesis.systemConfig, batcherAddress: options.batcher }
    this.#origin = refOf(base)
    this.#origins = new L1Origins(config, this.#origin)
    this.#rules = rulesAt(config, base.timestamp)
    const [missing] = missingBlobs(base, options.batcher, this.#rules.inbox)
    if (missing !== undefined) throw new RangeError(`the base lacks its blob ${missing}`)
    this.#frames = this.#open(base)
    this.#channels = this.#rules.isHolocene ? new AssembledChannels() : new BankedChannels()
    this.#batches = this.#makeBatches()
  }

  /** The L1 block that is being read. */
  get origin(): L1BlockRef {
    return this.#origin
  }

  /** The batcher as of the L1 block that is being read, for fetching the next block. */
  get batcher(): Address {
    return this.#batcher.batcherAddress
  }

  /** Takes the next L1 block, after `needs-l1-block`. */
  push(block: L1Block): PushOutput {
    // Rule l1-parent: An L1 block must be the child of the one before it; otherwise derivation is reset.
    // Spec: derivation.md#l1-traversal, derive/l1_traversal.go
    if (block.parentHash !== this.#origin.hash || block.number !== this.#origin.number + 1n)
      return { kind: 'reset', reason: 'l1-parent-hash' }
    const rules = rulesAt(this.#config, block.timestamp)
    const { config: batcher, ignored } = updateSystemConfig(this.#batcher, block.logs, {
      l1SystemConfigAddress: this.#config.l1SystemConfigAddress,
      isEcotone: rules.inbox.readsBlobs,
    })
    // Rule batcher-update: A batcher update applies to all transactions of its L1 block; a malformed update is ignored.
    // Spec: derivation.md#l1-traversal, derive/l1_traversal.go
    const { batcherAddress } = batcher
    const missing = missingBlobs(block, batcherAddress, rules.inbox)
    if (missing.length > 0) return { kind: 'needs-blobs', batcher: batcherAddress, missing }
    const becomesHolocene = rules.isHolocene && !this.#rules.isHolocene
    this.#origin = refOf(block)
    this.#rules = rules
    this.#batcher = batcher
    this.#frames = this.#open(block)
    this.#origins.advance(this.#origin)
    for (const { reason } of ignored) this.#report({ what: 'config-update', reason })
    if (becomesHolocene) this.#transform()
    return { kind: 'taken' }
  }

  // Rule any-l1-data: Any L1 data has a defined outcome. Spec: Atoll's own
  /**
   * Returns the attributes of the block after the head, a request for missing data, or why derivation cannot continue.
   */
  next(head: L2Head): PipelineOutput {
    const { ref } = head
    // Rule limit-epochs: L1 blocks are kept as long as they can be an epoch. Spec: derivation.md#batch-queue
    this.#forgetEpochs(ref)
    for (let output = this.#batches.next(ref); ;) {
      switch (output.kind) {
        case 'batch':
          return this.#build(output, head)
        case 'needs-data':
          if (output.unused !== undefined) this.#report({ what: 'batch', reason: output.unused })
          output = this.#feed(ref)
          break
        case 'invalid':
          // Rule stage-invalid: An invalid batch voids the rest of its span and channel; frames not read yet are kept.
          // Spec: holocene/derivation.md#batch-queue, derive/batch_stage.go
          this.#report({ what: 'batch', reason: output.reason })
          this.#dropChannels()
          output = this.#batches.next(ref)
          break
        case 'needs-origin':
          // Rule l1-read-whole: The next L1 block is requested only when the current one is read to its end.
          // Spec: derivation.md#l2-chain-derivation-pipeline, derive/pipeline.go
          return { kind: 'needs-l1-block', number: this.#origin.number + 1n }
        case 'needs-block':
          // Rule safe-block-missing: A safe block that cannot be read is requested; it does not cause a reset.
          // Spec: Atoll's own
          return { kind: 'needs-l2-block', number: output.number }
        case 'reset':
        case 'critical':
          return output
      }
    }
  }

  /**
   * Drops the data of a batch whose payload was refused: the rest of its span, its channel, and the incomplete channel.
   * Called from Holocene on, when a deposits-only block replaces the refused block.
   * Spec: protocol/holocene/derivation.md#engine-queue
   */
  flush(): void {
    this.#dropChannels()
    if (this.#batches instanceof BatchStage) this.#batches.flush()
  }

  #dropChannels(): void {
    this.#reader = undefined
    this.#channels.flush()
  }

  // Rule holocene-transform: Holocene's activation drops frames, channels and batches, and keeps L1 blocks.
  // Spec: holocene/derivation.md#activation, derive/channel_mux.go, derive/batch_mux.go
  /** Switches to the stages of Holocene. */
  #transform(): void {
    this.#channels = new AssembledChannels()
    this.#reader = undefined
    this.#batches = this.#makeBatches()
  }

  #makeBatches(): BatchQueue | BatchStage {
    const { safeBlock } = this.#options
    const options = { config: this.#config, origins: this.#origins, safeBlock }
    return this.#rules.isHolocene ? new BatchStage(options) : new BatchQueue(options)
  }

  #open(block: L1Block): InboxFrames {
    this.#epochs.set(block.number, { ...block, inboxTransactions: [] })
    return new InboxFrames(block, {
      batcher: this.#batcher.batcherAddress,
      rules: this.#rules.inbox,
      onMalformed: (source, detail) => this.#report({ what: source, reason: 'malformed' }, detail),
    })
  }

  #feed(ref: L2BlockRef): BatchOutput {
    const batch = this.#nextBatch()
    return batch === undefined ? this.#batches.finish(ref) : this.#batches.add(batch, ref)
  }

  #nextBatch(): Batch | undefined {
    for (;;) {
      this.#reader ??= this.#nextChannel()
      if (this.#reader === undefined) return undefined
      const bytes = this.#reader.next()
      const batch = bytes === undefined ? this.#endOfChannel() : this.#decode(bytes)
      if (batch !== undefined) return batch
    }
  }

  #endOfChannel(): undefined {
    const reason = this.#reader?.reason
    if (reason !== undefined && reason !== 'complete') this.#report({ what: 'channel', reason })
    this.#reader = undefined
  }

  #nextChannel(): ChannelReader | undefined {
    const chunks = this.#channels.next({
      l1Block: this.#origin.number,
      rules: this.#rules.channels,
      nextFrame: () => this.#frames.next(),
      onDropped: (dropped) => this.#report(dropped),
    })
    return chunks && new ChannelReader(chunks, this.#rules.channels)
  }

  #decode(bytes: Uint8Array): Batch | undefined {
    try {
      const batch = decodeBatch(bytes, this.#rules.batches)
      if (batch.kind !== 'skipped') return batch
      this.#report({ what: 'batch', reason: batch.reason })
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error
      // Rule malformed-batch: An unknown type or a malformed batch voids the rest of its channel.
      // Spec: derivation.md#batch-format, derive/channel_in_reader.go
      this.#report({ what: 'batch', reason: 'malformed' }, error.message)
      this.#reader = undefined
    }
    return undefined
  }

  #build(
    { batch, isLastInSpan }: Extract<BatchOutput, { kind: 'batch' }>,
    { ref: parent, systemConfig }: L2Head,
  ): PipelineOutput {
    const epoch = this.#epochs.get(batch.epochNumber)
    if (epoch === undefined) return { kind: 'reset', reason: 'epoch' }
    const output: AttributesOutput = this.#builder.build({ parent, systemConfig, batch, epoch })
    if (output.kind !== 'attributes') return output
    const isNewEpoch = batch.epochNumber !== parent.l1Origin.number
    return {
      kind: 'attributes',
      parent,
      attributes: output.attributes,
      derivedFrom: this.#origin,
      l1Origin: refOf(epoch),
      sequenceNumber: isNewEpoch ? 0n : parent.sequenceNumber + 1n,
      isLastInSpan,
      systemConfig: output.systemConfig,
    }
  }

  /** Drops L1 blocks that cannot be the epoch of a later block. */
  #forgetEpochs({ l1Origin }: L2BlockRef): void {
    const [first] = this.#origins.blocks
    const keptFrom = first === undefined || first.number > l1Origin.number ? l1Origin : first
    for (const number of this.#epochs.keys()) {
      if (number >= keptFrom.number) break
      this.#epochs.delete(number)
    }
  }

  #report(dropped: Dropped, detail?: string): void {
    this.#options.report?.({ ...dropped, detail, l1: this.#origin })
  }
}

/** Copies the reference only, so that the copy does not keep the whole block with its blobs in memory. */
function refOf({ hash, number, parentHash, timestamp }: L1Block): L1BlockRef {
  return { hash, number, parentHash, timestamp }
}

function rulesAt(config: RollupConfig, l1Timestamp: bigint): Rules {
  const isHolocene = isActive(config, 'holocene', l1Timestamp)
  return {
    inbox: { readsBlobs: isActive(config, 'ecotone', l1Timestamp), prunesFrames: isHolocene },
    channels: channelRules(config, l1Timestamp),
    batches: batchRulesAt(config, l1Timestamp),
    isHolocene,
  }
}

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

/** What a pipeline begins with. Spec: protocol/derivation.md#resetting-the-pipeline */
export interface PipelineOptions {
  readonly config: RollupConfig
  /** A channel timeout or more below the L1 origin of the safe head (`isPipelineBase`), with the blobs of its batcher. */
  readonly base: L1Block
  /** The batcher of the base: of the system config of an L2 block of its epoch. */
  readonly batcher: Address
  /** Blocks of the safe chain, for batches that overlap it. */
  readonly safeBlock: SafeBlockLookup
  /** What was left out of the chain, and why. */
  readonly report?: (event: PipelineEvent) => void
}

/** The block to derive on. */
export interface L2Head {
  readonly ref: L2BlockRef
  /** As a child of the block sees it: of `systemConfigOf`, or of the attributes that the block was made from. */
  readonly systemConfig: SystemConfig
}

/** What was left out. */
export type PipelineEvent = Dropped & {
  /** What exactly is wrong with data that does not parse. */
  readonly detail: string | undefined
  /** The L1 block that was read. */
  readonly l1: L1BlockRef
}

/** Data that is not part of the chain, and why. */
export type Dropped =
  | { readonly what: 'blob' | 'calldata'; readonly reason: 'malformed' }
  | DroppedFrame
  | DroppedChannel
  | { readonly what: 'batch'; readonly reason: UnusedReason | SkippedBatch['reason'] | 'malformed' }
  | { readonly what: 'config-update'; readonly reason: IgnoredUpdate['reason'] }

/** Why the head and L1 do not fit together. */
export type PipelineResetReason = 'epoch-of-other-chain' | AttributesMismatch

/** Why derivation cannot go on. */
export type PipelineHaltReason = CriticalReason | 'malformed-deposit' | 'l1-attributes'

/** Attributes, and where they come from. */
export interface DerivedAttributes {
  readonly kind: 'attributes'
  readonly parent: L2BlockRef
  readonly attributes: PayloadAttributes
  /** The L1 block that was read last. */
  readonly derivedFrom: L1BlockRef
  readonly l1Origin: L1BlockRef
  readonly sequenceNumber: bigint
  /** Before Holocene: until the last block of a span is applied, those before it may be revoked. */
  readonly isLastInSpan: boolean
  /** What goes into the next `L2Head`, if the block is made. */
  readonly systemConfig: SystemConfig
}

/** What a pipeline has to say. */
export type PipelineOutput =
  | DerivedAttributes
  /** All that was pushed is read. */
  | { readonly kind: 'needs-l1-block'; readonly number: bigint }
  /** The same again when `safeBlock` knows it. */
  | { readonly kind: 'needs-l2-block'; readonly number: bigint }
  /** The head and L1 do not go together: find both anew, and make another pipeline. */
  | { readonly kind: 'reset'; readonly reason: PipelineResetReason }
  /** Going on would split the chain. */
  | { readonly kind: 'critical'; readonly reason: PipelineHaltReason; readonly detail?: string }

/** What becomes of an L1 block. */
export type PushOutput =
  | { readonly kind: 'taken' }
  /** Push it again with these. */
  | { readonly kind: 'needs-blobs'; readonly batcher: Address; readonly missing: readonly Hash[] }
  /** It is no child of the one before it: L1 was reorganised. */
  | { readonly kind: 'reset'; readonly reason: 'l1-parent-hash' }

/** What of the rules depends on the time of the L1 block that is read. */
interface Rules {
  readonly inbox: InboxRules
  readonly channels: ChannelRules
  readonly batches: BatchRules
  readonly isHolocene: boolean
}

/**
 * Derives the L2 chain from L1: L1 blocks are pushed in, payload attributes come out.
 *
 * The order of all that happens within is op-node's, where each stage asks the one before it. An L1 block is followed
 * by the next only when everything before was read to its end: when channels time out and empty blocks are due depends on it.
 * There is no reset: another pipeline is made.
 * Spec: protocol/derivation.md#l2-chain-derivation-pipeline
 */
export class Pipeline {
  readonly #config: RollupConfig
  readonly #options: PipelineOptions
  readonly #origins: L1Origins
  readonly #builder: AttributesBuilder
  /** By number: what the epochs of coming blocks need of L1, and no more. */
  readonly #epochs = new Map<bigint, L1Block>()
  #origin: L1BlockRef
  #batcher: SystemConfig
  #rules: Rules
  #frames: InboxFrames
  #channels: ChannelSource
  #reader: ChannelReader | undefined
  #batches: BatchQueue | BatchStage

  /** @throws RangeError if a blob of the base is missing: without it, another chain would be derived */
  constructor(options: PipelineOptions) {
    const { base, config } = options
    this.#config = config
    this.#options = options
    this.#builder = new AttributesBuilder(config)
    // Rule base-batcher: At the base, the batcher is that of the L2 block of its epoch.
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

  /** The L1 block that is read. */
  get origin(): L1BlockRef {
    return this.#origin
  }

  /** Whose transactions are read, as of that block: what the next one is to be fetched with. */
  get batcher(): Address {
    return this.#batcher.batcherAddress
  }

  /** Takes the next L1 block, when it is asked for. */
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
    // Rule batcher-update: A batcher update applies to its whole L1 block; a malformed update changes nothing.
    // Spec: derivation.md#l1-traversal, derive/l1_traversal.go
    // An update counts for all transactions of its block, also those before it.
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
  /** The attributes of the block after the head, or what is needed for them. */
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
          // Rule stage-invalid: An invalid batch voids the rest of its span and its channel, and no waiting frame.
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
          // Rule safe-block-missing: A safe block that cannot be read is requested, and is no reason for a reset.
          // Spec: Atoll's own
          return { kind: 'needs-l2-block', number: output.number }
        case 'reset':
        case 'critical':
          return output
      }
    }
  }

  /**
   * Gives up what came with a batch whose block the engine found invalid: the rest of its span, its channel, and the one that is
   * not complete yet. Called when a block with deposits only takes its place, from Holocene on.
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
  /** From Holocene on other stages do the work, and nothing is left of what these had; but the L1 blocks are. */
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

  /** Lets go of L1 blocks that can be no block's epoch any more. */
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

/** The rest of a block, above all its blobs, must not be held by those who want to know no more than this. */
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

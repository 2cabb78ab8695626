import type { SingularBatch } from '#protocol/batch/batch.ts'
import type { Payload } from '#protocol/block/payload.ts'
import { decodeL1Attributes } from '#protocol/block/l1-attributes.ts'
import { maxBlobDataBytes } from '#protocol/channel/blob.ts'
import { isActive } from '#protocol/chains/chain-spec.ts'
import type { RollupConfig } from '#protocol/chains/rollup-config.ts'
import type { ChannelId } from '#protocol/primitives.ts'
import { DecodeError } from '#protocol/codec/decode-error.ts'
import { decodeDeposit } from '#protocol/transaction/deposit.ts'
import { depositType } from '#protocol/transaction/transaction-types.ts'
import { l2BlockRefOf } from '#protocol/derivation/l2-block.ts'
import { encodeBlob } from './encode/blob.ts'
import { type Compression, encodeChannel, splitChannel } from './encode/channel.ts'
import { encodeFrames } from './encode/frames.ts'
import { encodeSingularBatch } from './encode/singular-batch.ts'
import { encodeSpanBatch, toSpanBatch } from './encode/span-batch.ts'

/** How blocks are encoded and posted. A fork that a form needs and that is not active yet leads to the older form. */
export interface ChannelForm {
  /** Span batches need Delta at the L1 origin of their first block. */
  readonly batches: 'singular' | 'span'
  /** Brotli needs Fjord. */
  readonly compression: Compression
  /** Blobs need Ecotone. */
  readonly data: 'calldata' | 'blobs'
}

/** What one batcher transaction carries: calldata, or blobs without calldata. */
export type BatcherData =
  | { readonly kind: 'calldata'; readonly calldata: Uint8Array }
  | { readonly kind: 'blobs'; readonly blobs: readonly Uint8Array[] }

/** Options of `makeChannel`. */
export interface ChannelOptions {
  readonly config: RollupConfig
  readonly form: ChannelForm
  readonly channelId: ChannelId
  /** Unix seconds of the newest L1 block. The forks that are active then decide which forms can be used. */
  readonly l1Timestamp: bigint
}

/** Limit on the calldata of one transaction; the transaction pools of L1 refuse transactions above 128 KiB. */
export const maxCalldataBytes = 120_000

/** Limit on the blobs of one transaction. Source: EIP-7594 */
const maxBlobs = 6

/** The byte before the frames of a transaction or blob. */
const versionBytes = 1

/**
 * Encodes consecutive L2 blocks as one channel, and packs the frames of the channel into transactions.
 *
 * @param blocks at least one
 * @throws DecodeError for a block that does not begin with L1 attributes
 * Spec: protocol/derivation.md#batcher-transaction-format
 */
export function makeChannel(
  blocks: readonly Payload[],
  { channelId, config, form, l1Timestamp }: ChannelOptions,
): readonly BatcherData[] {
  const has = (fork: 'ecotone' | 'fjord') => isActive(config, fork, l1Timestamp)
  const isSpan = form.batches === 'span' && isActive(config, 'delta', originTimeOf(blocks[0]))
  const batches = isSpan ? [spanOf(config, blocks)] : blocks.map((each) => singularOf(config, each))
  const data = encodeChannel(batches, has('fjord') ? form.compression : 'zlib')
  if (form.data === 'calldata' || !has('ecotone')) {
    const frames = splitChannel(channelId, data, maxCalldataBytes - versionBytes)
    return frames.map((frame) => ({ kind: 'calldata', calldata: encodeFrames([frame]) }))
  }
  const frames = splitChannel(channelId, data, maxBlobDataBytes - versionBytes)
  const blobs = frames.map((frame) => encodeBlob(encodeFrames([frame])))
  return Array.from({ length: Math.ceil(blobs.length / maxBlobs) }, (_, at) => ({
    kind: 'blobs',
    blobs: blobs.slice(at * maxBlobs, (at + 1) * maxBlobs),
  }))
}

/** The timestamp of the L1 origin of a block. */
function originTimeOf(block: Payload | undefined): bigint {
  const [first] = block?.transactions ?? []
  if (first === undefined) throw new DecodeError('an L2 block without transactions')
  return decodeL1Attributes(decodeDeposit(first).data).timestamp
}

function singularOf(config: RollupConfig, block: Payload): Uint8Array {
  return encodeSingularBatch(batchOf(config, block))
}

function spanOf(config: RollupConfig, blocks: readonly Payload[]): Uint8Array {
  const { genesis, l2ChainId: chainId } = config
  const [first] = blocks
  const beginsEpoch = first !== undefined && l2BlockRefOf(config, first).sequenceNumber === 0n
  const { l2Timestamp: genesisTimestamp } = genesis
  const span = toSpanBatch(blocks.map((block) => batchOf(config, block)))
  return encodeSpanBatch(span, { genesisTimestamp, chainId, beginsEpoch })
}

function batchOf(config: RollupConfig, block: Payload): SingularBatch {
  const { hash: epochHash, number: epochNumber } = l2BlockRefOf(config, block).l1Origin
  const { parentHash, timestamp, transactions } = block
  const ofUsers = transactions.filter(([type]) => type !== depositType)
  return { parentHash, epochNumber, epochHash, timestamp, transactions: ofUsers }
}

import { DecodeError } from '#protocol/codec/decode-error.ts'
import { isActive } from '#protocol/chains/chain-spec.ts'
import type { RollupConfig } from '#protocol/chains/rollup-config.ts'
import type { Batch } from './batch.ts'
import { decodeSingularBatch } from './singular-batch.ts'
import { deriveSpanBatch, type SpanBatchRules } from './span-batch.ts'
import { decodeSpanBatchColumns } from './span-batch-columns.ts'
import { PostExecSlotError } from './span-batch-transactions.ts'

/** First byte of an encoded batch. Spec: protocol/derivation.md#batch-format */
export const batchTypes = { singular: 0, span: 1 } as const

/** Rules for decoding a batch. */
export interface BatchRules extends SpanBatchRules {
  /** Whether Delta is active at the L1 block that is being read. */
  readonly allowsSpanBatches: boolean
}

/** A decoded batch, or a batch that is skipped. */
export type DecodedBatch = Batch | SkippedBatch

/** A batch that is ignored, while the rest of its channel is read. */
export interface SkippedBatch {
  readonly kind: 'skipped'
  readonly reason: 'span-before-delta' | 'malformed-transaction' | 'post-exec-slot'
}

/** The rules at the L1 block that is being read. */
export function batchRulesAt(config: RollupConfig, l1Timestamp: bigint): BatchRules {
  return {
    genesisTimestamp: config.genesis.l2Timestamp,
    blockTime: config.blockTime,
    chainId: config.l2ChainId,
    allowsSpanBatches: isActive(config, 'delta', l1Timestamp),
  }
}

/**
 * Decodes a batch of a channel.
 *
 * @param bytes encoded batch, from its type byte on
 * @returns `skipped` if the batch is ignored and the rest of the channel is read
 * @throws DecodeError if the batch and the rest of the channel must be dropped
 * Spec: protocol/derivation.md#batch-format, protocol/delta/span-batches.md
 */
export function decodeBatch(bytes: Uint8Array, rules: BatchRules): DecodedBatch {
  const type = bytes[0]
  const body = bytes.subarray(1)
  switch (type) {
    case batchTypes.singular:
      return { kind: 'singular', batch: decodeSingularBatch(body) }
    case batchTypes.span:
      return decodeSpan(body, rules)
    default:
      throw new DecodeError(type === undefined ? 'an empty batch' : `a batch of type ${type}`)
  }
}

function decodeSpan(body: Uint8Array, rules: BatchRules): DecodedBatch {
  // A malformed span batch drops its channel, even before Delta.
  const columns = decodeSpanBatchColumns(body)
  // Rule span-before-delta: Before Delta a span batch is skipped, and its channel continues. Spec: delta/span-batches.md,
  // derive/channel_in_reader.go
  if (!rules.allowsSpanBatches) return { kind: 'skipped', reason: 'span-before-delta' }
  try {
    return { kind: 'span', batch: deriveSpanBatch(columns, rules) }
  } catch (error) {
    if (error instanceof PostExecSlotError) return { kind: 'skipped', reason: 'post-exec-slot' }
    if (error instanceof DecodeError) return { kind: 'skipped', reason: 'malformed-transaction' }
    throw error
  }
}

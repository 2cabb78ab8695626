import type { Payload } from '#protocol/block/payload.ts'
import { hashPayload } from '#protocol/block/payload-hash.ts'
import { isActive } from '#protocol/chains/chain-spec.ts'
import type { RollupConfig } from '#protocol/chains/rollup-config.ts'
import { DecodeError } from '#protocol/codec/decode-error.ts'
import type { Address } from '#protocol/primitives.ts'
import { type BlockSigners, maySign } from './block-signers.ts'
import { decodePayload } from './decode-payload.ts'
import type { GossipData } from './gossip-data.ts'
import { messageSigner, type RecoverPublicKey, signatureBytes } from './payload-signature.ts'
import { type PayloadVersion, payloadVersionAt } from './payload-version.ts'
import type { SeenBlocks } from './seen-blocks.ts'

/** A block as received on a topic. */
export interface BlockMessage {
  /** Version of the topic. */
  readonly version: PayloadVersion
  readonly data: GossipData
  /** Undefined if the signature was not checked yet. */
  readonly checked?: CheckedSignature | undefined
}

/** The checked signature of a decompressed message. The check costs as much as hashing the message. */
export interface CheckedSignature {
  /** Undefined if the signature is invalid. */
  readonly signer: Address | undefined
}

/** Rules and state by which a block is validated. */
export interface BlockRules {
  readonly config: RollupConfig
  readonly signers: BlockSigners | undefined
  /** Whole Unix seconds. */
  readonly now: bigint
  /** Age above which a block is rejected. A setting, as in op-node. */
  readonly maxAgeSeconds: bigint
  /** The blocks of the same topic. An accepted block is added. */
  readonly seen: SeenBlocks
  readonly recover: RecoverPublicKey
}

/** Why a block is dropped without lowering the score of the peer that sent it. */
export type IgnoreReason = 'signer-unknown' | 'seen'

/** Why a block is dropped as invalid. */
export type RejectReason =
  | 'not-snappy'
  | 'too-large'
  | 'too-small'
  | 'bad-signature'
  | 'wrong-signer'
  | 'malformed'
  | 'too-old'
  | 'too-new'
  | 'wrong-hash'
  | 'blob-gas-used'
  | 'excess-blob-gas'
  | 'wrong-topic'
  | 'too-many-at-height'

/** The outcome: a message is relayed, or dropped, or dropped with a lower score for its sender. */
export type BlockVerdict =
  | { readonly kind: 'accept'; readonly payload: Payload; readonly signer: Address }
  | { readonly kind: 'ignore'; readonly reason: IgnoreReason }
  | { readonly kind: 'reject'; readonly reason: RejectReason }

/** Smallest message: a signature and a byte. As in op-node. */
export const minGossipBytes: number = signatureBytes + 1

/** How far the clock of the sequencer may be ahead of ours. Spec: rollup-node-p2p.md#block-validation */
export const maxAheadSeconds = 5n

/**
 * Validates a block from gossip by the rules of the specs, in op-node's order: the expensive checks
 * come after the signature. The decoder enforces that a payload has only the fields of its version.
 * Spec: rollup-node-p2p.md#block-validation; op-node, gossip.go
 */
export function validateBlock(
  { version, data, checked }: BlockMessage,
  rules: BlockRules,
): BlockVerdict {
  if (data.kind === 'raw') return reject(data.problem)
  if (data.bytes.length < minGossipBytes) return reject('too-small')
  if (rules.signers === undefined) return { kind: 'ignore', reason: 'signer-unknown' }
  const { recover } = rules
  const { l2ChainId } = rules.config
  const { signer } = checked ?? { signer: messageSigner(data.bytes, { l2ChainId, recover }) }
  if (signer === undefined) return reject('bad-signature')
  if (!maySign(rules.signers, signer, rules.now)) return reject('wrong-signer')
  const payload = decodeOrUndefined(version, data.bytes.subarray(signatureBytes))
  if (payload === undefined) return reject('malformed')
  const reason = payloadProblem(version, payload, rules)
  if (reason !== undefined) return reject(reason)
  switch (rules.seen.add(payload.number, payload.blockHash)) {
    case 'too-many':
      return reject('too-many-at-height')
    case 'seen':
      return { kind: 'ignore', reason: 'seen' }
    case 'new':
      return { kind: 'accept', payload, signer }
  }
}

/** The first rule that the content of a payload breaks. */
function payloadProblem(
  version: PayloadVersion,
  payload: Payload,
  { config, now, maxAgeSeconds }: BlockRules,
): RejectReason | undefined {
  const { timestamp, blobGasUsed = 0n, excessBlobGas = 0n } = payload
  if (timestamp < now - maxAgeSeconds) return 'too-old'
  if (timestamp > now + maxAheadSeconds) return 'too-new'
  if (hashPayload(payload) !== payload.blockHash) return 'wrong-hash'
  // From Jovian on, this field is the data availability footprint. The text of the specs still requires zero.
  if (blobGasUsed !== 0n && !isActive(config, 'jovian', timestamp)) return 'blob-gas-used'
  if (excessBlobGas !== 0n) return 'excess-blob-gas'
  // op-node does not check the topic, but its engine refuses such a block. Atoll lowers the score of the peer that
  // relayed the block.
  if (version !== payloadVersionAt(config, timestamp)) return 'wrong-topic'
  return undefined
}

function decodeOrUndefined(version: PayloadVersion, body: Uint8Array): Payload | undefined {
  try {
    return decodePayload(version, body)
  } catch (error) {
    if (error instanceof DecodeError) return undefined
    throw error
  }
}

const reject = (reason: RejectReason): BlockVerdict => ({ kind: 'reject', reason })

import { toFixedBigEndian } from '#protocol/codec/big-endian.ts'
import { fromHex } from '#protocol/codec/hex.ts'
import { joined } from '#protocol/codec/joined.ts'
import { keccak256 } from '#protocol/codec/keccak.ts'
import { encodeRlp, uintToRlp } from '#protocol/codec/rlp.ts'
import { blockSigner, type RecoverPublicKey } from '#protocol/p2p/payload-signature.ts'
import type { Address, Bytes8, Hash } from '#protocol/primitives.ts'

/**
 * Permission of a sequencer for one builder to publish the flashblocks of one block. The sequencer signs it with the key
 * that also signs unsafe blocks, so all nodes know its address from the system config.
 */
export interface BuildAuthorization {
  readonly l2ChainId: bigint
  readonly parentHash: Hash
  readonly number: bigint
  /** Unix seconds of the block. */
  readonly timestamp: bigint
  readonly payloadId: Bytes8
  /** Rises each time the sequencer becomes the leader. Receivers refuse a lower one. */
  readonly epoch: bigint
  /** Peer id of the builder. */
  readonly builder: string
  /** Unix milliseconds after which flashblocks of this authorization are refused. */
  readonly notAfterMs: bigint
}

/** Why an authorization is not accepted. */
export type AuthorizationFlaw =
  'wrong-chain' | 'wrong-signer' | 'expired' | 'lasts-too-long' | 'from-the-future' | 'old-epoch'

/** Time after the timestamp of a block in which its flashblocks are still accepted. */
const graceMs = 1_000n

/** How far the clock of a sequencer may be ahead. */
const maxClockAheadMs = 2_000n

/**
 * Unix milliseconds until which an authorization should be valid: a second after the timestamp of the block, or a second
 * from now on if the block is late.
 */
export function authorizationEndMs(timestamp: bigint, nowMs: bigint): bigint {
  return laterOf(timestamp * 1_000n, nowMs) + graceMs
}

function laterOf(a: bigint, b: bigint): bigint {
  return a < b ? b : a
}

/** Separates these signatures from those of unsafe blocks, whose domain is zero. */
const domain = keccak256(new TextEncoder().encode('atoll/flashblocks/authorization/1'))

/** The hash that the sequencer signs: 32 bytes. */
export function authorizationHash(authorization: BuildAuthorization): Uint8Array {
  const text = new TextEncoder()
  const encoded = encodeRlp([
    fromHex(authorization.parentHash),
    uintToRlp(authorization.number),
    uintToRlp(authorization.timestamp),
    fromHex(authorization.payloadId),
    uintToRlp(authorization.epoch),
    text.encode(authorization.builder),
    uintToRlp(authorization.notAfterMs),
  ])
  const chain = toFixedBigEndian(authorization.l2ChainId, 32)
  return keccak256(joined([domain, chain, keccak256(encoded)]))
}

/** What an authorization is checked against. */
export interface AuthorizationRules {
  readonly l2ChainId: bigint
  /** Signer of unsafe blocks. Spec: rollup-node-p2p.md#block-signatures */
  readonly signer: Address
  readonly nowMs: bigint
  /** Time between two L2 blocks. */
  readonly blockTimeMs: bigint
  readonly recover: RecoverPublicKey
}

/**
 * The first flaw of an authorization; undefined if it has none. {@link admitEpoch} checks its epoch.
 *
 * @param signature 65 bytes over {@link authorizationHash}
 */
export function authorizationFlaw(
  authorization: BuildAuthorization,
  signature: Uint8Array,
  rules: AuthorizationRules,
): AuthorizationFlaw | undefined {
  const { notAfterMs, timestamp } = authorization
  const { blockTimeMs, l2ChainId, nowMs, recover, signer } = rules
  const slotEndMs = timestamp * 1_000n
  if (authorization.l2ChainId !== l2ChainId) return 'wrong-chain'
  if (notAfterMs > authorizationEndMs(timestamp, nowMs + maxClockAheadMs)) return 'lasts-too-long'
  if (slotEndMs - blockTimeMs > nowMs + maxClockAheadMs) return 'from-the-future'
  const hash = authorizationHash(authorization)
  if (blockSigner(hash, signature, recover) !== signer) return 'wrong-signer'
  // The last flaw, since a receiver may accept an expired authorization of the signer.
  return notAfterMs < nowMs ? 'expired' : undefined
}

/** Refuses sequencers that were replaced: the highest epoch, and its newest block. */
export interface EpochFence {
  readonly epoch: bigint
  readonly number: bigint
}

/** A fence before the first authorization. */
export const openFence: EpochFence = { epoch: 0n, number: 0n }

/**
 * The fence after an authorization; undefined if its epoch is too old. A lower epoch is refused up to the newest block of
 * the highest epoch. For later blocks it is accepted, since the clock of a new leader may be behind that of the leader
 * before.
 */
export function admitEpoch(
  fence: EpochFence,
  { epoch, number }: Pick<BuildAuthorization, 'epoch' | 'number'>,
): EpochFence | undefined {
  if (epoch < fence.epoch) return number > fence.number ? fence : undefined
  return { epoch, number: epoch > fence.epoch || number > fence.number ? number : fence.number }
}

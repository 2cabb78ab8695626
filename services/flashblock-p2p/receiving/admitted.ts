import type { SentFlashblock } from '#messages/builder-frame.ts'
import type { SignedAuthorization } from '#messages/wire/build-authorization.ts'
import {
  admitEpoch,
  type AuthorizationFlaw,
  authorizationFlaw,
  type BuildAuthorization,
  type EpochFence,
} from '#protocol/flashblock/authorization.ts'
import { flashblockSigningHash } from '#protocol/flashblock/builder-signature.ts'
import { linkOf } from '#protocol/flashblock/link.ts'
import { isSignedBy } from '#libp2p/builder-identity.ts'
import { recoverPublicKey } from '#runtime/crypto/secp256k1.ts'
import type { Event, Options, Refusal, State } from '#services/flashblock-p2p/state.ts'
import { isAwaited } from './fetch.ts'

/** A flashblock that its sender may send. */
interface Admission {
  /** Epoch of the sequencer; 0 if it signed nothing. */
  readonly epoch: bigint
  readonly fence: EpochFence
}

/**
 * Checks whether a builder of this chain made a flashblock, and whether the sequencer allowed it. Its sender may be
 * another builder. @returns why not
 */
export function admitted(
  state: State,
  { nowMs, peer, sent }: Extract<Event, { kind: 'flashblock-arrived' }>,
): Admission | Refusal {
  const { banned, fence, options } = state
  const { builder } = sent
  // What other builders have of it is still good: users may have seen it.
  if (banned.includes(peer)) return 'banned'
  const isKnown = builder === options.identity.peerId || options.builders.includes(builder)
  if (!isKnown) return 'wrong-builder'
  if (!isSigned(sent, options)) return 'wrong-signature'
  if (sent.authorization === undefined)
    return options.acceptsUnsigned ? { epoch: 0n, fence } : 'unsigned'
  const { authorization } = sent.authorization
  if (authorization.builder !== builder) return 'wrong-builder'
  if (!isOfBlock(authorization, sent)) return 'wrong-block'
  // Another builder passes it on, or it may be the answer of its builder to this node, which is a new leader.
  const isAnswer = peer !== builder || isAwaited(state, peer)
  const flaw = flawOf(state, sent.authorization, nowMs)
  // It was valid when it was sent. The block is still open if its leader died.
  if (flaw !== undefined && !(isAnswer && flaw === 'expired')) return flaw
  const { epoch } = authorization
  const admission = admitEpoch(fence, authorization)
  if (admission !== undefined) return { epoch, fence: admission }
  // An answer cannot mislead an earlier leader: it does not get the acknowledgement, or has seen the request before.
  return isAnswer ? { epoch, fence } : 'old-epoch'
}

/** Why a permission of the sequencer is not accepted; undefined if it is. */
export function flawOf(
  { options, signer }: Pick<State, 'options' | 'signer'>,
  { authorization, signature }: SignedAuthorization,
  nowMs: number,
): AuthorizationFlaw | 'signer-unknown' | undefined {
  if (signer === undefined) return 'signer-unknown'
  const { blockTimeMs, l2ChainId } = options
  const rules = { l2ChainId, signer, nowMs: BigInt(nowMs), blockTimeMs, recover: recoverPublicKey }
  return authorizationFlaw(authorization, signature, rules)
}

/** Whether the builder of a flashblock signed it. */
function isSigned(
  { authorization, builder, flashblock, previousLink, signature }: SentFlashblock,
  { l2ChainId }: Options,
): boolean {
  const { diff, index, payloadId } = flashblock
  const epoch = authorization?.authorization.epoch ?? 0n
  const link = linkOf(previousLink, { blockHash: diff.blockHash, index })
  const hash = flashblockSigningHash({ epoch, l2ChainId, link, payloadId })
  return isSignedBy(builder, hash, signature)
}

function isOfBlock(
  authorization: BuildAuthorization,
  { flashblock, number }: SentFlashblock,
): boolean {
  const { base, payloadId } = flashblock
  return (
    authorization.payloadId === payloadId &&
    authorization.number === number &&
    (base === undefined ||
      (base.parentHash === authorization.parentHash &&
        base.number === number &&
        base.timestamp === authorization.timestamp))
  )
}

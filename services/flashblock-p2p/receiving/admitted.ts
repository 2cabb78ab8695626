import {
  admitEpoch,
  authorizationFlaw,
  type EpochFence,
} from '#protocol/flashblock/authorization.ts'
import { recoverPublicKey } from '#runtime/crypto/secp256k1.ts'
import type { Event, Refusal, State } from '#services/flashblock-p2p/state.ts'

/** A flashblock that its sender may send. */
interface Admission {
  /** Epoch of the sequencer; 0 if it signed nothing. */
  readonly epoch: bigint
  readonly fence: EpochFence
}

/** Checks whether the sequencer allows a builder to send a flashblock. @returns why not */
export function admitted(
  { fence, options, signer }: State,
  { nowMs, peer, sent }: Extract<Event, { kind: 'flashblock-arrived' }>,
): Admission | Refusal {
  const { flashblock, number } = sent
  if (sent.authorization === undefined)
    return options.acceptsUnsigned ? { epoch: 0n, fence } : 'unsigned'
  if (signer === undefined) return 'signer-unknown'
  const { authorization, signature } = sent.authorization
  if (authorization.builder !== peer) return 'wrong-builder'
  const { base, payloadId } = flashblock
  const isOfBlock =
    authorization.payloadId === payloadId &&
    authorization.number === number &&
    (base === undefined ||
      (base.parentHash === authorization.parentHash &&
        base.number === number &&
        base.timestamp === authorization.timestamp))
  if (!isOfBlock) return 'wrong-block'
  const { blockTimeMs, l2ChainId } = options
  const rules = { l2ChainId, signer, nowMs: BigInt(nowMs), blockTimeMs, recover: recoverPublicKey }
  const flaw = authorizationFlaw(authorization, signature, rules)
  if (flaw !== undefined) return flaw
  const admission = admitEpoch(fence, authorization)
  return admission === undefined ? 'old-epoch' : { epoch: authorization.epoch, fence: admission }
}

import type { Payload } from '#protocol/block/payload.ts'
import { afterBlockOf } from '#protocol/p2p/block-signers.ts'
import { type BlockVerdict, validateBlock } from '#protocol/p2p/validate-block.ts'
import type { Hash } from '#protocol/primitives.ts'
import { recoverPublicKey } from '#runtime/crypto/secp256k1.ts'
import { withAbove } from '#services/gossip/requests/fill-gap.ts'
import type { Verdict } from '#services/gossip/ports.ts'
import type { Effect, Event, Result, State } from '#services/gossip/state.ts'
import type { BlockOutcome } from './block-outcome.ts'
import { storeBlock } from './store-block.ts'

/** Validates a block from a peer. A valid block is relayed immediately, and stored for the engine. */
export function receiveBlock(
  state: State,
  event: Extract<Event, { kind: 'block-arrived' }>,
): Result {
  const { config, maxAgeSeconds } = state.options
  const { arrival, version, data, checked, nowMs, peer } = event
  const seen = state.seen.get(version)
  if (seen === undefined) throw new Error(`no topic has version ${version}`)
  const verdict = validateBlock(
    { version, data, checked },
    {
      config,
      signers: state.signers,
      now: BigInt(Math.floor(nowMs / 1_000)),
      maxAgeSeconds,
      seen,
      recover: recoverPublicKey,
    },
  )
  const judged: Effect = { kind: 'judge', arrival, verdict: costOf(verdict) }
  const reportOf = (outcome: BlockOutcome, payload?: Payload, ageMs?: number): Effect => {
    const id = payload && idOf(payload)
    return { kind: 'report-block', outcome, block: { peer, version }, id, ageMs }
  }
  if (verdict.kind !== 'accept') return [state, judged, reportOf(verdict.reason)]
  const { payload, signer } = verdict
  const next: State = {
    ...state,
    signers: state.signers && afterBlockOf(state.signers, signer),
    highest: higher(state.highest, payload),
    senders: withSender(state.senders, payload.blockHash, peer),
  }
  const [storing, effects] = storeBlock(next, payload)
  // A valid block is relayed to peers even if there is no room to store it.
  const isStored = effects.length > 0
  const stored = isStored ? { ...storing, above: withAbove(state, payload) } : storing
  const outcome = isStored ? 'accepted' : 'not-stored'
  const ageMs = nowMs - Number(payload.timestamp) * 1_000
  return [stored, judged, ...effects, reportOf(outcome, payload, ageMs)]
}

/**
 * The verdict for gossipsub. A block that is too old or too new does not lower the score of its peer, unlike in the
 * specs. The reason: after this host was suspended, or while its clock is wrong, the blocks of all honest peers have a
 * wrong age. op-node rejects such blocks, but its scores do not count rejected blocks.
 */
function costOf(verdict: BlockVerdict): Verdict {
  const isOfAge = verdict.kind === 'reject' && ['too-old', 'too-new'].includes(verdict.reason)
  return isOfAge ? 'ignore' : verdict.kind
}

/** Lowers the score of the peer that sent a block which the execution client refused. */
export function payloadRefused(state: State, hash: Hash): Result {
  const id = state.senders.get(hash)
  if (id === undefined) return [state]
  const senders = new Map(state.senders)
  senders.delete(hash)
  return [
    { ...state, senders },
    { kind: 'score', id, deed: 'refused-block' },
  ]
}

/** Number of blocks whose sender is remembered. */
const maxSenders = 1_000

function withSender(
  senders: State['senders'],
  hash: Hash,
  peer: string,
): ReadonlyMap<Hash, string> {
  const next = new Map(senders).set(hash, peer)
  const [oldest] = next.keys()
  if (next.size > maxSenders && oldest !== undefined) next.delete(oldest)
  return next
}

const idOf = ({ number, blockHash: hash }: Payload) => ({ number, hash })

function higher(highest: State['highest'], payload: Payload): State['highest'] {
  return highest !== undefined && highest.number >= payload.number ? highest : idOf(payload)
}

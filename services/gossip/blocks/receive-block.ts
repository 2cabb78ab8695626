import type { Payload } from '#protocol/block/payload.ts'
import { afterBlockOf } from '#protocol/p2p/block-signers.ts'
import { validateBlock } from '#protocol/p2p/validate-block.ts'
import type { Hash } from '#protocol/primitives.ts'
import { recoverPublicKey } from '#runtime/crypto/secp256k1.ts'
import type { Effect, Event, Result, State } from '#services/gossip/state.ts'

/** Limits on accepted blocks that the bus has not stored yet, as while its server is down. */
export const maxStoring = { blocks: 256, bytes: 64 * 2 ** 20 }

/** Validates a block from a peer. A valid one is relayed at once, and stored for the engine. */
export function receiveBlock(
  state: State,
  event: Extract<Event, { kind: 'block-arrived' }>,
): Result {
  const { config, maxAgeSeconds } = state.options
  const { arrival, version, data, nowMs, peer } = event
  const seen = state.seen.get(version)
  if (seen === undefined) throw new Error(`no topic has version ${version}`)
  const verdict = validateBlock(
    { version, data },
    {
      config,
      signers: state.signers,
      now: BigInt(Math.floor(nowMs / 1_000)),
      maxAgeSeconds,
      seen,
      recover: recoverPublicKey,
    },
  )
  const judged: Effect = { kind: 'judge', arrival, verdict: verdict.kind }
  const block = { peer, version }
  if (verdict.kind !== 'accept')
    return [
      state,
      judged,
      {
        kind: 'report-block',
        outcome: verdict.reason,
        block,
        id: undefined,
        ageMs: undefined,
      },
    ]
  const { payload, signer } = verdict
  const next: State = {
    ...state,
    signers: state.signers && afterBlockOf(state.signers, signer),
    highest: higher(state.highest, payload),
    senders: withSender(state.senders, payload.blockHash, peer),
  }
  const bytes = data.bytes.length
  const isFull =
    state.storing.blocks >= maxStoring.blocks || state.storing.bytes + bytes > maxStoring.bytes
  const report: Effect = {
    kind: 'report-block',
    outcome: isFull ? 'not-stored' : 'accepted',
    block,
    id: idOf(payload),
    ageMs: nowMs - Number(payload.timestamp) * 1_000,
  }
  // Peers have it from here in any case; the engine reads it from L1 later.
  if (isFull) return [next, judged, report]
  const storing = { blocks: state.storing.blocks + 1, bytes: state.storing.bytes + bytes }
  return [{ ...next, storing }, judged, { kind: 'store-block', payload, bytes }, report]
}

/** Forgets a block that the bus has stored. */
export function blockStored(state: State, bytes: number): State {
  const { storing } = state
  return { ...state, storing: { blocks: storing.blocks - 1, bytes: storing.bytes - bytes } }
}

/** Makes a block that the execution client refused cost the peer that sent it. */
export function payloadRefused(state: State, hash: Hash): Result {
  const id = state.senders.get(hash)
  if (id === undefined) return [state]
  const senders = new Map(state.senders)
  senders.delete(hash)
  return [{ ...state, senders }, { kind: 'score', id, deed: 'refused-block' }]
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

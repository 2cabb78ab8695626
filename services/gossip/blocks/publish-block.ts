import type { PublishPayloadResponse } from '#messages/publish-payload.ts'
import type { Payload } from '#protocol/block/payload.ts'
import { hashPayload } from '#protocol/block/payload-hash.ts'
import { payloadVersionAt } from '#protocol/p2p/payload-version.ts'
import type { Hash } from '#protocol/primitives.ts'
import { Fault } from '#runtime/fault.ts'
import type { CallId } from '#service/sources.ts'
import { problemOfSigning, wrongSignerOf } from '#services/gossip/signing/signer-problem.ts'
import type { Effect, Event, Result, State } from '#services/gossip/state.ts'

/** Own blocks. Each is sent to the peers once. */
export interface OwnBlocks {
  /** Calls that wait until a block is sent, by its hash. */
  readonly sending: ReadonlyMap<Hash, readonly CallId<PublishPayloadResponse>[]>
  /** Blocks that were sent, the oldest first. */
  readonly sent: readonly Hash[]
}

/** Number of sent blocks that are remembered. The sequencer repeats only its latest blocks. */
const maxSent = 256

/**
 * Limit on the blocks that wait for the signer. If the signer hangs, each block waits until the call to the signer
 * times out. A sequencer makes at most a few blocks in this time.
 */
const maxSending = 16

/** Sends a block of the sequencer, unless the block was sent before. */
export function publishRequested(
  state: State,
  { call, payload }: Extract<Event, { kind: 'publish-requested' }>,
): Result {
  const { own } = state
  const hash = payload.blockHash
  if (own.sent.includes(hash))
    return [state, { kind: 'answer', call, response: { peers: 0, wasPublished: true } }]
  const waiting = own.sending.get(hash)
  if (waiting !== undefined) return [withSending(state, hash, [...waiting, call])]
  if (own.sending.size >= maxSending) {
    const detail = `block ${payload.number} (${hash}): ${maxSending} blocks wait for the signer`
    return [state, { kind: 'refuse', call, fault: new Fault('signer-failed', { detail }) }]
  }
  const problem = problemOf(state, payload)
  if (problem !== undefined) {
    const detail = `block ${payload.number} (${hash}): ${problem}`
    return [state, { kind: 'refuse', call, fault: new Fault('publish-refused', { detail }) }]
  }
  // The block counts as seen, so that it is not stored when a peer sends it back.
  const version = payloadVersionAt(state.options.config, payload.timestamp)
  state.seen.get(version)?.add(payload.number, hash)
  return [withSending(state, hash, [call]), { kind: 'publish', payload, version }]
}

/** Answers the calls that wait for a block which was sent. */
export function blockPublished(
  state: State,
  { hash, peers }: Extract<Event, { kind: 'block-published' }>,
): Result {
  const answers = waitingFor(state, hash).map((call, at): Effect => {
    return { kind: 'answer', call, response: { peers, wasPublished: at > 0 } }
  })
  const next = withoutSending(state, hash)
  const sent = [...next.own.sent, hash].slice(-maxSent)
  return [{ ...next, own: { ...next.own, sent }, signerProblem: undefined }, ...answers]
}

/**
 * Refuses the calls that wait for a block which could not be sent. The callers may repeat these calls. If the signer
 * failed, the sequencer repeats its call soon, unless the signer has another key.
 */
export function publishFailed(
  state: State,
  { hash, reason, signing }: Extract<Event, { kind: 'publish-failed' }>,
): Result {
  const isTemporary = signing !== undefined && signing !== 'wrong-key'
  const code = isTemporary ? 'signer-failed' : 'publish-refused'
  const fault = new Fault<'signer-failed' | 'publish-refused'>(code, {
    detail: `block ${hash}: ${reason}`,
  })
  const refusals = waitingFor(state, hash).map((call): Effect => ({ kind: 'refuse', call, fault }))
  const signerProblem = problemOfSigning(reason, signing)
  return [{ ...withoutSending(state, hash), signerProblem }, ...refusals]
}

function problemOf(state: State, payload: Payload): string | undefined {
  if (state.options.signer === undefined)
    return 'gossip has no key to sign it: set --p2p-sequencer-key-file or --signer-url'
  const wrong = wrongSignerOf(state)
  if (wrong !== undefined) return wrong
  if (hashPayload(payload) !== payload.blockHash) return 'its hash does not match its fields'
  return undefined
}

const waitingFor = ({ own }: State, hash: Hash) => own.sending.get(hash) ?? []

function withSending(
  state: State,
  hash: Hash,
  calls: readonly CallId<PublishPayloadResponse>[],
): State {
  return { ...state, own: { ...state.own, sending: new Map(state.own.sending).set(hash, calls) } }
}

function withoutSending(state: State, hash: Hash): State {
  const sending = new Map(state.own.sending)
  sending.delete(hash)
  return { ...state, own: { ...state.own, sending } }
}

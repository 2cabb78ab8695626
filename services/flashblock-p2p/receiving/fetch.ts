import type { FetchFlashblocksResponse } from '#messages/fetch-flashblocks.ts'
import { admitEpoch } from '#protocol/flashblock/authorization.ts'
import type { Bytes8 } from '#protocol/primitives.ts'
import { authorizationOf } from '#services/flashblock-p2p/sending/own-blocks.ts'
import type {
  Effect,
  Event,
  Fetch,
  ForeignBlock,
  State,
  Stepped,
} from '#services/flashblock-p2p/state.ts'
import { appendsOf } from './foreign-block.ts'

/** Longest time that a new leader waits for the answers of the other builders. */
const answerMs = 50

/** Longest time that a new leader waits until its engine has checked what the other builders sent. */
const fetchMs = 250

/** The payload id in the permission of a new leader, which has begun no block yet. */
export const noPayloadId: Bytes8 = '0x0000000000000000' as Bytes8

/**
 * A new leader asks for the flashblocks of the other builders, which may have more than this node. From now on, all
 * builders refuse flashblocks of earlier leaders: they could not be in the block any more.
 */
export function fetch(state: State, event: Extract<Event, { kind: 'fetch' }>): Stepped {
  const { call, nowMs: sinceMs, request } = event
  const { parent, timestamp } = request
  const number = parent.number + 1n
  const epoch = epochAbove(state, request.epoch)
  const begun: Fetch = {
    call,
    parent,
    epoch,
    isAsked: false,
    isSigned: false,
    answered: [],
    waiting: [],
    sinceMs,
  }
  const place = { epoch, number, parentHash: parent.hash, payloadId: noPayloadId, timestamp }
  const fence = admitEpoch(state.fence, { epoch, number }) ?? state.fence
  const isOfBlock = ({ parentHash }: ForeignBlock) => parentHash === parent.hash
  // The engine may have refused them when they came: the block was too far above its head then.
  const again = state.foreign.filter(isOfBlock).flatMap((block) => appendsOf(state, block, sinceMs))
  const foreign = state.foreign.map((each) => (isOfBlock(each) ? { ...each, settled: 0 } : each))
  return [
    { ...state, fence, foreign, fetches: [...state.fetches, begun] },
    { kind: 'authorize-leader', call, authorization: authorizationOf(state, place, sinceMs) },
    ...again,
  ]
}

/** An epoch above that of all leaders that this node has seen. The clock of the new leader may be behind theirs. */
function epochAbove({ fence }: State, lowest: bigint): bigint {
  return fence.epoch < lowest ? lowest : fence.epoch + 1n
}

/** Gossip has answered. Without a signature, the other builders answer, and go on to accept earlier leaders. */
export function leaderAuthorized(
  state: State,
  { call, signed: leader }: Extract<Event, { kind: 'leader-authorized' }>,
): Stepped {
  const isSigned = leader !== undefined
  const next = withFetch(state, call, (each) => ({ ...each, isSigned }))
  return [next, { kind: 'ask', call, leader }]
}

/** The other builders were asked. */
export function asked(state: State, event: Extract<Event, { kind: 'asked' }>): Stepped {
  const { call, nowMs, peers } = event
  return [
    withFetch(state, call, (each) => ({ ...each, isAsked: true, waiting: peers, sinceMs: nowMs })),
    { kind: 'wake', atMs: nowMs + answerMs },
    { kind: 'wake', atMs: nowMs + fetchMs },
  ]
}

/** A builder has sent all that it has. */
export function answered(state: State, event: Extract<Event, { kind: 'answered' }>): Stepped {
  const { id, peer } = event
  const next = withFetch(state, id, (each) =>
    each.waiting.includes(peer)
      ? {
          ...each,
          waiting: each.waiting.filter((other) => other !== peer),
          answered: [...each.answered, peer],
        }
      : each,
  )
  return [next]
}

function withFetch(state: State, call: Fetch['call'], change: (each: Fetch) => Fetch): State {
  const fetches = state.fetches.map((each) => (each.call === call ? change(each) : each))
  return { ...state, fetches }
}

/** Answers the new leaders whose engine has all that the other builders sent. */
export function finishFetches(state: State, nowMs: number): Stepped {
  const finished = state.fetches.filter((each) => isFinished(state, each, nowMs))
  if (finished.length === 0) return [state]
  const answers = finished.map((each): Effect => ({
    kind: 'answer',
    call: each.call,
    response: responseOf(state, each),
  }))
  const fetches = state.fetches.filter((each) => !finished.includes(each))
  return [{ ...state, fetches }, ...answers]
}

function responseOf(
  { fence, options }: State,
  { answered: known, epoch, isSigned }: Fetch,
): FetchFlashblocksResponse {
  const { acceptsUnsigned, builders } = options
  const isRefusable = isSigned || acceptsUnsigned
  const silent = builders.filter((builder) => !isRefusable || !known.includes(builder))
  // The answers may have shown a leader with a higher epoch.
  const isHighest = fence.epoch <= epoch
  return { answered: known.length, silent, epoch: isHighest ? epoch : fence.epoch + 1n }
}

/**
 * Whether a new leader waits for the answer of a builder. Until then, this builder may have sent flashblocks of its own
 * that the new leader should have, too.
 */
export function isAwaited({ fetches }: State, peer: string): boolean {
  return fetches.some(({ isAsked, waiting }) => !isAsked || waiting.includes(peer))
}

function isFinished(
  { foreign }: State,
  { isAsked, parent, sinceMs, waiting }: Fetch,
  nowMs: number,
): boolean {
  if (!isAsked) return false
  const lastedMs = nowMs - sinceMs
  if (lastedMs >= fetchMs) return true
  if (waiting.length > 0 && lastedMs < answerMs) return false
  return foreign.every(
    ({ flashblocks, parentHash, settled }) =>
      parentHash !== parent.hash || settled >= flashblocks.length,
  )
}

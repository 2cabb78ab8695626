import type { SentFlashblock } from '#messages/builder-frame.ts'
import { admitEpoch, type EpochFence } from '#protocol/flashblock/authorization.ts'
import type { Bytes8 } from '#protocol/primitives.ts'
import type { Effect, Event, State, Stepped } from '#services/flashblock-p2p/state.ts'
import { flawOf } from '#services/flashblock-p2p/receiving/admitted.ts'
import { passedOn } from '#services/flashblock-p2p/receiving/foreign-block.ts'
import { sentAt } from './own-blocks.ts'

/**
 * Another builder asks for flashblocks: after a reconnect, or because it is a new leader. It gets those of this node and
 * those of other builders. Earlier leaders are refused from then on, since the new one would not have their flashblocks.
 */
export function requested(before: State, event: Extract<Event, { kind: 'requested' }>): Stepped {
  const { fromIndex, id, payloadId, peer } = event
  const state = { ...before, fence: fenceOf(before, event) }
  const ids = payloadId === undefined ? newestIds(state) : [payloadId]
  const effects = ids
    .flatMap((each) => flashblocksOf(state, each, fromIndex))
    .map((sent): Effect => ({ kind: 'send-again', peer, sent }))
  return id === 0 ? [state, ...effects] : [state, ...effects, { kind: 'send-answered', peer, id }]
}

/** The fence after a request. The permission of the new leader is signed as those for flashblocks. */
function fenceOf(
  state: State,
  { leader, nowMs, peer }: Extract<Event, { kind: 'requested' }>,
): EpochFence {
  if (leader?.authorization.builder !== peer) return state.fence
  if (flawOf(state, leader, nowMs) !== undefined) return state.fence
  return admitEpoch(state.fence, leader.authorization) ?? state.fence
}

/** The payload ids of the newest block. After a takeover that failed, there are several. */
function newestIds({ foreign, own }: State): readonly Bytes8[] {
  const blocks = [...own, ...foreign]
  const newest = blocks.reduce((most, { number }) => (number > most ? number : most), 0n)
  const ids = blocks.flatMap(({ number, payloadId }) => (number === newest ? [payloadId] : []))
  return [...new Set(ids)]
}

/** The flashblocks of the newest leader that has this payload id. */
function flashblocksOf(
  state: State,
  payloadId: Bytes8,
  fromIndex: number,
): readonly SentFlashblock[] {
  const own = state.own.find((block) => block.payloadId === payloadId)
  const foreign = state.foreign.find((block) => block.payloadId === payloadId)
  if (own !== undefined && own.epoch >= (foreign?.epoch ?? 0n))
    return own.flashblocks.slice(fromIndex).flatMap(({ index }) => sentAt(state, own, index) ?? [])
  return foreign === undefined ? [] : passedOn(foreign).slice(fromIndex)
}

import type { SentFlashblock } from '#messages/builder-frame.ts'
import type { SignedAuthorization } from '#messages/wire/build-authorization.ts'
import { admitEpoch, type EpochFence } from '#protocol/flashblock/authorization.ts'
import type { Bytes8 } from '#protocol/primitives.ts'
import {
  type Effect,
  type Event,
  maxBlocksAhead,
  type State,
  type Stepped,
} from '#services/flashblock-p2p/state.ts'
import { flawOf } from '#services/flashblock-p2p/receiving/admitted.ts'
import { passedOn } from '#services/flashblock-p2p/receiving/foreign-block.ts'
import { sentAt } from './own-blocks.ts'

/**
 * Another builder asks for flashblocks: after a reconnect, or because it is a new leader. This node sends its own
 * flashblocks, and those that it has from other builders. If the request has a valid permission of a new leader, this
 * node refuses earlier leaders from then on: the new leader would not have the flashblocks that they send later.
 */
export function requested(before: State, event: Extract<Event, { kind: 'requested' }>): Stepped {
  const { fromIndex, id, payloadId, peer } = event
  const state = { ...before, fence: fenceOf(before, event) }
  const ids = payloadId === undefined ? newestIds(state, event.leader) : [payloadId]
  const effects = ids
    .flatMap((each) => flashblocksOf(state, each, fromIndex))
    .map((sent): Effect => ({ kind: 'send-again', peer, sent }))
  return id === 0 ? [state, ...effects] : [state, ...effects, { kind: 'send-answered', peer, id }]
}

/**
 * The fence after a request. The sequencer signs the permission of a new leader in the same way as a permission to
 * publish flashblocks, so the same check applies.
 */
function fenceOf(
  state: State,
  { leader, nowMs, peer }: Extract<Event, { kind: 'requested' }>,
): EpochFence {
  if (leader?.authorization.builder !== peer) return state.fence
  if (flawOf(state, leader, nowMs) !== undefined) return state.fence
  return admitEpoch(state.fence, leader.authorization) ?? state.fence
}

/**
 * The payload ids of the newest block, and of the block that a new leader is about to build. If a new leader began a block
 * again instead of taking it over, the block has several payload ids.
 */
function newestIds(
  { foreign, isLowered, own, unsafe = 0n }: State,
  leader: SignedAuthorization | undefined,
): readonly Bytes8[] {
  const blocks = [...own, ...foreign]
  // After a reorg of L1, higher blocks may be removed ones.
  const near = blocks.filter(({ number }) => !isLowered || number <= unsafe + maxBlocksAhead)
  const newest = near.reduce((most, { number }) => (number > most ? number : most), 0n)
  const parentHash = leader?.authorization.parentHash
  const wanted = [
    ...near.filter(({ number }) => number === newest),
    ...blocks.filter((block) => block.parentHash === parentHash),
  ]
  return [...new Set(wanted.map(({ payloadId }) => payloadId))]
}

/**
 * The flashblocks with this payload id, from `fromIndex` on. If both this node and another builder have a block with
 * this payload id, the block of the higher epoch is used.
 */
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

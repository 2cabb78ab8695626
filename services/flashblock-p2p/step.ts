import type { Step } from '#service/actor.ts'
import { checked } from './receiving/checked.ts'
import { answered, asked, fetch, finishFetches, leaderAuthorized } from './receiving/fetch.ts'
import { streamArrived } from './receiving/stream-arrived.ts'
import { appended, blockArrived, flashblockArrived, restored } from './receiving/foreign-blocks.ts'
import { acknowledged, authorized, built, sent, woke } from './sending/own-blocks.ts'
import { requested } from './sending/requested.ts'
import { type Effect, type Event, maxBlocksAhead, type State, type Stepped } from './state.ts'

/** Decides what flashblock-p2p does about an event. */
export const step: Step<State, Event, Effect> = (state, event) => {
  const [next, ...effects] = handle(state, event)
  const [finished, ...answers] = finishFetches(next, event.nowMs)
  return [finished, ...effects, ...answers]
}

function handle(state: State, event: Event): Stepped {
  switch (event.kind) {
    case 'built':
      return built(state, event)
    case 'authorized':
      return authorized(state, event)
    case 'sent':
      return sent(state, event)
    case 'woke':
      return woke(state, event)
    case 'acknowledged':
      return acknowledged(state, event)
    case 'requested':
      return requested(state, event)
    case 'flashblock-arrived':
      return flashblockArrived(state, event)
    case 'stream-arrived':
      return streamArrived(state, event)
    case 'block-arrived':
      return blockArrived(state, event)
    case 'restored':
      return restored(state, event)
    case 'appended':
      return appended(state, event)
    case 'fetch':
      return fetch(state, event)
    case 'leader-authorized':
      return leaderAuthorized(state, event)
    case 'asked':
      return asked(state, event)
    case 'answered':
      return answered(state, event)
    case 'checked':
      return checked(state, event)
    case 'signer-changed':
      return [{ ...state, signer: event.signer }]
    case 'head-changed':
      return [withUnsafe(state, event.unsafe)]
  }
}

/**
 * The state with another unsafe head. If it is lower than before, a reorg of L1 may have removed blocks, and own
 * flashblocks too far above it belong to them. Those of other builders stay: the execution client may have lost its
 * newest blocks, which other nodes still have.
 */
function withUnsafe(before: State, unsafe: bigint): State {
  const isNear = ({ number }: { readonly number: bigint }) => number <= unsafe + maxBlocksAhead
  const isLower = before.unsafe !== undefined && unsafe < before.unsafe
  const isLowered = isLower || (before.isLowered && !before.foreign.every(isNear))
  const state = { ...before, unsafe, isLowered }
  if (!isLower) return state
  const shown = state.shown !== undefined && isNear(state.shown) ? state.shown : undefined
  return { ...state, shown, own: state.own.filter(isNear) }
}

import type { Step } from '#service/actor.ts'
import { checked } from './receiving/checked.ts'
import { blockArrived, flashblockArrived } from './receiving/foreign-blocks.ts'
import { acknowledged, authorized, built, requested, sent, woke } from './sending/own-blocks.ts'
import type { Effect, Event, State } from './state.ts'

/** Decides what flashblock-p2p does about an event. */
export const step: Step<State, Event, Effect> = (state, event) => {
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
    case 'block-arrived':
      return blockArrived(state, event)
    case 'checked':
      return checked(state, event)
    case 'signer-changed':
      return [{ ...state, signer: event.signer }]
  }
}

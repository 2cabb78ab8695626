import type { ChainState } from '#messages/chain-state.ts'
import type { Step } from '#service/actor.ts'
import { followHead, pendingStep } from './pending/pending-step.ts'
import { type Effect, type Event, headNames, type Result, type State } from './state.ts'

/** Decides what rpc does about an event. */
export const step: Step<State, Event, Effect> = (state, event) => {
  switch (event.kind) {
    case 'l1-changed':
      return shown({ ...state, l1: event.l1 })
    case 'chain-changed':
      return chainChanged(state, event.chain)
    case 'targets-changed':
      return shown(withProgress({ ...state, targets: event.targets }))
    case 'flashblock-arrived':
    case 'prefix-found': {
      const [pending, ...effects] = pendingStep(state.pending, event)
      return [{ ...state, pending }, ...effects]
    }
  }
}

function chainChanged(state: State, chain: ChainState): Result {
  const [pending, ...pendingEffects] = followHead(state.pending, chain.unsafe)
  const [next, ...effects] = shown(withProgress({ ...state, chain, pending }))
  const announced = headNames
    .filter((head) => state.chain?.[head].hash !== chain[head].hash)
    .map((head): Effect => ({ kind: 'announce-head', head, block: chain[head] }))
  return [next, ...effects, ...announced, ...pendingEffects]
}

/**
 * Updates the progress of derivation on L1. The states of derivation and of the engine arrive separately. Clients
 * conclude from the current L1 block that the heads include everything derived from lower L1 blocks. Therefore the
 * progress must not be ahead of the heads. After a reset, the progress is undefined until derivation has derived from
 * an L1 block again.
 */
function withProgress(state: State): State {
  const { chain, targets, progress } = state
  if (chain === undefined) return state
  const { generation } = chain
  if (targets?.generation === generation && targets.version <= chain.version) {
    const { currentL1 } = targets
    return { ...state, progress: currentL1 && { currentL1, generation } }
  }
  return progress?.generation === generation ? state : { ...state, progress: undefined }
}

function shown(state: State): Result {
  return [state, { kind: 'show-status', state }]
}

import type { SystemConfigUpdate } from '#messages/system-config-update.ts'
import type { Step } from '#service/actor.ts'
import { blockFailed, blockFetched, fetchFor } from './blocks/requests.ts'
import { headAnnounced, headsRead, pollHeads } from './heads/poll-heads.ts'
import type { Effect, Event, Result, State } from './state.ts'
import { withFailure, withoutFailure } from './waits.ts'

/** Decides what da-watcher does about an event. */
export const step: Step<State, Event, Effect> = (state, event) => {
  switch (event.kind) {
    case 'tick':
      return pollHeads(state, event.nowMs)
    case 'head-announced':
      return headAnnounced(state, event)
    case 'heads-read':
      return headsRead(state, event)
    case 'signer-read':
      return signerRead({ ...state, isReadingSigner: false }, event)
    case 'signer-failed':
      return withFailure({ ...state, isReadingSigner: false }, { ...event, topic: 'signer' })
    case 'block-requested':
      return [state, fetchFor(state, event)]
    case 'block-fetched':
      return blockFetched(state, event)
    case 'block-failed':
      return blockFailed(state, event)
  }
}

function signerRead(state: State, { at, signer }: Extract<Event, { kind: 'signer-read' }>): Result {
  const update: SystemConfigUpdate = { at, unsafeBlockSigner: signer }
  const next = { ...withoutFailure(state, 'signer'), signer: update }
  // A signer is published only if it changed. If the same signer was read at a later block, it is not published again.
  if (state.signer?.unsafeBlockSigner === signer) return [next]
  return [next, { kind: 'write-system-config', update }]
}

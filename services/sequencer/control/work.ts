import type { State } from '#services/sequencer/state.ts'

/** The state after the current work ended. */
export function rested(state: State): State {
  return { ...state, work: { kind: 'idle' } }
}

/** The state without its current work. A late outcome of that work has no effect. */
export function abandoned(state: State): State {
  return { ...rested(state), workId: state.workId + 1 }
}

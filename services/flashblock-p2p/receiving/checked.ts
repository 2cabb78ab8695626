import type { Effect, Event, State, Stepped } from '#services/flashblock-p2p/state.ts'
import type { Bytes8 } from '#protocol/primitives.ts'
import { admitEpoch } from '#protocol/flashblock/authorization.ts'
import { show } from '#services/flashblock-p2p/sending/public-stream.ts'
import { appendsOf, isStream, upTo } from './foreign-block.ts'

/** Reasons of the engine for which the sender is not to blame. */
const innocent: readonly string[] = [
  'index-gap',
  'block-too-old',
  'block-too-new',
  'too-many-sequences',
  'old-epoch',
]

/**
 * The engine has checked a flashblock of another builder. An executed one is acknowledged and shown to the consumers of
 * this node, too.
 */
export function checked(before: State, event: Extract<Event, { kind: 'checked' }>): Stepped {
  const { blockHash, index, outcome, payloadId } = event.checked
  const state = withSettled(before, payloadId, index + 1)
  const block = state.foreign.find((each) => each.payloadId === payloadId)
  // The engine does not name the sender of a flashblock that it has kept for a time.
  const peer = event.checked.peer === '' ? (block?.peer ?? '') : event.checked.peer
  const names = { payloadId, index, blockHash }
  switch (outcome.kind) {
    case 'stored':
      return [state]
    case 'executed': {
      const acknowledgement = { ...names, status: 'executed', reason: '' } as const
      const effects: Effect[] = [{ kind: 'acknowledge', peer, acknowledgement }]
      let next = state
      // What an earlier leader made is passed on for others, but a new leader may have gone on without it.
      if (block === undefined || admitEpoch(state.fence, block) === undefined)
        return [state, ...effects]
      for (let at = 0; at <= index; at++) {
        const [shown, ...more] = show(next, block, at)
        next = shown
        effects.push(...more)
      }
      return [next, ...effects]
    }
    case 'refused': {
      const { reason } = outcome
      const acknowledgement = { ...names, status: 'refused', reason } as const
      const acknowledge: Effect = { kind: 'acknowledge', peer, acknowledgement }
      // An engine that was restarted may lack the earlier flashblocks.
      if (reason === 'index-gap' && block !== undefined) {
        return [state, ...appendsOf(state, block, event.nowMs)]
      }
      if (innocent.includes(reason)) return [state, acknowledge]
      // What the engine refused is forgotten, so that the right flashblock can follow.
      const foreign = state.foreign.map((each) =>
        each.payloadId === payloadId ? upTo(each, index) : each,
      )
      if (isStream(state, peer)) {
        const report = {
          kind: 'report-refused',
          peer,
          payloadId,
          index,
          reason: 'invalid',
        } as const
        return [{ ...state, foreign }, report]
      }
      const detail = `flashblock ${index} of ${payloadId} is bad: ${reason}`
      return [{ ...state, foreign }, acknowledge, { kind: 'refuse-peer', peer, detail }]
    }
  }
}

function withSettled(state: State, payloadId: Bytes8, settled: number): State {
  const foreign = state.foreign.map((each) =>
    each.payloadId === payloadId ? { ...each, settled: Math.max(each.settled, settled) } : each,
  )
  return { ...state, foreign }
}

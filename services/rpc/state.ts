import type { ChainState } from '#messages/chain-state.ts'
import type { DerivationTargets } from '#messages/derivation-targets.ts'
import type { L1Heads } from '#messages/l1-heads.ts'
import type { L1BlockRef, L2BlockRef } from '#protocol/block/refs.ts'
import {
  noPending,
  type PendingEffect,
  type PendingEvent,
  type PendingState,
} from './pending/pending-state.ts'

/** Copies of the states of other services, and the unfinished blocks. */
export interface State {
  readonly l1: L1Heads | undefined
  readonly chain: ChainState | undefined
  readonly targets: DerivationTargets | undefined
  /** Progress of derivation on L1. It is never ahead of the heads in `chain`. */
  readonly progress: Progress | undefined
  /** The blocks above the unsafe head, from their flashblocks. */
  readonly pending: PendingState
}

/** Progress of derivation: every L1 block below `currentL1` is derived. */
interface Progress {
  readonly currentL1: L1BlockRef
  /** Generation of `engine.chain` that this progress belongs to. */
  readonly generation: bigint
}

/** The heads that clients can subscribe to. */
export const headNames = ['unsafe', 'safe', 'finalized'] as const

/** A head that clients can subscribe to. */
export type HeadName = (typeof headNames)[number]

/** An event of rpc. */
export type Event =
  | { readonly kind: 'l1-changed'; readonly l1: L1Heads }
  | { readonly kind: 'chain-changed'; readonly chain: ChainState }
  | { readonly kind: 'targets-changed'; readonly targets: DerivationTargets }
  | PendingEvent

/** An effect of rpc. */
export type Effect =
  /** Shows the new state to clients. */
  | { readonly kind: 'show-status'; readonly state: State }
  /** Announces a head to the clients that are subscribed to it. */
  | { readonly kind: 'announce-head'; readonly head: HeadName; readonly block: L2BlockRef }
  | PendingEffect

/** The next state, and the effects to carry out, in order. */
export type Result = readonly [State, ...(readonly Effect[])]

/** The state at the start: nothing is known. */
export const initialState: State = {
  l1: undefined,
  chain: undefined,
  targets: undefined,
  progress: undefined,
  pending: noPending,
}

import type { FetchL1BlockRequest, FetchL1BlockResponse } from '#messages/fetch-l1-block.ts'
import type { L1Heads } from '#messages/l1-heads.ts'
import type { SystemConfigUpdate } from '#messages/system-config-update.ts'
import type { L1Block } from '#protocol/block/l1-block.ts'
import type { BlockId, L1BlockRef } from '#protocol/block/refs.ts'
import type { RollupConfig } from '#protocol/chains/rollup-config.ts'
import type { Address } from '#protocol/primitives.ts'
import type { Fault } from '#runtime/fault.ts'
import type { CallId } from '#service/sources.ts'
import { type CanonicalHashes, noHashes } from './blocks/canonical.ts'
import type { HeadAnswer, HeadQuery, L1Head, Lookup } from './ports.ts'
import type { Failure, Troubles, WaitTopic } from './waits.ts'

/** Settings that decisions depend on. */
export interface Options {
  readonly config: Pick<RollupConfig, 'genesis' | 'l1SystemConfigAddress'>
  readonly pollMs: number
  readonly finalityPollMs: number
  /** Number of JSON-RPC endpoints of L1. */
  readonly endpoints: number
}

/** All that da-watcher knows of L1. Times are monotonic. */
export interface State {
  readonly options: Options
  readonly heads: L1Heads | undefined
  /** The header of `heads.head`. */
  readonly head: L1Head | undefined
  /** Time of the last change of the heads. */
  readonly movedAtMs: number
  /** Earlier heads by ascending number, for the depth of a reorg. */
  readonly recent: readonly L1BlockRef[]
  readonly polling: Polling
  /** Endpoints that were reported to be behind. */
  readonly laggards: ReadonlySet<string>
  readonly signer: SystemConfigUpdate | undefined
  readonly isReadingSigner: boolean
  readonly canonical: CanonicalHashes
  readonly troubles: Troubles
}

/** The query of heads in flight, the announced head, and the times of earlier queries. */
export interface Polling {
  /** The query that is in flight. */
  readonly reading: { readonly query: HeadQuery; readonly startedMs: number } | undefined
  /** The newest announced head, if it was not adopted yet. */
  readonly announced: L1Head | undefined
  readonly announcedAtMs: number
  /** Start of the last query of the safe and the finalized head. */
  readonly finalityAtMs: number
  /** Time of the last query of all endpoints; before the first such query, the time of the first event. */
  readonly probedAtMs: number | undefined
}

/** A request for a block. */
export interface BlockCall {
  readonly call: CallId<FetchL1BlockResponse>
  readonly request: FetchL1BlockRequest
  readonly requestedAtMs: number
}

/** An event of da-watcher. */
export type Event =
  | { readonly kind: 'tick'; readonly nowMs: number }
  | { readonly kind: 'head-announced'; readonly head: L1Head; readonly nowMs: number }
  | {
      readonly kind: 'heads-read'
      readonly answers: readonly HeadAnswer[]
      readonly failure: Failure | undefined
      readonly nowMs: number
    }
  | { readonly kind: 'signer-read'; readonly at: L1BlockRef; readonly signer: Address }
  | { readonly kind: 'signer-failed'; readonly failure: Failure; readonly nowMs: number }
  | ({ readonly kind: 'block-requested' } & BlockCall)
  | ({
      readonly kind: 'block-fetched'
      readonly lookup: Lookup
      readonly block: L1Block | undefined
      readonly nowMs: number
    } & BlockCall)
  | ({
      readonly kind: 'block-failed'
      readonly fault: Fault
      /** Undefined if a retry cannot help. */
      readonly failure: Failure | undefined
      readonly nowMs: number
    } & BlockCall)

/** An effect of da-watcher. */
export type Effect =
  | { readonly kind: 'read-heads'; readonly query: HeadQuery }
  | { readonly kind: 'write-heads'; readonly heads: L1Heads }
  | { readonly kind: 'read-signer'; readonly at: L1BlockRef }
  | { readonly kind: 'write-system-config'; readonly update: SystemConfigUpdate }
  | ({ readonly kind: 'fetch-block'; readonly lookup: Lookup } & BlockCall)
  | ({ readonly kind: 'answer'; readonly response: FetchL1BlockResponse } & BlockCall)
  | ({ readonly kind: 'refuse'; readonly fault: Fault } & BlockCall)
  | { readonly kind: 'mark-final'; readonly block: BlockId }
  | { readonly kind: 'note-lag'; readonly endpoint: string; readonly blocks: bigint }
  | { readonly kind: 'report-lag'; readonly endpoint: string; readonly blocks: bigint }
  | {
      readonly kind: 'report-reorg'
      readonly from: L1BlockRef
      readonly to: L1BlockRef
      readonly depth: bigint
    }
  | { readonly kind: 'report-failure'; readonly topic: WaitTopic; readonly failure: Failure }

/** The next state, and the effects to carry out, in order. */
export type Result = readonly [State, ...(readonly Effect[])]

/** The state at the start: nothing is known. */
export function initialState(options: Options): State {
  return {
    options,
    heads: undefined,
    head: undefined,
    movedAtMs: 0,
    recent: [],
    polling: {
      reading: undefined,
      announced: undefined,
      announcedAtMs: Number.NEGATIVE_INFINITY,
      finalityAtMs: Number.NEGATIVE_INFINITY,
      probedAtMs: undefined,
    },
    laggards: new Set(),
    signer: undefined,
    isReadingSigner: false,
    canonical: noHashes,
    troubles: new Map(),
  }
}

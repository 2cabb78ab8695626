import type { ChainState } from '#messages/chain-state.ts'
import type {
  ControlSequencerRequest,
  ControlSequencerResponse,
} from '#messages/control-sequencer.ts'
import type { Payload } from '#protocol/block/payload.ts'
import type { PayloadAttributes } from '#protocol/block/payload-attributes.ts'
import type { BlockId, L2BlockRef } from '#protocol/block/refs.ts'
import type { SystemConfig } from '#protocol/block/system-config.ts'
import type { Bytes8, Hash } from '#protocol/primitives.ts'
import type { Answer, CallId } from '#service/sources.ts'
import type { SequencerSettings } from './ports.ts'

/** Settings that decisions depend on. */
export interface Options extends SequencerSettings {
  /** Seconds between two blocks. */
  readonly blockTime: bigint
  readonly hasConductor: boolean
}

/** A parent, and the generation of the engine in which it is the unsafe head. */
interface Place {
  readonly parent: L2BlockRef
  readonly generation: bigint
}

/** A block that the engine builds. */
export interface Job extends Place {
  readonly payloadId: Bytes8
  readonly attributes: PayloadAttributes
  /** The system config for the child of the block. */
  readonly systemConfig: SystemConfig
  /** The L1 origin of the block. */
  readonly origin: BlockId
}

/** A sealed block. If it was committed, it may already be published, so no other block is made at its height. */
export interface Sealed {
  readonly payload: Payload
  readonly isCommitted: boolean
  /** Whether this process passed the block to gossip. */
  readonly isPublished: boolean
  /** Since when the unsafe head is below the parent, in monotonic milliseconds; undefined if it is not below. */
  readonly belowSinceMs?: number | undefined
}

/** What the sequencer is doing. Only one kind of work is in progress at a time. */
type Work =
  | { readonly kind: 'idle' }
  | { readonly kind: 'preparing'; readonly place: Place }
  | { readonly kind: 'building'; readonly job: Job; readonly sealAtMs: number }
  | { readonly kind: 'sealing'; readonly job: Job }
  | { readonly kind: 'committing' }
  | { readonly kind: 'inserting' }
  | { readonly kind: 'resetting'; readonly generation: bigint }
  | { readonly kind: 'checking-signer' }

/** The highest unsafe head, which may already be published. */
interface Highest {
  readonly block: L2BlockRef
  /** Since when the unsafe head is lower than this block, in monotonic milliseconds; undefined if it is not lower. */
  readonly belowSinceMs: number | undefined
}

/** Why the sequencer makes no progress. */
interface Trouble {
  readonly kind: TroubleKind
  /** The reason, for operators. */
  readonly why: string
  /** Start of the trouble, in monotonic milliseconds. */
  readonly sinceMs: number
}

/** What fails. These strings are also values of a label of the metrics. */
export type TroubleKind =
  | 'signer'
  | 'attributes'
  | 'l1-origin'
  | 'engine'
  | 'seal'
  | 'bad-payload'
  | 'conductor'
  | 'insert'
  | 'invalid-block'
  /** The heads of the engine differ from the heads that the sequencer knows. */
  | 'stale'

/** A pause after a failure. If the remaining time is longer than `forMs`, the clock was set back. */
export interface Pause {
  /** Unix milliseconds. */
  readonly untilMs: number
  readonly forMs: number
}

/** Calls to stop that wait for a block that may already be published. */
interface Stopping {
  readonly calls: readonly CallId<ControlSequencerResponse>[]
  /** Monotonic milliseconds. */
  readonly sinceMs: number
}

/** The builds on the unsafe head that led to no block. */
export interface Attempts {
  /** Number of builds. The engine starts another build for each number, also with equal attributes. */
  readonly count: number
  /**
   * Whether the next block is built without transactions of users, since these transactions may be the cause of the
   * failures.
   */
  readonly isEmpty: boolean
}

/** No failed builds. */
export const noAttempts: Attempts = { count: 0, isEmpty: false }

/** A call to start that waits for the unsafe head that it names. */
interface Starting {
  readonly call: CallId<ControlSequencerResponse>
  readonly head: Hash
  /** Monotonic milliseconds. */
  readonly sinceMs: number
}

/** The state of the sequencer. */
export interface State {
  readonly options: Options
  /** Undefined before the engine has published its chain. */
  readonly chain: ChainState | undefined
  readonly isActive: boolean
  /** When the sequencer was started last, in Unix milliseconds. It is the epoch of its flashblocks. */
  readonly startedMs: number
  /** Whether op-conductor did not store the last block: another node may lead now. */
  readonly isUncommitted: boolean
  readonly isRecovering: boolean
  /** Whether the signer was checked since the sequencer was started. */
  readonly isSignerChecked: boolean
  /** Whether an operator made this node the leader until the process ends. */
  readonly isLeaderOverridden: boolean
  readonly attempts: Attempts
  /** The unsafe head whose L1 origin led to the last reset that the sequencer asked for. */
  readonly resetFor: Hash | undefined
  readonly work: Work
  /** Number of the current work, by which a late outcome of abandoned work is recognised. */
  readonly workId: number
  /** The last sealed block that is not inserted yet. */
  readonly sealed: Sealed | undefined
  /**
   * The last blocks that were, or may have been, committed. If the execution client loses some of them, the same blocks
   * are inserted again.
   */
  readonly made: readonly Sealed[]
  /** The highest unsafe head since the start of the activity; undefined while stopped. */
  readonly highest: Highest | undefined
  readonly pause: Pause | undefined
  readonly trouble: Trouble | undefined
  readonly starting: Starting | undefined
  readonly stopping: Stopping | undefined
  /** Time of the pending timer, in Unix milliseconds; undefined without a timer. */
  readonly wakeAtMs: number | undefined
}

/** When an event happened. */
export interface Moment {
  /** Unix milliseconds. */
  readonly nowMs: number
  readonly monotonicMs: number
}

/** An event of the sequencer, and when it happened. */
export type Event = Moment &
  (
    | { readonly kind: 'tick' }
    | { readonly kind: 'woke' }
    | { readonly kind: 'chain-changed'; readonly chain: ChainState }
    | {
        readonly kind: 'controlled'
        readonly request: ControlSequencerRequest
        readonly call: CallId<ControlSequencerResponse>
      }
    | ({ readonly kind: 'leader-checked' } & LeaderCheck & LeaderOutcome)
    | {
        readonly kind: 'activity-stored'
        readonly isStarted: boolean
        readonly calls: readonly CallId<ControlSequencerResponse>[]
        /** Why the activity could not be stored; undefined if it was stored. */
        readonly problem: string | undefined
      }
    | ({ readonly kind: 'worked'; readonly workId: number } & Outcome)
  )

/** The outcome of a check of leadership. */
type LeaderOutcome = {
  readonly isLeader: boolean
  /** Why op-conductor did not answer; undefined if it answered. */
  readonly problem: string | undefined
}

/** The call for which leadership is checked. */
interface LeaderCheck {
  readonly call: CallId<ControlSequencerResponse>
  readonly request: ControlSequencerRequest
}

/** The outcome of one piece of work. */
export type Outcome =
  | { readonly outcome: 'started'; readonly job: Job }
  | { readonly outcome: 'sealed'; readonly payload: Payload }
  /** The block that was made earlier on the same parent still has a canonical L1 origin. */
  | { readonly outcome: 'made-before'; readonly sealed: Sealed }
  | { readonly outcome: 'committed' }
  | {
      readonly outcome: 'inserted'
      readonly block: L2BlockRef
      /** The state of the chain after the insertion; undefined if it could not be read. */
      readonly chain: ChainState | undefined
    }
  /** The unsafe head or the generation changed meanwhile. */
  | { readonly outcome: 'stale'; readonly why: string }
  /** op-conductor says that this node does not lead. With flashblocks, a sealed block is not kept for a later time. */
  | { readonly outcome: 'not-leading'; readonly why: string }
  /** A retry may help. */
  | {
      readonly outcome: 'failed'
      readonly trouble: TroubleKind
      readonly why: string
      readonly retry: Retry
    }
  /** The L1 origin of the head is not canonical, so that the engine has to find other heads. */
  | { readonly outcome: 'reset-needed'; readonly why: string }
  /** The engine has been asked for a reset. */
  | { readonly outcome: 'reset-asked' }
  /** Peers accept the blocks that gossip signs, as far as is known. */
  | { readonly outcome: 'signer-checked' }

/** How long to wait before a retry: `retryPauseMs`, or one block time. */
export type Retry = 'soon' | 'block'

/** An effect of the sequencer. */
export type Effect =
  | ({ readonly kind: 'prepare'; readonly workId: number } & Place & {
        /** When the sequencer was started last, in Unix milliseconds. */
        readonly startedMs: number
        readonly isUncommitted: boolean
        readonly isRecovering: boolean
        readonly attempts: Attempts
        /** The block that was made earlier on the same parent. */
        readonly before: Sealed | undefined
        /** The highest block that the execution client had, and lost. */
        readonly lost: L2BlockRef | undefined
      })
  | { readonly kind: 'seal'; readonly workId: number; readonly job: Job }
  | {
      readonly kind: 'commit'
      readonly workId: number
      readonly payload: Payload
      readonly isLeaderOverridden: boolean
    }
  | { readonly kind: 'publish'; readonly payload: Payload }
  | {
      readonly kind: 'insert'
      readonly workId: number
      readonly payload: Payload
      readonly generation: bigint
    }
  | { readonly kind: 'reset-engine'; readonly workId: number; readonly generation: bigint }
  | { readonly kind: 'check-signer'; readonly workId: number }
  /** Ends the flashblocks of a block that the engine builds, since this node does not lead any more. */
  | { readonly kind: 'end-flashblocks'; readonly job: Job }
  /** Replaces an earlier timer. */
  | { readonly kind: 'wake'; readonly atMs: number }
  | ({ readonly kind: 'check-leader' } & LeaderCheck)
  | {
      readonly kind: 'store-activity'
      readonly isStarted: boolean
      readonly calls: readonly CallId<ControlSequencerResponse>[]
    }
  | Answer<ControlSequencerResponse>
  | Report

/** An effect that logs and counts. */
export type Report =
  | { readonly kind: 'report-trouble'; readonly trouble: TroubleKind; readonly why: string }
  | { readonly kind: 'report-inserted'; readonly payload: Payload; readonly nowMs: number }
  | { readonly kind: 'report-dropped'; readonly payload: Payload; readonly why: string }
  | { readonly kind: 'report-activity'; readonly isActive: boolean }

/** The next state, and the effects to carry out, in order. */
export type Stepped = readonly [State, ...(readonly Effect[])]

/** The state at the start. `sealed` is a block that was committed before the start. It is possibly not inserted yet. */
export function initialState(
  options: Options,
  {
    isActive,
    nowMs,
    sealed,
  }: {
    readonly isActive: boolean
    readonly nowMs: number
    readonly sealed: Payload | undefined
  },
): State {
  const committed: Sealed | undefined = sealed && {
    payload: sealed,
    isCommitted: true,
    isPublished: false,
  }
  return {
    options,
    chain: undefined,
    isActive,
    startedMs: nowMs,
    isUncommitted: false,
    isRecovering: options.isRecovering,
    isSignerChecked: false,
    isLeaderOverridden: false,
    attempts: noAttempts,
    resetFor: undefined,
    work: { kind: 'idle' },
    workId: 0,
    sealed: committed,
    made: committed === undefined ? [] : [committed],
    highest: undefined,
    pause: undefined,
    trouble: undefined,
    starting: undefined,
    stopping: undefined,
    wakeAtMs: undefined,
  }
}

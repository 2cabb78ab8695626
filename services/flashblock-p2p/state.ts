import type { Acknowledgement, FlashblockProof, SentFlashblock } from '#messages/builder-frame.ts'
import type { BuiltFlashblock } from '#messages/built-flashblock.ts'
import type { CheckedFlashblock } from '#messages/checked-flashblock.ts'
import type {
  FetchFlashblocksRequest,
  FetchFlashblocksResponse,
} from '#messages/fetch-flashblocks.ts'
import type { ReceivedFlashblock } from '#messages/received-flashblock.ts'
import type { SignedAuthorization } from '#messages/wire/build-authorization.ts'
import {
  type AuthorizationFlaw,
  type BuildAuthorization,
  type EpochFence,
  openFence,
} from '#protocol/flashblock/authorization.ts'
import type { Payload } from '#protocol/block/payload.ts'
import type { BlockId } from '#protocol/block/refs.ts'
import type { Flashblock } from '#protocol/flashblock/flashblock.ts'
import type { Address, Bytes8, Hash } from '#protocol/primitives.ts'
import type { BuilderIdentity } from '#libp2p/builder-identity.ts'
import type { Answer, CallId } from '#service/sources.ts'

/** A block of flashblocks is at most so far above the unsafe head. */
export const maxBlocksAhead = 2n

/** Values that decisions depend on. */
export interface Options {
  readonly l2ChainId: bigint
  /** Time between two L2 blocks. */
  readonly blockTimeMs: bigint
  /** This builder. */
  readonly identity: BuilderIdentity
  /** Peer ids of the other builders. */
  readonly builders: readonly string[]
  /** Whether flashblocks without an authorization are accepted. */
  readonly acceptsUnsigned: boolean
  /** Longest time for which a flashblock waits for an acknowledgement before it is public. */
  readonly ackMs: number
}

/** When an event happens. */
interface Moment {
  /** Unix milliseconds. */
  readonly nowMs: number
}

/** A block that this node builds. */
export interface OwnBlock {
  readonly payloadId: Bytes8
  readonly number: bigint
  readonly parentHash: Hash
  readonly timestamp: bigint
  readonly epoch: bigint
  /** Undefined until gossip has answered, then the authorization, or `none`. */
  readonly authorization: SignedAuthorization | 'none' | undefined
  /** Flashblocks that wait for the authorization. */
  readonly waiting: readonly BuiltFlashblock[]
  /** Flashblocks from index 0 on; after a takeover, the first ones are those of another builder. */
  readonly flashblocks: readonly Flashblock[]
  /** When each index was sent, in Unix milliseconds; 0 for those of another builder. */
  readonly sentMs: readonly number[]
  /** Indices that were sent and are not public yet, in order. */
  readonly unpublished: readonly Unpublished[]
  /** Whether another builder refused a flashblock since a newer leader goes on: nothing more becomes public. */
  readonly isSuperseded: boolean
}

/** A flashblock that is not public yet. */
interface Unpublished {
  readonly index: number
  /** When it becomes public without an acknowledgement, in Unix milliseconds. */
  readonly untilMs: number
  readonly isAcknowledged: boolean
}

/** A block of another builder. */
export interface ForeignBlock {
  readonly payloadId: Bytes8
  readonly number: bigint
  /** The builder that sent the newest flashblock, or the stream that had it. */
  readonly peer: string
  readonly epoch: bigint
  readonly parentHash: Hash
  /** Flashblocks in order, from index 0 on. */
  readonly flashblocks: readonly Flashblock[]
  /** What their builders signed, by index; undefined if a flashblock cannot be passed on, as those of op-rbuilder. */
  readonly proofs: readonly (FlashblockProof | undefined)[]
  /** Number of flashblocks that are on the log, which a crash of this service does not lose. */
  readonly stored: number
  /** Number of flashblocks that the engine has executed, stored or refused. */
  readonly settled: number
}

/** A request for missing flashblocks of a block. */
interface SentRequest {
  readonly payloadId: Bytes8
  /** Unix milliseconds. */
  readonly atMs: number
}

/** A new leader that waits for the flashblocks of the other builders. */
export interface Fetch {
  readonly call: CallId<FetchFlashblocksResponse>
  readonly parent: BlockId
  readonly epoch: bigint
  /** Whether the other builders were asked: before that, gossip signs the request. */
  readonly isAsked: boolean
  /** Whether the request is signed. Otherwise, those who get it go on to accept the leader before. */
  readonly isSigned: boolean
  /** Peer ids of the builders that have answered. */
  readonly answered: readonly string[]
  /** Peer ids of the builders that were asked and have not answered. */
  readonly waiting: readonly string[]
  /** Unix milliseconds. */
  readonly sinceMs: number
}

/** What consumers of the public stream have. */
interface Shown {
  readonly payloadId: Bytes8
  readonly number: bigint
  readonly index: number
  /** Link of this index. */
  readonly link: Hash
  /** Payload ids of this height that were shown before this one, and are over. */
  readonly abandoned: readonly Bytes8[]
}

/** The state of flashblock-p2p. */
export interface State {
  readonly options: Options
  /** Signer of unsafe blocks; undefined until da-watcher has read it. */
  readonly signer: Address | undefined
  readonly fence: EpochFence
  /** Number of the unsafe head; undefined until the engine has published it. */
  readonly unsafe: bigint | undefined
  /** Whether the unsafe head was lowered, and blocks of other builders above it may not be in the chain any more. */
  readonly isLowered: boolean
  /** The newest blocks of this node, the newest last. */
  readonly own: readonly OwnBlock[]
  /** The newest blocks of other builders, the newest last. */
  readonly foreign: readonly ForeignBlock[]
  readonly shown: Shown | undefined
  readonly fetches: readonly Fetch[]
  /** The last requests for missing flashblocks. */
  readonly requests: readonly SentRequest[]
  /** Peer ids of builders that contradicted themselves. Nothing of them is accepted until a restart. */
  readonly banned: readonly string[]
}

/** An event of flashblock-p2p. */
export type Event = Moment &
  (
    | { readonly kind: 'built'; readonly built: BuiltFlashblock }
    | {
        readonly kind: 'authorized'
        readonly payloadId: Bytes8
        readonly epoch: bigint
        /** Undefined if gossip signs none. */
        readonly signed: SignedAuthorization | undefined
      }
    | {
        readonly kind: 'sent'
        readonly payloadId: Bytes8
        readonly index: number
        /** Number of builders to which it was written that acknowledge flashblocks. */
        readonly acknowledging: number
      }
    | { readonly kind: 'woke' }
    | { readonly kind: 'flashblock-arrived'; readonly peer: string; readonly sent: SentFlashblock }
    | {
        readonly kind: 'block-arrived'
        readonly peer: string
        readonly payloadId: Bytes8
        readonly payload: Payload
      }
    /** A flashblock of a public stream that this node follows. */
    | { readonly kind: 'stream-arrived'; readonly stream: string; readonly flashblock: Flashblock }
    | {
        readonly kind: 'acknowledged'
        readonly peer: string
        readonly acknowledgement: Acknowledgement
        /** When it was sent, by the clock of the other builder, in Unix milliseconds. */
        readonly atMs: number
      }
    | {
        readonly kind: 'requested'
        readonly peer: string
        readonly payloadId: Bytes8 | undefined
        readonly fromIndex: number
        /** Id of the request; 0 if it wants no answer. */
        readonly id: number
        /** Permission of the new leader that asks. */
        readonly leader: SignedAuthorization | undefined
      }
    /** A flashblock that is on the log since before this process was started. */
    | { readonly kind: 'restored'; readonly received: ReceivedFlashblock }
    | { readonly kind: 'appended'; readonly received: ReceivedFlashblock }
    | {
        readonly kind: 'fetch'
        readonly call: CallId<FetchFlashblocksResponse>
        readonly request: FetchFlashblocksRequest
      }
    | {
        readonly kind: 'leader-authorized'
        readonly call: CallId<FetchFlashblocksResponse>
        /** Undefined if gossip signs none. */
        readonly signed: SignedAuthorization | undefined
      }
    /** The other builders were asked. */
    | {
        readonly kind: 'asked'
        readonly call: CallId<FetchFlashblocksResponse>
        readonly peers: readonly string[]
      }
    /** A builder has sent all that it was asked for. */
    | { readonly kind: 'answered'; readonly peer: string; readonly id: number }
    | { readonly kind: 'checked'; readonly checked: CheckedFlashblock }
    | { readonly kind: 'signer-changed'; readonly signer: Address }
    /** Number of the unsafe head. */
    | { readonly kind: 'head-changed'; readonly unsafe: bigint }
  )

/** Why a flashblock of another builder is refused. */
export type Refusal =
  | 'unsigned'
  | 'signer-unknown'
  | 'wrong-builder'
  | 'wrong-signature'
  | 'banned'
  | 'wrong-block'
  | 'wrong-link'
  | 'old-epoch'
  | 'contradiction'
  | 'too-many-indices'
  | 'too-large'
  | 'index-gap'
  | 'no-state-root'
  | 'wrong-height'
  | 'invalid'
  | AuthorizationFlaw

/** An effect of flashblock-p2p. */
export type Effect =
  /** Asks gossip for the signature of the sequencer. */
  | { readonly kind: 'authorize'; readonly authorization: BuildAuthorization }
  /** Asks gossip for the signature over the request of a new leader. */
  | {
      readonly kind: 'authorize-leader'
      readonly call: CallId<FetchFlashblocksResponse>
      readonly authorization: BuildAuthorization
    }
  /** Sends a flashblock to all other builders; `flashblocks` are all of its block, for those who want the whole block. */
  | {
      readonly kind: 'send'
      readonly sent: SentFlashblock
      readonly flashblocks: readonly Flashblock[]
    }
  | { readonly kind: 'send-again'; readonly peer: string; readonly sent: SentFlashblock }
  /** Answers a builder: all flashblocks that it asked for have been sent. */
  | { readonly kind: 'send-answered'; readonly peer: string; readonly id: number }
  /** Asks all other builders for the flashblocks of their newest block. */
  | {
      readonly kind: 'ask'
      readonly call: CallId<FetchFlashblocksResponse>
      readonly leader: SignedAuthorization | undefined
    }
  | Answer<FetchFlashblocksResponse>
  | {
      readonly kind: 'acknowledge'
      readonly peer: string
      readonly acknowledgement: Acknowledgement
    }
  | {
      readonly kind: 'request'
      readonly peer: string
      readonly payloadId: Bytes8
      readonly fromIndex: number
    }
  | { readonly kind: 'wake'; readonly atMs: number }
  /** Makes a flashblock public. */
  | { readonly kind: 'publish'; readonly number: bigint; readonly flashblock: Flashblock }
  /** Hands a flashblock to the engine. */
  | { readonly kind: 'append'; readonly received: ReceivedFlashblock }
  /** A builder signed two flashblocks of one index. Keeps both as evidence, and refuses the builder until a restart. */
  | {
      readonly kind: 'report-equivocation'
      readonly builder: string
      readonly sent: readonly [SentFlashblock, SentFlashblock]
    }
  /** Closes the connection to a builder that sent what it must not send. */
  | { readonly kind: 'refuse-peer'; readonly peer: string; readonly detail: string }
  | {
      readonly kind: 'report-refused'
      readonly peer: string
      readonly payloadId: Bytes8
      readonly index: number
      readonly reason: Refusal
    }
  | {
      readonly kind: 'report-acknowledged'
      readonly peer: string
      /** How far the clock of the other builder is ahead; undefined if the acknowledgement does not show it. */
      readonly clockAheadMs: number | undefined
      readonly status: Acknowledgement['status']
      readonly durationMs: number
    }
  | { readonly kind: 'report-unsigned'; readonly number: bigint }
  /** A flashblock becomes public that no connected builder acknowledged. */
  | { readonly kind: 'report-unacknowledged' }
  /** A new leader did not have these flashblocks. If they were public, their users may lose transactions. */
  | {
      readonly kind: 'report-replaced'
      readonly number: bigint
      readonly flashblocks: readonly Flashblock[]
    }

/** The next state, and the effects to carry out, in order. */
export type Stepped = readonly [State, ...(readonly Effect[])]

/** The state at the start. */
export function initialState(options: Options): State {
  return {
    options,
    signer: undefined,
    fence: openFence,
    unsafe: undefined,
    isLowered: false,
    own: [],
    foreign: [],
    shown: undefined,
    fetches: [],
    requests: [],
    banned: [],
  }
}

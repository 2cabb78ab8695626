import type { AccountProof } from '#protocol/block/account-proof.ts'
import type { Payload } from '#protocol/block/payload.ts'
import type { PayloadAttributes } from '#protocol/block/payload-attributes.ts'
import type { Hex } from '#protocol/codec/hex.ts'
import type { L2Block } from '#protocol/derivation/l2-block.ts'
import type { Hash } from '#protocol/primitives.ts'

/** Names a block that is being built: 8 bytes. */
export type PayloadId = Hex

/** Which blocks are the heads. Left out: not known, which leaves them as they are. */
export interface ForkchoiceHeads {
  readonly head: Hash
  readonly safe: Hash | undefined
  readonly finalized: Hash | undefined
}

/** What an execution client makes of a block. */
export type PayloadStatus =
  | { readonly kind: 'valid' }
  /** For good: the same block is never valid. */
  | { readonly kind: 'invalid'; readonly reason: string }
  /** It lacks blocks below, and fetches them from its own peers if it can. */
  | { readonly kind: 'syncing' }

/** What it makes of heads. */
export type ForkchoiceStatus = PayloadStatus

/** What it makes of attributes. */
export type BuildStatus =
  | { readonly kind: 'started'; readonly payloadId: PayloadId }
  /** The attributes make no valid block, for good. */
  | { readonly kind: 'invalid'; readonly reason: string }
  | { readonly kind: 'syncing' }

/** A block by number or hash, or a name that the execution client gave it. */
export type BlockName =
  | { readonly kind: 'number'; readonly number: bigint }
  | { readonly kind: 'hash'; readonly hash: Hash }
  | { readonly kind: 'label'; readonly label: 'unsafe' | 'safe' | 'finalized' }

/** Blocks of the canonical chain from one downwards. */
export interface BlocksDown {
  readonly number: bigint
  readonly count: number
}

/**
 * What the engine asks of an execution client: the Engine API, and the blocks that it has.
 *
 * All of it may throw a Fault: `engine-forkchoice` (severity `reset`: heads that do not fit its chain), and the temporary
 * `engine-refused`, `engine-unauthorized`, `engine-unreachable`, `engine-response`.
 */
export interface ExecutionClient {
  newPayload(payload: Payload): Promise<PayloadStatus>
  forkchoice(heads: ForkchoiceHeads): Promise<ForkchoiceStatus>
  /** Starts a block on top of the head. */
  build(heads: ForkchoiceHeads, attributes: PayloadAttributes): Promise<BuildStatus>
  /** The block of an id, undefined if it is not known any more. `timestamp` is that of its attributes. */
  getPayload(payloadId: PayloadId, timestamp: bigint): Promise<Payload | undefined>
  /** By number: of the chain below the head. */
  block(which: BlockName): Promise<Payload | undefined>
  /** Newest first, as many as there are; at least one if there is one. */
  blocksDown(from: BlocksDown): Promise<readonly L2Block[]>
  /** Of the L2ToL1MessagePasser. */
  accountProof(block: Hash): Promise<AccountProof | undefined>
  chainId(): Promise<bigint>
  /** Methods of the Engine API that it has; undefined if it does not say. */
  capabilities(): Promise<readonly string[] | undefined>
}

import type { AccountProof } from '#protocol/block/account-proof.ts'
import type { Payload } from '#protocol/block/payload.ts'
import type { PayloadAttributes } from '#protocol/block/payload-attributes.ts'
import type { Hex } from '#protocol/codec/hex.ts'
import type { L2Block } from '#protocol/derivation/l2-block.ts'
import type { Hash } from '#protocol/primitives.ts'

/** Identifies a block that is being built: 8 bytes. */
export type PayloadId = Hex

/** The heads of a forkchoice. If `safe` or `finalized` is undefined, the client keeps the current head. */
export interface ForkchoiceHeads {
  readonly head: Hash
  readonly safe: Hash | undefined
  readonly finalized: Hash | undefined
}

/** The verdict of an execution client on a block. */
export type PayloadStatus =
  | { readonly kind: 'valid' }
  /** The verdict is final: the same block is never valid. */
  | { readonly kind: 'invalid'; readonly reason: string }
  /** The client lacks ancestors of the block, and fetches them from its peers if it can. */
  | { readonly kind: 'syncing' }
  /**
   * The client stored the block outside of its canonical chain. It executes the block when a forkchoice names the block
   * as the head. Spec: execution-apis, src/engine/paris.md#payload-validation
   */
  | { readonly kind: 'accepted' }

/** The verdict of an execution client on heads. */
export type ForkchoiceStatus = Exclude<PayloadStatus, { readonly kind: 'accepted' }>

/** The verdict of an execution client on attributes. */
export type BuildStatus =
  | { readonly kind: 'started'; readonly payloadId: PayloadId }
  /** The verdict is final: no valid block has these attributes. */
  | { readonly kind: 'invalid'; readonly reason: string }
  | { readonly kind: 'syncing' }

/** A block by number, hash or label of the execution client. */
export type BlockName =
  | { readonly kind: 'number'; readonly number: bigint }
  | { readonly kind: 'hash'; readonly hash: Hash }
  | { readonly kind: 'label'; readonly label: 'unsafe' | 'safe' | 'finalized' }

/** Blocks of the canonical chain, from `number` downwards. */
export interface BlocksDown {
  readonly number: bigint
  readonly count: number
}

/**
 * The calls of the engine service to an execution client: Engine API calls, and reads of blocks and proofs.
 *
 * Every call may throw Fault `engine-forkchoice` of severity `reset`, if the heads do not match the client's chain.
 * Every call may also throw the temporary faults `engine-refused`, `engine-unauthorized`, `engine-unreachable` and
 * `engine-response`.
 */
export interface ExecutionClient {
  newPayload(payload: Payload): Promise<PayloadStatus>
  forkchoice(heads: ForkchoiceHeads): Promise<ForkchoiceStatus>
  /** Starts to build a block on top of the head. */
  build(heads: ForkchoiceHeads, attributes: PayloadAttributes): Promise<BuildStatus>
  /** Returns the built block; undefined if the id is unknown. `timestamp` is the timestamp of the attributes. */
  getPayload(payloadId: PayloadId, timestamp: bigint): Promise<Payload | undefined>
  /** Returns a block; undefined if it is unknown. A number selects the block of the canonical chain. */
  block(which: BlockName): Promise<Payload | undefined>
  /**
   * Returns blocks, newest first. There may be fewer blocks than requested, but at least one if block `number` exists.
   */
  blocksDown(from: BlocksDown): Promise<readonly L2Block[]>
  /** Returns the L2ToL1MessagePasser's account after a block, with its proof; undefined if the block is unknown. */
  accountProof(block: Hash): Promise<AccountProof | undefined>
  chainId(): Promise<bigint>
  /** Supported methods of the Engine API; undefined if the client does not report them. */
  capabilities(): Promise<readonly string[] | undefined>
}

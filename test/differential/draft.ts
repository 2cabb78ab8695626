import type { Header } from '#protocol/block/header.ts'
import type { SingularBatch } from '#protocol/batch/batch.ts'
import type { Frame } from '#protocol/channel/frame.ts'
import type { Address, ChannelId, Hash } from '#protocol/primitives.ts'
import type { L1Receipt } from '#l1/unverified-l1-block.ts'

/**
 * A test case under construction: a rollup config and L1 data, which mutations change in place. Mutations replace byte
 * arrays and frames instead of modifying them.
 */
export interface Draft {
  readonly record: string
  /** `rollup.json` */
  rollup: RollupJson
  readonly l1Chain: unknown
  dependencySet: unknown
  readonly blocks: DraftL1[]
  /** Blocks of the record, by number. */
  readonly known: ReadonlyMap<bigint, KnownBlock>
  /** Whether the hash of a block depends only on its number, or also on its attributes. */
  hashes: 'by-number' | 'by-content'
  /** The stand-in engine refuses attributes whose digest has a first byte below this number. */
  refuseBelow: number
  /** Numbers of L1 blocks whose parent hash does not match at the first read. */
  reorgs: readonly bigint[]
  /** The mutations applied. */
  readonly notes: string[]
}

/** The fields of `rollup.json` that mutations read or change. */
export interface RollupJson {
  readonly genesis: {
    readonly l1: { readonly hash: Hash; readonly number: number }
    readonly l2: { readonly hash: Hash; readonly number: number }
    readonly l2_time: number
    readonly system_config: { readonly batcherAddr: Address }
  }
  readonly block_time: number
  readonly max_sequencer_drift: number
  readonly seq_window_size: number
  readonly channel_timeout: number
  readonly l1_chain_id: number
  readonly l2_chain_id: number
  readonly batch_inbox_address: Address
  readonly deposit_contract_address: Address
  readonly l1_system_config_address: Address
  readonly [field: string]: unknown
}

/** A block of the record. */
export interface KnownBlock {
  readonly hash: Hash
  /** Digest of the attributes that derivation of the record yields. */
  readonly digest: Hash
}

/** An L1 block. Mutations never change its hash and header, so parent hashes stay valid. */
export interface DraftL1 {
  readonly hash: Hash
  readonly header: Header
  receipts: Receipt[]
  posts: Post[]
}

/** The fields of a receipt that derivation reads. */
export type Receipt = Pick<L1Receipt, 'isSuccess' | 'logs'>

/** A transaction to the batch inbox. */
export interface Post {
  readonly sender: Address
  /** EIP-2718 type. */
  readonly type: number
  readonly flaw: PostFlaw | undefined
  /** One item for calldata; for a blob transaction, one for each blob. */
  readonly items: readonly Item[]
}

/** A flaw of the transaction itself, not of its data. */
export type PostFlaw =
  | 'unprotected'
  | 'other-chain'
  | 'high-s'
  | 'other-parity'
  | 'zero-r'
  | 'other-inbox'
  | 'calldata-beside-blobs'

/** The content of calldata or of a blob. */
export type Item =
  | { readonly kind: 'frames'; readonly frames: readonly Frame[] }
  /** Calldata, or the data encoded in a blob. */
  | { readonly kind: 'data'; readonly bytes: Uint8Array }
  /** A whole blob. */
  | { readonly kind: 'blob'; readonly bytes: Uint8Array }

/** An entry of the data of a channel. */
export type Entry =
  | {
      readonly kind: 'batches'
      readonly form: 'singular' | 'span'
      readonly batches: readonly SingularBatch[]
    }
  | { readonly kind: 'raw'; readonly bytes: Uint8Array }

/** A complete channel of a record, which can be rewritten. */
export interface ChannelDraft {
  readonly id: ChannelId
  readonly entries: readonly Entry[]
}

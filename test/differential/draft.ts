import type { Header } from '#protocol/block/header.ts'
import type { SingularBatch } from '#protocol/batch/batch.ts'
import type { Frame } from '#protocol/channel/frame.ts'
import type { Address, ChannelId, Hash } from '#protocol/primitives.ts'
import type { L1Receipt } from '#l1/unverified-l1-block.ts'

/** A case while it is made: what mutations change in place. Byte arrays and frames are replaced, never written to. */
export interface Draft {
  readonly record: string
  /** `rollup.json` */
  rollup: RollupJson
  readonly l1Chain: unknown
  dependencySet: unknown
  readonly blocks: DraftL1[]
  /** Blocks of the record, by number. */
  readonly known: ReadonlyMap<bigint, KnownBlock>
  /** Whether a recorded hash stands for its number alone, or for its attributes too. */
  hashes: 'by-number' | 'by-content'
  /** The stand-in engine refuses what has a digest whose first byte is below. */
  refuseBelow: number
  /** L1 blocks by number that are no child of the one before them when they are first read. */
  reorgs: readonly bigint[]
  /** What was done to it. */
  readonly notes: string[]
}

/** The fields of `rollup.json` that mutations change; the others stay as they are. */
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
  /** Of the attributes that the record derives. */
  readonly digest: Hash
}

/** An L1 block: its head never changes, so that parents stay parents. */
export interface DraftL1 {
  readonly hash: Hash
  readonly header: Header
  receipts: Receipt[]
  posts: Post[]
}

/** What derivation reads of a receipt. */
export type Receipt = Pick<L1Receipt, 'isSuccess' | 'logs'>

/** A transaction to the batch inbox. */
export interface Post {
  readonly sender: Address
  /** EIP-2718 type. */
  readonly type: number
  readonly flaw: PostFlaw | undefined
  /** One of calldata; of a blob transaction, one for each blob. */
  readonly items: readonly Item[]
}

/** What is wrong with a transaction beside what it carries. */
export type PostFlaw =
  | 'unprotected'
  | 'other-chain'
  | 'high-s'
  | 'other-parity'
  | 'zero-r'
  | 'other-inbox'
  | 'calldata-beside-blobs'

/** What calldata or a blob carries. */
export type Item =
  | { readonly kind: 'frames'; readonly frames: readonly Frame[] }
  /** Calldata, or what is in a blob. */
  | { readonly kind: 'data'; readonly bytes: Uint8Array }
  /** A whole blob. */
  | { readonly kind: 'blob'; readonly bytes: Uint8Array }

/** What a channel carries. */
export type Entry =
  | {
      readonly kind: 'batches'
      readonly form: 'singular' | 'span'
      readonly batches: readonly SingularBatch[]
    }
  | { readonly kind: 'raw'; readonly bytes: Uint8Array }

/** A channel of a record that was complete, and can be written anew. */
export interface ChannelDraft {
  readonly id: ChannelId
  readonly entries: readonly Entry[]
}

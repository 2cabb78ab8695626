import type { Address, Bytes32, Hash } from '#protocol/primitives.ts'
import type { L1BlockRef } from './refs.ts'

/** The parts of an L1 block that derivation reads; already verified against the block's hash and roots. */
export interface L1Block extends L1BlockRef {
  /** `mixHash` of the header: randomness of the beacon chain. */
  readonly prevRandao: Hash
  /** In wei; 256 bits. */
  readonly baseFee: bigint
  /** Absent before Cancun. */
  readonly excessBlobGas: bigint | undefined
  /** Absent before Cancun. */
  readonly parentBeaconBlockRoot: Hash | undefined
  /** Logs of the deposit contract and of the system config, from receipts with status 1, in log order. */
  readonly logs: readonly L1Log[]
  /** Transactions to the batch inbox, in transaction order, from any sender whose signature recovers. */
  readonly inboxTransactions: readonly InboxTransaction[]
}

/** Memory of an item beside its data, estimated. */
const itemBytes = 256

/** Memory of a block beside its logs and transactions, estimated. */
const blockBytes = 1_024

/** Estimates the memory that a block takes, in bytes. */
export function sizeOfL1Block({ logs, inboxTransactions }: L1Block): number {
  let bytes = blockBytes
  for (const { data } of logs) bytes += itemBytes + data.length
  for (const { data, blobs } of inboxTransactions) {
    bytes += itemBytes + data.length
    for (const blob of blobs) bytes += itemBytes + (blob.data?.length ?? 0)
  }
  return bytes
}

/** A log of an L1 block. */
export interface L1Log {
  readonly address: Address
  readonly topics: readonly Bytes32[]
  readonly data: Uint8Array
  /** Position among all logs of the block, from 0. */
  readonly index: number
}

/** A transaction to the batch inbox. Spec: derivation.md#batch-submission-wire-format */
export interface InboxTransaction {
  readonly hash: Hash
  /** EIP-2718 type; 0 for a legacy transaction. */
  readonly type: number
  readonly sender: Address
  readonly data: Uint8Array
  /** One for each versioned hash, in order. */
  readonly blobs: readonly InboxBlob[]
}

/** A blob of an inbox transaction. */
export interface InboxBlob {
  readonly versionedHash: Hash
  /** 131,072 bytes; absent if the request did not name the sender as a batcher. */
  readonly data: Uint8Array | undefined
}

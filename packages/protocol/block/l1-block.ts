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
  /** Transactions to the batch inbox with a valid signature, from any sender, in transaction order. */
  readonly inboxTransactions: readonly InboxTransaction[]
}

/** Estimated memory of a log, transaction or blob in addition to its data, in bytes. */
const itemBytes = 256

/** Estimated memory of a block in addition to its logs and transactions, in bytes. */
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
  /** 131,072 bytes; absent if the request for the L1 block did not name the sender as a batcher. */
  readonly data: Uint8Array | undefined
}

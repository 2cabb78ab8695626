import type { PayloadVersion } from './payload-version.ts'

// The SSZ container ExecutionPayload: a part of fixed size, then extra data, transactions and withdrawals, back to
// back. Numbers are little-endian. Spec: rollup-node-p2p.md#block-encoding, consensus-specs ssz/simple-serialize.md

/** Size of the fixed part. This size is also the offset of the extra data, which therefore identifies the version. */
export const fixedPartBytes: Readonly<Record<PayloadVersion, number>> = {
  1: 508,
  2: 512,
  3: 528,
  4: 560,
}

/** Offsets of the fields in the fixed part. The fields after `transactionsOffset` do not exist in version 1. */
export const fieldAt = {
  parentHash: 0,
  feeRecipient: 32,
  stateRoot: 52,
  receiptsRoot: 84,
  logsBloom: 116,
  prevRandao: 372,
  number: 404,
  gasLimit: 412,
  gasUsed: 420,
  timestamp: 428,
  extraDataOffset: 436,
  baseFeePerGas: 440,
  blockHash: 472,
  transactionsOffset: 504,
  withdrawalsOffset: 508,
  blobGasUsed: 512,
  excessBlobGas: 520,
  withdrawalsRoot: 528,
} as const

/** Size of `logsBloom`. */
export const logsBloomBytes = 256

/** Size of the parent beacon block root, which precedes the payload from version 3 on. */
export const rootBytes = 32

/** Limit of SSZ's `MAX_EXTRA_DATA_BYTES`. */
export const maxExtraDataBytes = 32

/** Limit of SSZ's `MAX_TRANSACTIONS_PER_PAYLOAD`. */
export const maxTransactions = 2 ** 20

/** Size of each offset, in the container and before the transactions. */
export const offsetBytes = 4

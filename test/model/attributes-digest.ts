import type { Bytes32 } from '#protocol/primitives.ts'
import { digestOf } from './model-l1.ts'

/** Which attributes these are: in the model, their transactions say everything. */
export function attributesDigest(transactions: readonly Uint8Array[]): Bytes32 {
  return digestOf(...transactions)
}

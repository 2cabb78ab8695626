import { toFixedBigEndian } from '#protocol/codec/big-endian.ts'
import { toBytes32 } from '#protocol/codec/hex.ts'
import type { Bytes32 } from '#protocol/primitives.ts'

// How the scalars of fees stand in the words of the system config. Spec: protocol/ecotone/l1-attributes.md, protocol/isthmus/l1-attributes.md

/** Weights of what L1 charges for data; 32 bits each. */
export interface FeeScalars {
  readonly baseFeeScalar: bigint
  readonly blobBaseFeeScalar: bigint
}

/** What the operator charges; 32 and 64 bits. */
export interface OperatorFee {
  readonly scalar: bigint
  readonly constant: bigint
}

/** What a scalar of before Ecotone with anything in its padding counts as. */
const maxScalar = 2n ** 32n - 1n

/** Whether a word says what the weights are: `setGasConfig` of before Ecotone can have stored anything. */
export function isFeeScalars(scalar: Bytes32): boolean {
  const version = uint(scalar, 0, 1)
  return version <= 1n && hasEmptyPadding(scalar, version)
}

// Rule scalar-invalid: A scalar that encodes no weights stops derivation. Spec: ecotone/l1-attributes.md,
// op-service/eth/types.go
/** The weights of Ecotone that a word stands for; undefined if for none: an unknown version, or padding in version 1. */
export function decodeFeeScalars(scalar: Bytes32): FeeScalars | undefined {
  const version = uint(scalar, 0, 1)
  const isClean = hasEmptyPadding(scalar, version)
  if (version === 0n)
    return { baseFeeScalar: isClean ? uint(scalar, 28, 32) : maxScalar, blobBaseFeeScalar: 0n }
  if (version !== 1n || !isClean) return undefined
  return { baseFeeScalar: uint(scalar, 28, 32), blobBaseFeeScalar: uint(scalar, 24, 28) }
}

/** Version 0 has one number of four bytes, version 1 two. */
function hasEmptyPadding(scalar: Bytes32, version: bigint): boolean {
  return uint(scalar, 1, version === 0n ? 28 : 24) === 0n
}

/** The word for weights, in version 1. */
export function encodeFeeScalars({ baseFeeScalar, blobBaseFeeScalar }: FeeScalars): Bytes32 {
  const bytes = new Uint8Array(32)
  bytes[0] = 1
  bytes.set(toFixedBigEndian(blobBaseFeeScalar, 4), 24)
  bytes.set(toFixedBigEndian(baseFeeScalar, 4), 28)
  return toBytes32(bytes)
}

/** The operator's fee that a word stands for; its upper bytes mean nothing. */
export function decodeOperatorFee(params: Bytes32): OperatorFee {
  return { scalar: uint(params, 20, 24), constant: uint(params, 24, 32) }
}

/** The word for the operator's fee. */
export function encodeOperatorFee({ scalar, constant }: OperatorFee): Bytes32 {
  const bytes = new Uint8Array(32)
  bytes.set(toFixedBigEndian(scalar, 4), 20)
  bytes.set(toFixedBigEndian(constant, 8), 24)
  return toBytes32(bytes)
}

/** The number that some bytes of a word are, read from its hex as it is: each epoch does this. */
function uint(word: Bytes32, from: number, to: number): bigint {
  return BigInt(`0x${word.slice(2 + 2 * from, 2 + 2 * to)}`)
}

import { toFixedBigEndian } from '#protocol/codec/big-endian.ts'
import { toBytes32 } from '#protocol/codec/hex.ts'
import type { Bytes32 } from '#protocol/primitives.ts'

// Encoding of fee scalars in the 32-byte words of the system config. Spec: protocol/ecotone/l1-attributes.md,
// protocol/isthmus/l1-attributes.md

/** Weights of the L1 data fee; 32 bits each. */
export interface FeeScalars {
  readonly baseFeeScalar: bigint
  readonly blobBaseFeeScalar: bigint
}

/** The operator fee: a scalar of 32 bits and a constant of 64 bits. */
export interface OperatorFee {
  readonly scalar: bigint
  readonly constant: bigint
}

/** The value that replaces a scalar that was set before Ecotone and has data in its padding. */
const maxScalar = 2n ** 32n - 1n

/** Whether a word is a valid encoding of weights. Before Ecotone `setGasConfig` accepted any word. */
export function isFeeScalars(scalar: Bytes32): boolean {
  const version = uint(scalar, 0, 1)
  return version <= 1n && hasEmptyPadding(scalar, version)
}

// Rule scalar-invalid: From Ecotone on, an invalid encoding of the fee scalars stops derivation.
// Spec: ecotone/l1-attributes.md, op-service/eth/types.go
/** Decodes the weights of Ecotone; undefined if the version is unknown, or version 1 has data in its padding. */
export function decodeFeeScalars(scalar: Bytes32): FeeScalars | undefined {
  const version = uint(scalar, 0, 1)
  const isClean = hasEmptyPadding(scalar, version)
  if (version === 0n)
    return { baseFeeScalar: isClean ? uint(scalar, 28, 32) : maxScalar, blobBaseFeeScalar: 0n }
  if (version !== 1n || !isClean) return undefined
  return { baseFeeScalar: uint(scalar, 28, 32), blobBaseFeeScalar: uint(scalar, 24, 28) }
}

/** Version 0 has one number of four bytes, version 1 has two. */
function hasEmptyPadding(scalar: Bytes32, version: bigint): boolean {
  return uint(scalar, 1, version === 0n ? 28 : 24) === 0n
}

/** Encodes weights in version 1. */
export function encodeFeeScalars({ baseFeeScalar, blobBaseFeeScalar }: FeeScalars): Bytes32 {
  const bytes = new Uint8Array(32)
  bytes[0] = 1
  bytes.set(toFixedBigEndian(blobBaseFeeScalar, 4), 24)
  bytes.set(toFixedBigEndian(baseFeeScalar, 4), 28)
  return toBytes32(bytes)
}

/** Decodes the operator fee; the upper bytes of the word are ignored. */
export function decodeOperatorFee(params: Bytes32): OperatorFee {
  return { scalar: uint(params, 20, 24), constant: uint(params, 24, 32) }
}

/** Encodes the operator fee. */
export function encodeOperatorFee({ scalar, constant }: OperatorFee): Bytes32 {
  const bytes = new Uint8Array(32)
  bytes.set(toFixedBigEndian(scalar, 4), 20)
  bytes.set(toFixedBigEndian(constant, 8), 24)
  return toBytes32(bytes)
}

/** Reads bytes of a word as a number. Each epoch needs this, so the hex is sliced, which is fast. */
function uint(word: Bytes32, from: number, to: number): bigint {
  return BigInt(`0x${word.slice(2 + 2 * from, 2 + 2 * to)}`)
}

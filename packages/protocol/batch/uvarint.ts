import { DecodeError } from '#protocol/codec/decode-error.ts'

// 64-bit numbers in groups of seven bits, lowest first. A set high bit means that another group follows.
// Spec: protocol/delta/span-batches.md#span-batch-format, as in protobuf

// Rule limit-uvarint: A number has 64 bits at most. Spec: delta/span-batches.md#span-batch-format
/** Length of the longest encoding, in bytes. Its last byte holds one bit. */
const maxUvarintBytes = 10

/** Up to this many bytes, a double holds the number exactly. */
const maxExactBytes = 7

// Rule uvarints: Numbers have 64 bits, and their encoding may be longer than needed.
// Spec: delta/span-batches.md#span-batch-format, Go's encoding/binary
/**
 * Returns the offset after the number that begins at `at`. An encoding longer than needed is accepted, as in Go.
 *
 * @throws DecodeError if the number is truncated or has more than 64 bits
 */
export function endOfUvarint(bytes: Uint8Array, at: number): number {
  let end = at
  while ((bytes[end] ?? 0) >= 0x80) end++
  if (end >= bytes.length) throw new DecodeError('a number is truncated')
  const length = end + 1 - at
  if (length > maxUvarintBytes || (length === maxUvarintBytes && (bytes[end] ?? 0) > 1))
    throw new DecodeError('a number has more than 64 bits')
  return end + 1
}

/** Reads the number between two offsets found by {@link endOfUvarint}, if a double holds it exactly. */
export function smallUvarint(bytes: Uint8Array, from: number, end: number): number | undefined {
  if (end - from > maxExactBytes) return undefined
  let value = 0
  for (let at = end - 1; at >= from; at--) value = value * 128 + ((bytes[at] ?? 0) & 0x7f)
  return value
}

/** Reads the number between two offsets found by {@link endOfUvarint}. */
export function uvarint(bytes: Uint8Array, from: number, end: number): bigint {
  const low = smallUvarint(bytes, from, Math.min(end, from + maxExactBytes)) ?? 0
  const high = smallUvarint(bytes, from + maxExactBytes, end) ?? 0
  return end - from <= maxExactBytes ? BigInt(low) : BigInt(low) + (BigInt(high) << 49n)
}

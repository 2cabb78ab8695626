import { DecodeError } from '#protocol/codec/decode-error.ts'

// Numbers of 64 bits in groups of seven bits, lowest first; a set high bit says that another group follows.
// Spec: protocol/delta/span-batches.md#span-batch-format, as protobuf has them

// Rule limit-uvarint: A number has 64 bits. Spec: delta/span-batches.md#span-batch-format
/** Bytes of a number, at most; the last of so many holds one bit. */
const maxUvarintBytes = 10

/** As many bytes have no more bits than a double has exactly. */
const maxExactBytes = 7

// Rule uvarints: Numbers have 64 bits and may be longer than needed. Spec: delta/span-batches.md#span-batch-format,
// Go's encoding/binary
/**
 * Where the number that begins at `at` ends. Needlessly long forms are numbers too, as Go reads them.
 *
 * @throws DecodeError if it is cut short, or has more than 64 bits
 */
export function endOfUvarint(bytes: Uint8Array, at: number): number {
  let end = at
  while ((bytes[end] ?? 0) >= 0x80) end++
  if (end >= bytes.length) throw new DecodeError('a number is cut short')
  const length = end + 1 - at
  if (length > maxUvarintBytes || (length === maxUvarintBytes && (bytes[end] ?? 0) > 1))
    throw new DecodeError('a number has more than 64 bits')
  return end + 1
}

/** The number between two places that {@link endOfUvarint} found, if a double has it exactly. */
export function smallUvarint(bytes: Uint8Array, from: number, end: number): number | undefined {
  if (end - from > maxExactBytes) return undefined
  let value = 0
  for (let at = end - 1; at >= from; at--) value = value * 128 + ((bytes[at] ?? 0) & 0x7f)
  return value
}

/** The number between two places that {@link endOfUvarint} found. */
export function uvarint(bytes: Uint8Array, from: number, end: number): bigint {
  const low = smallUvarint(bytes, from, Math.min(end, from + maxExactBytes)) ?? 0
  const high = smallUvarint(bytes, from + maxExactBytes, end) ?? 0
  return end - from <= maxExactBytes ? BigInt(low) : BigInt(low) + (BigInt(high) << 49n)
}

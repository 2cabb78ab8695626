import { toHex } from './hex.ts'

/** Decodes big-endian bytes; 0 for an empty array. */
export function fromBigEndian(bytes: Uint8Array): bigint {
  // A double holds six bytes exactly, and most numbers are that short.
  if (bytes.length <= 6) {
    let small = 0
    for (const byte of bytes) small = small * 256 + byte
    return BigInt(small)
  }
  return BigInt(toHex(bytes))
}

/** Encodes a number in big-endian without leading zeros; 0 is an empty array. */
export function toBigEndian(value: bigint): Uint8Array {
  if (value < 0n) throw new RangeError(`${value} is negative`)
  let length = 0
  for (let rest = value; rest > 0n; rest >>= 8n) length++
  return toFixedBigEndian(value, length)
}

/**
 * Encodes a number in big-endian, padded with leading zeros.
 *
 * @throws RangeError if the number does not fit
 */
export function toFixedBigEndian(value: bigint, length: number): Uint8Array {
  const bytes = new Uint8Array(length)
  let rest = value
  // The loop writes four bytes at a time and skips leading zeros, since operations on a bigint are slow.
  for (let end = length; end > 0 && rest > 0n; end -= 4) {
    let low = Number(rest & 0xffff_ffffn)
    rest >>= 32n
    for (let at = end - 1; at >= 0 && at >= end - 4; at--) {
      bytes[at] = low
      low >>>= 8
    }
    if (low !== 0) throw new RangeError(`${value} does not fit ${length} bytes`)
  }
  if (rest !== 0n) throw new RangeError(`${value} does not fit ${length} bytes`)
  return bytes
}

/** Writes a 64-bit number to the 8 bytes from `at` on. */
export function putUint64(bytes: Uint8Array, at: number, value: bigint): void {
  putUint32(bytes, at, Number(value >> 32n))
  putUint32(bytes, at + 4, Number(value & 0xffff_ffffn))
}

function putUint32(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 24
  bytes[at + 1] = value >>> 16
  bytes[at + 2] = value >>> 8
  bytes[at + 3] = value
}

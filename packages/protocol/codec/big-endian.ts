import { toHex } from './hex.ts'

/** The number that big-endian bytes are; 0 for none. */
export function fromBigEndian(bytes: Uint8Array): bigint {
  // Seven bytes fit a double exactly, and most numbers are that short.
  if (bytes.length <= 6) {
    let small = 0
    for (const byte of bytes) small = small * 256 + byte
    return BigInt(small)
  }
  return BigInt(toHex(bytes))
}

/** The bytes of a number, most significant first, none of them a leading zero; none at all for 0. */
export function toBigEndian(value: bigint): Uint8Array {
  if (value < 0n) throw new RangeError(`${value} is negative`)
  let length = 0
  for (let rest = value; rest > 0n; rest >>= 8n) length++
  return toFixedBigEndian(value, length)
}

/**
 * The bytes of a number, filled up with leading zeros.
 *
 * @throws RangeError if it does not fit
 */
export function toFixedBigEndian(value: bigint, length: number): Uint8Array {
  const bytes = new Uint8Array(length)
  let rest = value
  // Four bytes at a time, and none of the leading zeros: operations on a bigint are what costs.
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

/** Writes a number of 64 bits over the 8 bytes from `at` on. */
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

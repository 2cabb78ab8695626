import { bitlistBytes } from '#protocol/batch/bitlist.ts'

/** The bytes of a list of bits. */
export function encodeBitlist(bits: readonly boolean[]): Uint8Array {
  const bytes = new Uint8Array(bitlistBytes(bits.length))
  for (const [index, bit] of bits.entries()) {
    const at = bytes.length - 1 - (index >> 3)
    if (bit) bytes[at] = (bytes[at] ?? 0) | (1 << (index & 7))
  }
  return bytes
}

/** A number of at most 64 bits in its shortest form. */
export function encodeUvarint(value: bigint): Uint8Array {
  if (value < 0n || value >= 2n ** 64n) throw new RangeError(`${value} is not a number of 64 bits`)
  const bytes: number[] = []
  let rest = value
  for (; rest >= 0x80n; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80)
  bytes.push(Number(rest))
  return Uint8Array.from(bytes)
}

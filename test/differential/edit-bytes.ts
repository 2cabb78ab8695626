import type { Random } from '#runtime/random.ts'

/** Truncates, inserts, removes or changes bytes; does not modify the input. */
export function editBytes(bytes: Uint8Array, random: Random): Uint8Array {
  const at = random.between(0, Math.max(0, bytes.length - 1))
  switch (random.between(0, 7)) {
    case 0:
      return bytes.subarray(0, at)
    case 1:
      return Buffer.concat([bytes, random.bytes(random.between(1, 8))])
    case 2:
      return Buffer.concat([bytes.subarray(0, at), random.bytes(1), bytes.subarray(at)])
    case 3:
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + random.between(1, 4))])
    case 4:
      return withByte(bytes, at, random.pick([0, 1, 0x7f, 0x80, 0xff]))
    default:
      return withByte(bytes, at, (bytes[at] ?? 0) ^ (1 << random.between(0, 7)))
  }
}

function withByte(bytes: Uint8Array, at: number, value: number): Uint8Array {
  const copy = new Uint8Array(bytes)
  if (at < copy.length) copy[at] = value
  return copy
}

import type { Address, Bytes32, Bytes8, ChannelId, Hash } from '#protocol/primitives.ts'
import { DecodeError } from './decode-error.ts'

/** Lowercase `0x` hex of any length. */
export type Hex = `0x${string}`

const pairs: readonly string[] = Array.from({ length: 256 }, (_, byte) =>
  byte.toString(16).padStart(2, '0'),
)

/** From this size on, the conversions of the platform are faster than a loop. */
const manyBytes = { toHex: 32, fromHex: 128 }

/** Encodes bytes as lowercase hex. */
export function toHex(bytes: Uint8Array): Hex {
  if (bytes.length >= manyBytes.toHex)
    return `0x${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex')}`
  let text: Hex = '0x'
  for (const byte of bytes) text += pairs[byte] ?? ''
  return text
}

/**
 * Decodes hex of either case.
 *
 * @throws DecodeError unless the text is `0x` and an even number of hex digits
 */
export function fromHex(hex: string): Uint8Array {
  if (!hex.startsWith('0x')) throw new DecodeError('hex does not start with 0x')
  if (hex.length % 2 !== 0)
    throw new DecodeError(`hex has an odd number of digits: ${hex.length - 2}`)
  const bytes = new Uint8Array(hex.length / 2 - 1)
  // The platform's conversion stops at an invalid character. The loop below then finds and reports it.
  if (
    bytes.length >= manyBytes.fromHex &&
    Buffer.from(bytes.buffer).write(hex.slice(2), 'hex') === bytes.length
  )
    return bytes
  for (let at = 0; at < bytes.length; at++) {
    const high = digit(hex.charCodeAt(2 + 2 * at))
    const low = digit(hex.charCodeAt(3 + 2 * at))
    if (high < 0 || low < 0) throw new DecodeError(`not a hex digit in byte ${at}`)
    bytes[at] = high * 16 + low
  }
  return bytes
}

/** The value of one ASCII hex digit, or -1. */
function digit(code: number): number {
  if (code >= 48 && code <= 57) return code - 48
  const lower = code | 32
  return lower >= 97 && lower <= 102 ? lower - 87 : -1
}

/** @throws DecodeError unless there are 32 bytes */
export function toHash(bytes: Uint8Array): Hash {
  return sized(bytes, 32) as Hash
}

/** @throws DecodeError unless there are 20 bytes */
export function toAddress(bytes: Uint8Array): Address {
  return sized(bytes, 20) as Address
}

/** @throws DecodeError unless there are 32 bytes */
export function toBytes32(bytes: Uint8Array): Bytes32 {
  return sized(bytes, 32) as Bytes32
}

/** @throws DecodeError unless there are 8 bytes */
export function toBytes8(bytes: Uint8Array): Bytes8 {
  return sized(bytes, 8) as Bytes8
}

/** @throws DecodeError unless there are 16 bytes */
export function toChannelId(bytes: Uint8Array): ChannelId {
  return sized(bytes, 16) as ChannelId
}

function sized(bytes: Uint8Array, length: number): Hex {
  if (bytes.length !== length) throw new DecodeError(`${bytes.length} bytes, want ${length}`)
  return toHex(bytes)
}

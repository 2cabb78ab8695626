import { DecodeError } from '#protocol/codec/decode-error.ts'

/** The digits. Characters that look alike are not among them. */
const alphabet = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz'

/**
 * Limit on the text that is decoded, since its cost grows with the square of the length. A peer id has about 53 digits.
 */
export const maxBase58Digits = 128

/** Encodes bytes in base58 of Bitcoin. Each leading zero byte becomes a digit of its own. */
export function toBase58(bytes: Uint8Array): string {
  let value = 0n
  for (const byte of bytes) value = value * 256n + BigInt(byte)
  let digits = ''
  for (; value > 0n; value /= 58n) digits = `${alphabet[Number(value % 58n)] ?? ''}${digits}`
  const zeros = bytes.findIndex((byte) => byte !== 0)
  return '1'.repeat(zeros < 0 ? bytes.length : zeros) + digits
}

/**
 * Decodes base58 of Bitcoin.
 *
 * @throws DecodeError for a character that is not a digit, or a text longer than {@link maxBase58Digits}
 */
export function fromBase58(text: string): Uint8Array {
  if (text.length > maxBase58Digits)
    throw new DecodeError(`${text.length} digits of base58, at most ${maxBase58Digits}`)
  let value = 0n
  for (const letter of text) {
    const digit = alphabet.indexOf(letter)
    if (digit < 0) throw new DecodeError('not a digit of base58')
    value = value * 58n + BigInt(digit)
  }
  const bytes: number[] = []
  for (; value > 0n; value >>= 8n) bytes.push(Number(value & 0xffn))
  const zeros = /^1*/u.exec(text)?.[0].length ?? 0
  return Uint8Array.from([...new Uint8Array(zeros), ...bytes.toReversed()])
}

import { fromBigEndian } from './big-endian.ts'

/** Size of an ABI word, in bytes. */
export const wordBytes = 32

/** Word number `at` of the data of a log, from 0, as a view; undefined if it is incomplete. */
export function abiWord(data: Uint8Array, at: number): Uint8Array | undefined {
  const word = data.subarray(wordBytes * at, wordBytes * (at + 1))
  return word.length === wordBytes ? word : undefined
}

/** Word number `at` of the data of a log as a number; undefined if it is incomplete or has more than `bits` bits. */
export function abiUint(data: Uint8Array, at: number, bits: number): bigint | undefined {
  const word = abiWord(data, at)
  if (word === undefined) return undefined
  const value = fromBigEndian(word)
  return value >> BigInt(bits) === 0n ? value : undefined
}

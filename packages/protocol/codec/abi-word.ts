import { fromBigEndian } from './big-endian.ts'

/** Bytes of a word of the ABI. */
export const wordBytes = 32

/** Word number `at` of the data of a log, from 0; a view, and undefined if it is not whole. */
export function abiWord(data: Uint8Array, at: number): Uint8Array | undefined {
  const word = data.subarray(wordBytes * at, wordBytes * (at + 1))
  return word.length === wordBytes ? word : undefined
}

/** The same, as a number of at most `bits` bits; undefined too if it has more. */
export function abiUint(data: Uint8Array, at: number, bits: number): bigint | undefined {
  const word = abiWord(data, at)
  if (word === undefined) return undefined
  const value = fromBigEndian(word)
  return value >> BigInt(bits) === 0n ? value : undefined
}

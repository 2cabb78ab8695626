import Long from 'long'
import { DecodeError } from '#protocol/codec/decode-error.ts'
import { fromHex, type Hex, toAddress, toBytes32, toBytes8, toHash } from '#protocol/codec/hex.ts'
import type { Address, Bytes32, Bytes8, Hash } from '#protocol/primitives.ts'

/** A decoded protobuf field: `null` or `undefined` if the message does not have it. */
type Field<Value> = Value | null | undefined

/** Name of a field for a DecodeError, such as `safe.l1_origin.hash`. */
type Path = string

/** @throws DecodeError if the message does not have the field */
export function present<Value>(value: Field<Value>, path: Path): Value {
  if (value === null || value === undefined) throw new DecodeError(`${path} is missing`)
  return value
}

/** Applies `convert` to a field unless it is absent. */
export function optional<From, To>(
  value: Field<From>,
  convert: (value: From) => To,
): To | undefined {
  return value === null || value === undefined ? undefined : convert(value)
}

/** @throws DecodeError unless there are 32 bytes */
export function hashFromWire(bytes: Field<Uint8Array>, path: Path): Hash {
  return at(path, () => toHash(bytesFromWire(bytes)))
}

/** @throws DecodeError unless there are 32 bytes */
export function bytes32FromWire(bytes: Field<Uint8Array>, path: Path): Bytes32 {
  return at(path, () => toBytes32(bytesFromWire(bytes)))
}

/** @throws DecodeError unless there are 8 bytes */
export function bytes8FromWire(bytes: Field<Uint8Array>, path: Path): Bytes8 {
  return at(path, () => toBytes8(bytesFromWire(bytes)))
}

/** @throws DecodeError unless there are 20 bytes */
export function addressFromWire(bytes: Field<Uint8Array>, path: Path): Address {
  return at(path, () => toAddress(bytesFromWire(bytes)))
}

/** Bytes of any length, as a view; proto3 does not distinguish empty from absent. */
export function bytesFromWire(bytes: Field<Uint8Array>): Uint8Array {
  return bytes === null || bytes === undefined || bytes.length === 0 ? emptyBytes : bytes
}

/** @throws DecodeError unless there are `length` bytes */
export function sizedFromWire(bytes: Field<Uint8Array>, length: number, path: Path): Uint8Array {
  const value = bytesFromWire(bytes)
  if (value.length !== length)
    throw new DecodeError(`${path}: ${value.length} bytes, want ${length}`)
  return value
}

/** A `uint64`; proto3 does not distinguish 0 from absent. */
export function uint64FromWire(value: Field<Long>): bigint {
  return value === null || value === undefined ? 0n : value.toBigInt()
}

/**
 * A `uint64` as a `number`, such as Unix milliseconds.
 *
 * @throws DecodeError above 2^53 - 1
 */
export function countFromWire(value: Field<Long>, path: Path): number {
  const count = uint64FromWire(value)
  if (count > BigInt(Number.MAX_SAFE_INTEGER))
    throw new DecodeError(`${path}: ${count} is too large`)
  return Number(count)
}

/** @throws DecodeError above 16 bits */
export function uint16FromWire(value: Field<number>, path: Path): number {
  const number = value ?? 0
  if (number > 0xffff) throw new DecodeError(`${path}: ${number} needs more than 16 bits`)
  return number
}

/**
 * A 256-bit number, big-endian without leading zeros.
 *
 * @throws DecodeError above 32 bytes, or for a leading zero, since each value has only one encoding
 */
export function uint256FromWire(bytes: Field<Uint8Array>, path: Path): bigint {
  const value = bytesFromWire(bytes)
  if (value.length > 32) throw new DecodeError(`${path}: ${value.length} bytes, want at most 32`)
  if (value[0] === 0) throw new DecodeError(`${path}: leading zero`)
  let number = 0n
  for (const byte of value) number = number * 256n + BigInt(byte)
  return number
}

/** @throws RangeError for a number below 0 or above 64 bits */
export function uint64ToWire(value: bigint): Long {
  if (value < 0n || value > maxUint64) throw new RangeError(`${value} is not a uint64`)
  return Long.fromBigInt(value, true)
}

/** @throws RangeError for a number below 0 or above 256 bits */
export function uint256ToWire(value: bigint): Uint8Array {
  if (value < 0n || value > maxUint256) throw new RangeError(`${value} is not a uint256`)
  if (value === 0n) return emptyBytes
  const digits = value.toString(16)
  return fromHex(`0x${digits.length % 2 === 0 ? '' : '0'}${digits}`)
}

/** Converts a hash, an address or another branded hex value to bytes. */
export function hexToWire(hex: Hex): Uint8Array {
  return fromHex(hex)
}

/** Conversion between the strings of a union type, such as `'a' | 'b'`, and the numbers of a protobuf enum. */
export interface EnumWire<Word extends string, Value extends number> {
  toWire(word: Word): Value
  /** @throws DecodeError for a number without a string, such as 0 (unspecified) */
  fromWire(value: Field<number>, path: Path): Word
}

/** Creates the conversion from a table with the enum number of each string. */
export function enumWire<Word extends string, Value extends number>(
  numbers: Readonly<Record<Word, Value>>,
): EnumWire<Word, Value> {
  const words = new Map<number, Word>()
  for (const word in numbers) words.set(numbers[word], word)
  return {
    toWire: (word) => numbers[word],
    fromWire: (value, path) => {
      const word = words.get(value ?? 0)
      if (word === undefined) throw new DecodeError(`${path}: unknown value ${value ?? 0}`)
      return word
    },
  }
}

const emptyBytes = new Uint8Array()
const maxUint64 = 2n ** 64n - 1n
const maxUint256 = 2n ** 256n - 1n

function at<Value>(path: Path, convert: () => Value): Value {
  try {
    return convert()
  } catch (cause) {
    if (!(cause instanceof DecodeError)) throw cause
    throw new DecodeError(`${path}: ${cause.message}`, { cause })
  }
}

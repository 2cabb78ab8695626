import type { BlockId } from '#protocol/block/refs.ts'
import { DecodeError } from '#protocol/codec/decode-error.ts'
import type { Hash } from '#protocol/primitives.ts'

// The sequence of a notification names its block, so it has the same meaning on each replica.

/** The sequence of a notification, after which a client can continue on any replica. */
export function sequenceOf({ number, hash }: BlockId): string {
  return `${number}-${hash}`
}

/** @throws DecodeError unless the text is a sequence */
export function parseSequence(text: string): BlockId {
  const [, number, hash] = /^(\d{1,20})-(0x[0-9a-f]{64})$/u.exec(text) ?? []
  if (number !== undefined && hash !== undefined)
    return { number: BigInt(number), hash: hash as Hash }
  throw new DecodeError('not a sequence of a notification, such as 123-0x4f…')
}

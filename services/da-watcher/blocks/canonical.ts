import type { BlockId } from '#protocol/block/refs.ts'
import type { Hash } from '#protocol/primitives.ts'

/** Length of the range of numbers. */
export const maxHashes = 4_096

/**
 * Hashes of the canonical blocks in a range of numbers, as L1 reported them; undefined for a block whose hash is not
 * known.
 */
export interface CanonicalHashes {
  /** Number of the first block of the range. */
  readonly first: bigint
  readonly hashes: readonly (Hash | undefined)[]
}

/** The empty range. */
export const noHashes: CanonicalHashes = { first: 0n, hashes: [] }

/** The hash of the canonical block at a number; undefined if it is not known. */
export function hashAt({ first, hashes }: CanonicalHashes, number: bigint): Hash | undefined {
  const at = Number(number - first)
  return at < 0 ? undefined : hashes[at]
}

/** Adds a block. The range moves to contain the block. A block too far away starts a new range. */
export function withHash(known: CanonicalHashes, { number, hash }: BlockId): CanonicalHashes {
  const { first, hashes } = known
  const at = Number(number - first)
  if (hashes[at] === hash) return known
  if (hashes.length === 0 || at <= -maxHashes || at >= 2 * maxHashes)
    return { first: number, hashes: [hash] }
  const isBelow = at < 0
  const next = [...(isBelow ? Array.from<undefined>({ length: -at }) : []), ...hashes]
  next[Math.max(at, 0)] = hash
  if (isBelow) return { first: number, hashes: next.slice(0, maxHashes) }
  const excess = Math.max(next.length - maxHashes, 0)
  return { first: first + BigInt(excess), hashes: next.slice(excess) }
}

/** Removes the blocks above a number. */
export function upTo({ first, hashes }: CanonicalHashes, number: bigint): CanonicalHashes {
  const length = Number(number - first) + 1
  return { first, hashes: hashes.slice(0, Math.max(length, 0)) }
}

import { createHash } from 'node:crypto'
import { toHash } from '#protocol/codec/hex.ts'
import type { Hash } from '#protocol/primitives.ts'

/** A hash for blocks and transactions that are not verified. */
export function hashOf(what: string): Hash {
  return toHash(createHash('sha256').update(what).digest())
}

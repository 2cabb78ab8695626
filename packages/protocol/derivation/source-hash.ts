import { fromHex, toHash } from '#protocol/codec/hex.ts'
import { keccak256 } from '#protocol/codec/keccak.ts'
import { putUint64 } from '#protocol/codec/big-endian.ts'
import type { Hash } from '#protocol/primitives.ts'

/** The domain of a source hash. Spec: protocol/deposits.md#source-hash-computation */
const domains = { user: 0, l1Attributes: 1, upgrade: 2 } as const

// Rule source-hashes: Source hashes are computed from a log index, a sequence number or an intent.
// Spec: deposits.md#source-hash-computation, derive/deposit_source.go
/**
 * Computes the source hashes of the deposits of one L1 block. A source hash is computed in two steps, each a
 * Keccak-256 over 64 bytes. The buffers are reused, since every L2 block needs a source hash.
 */
export class SourceHashes {
  readonly #inner = new Uint8Array(64)
  readonly #outer = new Uint8Array(64)

  /** @param kind whether indexes are log indexes of user deposits, or sequence numbers of L1 attributes */
  constructor(kind: 'user' | 'l1Attributes', l1BlockHash: Hash) {
    this.#inner.set(fromHex(l1BlockHash))
    this.#outer[31] = domains[kind]
  }

  /** The source hash for an index, 32 bytes. */
  at(index: bigint): Uint8Array {
    putUint64(this.#inner, 56, index)
    this.#outer.set(keccak256(this.#inner), 32)
    return keccak256(this.#outer)
  }
}

/** The source hash of an upgrade deposit, from its intent. */
export function upgradeSourceHash(intent: string): Hash {
  const outer = new Uint8Array(64)
  outer[31] = domains.upgrade
  outer.set(keccak256(asciiBytes(intent)), 32)
  return toHash(keccak256(outer))
}

function asciiBytes(text: string): Uint8Array {
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0))
}

import { createHash } from 'node:crypto'
import { DasContextJs } from '@crate-crypto/node-eth-kzg'
import { toHash } from '#protocol/codec/hex.ts'
import type { Hash } from '#protocol/primitives.ts'

/** Computes what blobs are committed to, off this thread. The first takes two seconds more, which the setup needs. */
export class BlobCommitments {
  #context: DasContextJs | undefined

  /**
   * The versioned hash of a blob; about 50 ms of a core.
   *
   * @param blob 131,072 bytes
   * @returns undefined if it is no blob: an element of it is not in the field
   * Spec: EIP-4844, kzg_to_versioned_hash
   */
  async versionedHash(blob: Uint8Array): Promise<Hash | undefined> {
    this.#context ??= DasContextJs.create({ usePrecomp: false })
    try {
      const commitment = await this.#context.asyncBlobToKzgCommitment(blob)
      const hash = createHash('sha256').update(commitment).digest()
      hash[0] = 1
      return toHash(hash)
    } catch (error) {
      // The library has no error of its own for it.
      if (error instanceof Error) return undefined
      throw error
    }
  }
}

import { createHash } from 'node:crypto'
import { Worker } from 'node:worker_threads'
import { toHash } from '#protocol/codec/hex.ts'
import type { Hash } from '#protocol/primitives.ts'
import type { CommitmentAnswer, CommitmentRequest } from './commitment-worker.ts'

/** Who waits for a commitment. */
interface Waiting {
  readonly resolve: (commitment: Uint8Array | undefined) => void
  readonly reject: (error: Error) => void
}

/** 4096 field elements of 32 bytes. Spec: EIP-4844 */
const blobBytes = 131_072

/** Computes what blobs are committed to, on another thread. The first takes seconds more, which the setup needs. */
export class BlobCommitments {
  readonly #waiting = new Map<number, Waiting>()
  #worker: Worker | undefined
  #lastId = 0

  /** Begins the setup, so that the first blob need not wait for it. */
  prepare(): void {
    this.#worker ??= this.#start()
  }

  /**
   * The versioned hash of a blob; about 50 ms of a core.
   *
   * @param blob 131,072 bytes
   * @returns undefined if it is no blob: an element of it is not in the field
   * Spec: EIP-4844, kzg_to_versioned_hash
   */
  async versionedHash(blob: Uint8Array): Promise<Hash | undefined> {
    if (blob.length !== blobBytes) return undefined
    const commitment = await this.#commit(blob)
    if (commitment === undefined) return undefined
    const hash = createHash('sha256').update(commitment).digest()
    hash[0] = 1
    return toHash(hash)
  }

  #commit(blob: Uint8Array): Promise<Uint8Array | undefined> {
    const worker = (this.#worker ??= this.#start())
    const id = ++this.#lastId
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject })
      // What is waited for keeps the process; a thread that has nothing to do does not.
      worker.ref()
      // With a view goes all that it is a view of.
      const own = blob.byteLength === blob.buffer.byteLength ? blob : blob.slice()
      // eslint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
      worker.postMessage({ id, blob: own } satisfies CommitmentRequest)
    })
  }

  #start(): Worker {
    const worker = new Worker(new URL('commitment-worker.ts', import.meta.url))
    worker.unref()
    worker.on('message', ({ id, commitment }: CommitmentAnswer) => {
      this.#waiting.get(id)?.resolve(commitment)
      this.#waiting.delete(id)
      if (this.#waiting.size === 0) worker.unref()
    })
    worker.on('error', (error: Error) => {
      this.#worker = undefined
      for (const { reject } of this.#waiting.values()) reject(error)
      this.#waiting.clear()
    })
    return worker
  }
}

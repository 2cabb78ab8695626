import { createHash } from 'node:crypto'
import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import { toHash } from '#protocol/codec/hex.ts'
import type { Hash } from '#protocol/primitives.ts'
import type { CommitmentMessage } from './commitment-worker.ts'
import { blobBytes } from '#protocol/channel/blob.ts'

/** A blob, and who waits for what it is committed to. */
interface Job {
  readonly blob: Uint8Array
  readonly resolve: (commitment: Uint8Array | undefined) => void
  readonly reject: (error: Error) => void
}

/** Threads at most: one core is left for the rest. */
const maxThreads = Math.min(4, Math.max(1, availableParallelism() - 1))

/** Another thread is started when as many blobs wait for each: its setup takes as long as forty blobs. */
const jobsPerThread = 32

/** Computes what blobs are committed to, on other threads. The first takes seconds more, which the setup needs. */
export class BlobCommitments {
  readonly #queue: Job[] = []
  readonly #idle: Worker[] = []
  readonly #threads = new Map<Worker, Job | undefined>()

  /** Begins the setup, so that the first blob need not wait for it. */
  prepare(): void {
    if (this.#threads.size === 0) this.#start()
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
    return new Promise((resolve, reject) => {
      this.#queue.push({ blob, resolve, reject })
      const { size } = this.#threads
      if (size === 0 || (size < maxThreads && this.#queue.length > size * jobsPerThread))
        this.#start()
      // What is waited for keeps the process; a thread that has nothing to do does not.
      for (const worker of this.#threads.keys()) worker.ref()
      this.#assign()
    })
  }

  #assign(): void {
    for (;;) {
      const worker = this.#queue.length === 0 ? undefined : this.#idle.pop()
      const job = worker && this.#queue.shift()
      if (worker === undefined || job === undefined) return
      this.#threads.set(worker, job)
      const { blob } = job
      // With a view goes all that it is a view of.
      const own = blob.byteLength === blob.buffer.byteLength ? blob : blob.slice()
      // eslint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
      worker.postMessage(own)
    }
  }

  #start(): void {
    const worker = new Worker(new URL('commitment-worker.ts', import.meta.url))
    this.#threads.set(worker, undefined)
    if (this.#queue.length === 0) worker.unref()
    worker.on('message', (message: CommitmentMessage) => this.#hear(worker, message))
    worker.on('error', (error: Error) => this.#bury(worker, error))
    worker.on('exit', () => this.#bury(worker, new Error('the thread for blobs ended')))
  }

  #hear(worker: Worker, message: CommitmentMessage): void {
    if (message.kind === 'committed') this.#threads.get(worker)?.resolve(message.commitment)
    this.#threads.set(worker, undefined)
    this.#idle.push(worker)
    this.#assign()
    const isBusy = this.#threads.values().some((job) => job !== undefined)
    if (!isBusy && this.#queue.length === 0)
      for (const thread of this.#threads.keys()) thread.unref()
  }

  /** A thread that broke takes its blob along, and what waits if it was the last. */
  #bury(worker: Worker, error: Error): void {
    this.#threads.get(worker)?.reject(error)
    this.#threads.delete(worker)
    const idle = this.#idle.indexOf(worker)
    if (idle >= 0) this.#idle.splice(idle, 1)
    if (this.#threads.size > 0) return
    for (const { reject } of this.#queue.splice(0)) reject(error)
  }
}

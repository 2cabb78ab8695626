import { createHash } from 'node:crypto'
import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import { toHash } from '#protocol/codec/hex.ts'
import type { Hash } from '#protocol/primitives.ts'
import type { CommitmentMessage } from './commitment-worker.ts'
import { blobBytes } from '#protocol/channel/blob.ts'
import { busyThread } from '#runtime/end-process.ts'

/** A blob, and the promise of its commitment. */
interface Job {
  readonly blob: Uint8Array
  readonly resolve: (commitment: Uint8Array | undefined) => void
  readonly reject: (error: Error) => void
}

/** Maximum number of threads. One core stays free. */
const maxThreads = Math.min(4, Math.max(1, availableParallelism() - 1))

/**
 * Another thread starts if each thread has this number of queued blobs. The setup of a thread takes as long as the
 * commitments of forty blobs.
 */
const jobsPerThread = 32

/** The versioned hash of a commitment. Spec: EIP-4844, kzg_to_versioned_hash */
export function versionedHashOf(commitment: Uint8Array): Hash {
  const hash = createHash('sha256').update(commitment).digest()
  hash[0] = 1
  return toHash(hash)
}

/**
 * Computes KZG commitments of blobs on worker threads. The setup of the threads delays the first commitment by seconds.
 */
export class BlobCommitments {
  readonly #queue: Job[] = []
  readonly #idle: Worker[] = []
  readonly #threads = new Map<Worker, Job | undefined>()
  /** Threads whose setup is running, each with a function that reports the end of the setup. */
  readonly #settingUp = new Map<Worker, () => void>()

  /** Starts the setup before the first blob. */
  prepare(): void {
    if (this.#threads.size === 0) this.#start()
  }

  /**
   * The versioned hash of a blob. The computation takes about 50 ms of one core.
   *
   * @param blob 131,072 bytes
   * @returns undefined if the bytes are not a blob, because an element is outside the field
   * Spec: EIP-4844, kzg_to_versioned_hash
   */
  async versionedHash(blob: Uint8Array): Promise<Hash | undefined> {
    if (blob.length !== blobBytes) return undefined
    const commitment = await this.#commit(blob)
    return commitment && versionedHashOf(commitment)
  }

  #commit(blob: Uint8Array): Promise<Uint8Array | undefined> {
    return new Promise((resolve, reject) => {
      this.#queue.push({ blob, resolve, reject })
      const { size } = this.#threads
      if (size === 0 || (size < maxThreads && this.#queue.length > size * jobsPerThread))
        this.#start()
      // Pending commitments keep the process alive. Idle threads do not keep it alive.
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
      // To post a view would copy the whole buffer of the view.
      const own = blob.byteLength === blob.buffer.byteLength ? blob : blob.slice()
      // eslint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
      worker.postMessage(own)
    }
  }

  #start(): void {
    const worker = new Worker(new URL('commitment-worker.ts', import.meta.url))
    this.#threads.set(worker, undefined)
    this.#settingUp.set(worker, busyThread())
    if (this.#queue.length === 0) worker.unref()
    worker.on('message', (message: CommitmentMessage) => this.#received(worker, message))
    worker.on('error', (error: Error) => this.#ended(worker, error))
    worker.on('exit', () => this.#ended(worker, new Error('the thread for blobs ended')))
  }

  #received(worker: Worker, message: CommitmentMessage): void {
    this.#setupEnded(worker)
    if (message.kind === 'committed') this.#threads.get(worker)?.resolve(message.commitment)
    this.#threads.set(worker, undefined)
    this.#idle.push(worker)
    this.#assign()
    const isBusy = this.#threads.values().some((job) => job !== undefined)
    if (!isBusy && this.#queue.length === 0)
      for (const thread of this.#threads.keys()) thread.unref()
  }

  /** Rejects the blob of a thread that failed, and all queued blobs too if it was the last thread. */
  #ended(worker: Worker, error: Error): void {
    this.#setupEnded(worker)
    this.#threads.get(worker)?.reject(error)
    this.#threads.delete(worker)
    const idle = this.#idle.indexOf(worker)
    if (idle >= 0) this.#idle.splice(idle, 1)
    if (this.#threads.size > 0) return
    for (const { reject } of this.#queue.splice(0)) reject(error)
  }

  #setupEnded(worker: Worker): void {
    this.#settingUp.get(worker)?.()
    this.#settingUp.delete(worker)
  }
}

import { Worker } from 'node:worker_threads'
import { areSameBytes } from '#protocol/codec/same-bytes.ts'
import { FairQueue } from './fair-queue.ts'
import type { OpenedMessage, OpeningRules } from './opened-message.ts'
import type { OpeningAnswer, OpeningRequest } from './opening-worker.ts'

/** Why a message was dropped before it was opened. */
export type DropReason =
  /** Too many messages wait, or the peer that sent the message is ignored because of its score. */
  | 'busy'
  /** The thread ended while it opened the message. */
  | 'failed'
  | 'closed'

/** A message that was not opened. */
export class DroppedMessage extends Error {
  readonly reason: DropReason

  constructor(reason: DropReason, options?: ErrorOptions) {
    super(`the message was dropped: ${reason}`, options)
    this.reason = reason
  }
}

/** A message of a peer. */
export interface PeerMessage {
  readonly peer: string
  readonly topic: string
  /** The data as received. */
  readonly data: Uint8Array
  /** Size of the message in memory: the larger of its sizes as received and as opened. */
  readonly bytes: number
}

/** Rules and callbacks of the thread. */
export interface OpeningOptions extends OpeningRules {
  /** Whether a peer is ignored for its score. */
  readonly isIgnored: (peer: string) => boolean
  /** Called when the thread ended by itself. The next message starts another thread. */
  readonly onFailure: (error: Error) => void
}

interface Job extends PeerMessage {
  readonly resolve: (opened: OpenedMessage) => void
  readonly reject: (error: DroppedMessage) => void
}

/** Limit on messages that wait for the thread. */
export const maxQueuedBytes: number = 64 * 2 ** 20

/**
 * Opens messages of peers and checks their signatures on another thread, since 10 MiB take 0.1 s. The thread opens one
 * message at a time, and all peers have equal shares of the thread's time.
 */
export class OpeningThread {
  readonly #options: OpeningOptions
  readonly #queue = new FairQueue<Job>(maxQueuedBytes)
  #worker: Worker | undefined
  #current: Job | undefined
  #isClosed = false

  constructor(options: OpeningOptions) {
    this.#options = options
  }

  /** Starts the thread before the first message, since the start of the thread takes longer than most messages. */
  prepare(): void {
    if (this.#worker === undefined && !this.#isClosed) this.#start().unref()
  }

  /** Opens a message when it is the turn of its peer. @throws DroppedMessage */
  open(message: PeerMessage): Promise<OpenedMessage> {
    return new Promise((resolve, reject) => {
      if (this.#isClosed) return reject(new DroppedMessage('closed'))
      const dropped = this.#queue.add({ ...message, resolve, reject })
      for (const job of dropped) job.reject(new DroppedMessage('busy'))
      this.#next()
    })
  }

  /** Drops all messages, and ends the thread. */
  async close(): Promise<void> {
    this.#isClosed = true
    const worker = this.#worker
    this.#worker = undefined
    this.#current?.reject(new DroppedMessage('closed'))
    for (const job of this.#queue.removeWhere(() => true)) job.reject(new DroppedMessage('closed'))
    if (worker === undefined) return
    const exited = new Promise((resolve) => worker.once('exit', resolve))
    worker.ref()
    worker.postMessage('exit' satisfies OpeningRequest, [])
    await exited
  }

  #next(): void {
    while (this.#current === undefined) {
      const job = this.#queue.take()
      if (job === undefined) return
      if (this.#options.isIgnored(job.peer)) job.reject(new DroppedMessage('busy'))
      else this.#post(job)
    }
  }

  #post(job: Job): void {
    this.#current = job
    const worker = this.#worker ?? this.#start()
    // The thread gets a copy, since gossipsub still relays the data. `slice` would not copy a Node Buffer.
    const bytes = new Uint8Array(job.data)
    const request: OpeningRequest = { topic: job.topic, bytes }
    worker.ref()
    worker.postMessage(request, [bytes.buffer])
  }

  #start(): Worker {
    const { form, l2ChainId } = this.#options
    const workerData: OpeningRules = { form, l2ChainId }
    const worker = new Worker(new URL('opening-worker.ts', import.meta.url), { workerData })
    worker.on('message', (answer: OpeningAnswer) => this.#received(answer))
    worker.on('error', (error: Error) => this.#ended(worker, error))
    worker.on('exit', () => this.#ended(worker, new Error('the thread that opens messages ended')))
    this.#worker = worker
    return worker
  }

  #received(answer: OpeningAnswer): void {
    const job = this.#current
    if (job === undefined) return
    this.#current = undefined
    this.#worker?.unref()
    const opened = openedBy(answer, job)
    job.resolve(opened)
    // Several peers send an honest block at the same time, so copies of it often wait.
    const copies = this.#queue.removeWhere(
      ({ topic, data }) => topic === job.topic && areSameBytes(data, job.data),
    )
    for (const copy of copies) copy.resolve(opened)
    this.#next()
  }

  #ended(worker: Worker, error: Error): void {
    if (worker !== this.#worker) return
    this.#worker = undefined
    this.#options.onFailure(error)
    this.#current?.reject(new DroppedMessage('failed', { cause: error }))
    this.#current = undefined
    this.#next()
  }
}

function openedBy(answer: OpeningAnswer, { data: bytes }: Job): OpenedMessage {
  const { id } = answer
  if (answer.kind === 'raw') return { id, data: { kind: 'raw', bytes, problem: answer.problem } }
  const { signer } = answer
  return { id, data: { kind: 'decompressed', bytes: answer.bytes }, checked: { signer } }
}

import type { Stream } from '@libp2p/interface'
import { type Clock, every } from '#runtime/clock.ts'
import { toError } from '#runtime/fault.ts'
import { messageQueue, type MessageQueue, type QueueName } from './message-queue.ts'

/** Settings of a writer. */
export interface WriterOptions {
  readonly clock: Clock
  readonly queue: QueueName
  /** Each time a write has waited for this long, a timeout is counted; see `maxWriteTimeouts`. */
  readonly timeoutMs: number
  /**
   * Called when a whole message was passed to the connection, when a message replaced a waiting one, and each time a
   * write has waited for another `timeoutMs`.
   */
  readonly onCount: (what: 'sent' | 'replaced' | 'write-timeout') => void
  /** Called when the peer cannot keep up, or the stream failed. The caller has to end the stream. */
  readonly onFailure: (problem: 'stalled' | 'queue-full' | 'stream-failed', detail: string) => void
}

/** If the write of one message has waited for this number of timeouts, its peer counts as stalled. */
export const maxWriteTimeouts = 8

/**
 * Writes messages to a stream at the pace of its reader. A message waits only for earlier messages of the same stream,
 * so that a peer that stops reading delays no other peer.
 */
export class StreamWriter {
  readonly #stream: Stream
  readonly #options: WriterOptions
  readonly #queue: MessageQueue
  #isWriting = false
  #isClosed = false

  constructor(stream: Stream, options: WriterOptions) {
    this.#stream = stream
    this.#options = options
    this.#queue = messageQueue(options.queue)
  }

  /** Adds a message that is already framed, and returns at once. A failure is reported by `onFailure` only. */
  push(frame: Uint8Array): void {
    if (this.#isClosed) return
    const outcome = this.#queue.push(frame)
    if (outcome === 'replaced') this.#options.onCount('replaced')
    if (outcome === 'full') this.#fail('queue-full', 'the queue of messages to the peer is full')
    else if (!this.#isWriting) void this.#write()
  }

  /** Drops the messages that wait. The stream itself stays open. */
  close(): void {
    this.#isClosed = true
  }

  async #write(): Promise<void> {
    this.#isWriting = true
    for (let frame = this.#next(); frame !== undefined; frame = this.#next()) {
      if (!this.#send(frame)) break
      await this.#untilPassed()
      if (this.#stream.status === 'open') this.#options.onCount('sent')
      else this.#fail('stream-failed', `the stream to the peer is ${this.#stream.status}`)
    }
    this.#isWriting = false
  }

  /** Passes a frame to the stream. @returns false if the stream failed */
  #send(frame: Uint8Array): boolean {
    try {
      this.#stream.send(frame)
      return true
    } catch (error) {
      this.#fail('stream-failed', toError(error).message)
      return false
    }
  }

  #next(): Uint8Array | undefined {
    return this.#isClosed ? undefined : this.#queue.take()
  }

  /**
   * Waits until the stream ends, or until all written bytes are passed to the connection and the connection takes more.
   * The method `onDrain` of a stream cannot be used: libp2p 3.3 creates the promise of this method only once for each
   * stream, so after the first drain each call of `onDrain` resolves at once.
   */
  async #untilPassed(): Promise<void> {
    if (isReady(this.#stream)) return
    const stop = this.#countTimeouts()
    const { promise, resolve } = Promise.withResolvers<void>()
    const check = () => {
      if (isReady(this.#stream)) resolve()
    }
    for (const event of readyEvents) this.#stream.addEventListener(event, check)
    await promise
    for (const event of readyEvents) this.#stream.removeEventListener(event, check)
    stop()
  }

  #countTimeouts(): () => void {
    const { clock, onCount, timeoutMs } = this.#options
    let timeouts = 0
    return every(clock, timeoutMs, () => {
      onCount('write-timeout')
      if (++timeouts < maxWriteTimeouts) return
      this.#fail('stalled', `the peer did not read a message within ${timeouts * timeoutMs} ms`)
    })
  }

  #fail(...problem: Parameters<WriterOptions['onFailure']>): void {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#options.onFailure(...problem)
  }
}

/** The events after which a stream may be ready for the next message. */
const readyEvents = ['idle', 'drain', 'close'] as const

const isReady = (stream: Stream) =>
  stream.status !== 'open' || (stream.writeBufferLength === 0 && !stream.writableNeedsDrain)

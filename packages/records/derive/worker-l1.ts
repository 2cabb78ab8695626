import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from 'node:worker_threads'
import type { L1View } from '#l1/to-l1-block.ts'
import {
  type L1Answer,
  type L1Request,
  type L1WorkerData,
  deserializeError,
} from './l1-messages.ts'
import type { L1Reader, L1Source, SourcedL1Block } from './l1-source.ts'

/** Options of reading a record's L1. */
export type WorkerL1Options = Omit<L1WorkerData, 'port' | 'folder' | 'view'>

/** Number of consumed messages that are acknowledged together. */
const messagesPerTelling = 4

/**
 * The L1 of a record, read and prepared some blocks ahead on another thread, because the recovery of senders of inbox
 * transactions takes as long as the rest of derivation.
 */
export class WorkerL1 implements L1Source {
  readonly isLoaded: boolean
  readonly #worker: Worker
  readonly #port: MessagePort
  readonly #exited: Promise<unknown>
  readonly #loaded = Promise.withResolvers<void>()
  #reading = 0
  #queue: SourcedL1Block[] = []
  /** Messages whose blocks are in the queue. */
  readonly #messages: { blocks: number; readonly bytes: number }[] = []
  /** Consumed messages that were not acknowledged yet. */
  #used = { messages: 0, bytes: 0 }
  /** How the reading ended; undefined before its end. */
  #outcome: 'end' | Error | undefined
  /** Why the record cannot be read, or why the thread ended. */
  #failure: Error | undefined
  #wake: () => void = () => undefined

  constructor(folder: string, view: L1View, { isLoaded, isVerified }: WorkerL1Options) {
    this.isLoaded = isLoaded
    const { port1, port2 } = new MessageChannel()
    this.#port = port1
    const { batchInboxAddress, l1ChainId, depositContractAddress, l1SystemConfigAddress } = view
    const workerData: L1WorkerData = {
      port: port2,
      folder,
      view: { batchInboxAddress, l1ChainId, depositContractAddress, l1SystemConfigAddress },
      isLoaded,
      isVerified,
    }
    const file = new URL('./l1-worker.ts', import.meta.url)
    this.#worker = new Worker(file, { workerData, transferList: [port2] })
    this.#worker.on('error', (error: Error) => this.#fail(error))
    this.#exited = new Promise((resolve) => this.#worker.once('exit', resolve))
    // The thread also exits on `close`. A caller that still waits then gets this error.
    this.#worker.on('exit', () => this.#fail(new Error('the thread that reads L1 has ended')))
    port1.on('message', (answer: L1Answer) => this.#take(answer))
    if (!isLoaded) this.#loaded.resolve()
    // eslint-disable-next-line atoll/use-rejection -- the reader handles it too
    this.#loaded.promise.catch(() => undefined)
  }

  /** Resolves when the whole L1 is in memory, or immediately if L1 is read when needed. @throws Fault `record` */
  loaded(): Promise<void> {
    return this.#loaded.promise
  }

  /** Opens a reader, which ends the previous reader. */
  open(from: bigint): Promise<L1Reader> {
    const reading = ++this.#reading
    this.#queue = []
    this.#messages.length = 0
    this.#used = { messages: 0, bytes: 0 }
    this.#outcome = undefined
    this.#ask({ kind: 'open', reading, from })
    this.#wake()
    return Promise.resolve({ next: () => this.#next(reading) })
  }

  /**
   * Ends the thread, which exits by itself when its port is closed. `terminate` would crash the process if the thread is in
   * native code, as in the recovery of a sender.
   */
  async close(): Promise<void> {
    this.#port.close()
    await this.#exited
  }

  #next(reading: number): SourcedL1Block | undefined | Promise<SourcedL1Block | undefined> {
    if (reading !== this.#reading) return undefined
    if (this.#queue.length === 0) this.#receive()
    const block = this.#queue.shift()
    if (block === undefined) {
      const outcome = this.#failure ?? this.#outcome
      if (outcome instanceof Error) throw outcome
      return outcome === 'end' ? undefined : this.#later(reading)
    }
    this.#noteUsed()
    return block
  }

  async #later(reading: number): Promise<SourcedL1Block | undefined> {
    await new Promise<void>((resolve) => {
      this.#wake = resolve
    })
    return this.#next(reading)
  }

  /** Takes messages that already arrived, so that `next` can return their blocks without a turn of the event loop. */
  #receive(): void {
    for (;;) {
      const received = receiveMessageOnPort(this.#port)
      if (received === undefined) return
      this.#take(received.message as L1Answer)
    }
  }

  #take(answer: L1Answer): void {
    if (answer.kind === 'loaded') return this.#loaded.resolve()
    if (answer.kind === 'failed' && answer.reading === undefined)
      return this.#fail(deserializeError(answer.error))
    if (answer.reading !== this.#reading) return
    switch (answer.kind) {
      case 'blocks':
        this.#queue.push(...answer.blocks)
        this.#messages.push({ blocks: answer.blocks.length, bytes: answer.bytes })
        break
      case 'end':
        this.#outcome = 'end'
        break
      case 'failed':
        this.#outcome = deserializeError(answer.error)
        break
    }
    this.#wake()
  }

  /** Keeps the first error, because it is the cause of later errors. */
  #fail(error: Error): void {
    this.#failure ??= error
    this.#loaded.reject(error)
    this.#wake()
  }

  /**
   * Acknowledges several messages at a time, since each acknowledgement wakes the other thread, on a core that this
   * thread may need.
   */
  #noteUsed(): void {
    const [message] = this.#messages
    if (message === undefined || --message.blocks > 0) return
    this.#messages.shift()
    this.#used.messages++
    this.#used.bytes += message.bytes
    if (this.#used.messages < messagesPerTelling && this.#messages.length > 0) return
    this.#ask({ kind: 'used', reading: this.#reading, ...this.#used })
    this.#used = { messages: 0, bytes: 0 }
  }

  #ask(request: L1Request): void {
    this.#port.postMessage(request, [])
  }
}

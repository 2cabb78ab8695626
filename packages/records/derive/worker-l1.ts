import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from 'node:worker_threads'
import type { L1View } from '#l1/to-l1-block.ts'
import { type L1Answer, type L1Request, type L1WorkerData, toldError } from './l1-messages.ts'
import type { L1Reader, L1Source, SourcedL1Block } from './l1-source.ts'

/** How a record's L1 is read. */
export type WorkerL1Options = Omit<L1WorkerData, 'port' | 'folder' | 'view'>

/** As many messages are used before that is told; at the latest when none is left. */
const messagesPerTelling = 4

/**
 * The L1 of a record, read and prepared by a thread of its own, some blocks ahead: who sent a transaction to the inbox takes as long
 * to find out as all the rest of derivation.
 */
export class WorkerL1 implements L1Source {
  readonly isLoaded: boolean
  readonly #worker: Worker
  readonly #port: MessagePort
  readonly #loaded = Promise.withResolvers<void>()
  #reading = 0
  #queue: SourcedL1Block[] = []
  /** Messages whose blocks are in the queue. */
  readonly #messages: { blocks: number; readonly bytes: number }[] = []
  /** What was used and not told yet. */
  #used = { messages: 0, bytes: 0 }
  /** How the reading ended. */
  #outcome: 'end' | Error | undefined
  /** Nothing can be read. */
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
    // Also when it is closed: who waits for a block must not wait for ever.
    this.#worker.on('exit', () => this.#fail(new Error('the thread that reads L1 has ended')))
    port1.on('message', (answer: L1Answer) => this.#take(answer))
    if (!isLoaded) this.#loaded.resolve()
    // eslint-disable-next-line atoll/use-rejection -- whoever reads hears of it too
    this.#loaded.promise.catch(() => undefined)
  }

  /** Until all of it is in memory, for who measures; at once if it is read as it is needed. @throws Fault `record` */
  loaded(): Promise<void> {
    return this.#loaded.promise
  }

  /** A reader ends when another is opened. */
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

  async close(): Promise<void> {
    this.#port.close()
    await this.#worker.terminate()
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

  /** What is there already is taken at once, without a turn of the event loop. */
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
      return this.#fail(toldError(answer.error))
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
        this.#outcome = toldError(answer.error)
        break
    }
    this.#wake()
  }

  /** What broke first is why the rest did. */
  #fail(error: Error): void {
    this.#failure ??= error
    this.#loaded.reject(error)
    this.#wake()
  }

  /** Tells what is used now and then: each time wakes the other thread, on a core that this one may need. */
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

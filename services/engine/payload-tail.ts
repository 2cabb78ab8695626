import { payloadReceived } from '#messages/subjects.ts'
import type { Bus } from '#bus/bus.ts'
import { toError } from '#runtime/fault.ts'
import type { Source } from '#service/inbox.ts'
import type { EngineEvent } from './engine-state.ts'

type Sink = Parameters<Source<EngineEvent>>[0]

/** The unsafe blocks that gossip has, from the one that is needed next; where that is changes with each generation. */
export class PayloadTail {
  readonly #bus: Bus
  #sink: Sink | undefined
  #reading = new AbortController()

  constructor(bus: Bus) {
    this.#bus = bus
  }

  /** Where the blocks come in. */
  readonly source: Source<EngineEvent> = (sink) => {
    this.#sink = sink
    return () => this.#reading.abort()
  }

  /** Reads from a number on, what is stored and then what comes. */
  readFrom(from: bigint): void {
    this.#reading.abort()
    this.#reading = new AbortController()
    const sink = this.#sink
    if (sink === undefined) return
    this.#pump(sink, from, this.#reading.signal).catch((error: unknown) =>
      sink.fail(toError(error)),
    )
  }

  async #pump(sink: Sink, from: bigint, signal: AbortSignal): Promise<void> {
    const entries = this.#bus.tail(payloadReceived, { from, signal })
    for await (const { value, inContext } of entries) {
      const { payload } = value
      await inContext(() => sink.push({ kind: 'payload-received', payload }))
    }
  }
}

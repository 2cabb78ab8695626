import { payloadReceived } from '#messages/subjects.ts'
import type { Bus } from '#bus/bus.ts'
import { toError } from '#runtime/fault.ts'
import type { Source } from '#service/inbox.ts'
import type { Event } from '#services/engine/state.ts'

type Sink = Parameters<Source<Event>>[0]

/** The unsafe blocks in gossip's log on the bus, from a block number that changes with each generation. */
export class PayloadTail {
  readonly #bus: Bus
  #sink: Sink | undefined
  #reading = new AbortController()

  constructor(bus: Bus) {
    this.#bus = bus
  }

  /** Delivers the blocks as events. */
  readonly source: Source<Event> = (sink) => {
    this.#sink = sink
    return () => this.#reading.abort()
  }

  /** Reads from a number on: the stored blocks, then new blocks. */
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

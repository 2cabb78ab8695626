import type { Bus } from '#bus/bus.ts'
import type { Tracing } from '#runtime/tracing.ts'

/** A queued event, and its context. */
interface Waiting<Event> {
  event: Event
  /** Runs work in the context in which the event arrived, so that its trace continues. */
  inContext: <Result>(work: () => Result) => Result
  readonly taken: () => void
}

/** The receiver of a source's events. */
interface Sink<Event> {
  /** Queues an event; resolves when the actor has taken it, so that a source can run at the actor's pace. */
  push(event: Event): Promise<void>
  /** Makes a slot for one event. A later event in the slot replaces an event that is still queued. */
  slot(): (event: Event) => void
  /** Stops the actor. */
  fail(error: Error): void
}

/** Starts to deliver events to a sink; returns a function that stops the delivery. */
export type Source<Event> = (sink: Sink<Event>) => () => void

/**
 * The queue of an actor, which delivers one event at a time, in order of arrival. Of the queued events in
 * a slot, the actor gets only the newest one.
 */
export class Inbox<Event> implements Sink<Event>, AsyncIterable<Waiting<Event>> {
  readonly #waiting: Waiting<Event>[] = []
  readonly #stops: (() => void)[] = []
  readonly #tracing: Tracing
  #wake: (() => void) | undefined
  #failure: Error | undefined
  #isClosed = false

  /** The inbox ends when `signal` is aborted. Each event keeps the trace in which it arrived on the bus. */
  constructor(
    sources: readonly Source<Event>[],
    { bus, signal }: { readonly bus: Pick<Bus, 'tracing'>; readonly signal: AbortSignal },
  ) {
    this.#tracing = bus.tracing
    for (const source of sources) this.#stops.push(source(this))
    if (signal.aborted) this.#close()
    else signal.addEventListener('abort', () => this.#close(), { once: true })
  }

  push(event: Event): Promise<void> {
    return new Promise((taken) => this.#add({ event, inContext: this.#tracing.capture(), taken }))
  }

  slot(): (event: Event) => void {
    let waiting: Waiting<Event> | undefined
    return (event) => {
      if (waiting !== undefined) {
        waiting.event = event
        waiting.inContext = this.#tracing.capture()
        return
      }
      const taken = () => {
        waiting = undefined
      }
      waiting = { event, inContext: this.#tracing.capture(), taken }
      this.#add(waiting)
    }
  }

  fail(error: Error): void {
    this.#failure ??= error
    this.#wake?.()
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Waiting<Event>, void> {
    try {
      for (;;) {
        if (this.#failure !== undefined) throw this.#failure
        if (this.#isClosed) return
        const next = this.#waiting.shift()
        if (next === undefined) {
          await new Promise<void>((resolve) => {
            this.#wake = resolve
          })
          continue
        }
        next.taken()
        yield next
      }
    } finally {
      this.#close()
    }
  }

  #add(waiting: Waiting<Event>): void {
    if (this.#isClosed) return
    this.#waiting.push(waiting)
    this.#wake?.()
  }

  #close(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    for (const stop of this.#stops) stop()
    this.#wake?.()
  }
}

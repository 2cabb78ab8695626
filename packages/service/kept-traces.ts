import type { Performed } from './actor.ts'
import type { Tracing } from '#runtime/tracing.ts'

/** Maximum number of traces. */
const maxKept = 256

/**
 * The traces of items that wait in an actor's state. Work on an item belongs to the trace in which the item arrived,
 * not to the trace of the event that started the work.
 */
export class KeptTraces {
  readonly #tracing: Tracing
  readonly #kept = new Map<bigint, ReturnType<Tracing['capture']>>()

  constructor(tracing: Tracing) {
    this.#tracing = tracing
  }

  /** Keeps the current trace for an item, in place of an older one. */
  keep(item: bigint): void {
    this.#kept.delete(item)
    this.#kept.set(item, this.#tracing.capture())
    const [oldest] = this.#kept.keys()
    if (this.#kept.size > maxKept && oldest !== undefined) this.#kept.delete(oldest)
  }

  /** Starts a trace for an item that has no trace. */
  ensure(item: bigint, name: string): void {
    if (!this.#kept.has(item)) this.#tracing.begin(name, () => this.keep(item))
  }

  /** Performs an effect and delivers its events in the trace of an item; in the current trace if the item has no trace. */
  continue<Event>(item: bigint, perform: () => Performed<Event>): Performed<Event> {
    const inContext = this.#kept.get(item)
    if (inContext === undefined) return perform()
    const performed = inContext(perform)
    return 'later' in performed ? { ...performed, inContext } : performed
  }
}

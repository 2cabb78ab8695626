import type { State } from '#messages/subject.ts'
import { every } from '#runtime/clock.ts'
import { isFault, toError } from '#runtime/fault.ts'
import { type BusContext, decodeMessage, receiving } from './bus-context.ts'
import { busHeaders } from './bus-headers.ts'
import { stateRereadMs } from './bus-limits.ts'
import type { Follow } from './bus.ts'
import type { Incoming } from './connection.ts'
import { readNewest } from './stream-store.ts'
import { compareWriteOrder, parseWriteOrder, type WriteOrder } from './write-order.ts'

type Message = Pick<Incoming, 'data' | 'header'>

/** Keeps the newest value of a state, from pushed messages and from reads. */
export class StateFollower<Value> implements Follow<Value> {
  readonly #context: BusContext
  readonly #state: State<Value>
  readonly #onValue: (value: Value) => void
  readonly #stop: () => void
  #current: { readonly value: Value; readonly order: WriteOrder } | undefined
  #seenMs: number | undefined
  #isReading = false
  #isStopped = false
  #onStop: () => void = () => undefined

  constructor(context: BusContext, state: State<Value>, onValue: (value: Value) => void) {
    this.#context = context
    this.#state = state
    this.#onValue = onValue
    const { control, clock, names, tracing, signal } = context
    const pushed = control.subscribe(names.stateUpdates(state, '*'), {
      onMessage: (message) =>
        tracing.receive(state.name, message.header, () => this.#take(message)),
    })
    const stopReading = every(clock, stateRereadMs, () => void this.#read())
    const unlisten = control.onReconnect(() => void this.#read())
    this.#stop = () => {
      this.#isStopped = true
      pushed.unsubscribe()
      stopReading()
      unlisten()
    }
    signal.addEventListener('abort', this.#stop, { once: true })
    void this.#read()
  }

  get current(): Value | undefined {
    return this.#current?.value
  }

  get ageMs(): number | undefined {
    return this.#seenMs === undefined ? undefined : this.#context.clock.monotonicMs() - this.#seenMs
  }

  /** Sets the callback that `stop` runs. */
  onStop(run: () => void): void {
    this.#onStop = run
  }

  stop(): void {
    this.#stop()
    this.#onStop()
    this.#context.signal.removeEventListener('abort', this.#stop)
  }

  async #read(): Promise<void> {
    if (this.#isReading) return
    this.#isReading = true
    const { control, names } = this.#context
    try {
      const stored = await readNewest(
        control,
        names.stateStream(this.#state),
        names.stateStored(this.#state, '*'),
      )
      if (stored !== undefined && !stored.isDeletion) this.#take(stored)
    } catch (error) {
      // A temporary fault needs no report: the age of the value shows the problem. The next read follows in a second.
      if (!isFault(error) || error.severity === 'critical') this.#fail(error)
    } finally {
      this.#isReading = false
    }
  }

  #take(message: Message): void {
    // A pending read may end after `stop`.
    if (this.#isStopped) return
    const order = parseWriteOrder(message.header(busHeaders.version))
    if (order === undefined) {
      this.#context.metrics.refused('malformed')
      return
    }
    const current = this.#current
    const later = current === undefined ? 1 : compareWriteOrder(order, current.order)
    if (later === 0) this.#seenMs = this.#context.clock.monotonicMs()
    if (later === 0 || (later < 0 && this.#state.newer === undefined)) return
    const decoded = decodeMessage(this.#context, this.#state.codec, message)
    if (decoded === undefined) return
    const { value } = decoded
    if (current !== undefined && this.#state.newer?.(value, current.value) === false) return
    this.#current = { value, order }
    this.#seenMs = this.#context.clock.monotonicMs()
    receiving(this.#context, () => this.#onValue(value))
  }

  #fail(error: unknown): void {
    if (!this.#context.signal.aborted) this.#context.onFatal(toError(error))
  }
}

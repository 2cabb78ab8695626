import type { State } from '#messages/subject.ts'
import { every, sleep } from '#runtime/clock.ts'
import { Fault, isFault, toError } from '#runtime/fault.ts'
import { type BusContext, encodeMessage } from './bus-context.ts'
import { busHeaders } from './bus-headers.ts'
import { publishPauseMs, stateRereadMs } from './bus-limits.ts'
import type { Owner } from './bus.ts'
import type { Outgoing } from './connection.ts'
import { Serial } from '#runtime/serial.ts'
import { readNewest, store, type Stored } from './stream-store.ts'
import { formatWriteOrder, parseWriteOrder, type WriteOrder } from './write-order.ts'

interface StampedMessage extends Outgoing {
  /** Position in the order of writes. */
  readonly version: string
  /** Message id: the server stores a repeated write once. */
  readonly id: string
}

/** The stored value of the state. */
interface Newest {
  /** 0 without a value. */
  readonly sequence: number
  /** The version of the stored value; undefined if there is no value, or if the value has no version. */
  readonly version: string | undefined
}

/** Writes a state by compare-and-set, and restores the last value if the store loses it. */
export class StateOwner<Value> implements Owner<Value> {
  readonly #context: BusContext
  readonly #state: State<Value>
  readonly #subject: string
  readonly #serial = new Serial()
  /** Undefined before the first read, and after a conflict. */
  #newest: Newest | undefined
  #order: WriteOrder | undefined
  #written: { readonly value: Value } | undefined
  #isChecking = false

  constructor(context: BusContext, state: State<Value>) {
    this.#context = context
    this.#state = state
    this.#subject = context.names.stateStored(state, context.instance)
    const check = () => this.#checkOnce()
    const stopChecking = every(context.clock, stateRereadMs, check)
    const unlisten = context.control.onReconnect(check)
    const stop = () => {
      stopChecking()
      unlisten()
    }
    context.signal.addEventListener('abort', stop, { once: true })
  }

  write(value: Value): Promise<void> {
    return this.#serial.run(() => this.#write(value))
  }

  async #write(value: Value): Promise<void> {
    const { clock, control, metrics, signal, waits } = this.#context
    const startedMs = clock.monotonicMs()
    const what = `the store to accept ${this.#state.name}`
    let message: StampedMessage | undefined
    for (;;) {
      this.#guard()
      try {
        this.#newest ??= await this.#readNewest()
        message ??= this.#stamp(value)
        const { id, version } = message
        // The write may be stored although no acknowledgement arrived.
        if (this.#newest.version !== version) {
          const expectedSequence = this.#newest.sequence
          const { sequence } = await store(control, message, { id, expectedSequence })
          this.#newest = { sequence, version }
        }
        this.#written = { value }
        waits.ended(what)
        metrics.published('state', (clock.monotonicMs() - startedMs) / 1_000)
        return
      } catch (error) {
        if (!isFault(error) || error.severity !== 'temporary') {
          waits.ended(what)
          throw error
        }
        metrics.resent('state')
        if (error.code !== 'conflict') waits.failed(what, error)
        // Either our own write is stored, the store was lost, or another instance wrote.
        if (error.code === 'conflict') this.#newest = undefined
        else if (error.code !== 'timeout') await sleep(clock, publishPauseMs, signal)
      }
    }
  }

  #guard(): void {
    // A state that each instance writes for itself, such as its status, needs no lease.
    if (this.#state.perInstance) this.#context.checkOpen()
    else this.#context.guard()
  }

  #stamp(value: Value): StampedMessage {
    const { clock, instance, boot } = this.#context
    const { epochMs, count } = this.#order ?? { epochMs: clock.now(), count: 0 }
    this.#order = { epochMs, count: count + 1 }
    const version = formatWriteOrder(this.#order)
    const headers = { [busHeaders.version]: version }
    return {
      subject: this.#subject,
      id: `${instance}/${boot}/${this.#state.name}/${version}`,
      version,
      ...encodeMessage(this.#context, this.#state.codec, { value, headers }),
    }
  }

  /**
   * Reads the stored value that the next write replaces. The first write may replace a value of any instance. Later
   * writes replace only a value of this instance, or no value if the store was lost.
   *
   * @throws Fault `fenced` if another instance wrote after the first read
   */
  async #readNewest(): Promise<Newest> {
    const stored = await this.#read()
    const version = stored?.header(busHeaders.version)
    if (this.#order === undefined) {
      // The epoch exceeds that of any earlier writer, even if the clock of that writer was ahead of ours.
      const before = parseWriteOrder(version)
      const epochMs = Math.max(this.#context.clock.now(), (before?.epochMs ?? 0) + 1)
      this.#order = { epochMs, count: 0 }
      return { sequence: stored?.sequence ?? 0, version }
    }
    if (stored === undefined) return { sequence: 0, version }
    const writer = stored.header(busHeaders.instance)
    if (writer === this.#context.instance || stored.isDeletion)
      return { sequence: stored.sequence, version }
    throw new Fault('fenced', {
      detail: `${this.#state.name} was written by ${writer ?? 'an unknown instance'}`,
      fields: { state: this.#state.name, writer },
    })
  }

  /** Starts a check unless a check is running, since checks would pile up behind a pending write. */
  #checkOnce(): void {
    if (this.#isChecking) return
    this.#isChecking = true
    void this.#serial.run(async () => {
      await this.#check()
      this.#isChecking = false
    })
  }

  /** Writes the value again if the store lost it. */
  async #check(): Promise<void> {
    if (this.#written === undefined || this.#context.signal.aborted) return
    try {
      const stored = await this.#read()
      if (stored !== undefined && this.#isOurs(stored)) return
      this.#newest = undefined
      await this.#write(this.#written.value)
    } catch (error) {
      // An unreachable server is tried again in a second. A closed bus is not tried again.
      if (isFault(error) && error.severity === 'temporary') return
      if (!this.#context.signal.aborted) this.#context.onFatal(toError(error))
    }
  }

  /**
   * Whether a message is our last write. The sequence alone does not prove this: a store counts from 1 again after a
   * loss.
   */
  #isOurs({ sequence, header }: Stored): boolean {
    return (
      sequence === this.#newest?.sequence &&
      header(busHeaders.version) === this.#newest.version &&
      header(busHeaders.instance) === this.#context.instance
    )
  }

  #read(): Promise<Stored | undefined> {
    const { control, names } = this.#context
    return readNewest(control, names.stateStream(this.#state), this.#subject)
  }
}

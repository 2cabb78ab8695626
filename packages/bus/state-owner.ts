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
  /** Its place in the order of writes. */
  readonly version: string
  /** The server stores it once, however often it is sent. */
  readonly id: string
}

/** What the store has under the state's key. */
interface Newest {
  /** 0 for nothing. */
  readonly sequence: number
  /** Which write it is; undefined for nothing, or something that carries none. */
  readonly version: string | undefined
}

/** Writes a state by compare-and-set, and sees to it that the store keeps the last value. */
export class StateOwner<Value> implements Owner<Value> {
  readonly #context: BusContext
  readonly #state: State<Value>
  readonly #subject: string
  readonly #serial = new Serial()
  /** Undefined until it was read, and after a refusal. */
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
    const what = `the store to take ${this.#state.name}`
    let message: StampedMessage | undefined
    for (;;) {
      this.#guard()
      try {
        this.#newest ??= await this.#readNewest()
        message ??= this.#stamp(value)
        const { id, version } = message
        // It may be stored already, though no word of it came.
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
        if (!isFault(error) || error.severity !== 'temporary') throw error
        metrics.resent('state')
        if (error.code !== 'conflict') waits.failed(what, error)
        // Our own write may be stored; the store may be new; another may have written.
        if (error.code === 'conflict') this.#newest = undefined
        else if (error.code !== 'timeout') await sleep(clock, publishPauseMs, signal)
      }
    }
  }

  #guard(): void {
    // What each instance has of its own, such as its status, needs no right to act for the service.
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
   * What there is to write over. At the start that is whatever the service wrote before; later, only what this
   * instance wrote, or nothing if the store was lost.
   *
   * @throws Fault `fenced` if another instance wrote since
   */
  async #readNewest(): Promise<Newest> {
    const stored = await this.#read()
    const version = stored?.header(busHeaders.version)
    if (this.#order === undefined) {
      // Later than any writer before, though its clock went ahead of ours.
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
      detail: `${this.#state.name} was written by ${writer ?? 'a stranger'}`,
      fields: { state: this.#state.name, writer },
    })
  }

  /** One check at a time: behind a write that waits they would pile up. */
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
      // A server that is away is looked for again in a second; a bus that was closed, never.
      if (isFault(error) && error.severity === 'temporary') return
      if (!this.#context.signal.aborted) this.#context.onFatal(toError(error))
    }
  }

  /** Whether this is the last write. A sequence alone does not tell: a store that was lost counts from 1 again. */
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

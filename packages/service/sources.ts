import type { Call, Log, Signal, State } from '#messages/subject.ts'
import type { Bus } from '#bus/bus.ts'
import { type Clock, every } from '#runtime/clock.ts'
import { type Fault, toError } from '#runtime/fault.ts'
import type { Source } from './inbox.ts'

declare const responseOf: unique symbol

/** Identifies a call until it is answered. State, events and effects carry only the id, so they remain plain data. */
export type CallId<Response> = number & { readonly [responseOf]?: Response }

/** The effect that answers a call. */
export interface Answer<Response> {
  readonly kind: 'answer'
  readonly call: CallId<Response>
  readonly response: Response
}

/** Calls that a service has received and not answered yet. */
export class OpenCalls {
  readonly #open = new Map<number, OpenCall>()
  #lastId = 0

  /** Registers a call. `respond` gets the answer, and `refuse` gets a fault. */
  add<Response>(
    respond: (response: Response) => void,
    refuse: (fault: Fault) => void,
  ): CallId<Response> {
    const id = ++this.#lastId
    // The type of the id guarantees the type of the response.
    this.#open.set(id, { respond: (response) => respond(response as Response), refuse })
    return id
  }

  /** Answers a call; a second answer has no effect. */
  answer({ call, response }: Answer<unknown>): void {
    this.#take(call)?.respond(response)
  }

  /** Answers a call with a fault. */
  refuse(call: CallId<unknown>, fault: Fault): void {
    this.#take(call)?.refuse(fault)
  }

  /** Answers all open calls with a fault, when the service stops. */
  refuseAll(fault: Fault): void {
    for (const call of this.#open.keys()) this.refuse(call, fault)
  }

  #take(call: CallId<unknown>): OpenCall | undefined {
    const open = this.#open.get(call)
    this.#open.delete(call)
    return open
  }
}

interface OpenCall {
  readonly respond: (response: unknown) => void
  readonly refuse: (fault: Fault) => void
}

/** The values of a state as events; of several queued values only the newest is delivered. */
export function following<Value, Event>(
  bus: Bus,
  state: State<Value>,
  toEvent: (value: Value) => Event,
): Source<Event> {
  return (sink) => {
    const put = sink.slot()
    const follow = bus.follow(state, (value) => put(toEvent(value)))
    return () => follow.stop()
  }
}

/**
 * The entries of a log from a number on. Each entry is read after the actor took the previous one.
 *
 * @public for tests of logs with an actor
 */
export function tailing<Value, Event>(
  bus: Bus,
  { log, from }: { readonly log: Log<Value>; readonly from: bigint },
  toEvent: (value: Value) => Event,
): Source<Event> {
  return (sink) => {
    const ended = new AbortController()
    async function pump(): Promise<void> {
      const entries = bus.tail(log, { from, signal: ended.signal })
      for await (const { value, inContext } of entries)
        await inContext(() => sink.push(toEvent(value)))
    }
    pump().catch((error: unknown) => sink.fail(toError(error)))
    return () => ended.abort()
  }
}

/** Each incoming call, as an event with the id of the call. The effect `answer` answers the call through `calls`. */
export function serving<Request, Response, Event>(
  bus: Bus,
  { call, calls }: { readonly call: Call<Request, Response>; readonly calls: OpenCalls },
  toEvent: (request: Request, id: CallId<Response>) => Event,
): Source<Event> {
  return (sink) => {
    const served = bus.serve(
      call,
      (request) =>
        new Promise((respond, refuse) => {
          void sink.push(toEvent(request, calls.add<Response>(respond, refuse)))
        }),
    )
    return () => served.stop()
  }
}

/**
 * The values of a signal as events; of several queued values only the newest is delivered.
 *
 * @public for flashblocks, to come
 */
export function listening<Value, Event>(
  bus: Bus,
  signal: Signal<Value>,
  toEvent: (value: Value) => Event,
): Source<Event> {
  return (sink) => {
    const put = sink.slot()
    const listened = bus.listen(signal, (value) => put(toEvent(value)))
    return () => listened.stop()
  }
}

/** An event every period. */
export function ticking<Event>(
  clock: Clock,
  periodMs: number,
  toEvent: (nowMs: number) => Event,
): Source<Event> {
  return (sink) => {
    const put = sink.slot()
    return every(clock, periodMs, () => put(toEvent(clock.now())))
  }
}

import type { Call, Log, Signal, State } from '#messages/subject.ts'
import type { Bus } from '#bus/bus.ts'
import { type Clock, every } from '#runtime/clock.ts'
import { toError } from '#runtime/fault.ts'
import type { Source } from './inbox.ts'

/** Answers one call; whoever holds it answers once. */
export interface Responder<Response> {
  resolve(response: Response): void
  reject(error: Error): void
}

/** Each newer value of a state; of several that wait, the newest. */
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
 * The entries of a log from a number on, at the pace of the actor.
 *
 * @public for rpc, to come
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

/** Each call that comes in, to be answered through its responder. */
export function serving<Request, Response, Event>(
  bus: Bus,
  call: Call<Request, Response>,
  toEvent: (request: Request, responder: Responder<Response>) => Event,
): Source<Event> {
  return (sink) => {
    const served = bus.serve(
      call,
      (request) =>
        new Promise((resolve, reject) => {
          void sink.push(toEvent(request, { resolve, reject }))
        }),
    )
    return () => served.stop()
  }
}

/**
 * Each value of a signal; of several that wait, the newest.
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

/** An event each period: time itself. */
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

import type { Input } from '#messages/service-status.ts'
import type { Call, Log, Signal, State } from '#messages/subject.ts'
import type { Tracing } from '#runtime/tracing.ts'
import type { BusWait } from './waits.ts'

/**
 * How a service talks to the others. It owns its states, appends to its logs, serves its calls, and reads the rest;
 * there are no other ways. Rules and reasons: `docs/architecture.md`, "The bus".
 */
export interface Bus {
  /** Calls back with each value that is newer than the last: from the store, pushed, and re-read each second. */
  follow<Value>(state: State<Value>, onValue: (value: Value) => void): Follow<Value>
  /** The same for a state that each instance of a service has one of; pushed only. */
  followEach<Value>(
    state: State<Value>,
    onValue: (value: Value, instance: string) => void,
  ): Subscribed
  /** The stored value, now. @throws Fault `unavailable`, `timeout` */
  read<Value>(state: State<Value>): Promise<Value | undefined>
  /** The right to write a state of this service. */
  own<Value>(state: State<Value>): Owner<Value>

  /** Stores and pushes an entry; repeated until the server has it. */
  append<Value>(log: Log<Value>, value: Value): Promise<void>
  /** The newest entry of a number. @throws Fault `unavailable`, `timeout` */
  lookup<Value>(log: Log<Value>, number: bigint): Promise<Value | undefined>
  /**
   * Entries from a number on, then live ones as they come, until `signal` is aborted. An entry may come twice, and one
   * of a lower number may come late, when it was written again.
   */
  tail<Value>(log: Log<Value>, options: TailOptions): AsyncIterable<Tailed<Value>>

  /**
   * Asks once. Whoever asks repeats, and whoever serves does no harm on a repeat.
   *
   * @throws Fault `unavailable` if nobody serves it, `timeout`, `too-large`, or what the handler threw
   */
  call<Request, Response>(
    call: Call<Request, Response>,
    request: Request,
    options: { readonly deadlineMs: number },
  ): Promise<Response>
  /** Answers a call; several at once up to a limit. A Fault that the handler throws reaches the caller. */
  serve<Request, Response>(
    call: Call<Request, Response>,
    handler: (request: Request) => Promise<Response>,
  ): Subscribed

  /** Sends a hint that may be lost. */
  emit<Value>(signal: Signal<Value>, value: Value): void
  /** Calls back with each hint that arrives. */
  listen<Value>(signal: Signal<Value>, onValue: (value: Value) => void): Subscribed

  /** Waits until this instance may act for its service; from then on every write is guarded by it. */
  lease(options?: LeaseOptions): Promise<Lease>

  /** Traces that messages carry from service to service. */
  readonly tracing: Tracing
  /** What goes on only after repeats: the lease, a write, an entry. */
  waits(): readonly BusWait[]
  /** The states that are followed, and how long ago each was seen. */
  inputs(): readonly Input[]
  /** False while the server cannot be reached. */
  readonly isUp: boolean
  /** Gives the lease back and closes the connections. */
  close(): Promise<void>
}

/** A state that is followed. */
export interface Follow<Value> extends Subscribed {
  /** The newest value so far. */
  readonly current: Value | undefined
  /** Since the value was last confirmed, by a push or a read; undefined: never. */
  readonly ageMs: number | undefined
}

/** Something that goes on until it is stopped. */
export interface Subscribed {
  stop(): void
}

/** The one writer of a state. */
export interface Owner<Value> {
  /**
   * Stores the value as the newest; repeated until the server has it. If the store is lost later, it is written again.
   *
   * @throws Fault `fenced` if another instance wrote the state: this process has to stop; `lease-expired`
   */
  write(value: Value): Promise<void>
}

/** Where to begin, and when to end. */
export interface TailOptions {
  readonly from: bigint
  readonly signal: AbortSignal
}

/** An entry of a log, and the trace that it came in. */
export interface Tailed<Value> {
  readonly value: Value
  /** Does work as part of that trace. */
  readonly inContext: <Result>(work: () => Result) => Result
}

/** How to wait for a lease. */
export interface LeaseOptions {
  readonly signal?: AbortSignal
  /** Called while another instance holds it. */
  readonly onStandby?: (holder: LeaseHolder) => void
}

/** Who may act for a service. */
export interface LeaseHolder {
  readonly instance: string
  /** Of the process: an instance that was restarted has another. */
  readonly boot: string
  /** Unix milliseconds. */
  readonly sinceMs: number
}

/** The right to act for a service, as long as it is renewed. */
export interface Lease {
  /** Grows with each take-over; goes into what is written under the lease. */
  readonly term: bigint
  readonly remainingMs: number
  /** @throws Fault `lease-expired` if the right may have passed to another: call before each act on the world */
  guard(): void
  /** Lets another take it at once. */
  release(): Promise<void>
}

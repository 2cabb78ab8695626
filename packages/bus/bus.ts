import type { Input } from '#messages/service-status.ts'
import type { Call, Log, Signal, State } from '#messages/subject.ts'
import type { Tracing } from '#runtime/tracing.ts'
import type { BusWait } from './retries.ts'

/**
 * The communication of a service with the other services. A service writes its states, appends to its logs and serves
 * its calls. It reads the states and logs of other services, and calls them. Rules and reasons:
 * `docs/architecture.md`, "The bus".
 */
export interface Bus {
  /** Calls back with each newer value. Values are pushed, and read from the store at the start and every second. */
  follow<Value>(state: State<Value>, onValue: (value: Value) => void): Follow<Value>
  /** Calls back with each pushed value of a state that every instance writes. The store is not read. */
  followEach<Value>(
    state: State<Value>,
    onValue: (value: Value, instance: string) => void,
  ): Subscribed
  /** Reads the stored value once. @throws Fault `unavailable`, `timeout` */
  read<Value>(state: State<Value>): Promise<Value | undefined>
  /** Claims the right to write a state of this service. */
  own<Value>(state: State<Value>): Owner<Value>

  /** Stores and pushes an entry, with retries until the server acknowledges it. */
  append<Value>(log: Log<Value>, value: Value): Promise<void>
  /** Reads the newest entry with this number. @throws Fault `unavailable`, `timeout` */
  lookup<Value>(log: Log<Value>, number: bigint): Promise<Value | undefined>
  /**
   * Returns the stored entries from a number on, then live entries, until `signal` is aborted. An entry may be returned
   * twice. An entry that is written again is returned again, even after entries with higher numbers.
   */
  tail<Value>(log: Log<Value>, options: TailOptions): AsyncIterable<Tailed<Value>>

  /**
   * Makes the call once. The caller is responsible for retries, so the handler must be idempotent.
   *
   * @throws Fault `unavailable` if no service serves the call, `timeout`, `too-large`, or the fault of the handler
   */
  call<Request, Response>(
    call: Call<Request, Response>,
    request: Request,
    options: { readonly deadlineMs: number },
  ): Promise<Response>
  /** Serves a call. Handles several requests at a time, up to a limit. A Fault of the handler is sent to the caller. */
  serve<Request, Response>(
    call: Call<Request, Response>,
    handler: (request: Request) => Promise<Response>,
  ): Subscribed

  /** Sends a signal, which may be lost. */
  emit<Value>(signal: Signal<Value>, value: Value): void
  /** Calls back with each signal that arrives. */
  listen<Value>(signal: Signal<Value>, onValue: (value: Value) => void): Subscribed

  /** Waits for the lease of this service. Every later write first checks that the lease is still valid. */
  lease(options?: LeaseOptions): Promise<Lease>

  /** Tracing of this service. Messages carry the context of a trace to other services. */
  readonly tracing: Tracing
  /** The operations that are being retried, such as taking the lease or writing a state. */
  waits(): readonly BusWait[]
  /** The followed states, and how long ago each was seen. */
  inputs(): readonly Input[]
  /** False while the server cannot be reached. */
  readonly isUp: boolean
  /** Releases the lease and closes the connections. */
  close(): Promise<void>
}

/** A state that is followed. */
export interface Follow<Value> extends Subscribed {
  /** The newest value seen. */
  readonly current: Value | undefined
  /** Milliseconds since the value was last confirmed by a push or a read; undefined: never. */
  readonly ageMs: number | undefined
}

/** A subscription that runs until it is stopped. */
export interface Subscribed {
  stop(): void
}

/** The one writer of a state. */
export interface Owner<Value> {
  /**
   * Stores a new value, with retries until the server acknowledges it. If the store loses the value later, the value is
   * written again.
   *
   * @throws Fault `fenced` if another instance wrote the state, so that this process has to stop; `lease-expired`
   */
  write(value: Value): Promise<void>
}

/** Options of a tail: its first number, and the signal that ends the tail. */
export interface TailOptions {
  readonly from: bigint
  readonly signal: AbortSignal
}

/** An entry of a log, with its trace. */
export interface Tailed<Value> {
  readonly value: Value
  /** Runs work as part of the entry's trace. */
  readonly inContext: <Result>(work: () => Result) => Result
}

/** Options of waiting for a lease. */
export interface LeaseOptions {
  readonly signal?: AbortSignal
  /** Called repeatedly while another instance holds the lease. */
  readonly onStandby?: (holder: LeaseHolder) => void
}

/** The holder of a lease. */
export interface LeaseHolder {
  readonly instance: string
  /** Unique to the process: a restarted instance has another value. */
  readonly boot: string
  /** Time at which the holder took the lease, in Unix milliseconds. */
  readonly sinceMs: number
}

/** The right to act for a service. The lease expires if it is not renewed. */
export interface Lease {
  /** Grows with each takeover. States written under the lease may carry the term. */
  readonly term: bigint
  readonly remainingMs: number
  /** Called before each action outside of the process. @throws Fault `lease-expired` if another instance may have it */
  guard(): void
  /** Releases the lease, so that another instance can take it immediately. */
  release(): Promise<void>
}

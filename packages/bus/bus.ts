import type { Input } from '#messages/service-status.ts'
import type { Call, Log, Signal, State } from '#messages/subject.ts'
import type { Tracing } from '#runtime/tracing.ts'
import type { BusWait } from './retries.ts'

/**
 * How a service communicates with the others. It writes its states, appends to its logs, serves its calls, and reads
 * those of others. Rules and reasons: `docs/architecture.md`, "The bus".
 */
export interface Bus {
  /** Calls back with each newer value: from the store, pushed, and re-read every second. */
  follow<Value>(state: State<Value>, onValue: (value: Value) => void): Follow<Value>
  /** The same for a state per instance; pushed only. */
  followEach<Value>(
    state: State<Value>,
    onValue: (value: Value, instance: string) => void,
  ): Subscribed
  /** Reads the stored value once. @throws Fault `unavailable`, `timeout` */
  read<Value>(state: State<Value>): Promise<Value | undefined>
  /** Claims the right to write a state of this service. */
  own<Value>(state: State<Value>): Owner<Value>

  /** Stores and pushes an entry; repeated until the server acknowledges it. */
  append<Value>(log: Log<Value>, value: Value): Promise<void>
  /** Reads the newest entry of a number. @throws Fault `unavailable`, `timeout` */
  lookup<Value>(log: Log<Value>, number: bigint): Promise<Value | undefined>
  /**
   * Returns the entries from a number on, then live ones, until `signal` is aborted. An entry may come twice, and one
   * of a lower number may come late if it was written again.
   */
  tail<Value>(log: Log<Value>, options: TailOptions): AsyncIterable<Tailed<Value>>

  /**
   * Makes the call once. The caller is responsible for retries, so the handler must be idempotent.
   *
   * @throws Fault `unavailable` if no service serves it, `timeout`, `too-large`, or the fault of the handler
   */
  call<Request, Response>(
    call: Call<Request, Response>,
    request: Request,
    options: { readonly deadlineMs: number },
  ): Promise<Response>
  /** Serves a call; several at once up to a limit. A Fault of the handler is sent to the caller. */
  serve<Request, Response>(
    call: Call<Request, Response>,
    handler: (request: Request) => Promise<Response>,
  ): Subscribed

  /** Sends a signal, which may be lost. */
  emit<Value>(signal: Signal<Value>, value: Value): void
  /** Calls back with each signal that arrives. */
  listen<Value>(signal: Signal<Value>, onValue: (value: Value) => void): Subscribed

  /** Waits for the lease of this service; from then on every write is guarded by it. */
  lease(options?: LeaseOptions): Promise<Lease>

  /** Traces, which messages carry from service to service. */
  readonly tracing: Tracing
  /** The operations that are being retried, such as taking the lease or a write. */
  waits(): readonly BusWait[]
  /** The followed states, and how long ago each was seen. */
  inputs(): readonly Input[]
  /** False while the server cannot be reached. */
  readonly isUp: boolean
  /** Gives the lease back and closes the connections. */
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
   * Stores the value as the newest; repeated until the server acknowledges it. If the store is lost later, it is written again.
   *
   * @throws Fault `fenced` if another instance wrote the state: this process has to stop; `lease-expired`
   */
  write(value: Value): Promise<void>
}

/** Where to begin and when to end. */
export interface TailOptions {
  readonly from: bigint
  readonly signal: AbortSignal
}

/** An entry of a log, with its trace. */
export interface Tailed<Value> {
  readonly value: Value
  /** Runs work as part of that trace. */
  readonly inContext: <Result>(work: () => Result) => Result
}

/** Options of waiting for a lease. */
export interface LeaseOptions {
  readonly signal?: AbortSignal
  /** Called while another instance holds it. */
  readonly onStandby?: (holder: LeaseHolder) => void
}

/** The holder of a lease. */
export interface LeaseHolder {
  readonly instance: string
  /** Unique to the process: a restarted instance has another value. */
  readonly boot: string
  /** Unix milliseconds. */
  readonly sinceMs: number
}

/** The right to act for a service, while it is renewed. */
export interface Lease {
  /** Grows with each takeover; states written under the lease may carry it. */
  readonly term: bigint
  readonly remainingMs: number
  /** @throws Fault `lease-expired` if another instance may hold the lease. Called before each action outside of the process. */
  guard(): void
  /** Releases the lease, so that another instance can take it at once. */
  release(): Promise<void>
}

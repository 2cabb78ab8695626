import type { ServiceName } from './services.ts'
import type { MessageCodec } from './wire/message-codec.ts'

/** `<service>.<what>`: the service is the one that publishes or serves. */
export type SubjectName = `${ServiceName}.${string}`

/** A value of which only the newest counts: last-value store, updates pushed. */
export interface State<Value> extends Declared {
  readonly kind: 'state'
  readonly readers: readonly ServiceName[]
  readonly codec: MessageCodec<Value>
  /** One value for each instance of the service, rather than one for the service. */
  readonly perInstance: boolean
  /**
   * Whether `candidate` was written after `current`. Left out, the order of writing decides, which the bus stamps on
   * each write; a state that carries an order of its own, which other messages refer to, declares it here.
   */
  newer?(candidate: Value, current: Value): boolean
}

/** Entries of which each counts, by number: live push, and random access for what was missed. */
export interface Log<Value> extends Declared {
  readonly kind: 'log'
  readonly readers: readonly ServiceName[]
  readonly codec: MessageCodec<Value>
  readonly stream: LogStream
  /** The entry's number, and last word of its subject. */
  number(value: Value): bigint
  /** The same for the same content only: an entry that is sent again is stored once. */
  id(value: Value): string
}

/** Where and how long the entries of one or more logs are kept. */
export interface LogStream {
  /** Upper case, as in `SAFE_AT`. */
  readonly name: string
  readonly entriesPerNumber: number
  /** Forever if left out. */
  readonly maxAgeMs?: number
  readonly maxBytes: number
  /** How long an entry that is sent again is recognised. */
  readonly duplicateWindowMs: number
}

/** One asks, one answers; at most once, so the caller repeats. */
export interface Call<Request, Response> extends Declared {
  readonly kind: 'call'
  readonly callers: readonly ServiceName[]
  readonly request: MessageCodec<Request>
  readonly response: MessageCodec<Response>
  /** Bulk and control do not share a connection: a slow reader of the one must not hold up a lease. */
  readonly traffic: 'control' | 'bulk'
}

/** A hint that may be lost. */
export interface Signal<Value> extends Declared {
  readonly kind: 'signal'
  readonly readers: readonly ServiceName[]
  readonly codec: MessageCodec<Value>
}

/** Anything that travels on the bus. */
export type Subject = State<unknown> | Log<unknown> | Call<unknown, unknown> | Signal<unknown>

interface Declared {
  readonly name: SubjectName
  /** One sentence for the reference page. */
  readonly summary: string
}

type Declaration<Kind, Defaulted extends keyof Kind = never> = Omit<Kind, 'kind' | Defaulted> &
  Partial<Pick<Kind, Defaulted>>

/** Declares a state. */
export function state<Value>(declaration: Declaration<State<Value>, 'perInstance'>): State<Value> {
  return { perInstance: false, ...declaration, kind: 'state' }
}

/** Declares a log. */
export function log<Value>(declaration: Declaration<Log<Value>>): Log<Value> {
  return { ...declaration, kind: 'log' }
}

/** Declares a call. */
export function call<Request, Response>(
  declaration: Declaration<Call<Request, Response>, 'traffic'>,
): Call<Request, Response> {
  return { traffic: 'control', ...declaration, kind: 'call' }
}

/**
 * Declares a signal.
 *
 * @public for flashblocks, to come
 */
export function signal<Value>(declaration: Declaration<Signal<Value>>): Signal<Value> {
  return { ...declaration, kind: 'signal' }
}

/** The service that publishes or serves a subject. */
export function serviceOf({ name }: { readonly name: SubjectName }): ServiceName {
  return name.slice(0, name.indexOf('.')) as ServiceName
}

import type { ServiceName } from './services.ts'
import type { MessageCodec } from './wire/message-codec.ts'

/** `<service>.<what>`; the service publishes or serves the subject. */
export type SubjectName = `${ServiceName}.${string}`

/** A value of which only the newest version matters. The newest value is stored, and updates are pushed. */
export interface State<Value> extends Declared {
  readonly kind: 'state'
  readonly readers: readonly ServiceName[]
  readonly codec: MessageCodec<Value>
  /** Whether each instance of the service has its own value. */
  readonly perInstance: boolean
  /**
   * Whether `candidate` was written after `current`, for a state that has its own order. Without this function, the
   * version that the bus stamps on each write decides.
   */
  newer?(candidate: Value, current: Value): boolean
}

/** Numbered entries, each of which matters. Each entry is pushed to readers, and stored to be read by number. */
export interface Log<Value> extends Declared {
  readonly kind: 'log'
  readonly readers: readonly ServiceName[]
  readonly codec: MessageCodec<Value>
  readonly stream: LogStream
  /** Number of an entry, the last token of its subject. */
  number(value: Value): bigint
  /**
   * The first number of the sequence that a number belongs to. Between two sequences, numbers are not used, so a reader
   * does not look for them. Without this function, all numbers are one sequence.
   */
  firstOf?(number: bigint): bigint
  /** Message id, by which a repeated entry is stored once. Entries with different content have different ids. */
  id(value: Value): string
}

/** Storage of the entries of one or more logs. */
export interface LogStream {
  /** Upper case, as in `SAFE_AT`. */
  readonly name: string
  readonly entriesPerNumber: number
  /** undefined means no limit. */
  readonly maxAgeMs?: number
  readonly maxBytes: number
  /** How long a repeated entry is recognised. */
  readonly duplicateWindowMs: number
}

/** A user that may make a call: a service, or an operator with Atoll's command. */
type Caller = ServiceName | 'operator'

/** A request and its reply. A request is delivered at most once, so the caller is responsible for retries. */
export interface Call<Request, Response> extends Declared {
  readonly kind: 'call'
  readonly callers: readonly Caller[]
  readonly request: MessageCodec<Request>
  readonly response: MessageCodec<Response>
  /** The connection that carries the call. Bulk data has its own connection, so that it does not delay a lease. */
  readonly traffic: 'control' | 'bulk'
}

/** A message that may be lost. */
export interface Signal<Value> extends Declared {
  readonly kind: 'signal'
  readonly readers: readonly ServiceName[]
  readonly codec: MessageCodec<Value>
}

/** Any subject of the bus. */
export type Subject = State<unknown> | Log<unknown> | Call<unknown, unknown> | Signal<unknown>

interface Declared {
  readonly name: SubjectName
  /** One sentence for docs/messages.md. */
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

/** Declares a signal. */
export function signal<Value>(declaration: Declaration<Signal<Value>>): Signal<Value> {
  return { ...declaration, kind: 'signal' }
}

/** The service that publishes or serves a subject. */
export function serviceOf({ name }: { readonly name: SubjectName }): ServiceName {
  return name.slice(0, name.indexOf('.')) as ServiceName
}

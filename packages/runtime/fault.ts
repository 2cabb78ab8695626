/**
 * How far a failure reaches.
 * `temporary`: try again. `reset`: our view of a chain is stale; derive anew from the safe head.
 * `critical`: no retry can help; the process stops.
 */
export type Severity = 'temporary' | 'reset' | 'critical'

interface FaultOptions extends ErrorOptions {
  readonly severity: Severity
  /** What a person needs to know, in a sentence. */
  readonly detail?: string
  /** Goes to the log. */
  readonly fields?: Readonly<Record<string, unknown>>
}

/** An expected failure of the world outside. `code` is stable, and may be a metric label. */
export class Fault extends Error {
  override readonly name = 'Fault'
  readonly code: string
  readonly severity: Severity
  readonly fields: Readonly<Record<string, unknown>>

  constructor(code: string, options: FaultOptions) {
    super(options.detail === undefined ? code : `${code}: ${options.detail}`, options)
    this.code = code
    this.severity = options.severity
    this.fields = options.fields ?? {}
  }
}

/** Whether an error is a fault, of this code if one is given. */
export function isFault(error: unknown, code?: string): error is Fault {
  return error instanceof Fault && (code === undefined || error.code === code)
}

/** What was thrown, as an error: anything can be. */
export function toError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown), { cause: thrown })
}

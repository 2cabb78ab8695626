/**
 * How far a failure reaches.
 * `temporary`: try again. `reset`: our view of a chain is stale; derive again from the safe head.
 * `critical`: no retry can help; the process stops, or waits for an operator.
 */
export type Severity = 'temporary' | 'reset' | 'critical'

/** What there is to know about a fault code. */
export interface FaultRule {
  readonly severity: Severity
  /** What happened. */
  readonly means: string
  /** What an operator can do. */
  readonly advice: string
  /** `rpc`: an HTTP or WebSocket endpoint did not give a usable answer. */
  readonly origin?: 'rpc'
  /** The process has no right to act any more, or is stopping. */
  readonly endsProcess?: true
  /** Exit code of a command that ends with it, where that is not 1. */
  readonly exit?: 'usage' | 'noNode'
}

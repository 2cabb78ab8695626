/**
 * Consequence of a failure.
 * `temporary`: retry. `reset`: our view of a chain is stale; derive again from the safe head.
 * `critical`: a retry cannot help; the process stops, or waits for an operator.
 */
export type Severity = 'temporary' | 'reset' | 'critical'

/** Properties of a fault code. */
export interface FaultRule {
  readonly severity: Severity
  /** What happened. */
  readonly means: string
  /** What an operator can do. */
  readonly advice: string
  /** `rpc`: an HTTP or WebSocket endpoint gave no usable answer. */
  readonly origin?: 'rpc'
  /** The process lost the right to act, or is stopping. */
  readonly endsProcess?: true
  /** Exit code of a command that fails with it; undefined: 1. */
  readonly exit?: 'usage' | 'noNode'
}

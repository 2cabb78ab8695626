/**
 * Consequence of a failure.
 * `temporary`: the failed work is retried. `reset`: the view of a chain is stale, and derivation starts again at the
 * safe head. `critical`: a retry cannot help, so the process stops or waits for an operator.
 */
export type Severity = 'temporary' | 'reset' | 'critical'

/** Properties of a fault code. */
export interface FaultRule {
  readonly severity: Severity
  /** What happened. */
  readonly means: string
  /** What an operator can do. */
  readonly advice: string
  /** `rpc` if an HTTP or WebSocket endpoint gave no usable answer. */
  readonly origin?: 'rpc'
  /** Present if the process must end, because it lost the right to act or is stopping. */
  readonly endsProcess?: true
  /** Exit code of a command that fails with this code; default: 1. */
  readonly exit?: 'usage' | 'noNode'
}

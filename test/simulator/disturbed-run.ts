import type { LinkFaults } from './faults.ts'
import type { Simulation } from './simulation.ts'

/** The part of a simulated run that disturbances use. */
export interface DisturbedRun {
  readonly simulation: Simulation
  readonly l1: {
    /** End of the L1 script, in milliseconds from its start. */
    readonly endMs: number
  }
  /** Time within which a run must catch up after a loss of messages. */
  readonly recoveryMs: number
  /** Link faults for the scenario with late messages. */
  readonly late: Partial<LinkFaults>
  /** Shortest and longest pause between two requested resets. */
  readonly resetsEachMs: readonly [number, number]
  /**
   * Checks once, after `withinMs`, that the safe head has reached the newest L2 block that the L1 chain made safe at
   * the time of this call. A reorg of L1 cancels the check.
   */
  expectCaughtUp(what: string, withinMs: number): void
}

/** Disturbs a run. Called once, at the start of the run. */
export type Disturbance = (run: DisturbedRun) => void

/** The result of a run. */
export type Outcome =
  | { readonly kind: 'agreed'; readonly virtualMs: number }
  /** The run did not reach the expected chain, for a reason that the protocol allows. */
  | { readonly kind: 'explained'; readonly reason: string }
  | { readonly kind: 'failed'; readonly reason: string; readonly lastEvents: string }

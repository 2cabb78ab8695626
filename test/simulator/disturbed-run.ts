import type { LinkFaults } from './faults.ts'
import type { Simulation } from './simulation.ts'

/** A run of services over an L1 with a script, as far as those who disturb it have to know. */
export interface DisturbedRun {
  readonly simulation: Simulation
  readonly l1: {
    /** When the script is over, in milliseconds from its start. */
    readonly endMs: number
  }
  /** Longest time a service waits without re-reading a state or repeating a call. */
  readonly recoveryMs: number
  /** How messages are late where that is what is tried. */
  readonly late: Partial<LinkFaults>
  /** Shortest and longest pause between two requested resets. */
  readonly resetsEachMs: readonly [number, number]
  /** Fails the run if the safe chain does not have all that L1 has now, once `withinMs` have passed without a reorg. */
  expectCaughtUp(what: string, withinMs: number): void
}

/** How a run is to be disturbed: called once, at its start. */
export type Disturbance = (run: DisturbedRun) => void

/** What a run came to. */
export type Outcome =
  | { readonly kind: 'agreed'; readonly virtualMs: number }
  /** It did not reach the expected chain, for a reason that the protocol allows. */
  | { readonly kind: 'explained'; readonly reason: string }
  | { readonly kind: 'failed'; readonly reason: string; readonly lastEvents: string }

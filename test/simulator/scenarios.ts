import {
  calm,
  edgesLost,
  everything,
  everythingTwice,
  killed,
  lateAcrossResets,
  lateAgain,
} from './disturbances.ts'
import type { Disturbance } from './disturbed-run.ts'

/** Disturbances of a simulation, by name. F1 to F18 are failures of the matrix in docs/architecture.md. */
export const scenarios = {
  calm,
  /** F16: every message arrives twice. */
  twice: everythingTwice,
  /** F17: all messages of one kind are lost for 10 s. */
  lost: edgesLost,
  /** F18: messages arrive after a reset. */
  late: lateAcrossResets,
  /** The hardest form of F18: each call with attributes arrives eight more times, late. */
  again: lateAgain,
  /** F1–F3, F6: each service is killed after random messages and external actions. */
  killed,
  /** F1–F18 at random: kills, freezes, partitions, a server that restarts or loses its store, bad links. */
  mixed: everything,
} as const satisfies Record<string, Disturbance>

export type ScenarioName = keyof typeof scenarios

const names = Object.keys(scenarios) as ScenarioName[]

/** The scenario of a seed when the scenarios take turns. */
export function scenarioOf(seed: number): ScenarioName {
  return names[seed % names.length] ?? 'mixed'
}

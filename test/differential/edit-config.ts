import { hardforkNames, type HardforkName } from '#protocol/chains/hardforks.ts'
import type { Random } from '#runtime/random.ts'
import type { Draft, RollupJson } from './draft.ts'

/** Activation times of forks, in seconds after genesis. */
type Schedule = Partial<Record<HardforkName, number>>

/**
 * Changes the activation times of forks. The first few are active at genesis, the next few activate together or one by
 * one, and the rest never activate.
 */
export function editForks(draft: Draft, random: Random): void {
  const { rollup } = draft
  const end = Number(draft.blocks.at(-1)?.header.timestamp ?? 0n) - rollup.genesis.l2_time
  const atGenesis = random.between(0, hardforkNames.length)
  const later = random.between(atGenesis, hardforkNames.length)
  const schedule: Schedule = {}
  const together = random.chance(0.5) ? random.between(1, Math.max(1, end)) : undefined
  let time = 0
  for (const [index, name] of hardforkNames.entries()) {
    if (index >= later) break
    if (index >= atGenesis)
      time =
        together ?? time + random.between(1, Math.max(1, Math.floor(end / (later - atGenesis))))
    schedule[name] = time
  }
  separate(schedule, rollup.block_time)
  // If one L1 block activates Holocene and an older fork, op-node has a known bug. Few such cases are made.
  if (random.chance(0.9)) leaveAlone(schedule)
  const forks = hardforkNames.map((name) => [
    `${name}_time`,
    schedule[name] === undefined ? undefined : rollup.genesis.l2_time + schedule[name],
  ])
  draft.rollup = { ...rollup, ...(Object.fromEntries(forks) as object) }
  draft.notes.push(`forks ${JSON.stringify(schedule)}`)
  giveDependencySet(draft, random)
}

/** Ensures that the L1 block that activates Holocene activates no older fork. */
function leaveAlone(schedule: Schedule): void {
  if (schedule.holocene === undefined || schedule.holocene === 0) return
  const soon = schedule.holocene - longestL1Step
  const granite = schedule.granite ?? 0
  if (granite <= soon) return
  // The forks stay in order: all older ones are active from genesis.
  for (const name of hardforkNames.slice(0, hardforkNames.indexOf('holocene'))) schedule[name] = 0
}

/** Maximum number of seconds between two L1 blocks of a record. */
const longestL1Step = 400

/** Activates Karst and Lagoon in different blocks, as every chain does. */
function separate(schedule: Schedule, blockTime: number): void {
  const { karst, lagoon } = schedule
  if (karst === undefined || lagoon === undefined || lagoon === 0) return
  if (lagoon - karst < 2 * blockTime) schedule.lagoon = karst + 2 * blockTime
}

function giveDependencySet(draft: Draft, random: Random): void {
  const ids = [draft.rollup.l2_chain_id, ...(random.chance(0.3) ? [999_999] : [])]
  draft.dependencySet = { dependencies: Object.fromEntries(ids.map((id) => [String(id), {}])) }
}

/** Changes windows and limits of the config. Windows are short, so that the chain continues after a lost batch. */
export function editNumbers(draft: Draft, random: Random): void {
  const changes: Partial<RollupJson> = {
    seq_window_size: random.pick([2, 3, 3, 4, 5, 6, 8, 12]),
    channel_timeout: random.pick([1, 2, 3, 5, 10, 40]),
    max_sequencer_drift: random.pick([1, 10, 30, 60, 600]),
  }
  draft.rollup = { ...draft.rollup, ...changes }
  draft.notes.push(`config ${JSON.stringify(changes)}`)
}

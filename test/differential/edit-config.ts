import { hardforkNames, type HardforkName } from '#protocol/chains/hardforks.ts'
import type { Random } from '#test/simulator/random.ts'
import type { Draft, RollupJson } from './draft.ts'

/** Seconds after genesis. */
type Schedule = Partial<Record<HardforkName, number>>

/** Moves forks: all to genesis, several to one time, each to its own. */
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
  // op-node errs where Holocene comes with another: once is enough to know.
  if (random.chance(0.9)) leaveAlone(schedule)
  const forks = hardforkNames.map((name) => [
    `${name}_time`,
    schedule[name] === undefined ? undefined : rollup.genesis.l2_time + schedule[name],
  ])
  draft.rollup = { ...rollup, ...(Object.fromEntries(forks) as object) }
  draft.notes.push(`forks ${JSON.stringify(schedule)}`)
  giveDependencySet(draft, random)
}

/** Lets Holocene come to L1 with none of the forks before it. */
function leaveAlone(schedule: Schedule): void {
  if (schedule.holocene === undefined || schedule.holocene === 0) return
  const soon = schedule.holocene - longestL1Step
  const granite = schedule.granite ?? 0
  if (granite <= soon) return
  // In order all the same: what has to be earlier is there at genesis.
  for (const name of hardforkNames.slice(0, hardforkNames.indexOf('holocene'))) schedule[name] = 0
}

/** Seconds between two L1 blocks of a record, at most. */
const longestL1Step = 400

/** No chain has Karst and Lagoon in one block. */
function separate(schedule: Schedule, blockTime: number): void {
  const { karst, lagoon } = schedule
  if (karst === undefined || lagoon === undefined || lagoon === 0) return
  if (lagoon - karst < 2 * blockTime) schedule.lagoon = karst + 2 * blockTime
}

function giveDependencySet(draft: Draft, random: Random): void {
  const ids = [draft.rollup.l2_chain_id, ...(random.chance(0.3) ? [999_999] : [])]
  draft.dependencySet = { dependencies: Object.fromEntries(ids.map((id) => [String(id), {}])) }
}

/** Changes what else of the config decides. Windows are short, so that a batch that is lost does not end the chain. */
export function editNumbers(draft: Draft, random: Random): void {
  const changes: Partial<RollupJson> = {
    seq_window_size: random.pick([2, 3, 3, 4, 5, 6, 8, 12]),
    channel_timeout: random.pick([1, 2, 3, 5, 10, 40]),
    max_sequencer_drift: random.pick([1, 10, 30, 60, 600]),
  }
  draft.rollup = { ...draft.rollup, ...changes }
  draft.notes.push(`config ${JSON.stringify(changes)}`)
}

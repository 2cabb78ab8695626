import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { type ClusterMember, leaderOf } from './conductors.ts'
import { medianAndWorst } from './head-record.ts'
import { resultOf } from './rpc-clients.ts'
import type { BlockTimes } from './sequencers.ts'
import { until } from './until.ts'

/** The nodes of a cluster: op-nodes, or Atoll nodes. */
export interface Cluster {
  readonly label: string
  readonly members: readonly ClusterMember[]
  /** Whether the sequencer of a member makes blocks. */
  isActive(name: string): Promise<boolean>
  /**
   * The accidents that happen to the leader's node, by name. Each resolves when all parts of the node run again, or are
   * being started.
   */
  readonly accidents: Readonly<Record<string, (name: string) => Promise<void>>>
  explain(): Promise<string>
}

/** Longest time until a cluster is steady again. */
const steadyMs = 120_000

/** A block is on time if it appears within this time after its timestamp. */
const onTimeMs = 1_000

/**
 * Waits until only the leader's sequencer is active, and three new blocks in a row are on time.
 *
 * @returns the leader
 */
export async function untilSteady(
  cluster: Cluster,
  times: BlockTimes,
  { after = 0, not }: { readonly after?: number; readonly not?: string } = {},
): Promise<ClusterMember> {
  const { label, members } = cluster
  let leader: ClusterMember | undefined
  const isOnTime = () =>
    times.newest >= after + 3 &&
    [0, 1, 2].every((back) => (times.delays.get(times.newest - back) ?? Infinity) < onTimeMs)
  await until(
    `${label}: one leader, whose blocks are on time`,
    { withinMs: steadyMs, everyMs: 100, explain: () => cluster.explain() },
    async () => {
      if (!isOnTime()) return false
      leader = await leaderOf(members)
      if (leader === undefined || leader.name === not) return false
      const active = await Promise.all(members.map(({ name }) => orFalse(cluster.isActive(name))))
      return members.every(({ name }, at) => active[at] === (name === leader?.name))
    },
  )
  return leader ?? assert.fail('no leader')
}

/** The answer of a node, or false if it does not answer. */
export async function orFalse(answer: Promise<boolean>): Promise<boolean> {
  return answer.catch((error: unknown) => {
    if (!(error instanceof Error)) throw error
    return false
  })
}

/** How late blocks were after each kind of event, in milliseconds, in the order of the rounds. */
export type Delays = ReadonlyMap<string, readonly number[]>

/** Transfers the leadership, then lets each accident happen to the leader's node. @returns how late blocks were */
export async function failOver(
  t: TestContext,
  {
    cluster,
    times,
    rounds,
  }: {
    readonly cluster: Cluster
    readonly times: BlockTimes
    readonly rounds: Readonly<Record<'transfers' | 'accidents', number>>
  },
): Promise<Delays> {
  const delays = new Map<string, number[]>()
  const note = (what: string, after: number) => {
    const late = [...times.delays].flatMap(([number, delay]) => (number > after ? [delay] : []))
    delays.set(what, [...(delays.get(what) ?? []), Math.max(...late)])
  }
  for (let round = 0; round < rounds.transfers; round++) {
    const leader = await untilSteady(cluster, times)
    const after = times.newest
    await resultOf(leader.conductorUrl, 'conductor_transferLeader')
    await untilSteady(cluster, times, { after, not: leader.name })
    note('transfer of leadership', after)
  }
  for (const [what, happens] of Object.entries(cluster.accidents))
    for (let round = 0; round < rounds.accidents; round++) {
      const leader = await untilSteady(cluster, times)
      const after = times.newest
      await happens(leader.name)
      await untilSteady(cluster, times, { after })
      note(what, after)
    }
  for (const [what, values] of delays) {
    const { median, worst } = medianAndWorst(values)
    t.diagnostic(
      `${cluster.label}, ${what}: latest block ${median} / ${worst} ms after its time (median / worst of ${values.length})`,
    )
  }
  return delays
}

import assert from 'node:assert/strict'
import type { JsonRpcClient } from '#json-rpc/json-rpc-client.ts'
import type { Follower } from './followers.ts'
import { until } from './until.ts'

/** A block of a node. */
export interface Head {
  readonly number: number
  readonly hash: string
  /** Seconds. */
  readonly timestamp: number
}

/** Block labels of an execution client. */
const labels = ['latest', 'safe', 'finalized'] as const

/** The heads of one node at one time. A head that the node does not have is omitted. */
export interface Heads extends Partial<Readonly<Record<(typeof labels)[number], Head>>> {
  /** Unix milliseconds. */
  readonly atMs: number
}

/** The heads of all nodes by name, requested at the same time. */
export type Sample = ReadonlyMap<string, Heads>

/** Polling interval, which limits the precision of the times. */
const everyMs = 200

/** Number of blocks in one batch of requests. */
const pageBlocks = 100

/** Polls the heads of several nodes until a condition is met, and stores the heads. */
export class HeadRecord {
  readonly followers: readonly Follower[]
  readonly samples: Sample[] = []

  constructor(followers: readonly Follower[]) {
    this.followers = followers
  }

  /** @throws Error with the state of the nodes if the condition is not met in time */
  async until(what: string, withinMs: number, holds: (sample: Sample) => boolean): Promise<Sample> {
    const explain = async () => {
      const said = await Promise.all(this.followers.map((follower) => this.#explain(follower)))
      return said.join('\n')
    }
    await until(what, { withinMs, everyMs, explain }, async () => holds(await this.#take()))
    return this.last
  }

  /** The newest sample. */
  get last(): Sample {
    return this.samples.at(-1) ?? new Map()
  }

  async #take(): Promise<Sample> {
    const entries = await Promise.all(
      this.followers.map(async ({ name, execution }) => [name, await headsOf(execution)] as const),
    )
    const sample = new Map(entries)
    this.samples.push(sample)
    return sample
  }

  async #explain(follower: Follower): Promise<string> {
    const { name } = follower
    const heads = this.last.get(name)
    const numbers = labels.map((label) => `${label} ${heads?.[label]?.number ?? '–'}`)
    return `--- ${name}: ${numbers.join(', ')}\n${await follower.explain()}`
  }
}

async function headsOf(client: JsonRpcClient): Promise<Heads> {
  const answers = await client.batch(
    labels.map((label) => ({ method: 'eth_getBlockByNumber', params: [label, false] })),
  )
  const heads = answers.map((answer, at) => {
    // For a label that is not set yet, op-geth answers with an error, and other clients answer null.
    return [labels[at], 'error' in answer ? undefined : toHead(answer.result)]
  })
  return { ...(Object.fromEntries(heads) as object), atMs: Date.now() }
}

function toHead(result: unknown): Head | undefined {
  const block = result as Readonly<Record<'number' | 'hash' | 'timestamp', string>> | null
  if (block === null) return undefined
  const { number, hash, timestamp } = block
  return { number: Number(number), hash, timestamp: Number(timestamp) }
}

/** The hash of each block of a node, from genesis to block `last`. */
export async function hashesOf(client: JsonRpcClient, last: number): Promise<readonly string[]> {
  const hashes: string[] = []
  for (let from = 0; from <= last; from += pageBlocks) {
    const length = Math.min(pageBlocks, last + 1 - from)
    const answers = await client.batch(
      Array.from({ length }, (_, at) => {
        const which = `0x${(from + at).toString(16)}`
        return { method: 'eth_getBlockByNumber', params: [which, false] }
      }),
    )
    for (const answer of answers) {
      const head = 'error' in answer ? undefined : toHead(answer.result)
      assert.ok(head !== undefined, `block ${hashes.length} is missing`)
      hashes.push(head.hash)
    }
  }
  return hashes
}

/** The median and the maximum of some values. */
export function medianAndWorst(values: readonly number[]): { median: number; worst: number } {
  const sorted = values.toSorted((left, right) => left - right)
  return { median: sorted[Math.floor(sorted.length / 2)] ?? NaN, worst: sorted.at(-1) ?? NaN }
}

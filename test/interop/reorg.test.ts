import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { type Beside, besideNetwork, untilCaughtUp } from './beside.ts'
import { type Head, hashesOf, type Sample } from './head-record.ts'
import { whyNoNetwork } from './network.ts'

// L1 replaces its last blocks while op-node and two Atoll nodes derive from them.

/** Depths of reorgs in L1 blocks. The channel timeout is 50 blocks. */
const depths = [1, 3, 10, 60]

/** Minimum number of L1 blocks below the replaced blocks. */
const keptBlocks = 15

/** Distance of finality from the head of L1: more than the deepest reorg. */
const finalityDistance = 80

/** One reorg, as printed. */
interface Outcome {
  readonly depth: number
  /** The newest L2 block before the reorg. All blocks up to this block must become safe again. */
  readonly target: number
  /** The times of each node, by its name. */
  readonly times: ReadonlyMap<string, Times>
}

/** Times of a node, in seconds from the reorg of L1. */
interface Times {
  /** Until the safe head was no longer on the old branch. */
  readonly left: number
  /** Until all blocks up to `target` were safe, and stayed safe. */
  readonly agreed: number
  /** Number of blocks by which the safe head went back. */
  readonly back: number
}

/** The times of one node, from its safe heads in the samples. */
function timesOf(
  samples: readonly Sample[],
  name: string,
  facts: { readonly startMs: number; readonly target: number; readonly hashes: readonly string[] },
): Times {
  const { startMs, target, hashes } = facts
  const safeHeads = samples.flatMap((sample) => {
    const heads = sample.get(name)
    return heads?.safe === undefined ? [] : [{ ...heads.safe, atMs: heads.atMs }]
  })
  const before = safeHeads[0]?.number ?? 0
  // A safe head above the compared blocks is newer than the reorg.
  const isOld = ({ number, hash }: Head) => number < hashes.length && hashes[number] !== hash
  const stays = safeHeads.slice(safeHeads.findLastIndex(isOld) + 1)
  const isThere = ({ number, atMs }: Head & { readonly atMs: number }) =>
    atMs >= startMs && number >= target
  const secondsTo = (atMs: number | undefined) =>
    atMs === undefined ? Infinity : Math.max(0, atMs - startMs) / 1_000
  return {
    left: secondsTo(stays[0]?.atMs),
    agreed: secondsTo(stays.find(isThere)?.atMs),
    back: before - Math.min(...safeHeads.map(({ number }) => number)),
  }
}

/** Reorganises L1, and waits until all blocks before the reorg are safe again on all nodes. */
async function reorganise(beside: Beside, depth: number): Promise<Outcome> {
  const { network, opNode, ours, record } = beside
  const verifiers = [opNode, ...ours]
  const isDeep = (sample: Sample) => (sample.get('L1')?.latest?.number ?? 0) >= depth + keptBlocks
  await record.until(`${depth + keptBlocks} blocks of L1`, 300_000, isDeep)
  const from = record.samples.length - 1
  const target = record.last.get('sequencer')?.latest?.number ?? 0
  const { ancestor, oldHead } = await network.reorganise(depth)
  assert.equal(oldHead.number - ancestor.number, depth)
  const startMs = Date.now()
  const safeOf = (sample: Sample) =>
    Math.min(...verifiers.map(({ name }) => sample.get(name)?.safe?.number ?? 0))
  // The old branch had no batches for the newest blocks, so a safe head at `target` was derived from the new branch.
  const agree = (sample: Sample) => safeOf(sample) >= target
  await record.until(`the safe chain after a reorg of ${depth}`, 300_000, agree)
  const last = safeOf(record.last)
  const hashes = await hashesOf(opNode.execution, last)
  for (const { name, execution } of ours)
    assert.deepEqual(await hashesOf(execution, last), hashes, `${name} after a reorg of ${depth}`)
  const samples = record.samples.slice(from)
  const facts = { startMs, target, hashes }
  const times = new Map(verifiers.map(({ name }) => [name, timesOf(samples, name, facts)]))
  return { depth, target, times }
}

function outcomeLines({ depth, target, times }: Outcome): readonly string[] {
  return [...times].map(([name, { left, agreed, back }]) => {
    const seconds = `off the old branch after ${left.toFixed(1)} s, ${target} blocks safe again after ${agreed.toFixed(1)} s`
    return `depth ${depth}: ${name}: ${seconds}; the safe head went back ${back}`
  })
}

async function reorganiseAll(t: TestContext, beside: Beside): Promise<void> {
  const { opNode, ours, record } = beside
  const finalOf = (sample: Sample, name: string) => sample.get(name)?.finalized?.number ?? 0
  await untilCaughtUp(beside)
  for (const depth of depths)
    for (const line of outcomeLines(await reorganise(beside, depth))) t.diagnostic(line)
  const names = [opNode, ...ours].map(({ name }) => name)
  await record.until('all nodes have a finalized block', 300_000, (sample) =>
    names.every((name) => finalOf(sample, name) > 0),
  )
  const last = Math.max(...names.map((name) => finalOf(record.last, name)))
  const hashes = await hashesOf(opNode.execution, last)
  for (const name of names) {
    const final = record.last.get(name)?.finalized
    assert.equal(final?.hash, hashes[final?.number ?? 0], `finalized block of ${name}`)
    t.diagnostic(`${name}: finalized ${final?.number}, as op-node has it`)
  }
}

const skip = whyNoNetwork() ?? false
test('a node and op-node agree again after L1 reorgs', { skip }, async (t) => {
  const flags = { 'finality-distance': String(finalityDistance) }
  await besideNetwork(flags, (beside) => reorganiseAll(t, beside))
})

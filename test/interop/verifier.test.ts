import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { type Beside, besideNetwork, untilCaughtUp } from './beside.ts'
import type { Follower } from './followers.ts'
import { type Head, type HeadRecord, hashesOf, medianAndWorst, type Sample } from './head-record.ts'
import { clientOf, whyNoNetwork } from './network.ts'

// Two Atoll nodes, each with all of its services, follow a live network beside its op-node: one on an op-geth, one on
// the embedded client.

const wantedBlocks = Number(process.env['ATOLL_INTEROP_BLOCKS'] ?? 600)

/** The safe and finalized head reported by an op-node. */
async function syncStatusOf(url: string): Promise<readonly Head[]> {
  const client = clientOf(url)
  try {
    const status = (await client.call('optimism_syncStatus', [])) as Readonly<
      Record<'safe_l2' | 'finalized_l2', Head>
    >
    return [status.safe_l2, status.finalized_l2]
  } finally {
    await client.close()
  }
}

/** Asserts that all blocks of a node, and all safe and finalized heads that it reported, equal op-node's. */
async function assertSame(
  record: HeadRecord,
  { name, execution }: Follower,
  theirs: readonly string[],
): Promise<string> {
  const ours = await hashesOf(execution, theirs.length - 1)
  assert.deepEqual(ours, theirs, `blocks of ${name}`)
  const seen = { safe: new Set<number>(), finalized: new Set<number>() }
  for (const sample of record.samples)
    for (const label of ['safe', 'finalized'] as const) {
      const head = sample.get(name)?.[label]
      if (head === undefined) continue
      assert.equal(head.hash, theirs[head.number], `${label} block ${head.number} of ${name}`)
      seen[label].add(head.number)
    }
  return `${ours.length} hashes equal, ${seen.safe.size} heads seen safe and ${seen.finalized.size} finalized`
}

/** How many blocks the safe head is behind the sequencer's newest block, and the age of the safe head in seconds. */
function lagOf(samples: readonly Sample[], name: string) {
  const blocks: number[] = []
  const seconds: number[] = []
  for (const sample of samples) {
    const [front, heads] = [sample.get('sequencer')?.latest, sample.get(name)]
    if (front === undefined || heads?.safe === undefined) continue
    blocks.push(Math.max(0, front.number - heads.safe.number))
    seconds.push(heads.atMs / 1_000 - heads.safe.timestamp)
  }
  return { blocks: medianAndWorst(blocks), seconds: medianAndWorst(seconds) }
}

/** When each block was first seen safe, in Unix milliseconds. */
function safeSince(samples: readonly Sample[], name: string): ReadonlyMap<number, number> {
  const since = new Map<number, number>()
  let next: number | undefined
  for (const sample of samples) {
    const heads = sample.get(name)
    if (heads?.safe === undefined) continue
    // Blocks that are safe in the first sample became safe at an unknown time.
    next ??= heads.safe.number + 1
    for (; next <= heads.safe.number; next++) since.set(next, heads.atMs)
  }
  return since
}

function lagLine(samples: readonly Sample[], name: string): string {
  const { blocks, seconds } = lagOf(samples, name)
  const [ours, theirs] = [safeSince(samples, name), safeSince(samples, 'op-node')]
  const later = [...ours].flatMap(([number, atMs]) => {
    const theirsMs = theirs.get(number)
    return theirsMs === undefined ? [] : [(atMs - theirsMs) / 1_000]
  })
  const two = ({ median, worst }: ReturnType<typeof medianAndWorst>, digits: number) =>
    `${median.toFixed(digits)} / ${worst.toFixed(digits)}`
  const beside = name === 'op-node' ? '' : `, ${two(medianAndWorst(later), 1)} s after op-node`
  return `${name}: safe head ${two(blocks, 0)} blocks behind, ${two(seconds, 1)} s old${beside} (median / worst)`
}

async function follow(t: TestContext, beside: Beside): Promise<void> {
  const { network, opNode, ours, record } = beside
  const verifiers = [opNode, ...ours]
  const allAt = (label: 'safe' | 'finalized', number: number) => (sample: Sample) =>
    verifiers.every(({ name }) => (sample.get(name)?.[label]?.number ?? 0) >= number)
  const caughtUp = await untilCaughtUp(beside)
  const from = record.samples.length
  const wanted = caughtUp + wantedBlocks
  const withinMs = (wantedBlocks + 180) * 1_000
  await record.until(`${wantedBlocks} more safe blocks`, withinMs, allAt('safe', wanted))
  const samples = record.samples.slice(from)
  await record.until('these blocks are final', 180_000, allAt('finalized', wanted))
  const reported = await syncStatusOf(network.file.nodes.b.rollupUrl)
  const last = Math.max(
    ...reported.map(({ number }) => number),
    ...verifiers.map(({ name }) => record.last.get(name)?.safe?.number ?? 0),
  )
  await record.until(`all nodes have the safe block ${last}`, 60_000, allAt('safe', last))
  const hashes = await hashesOf(opNode.execution, last)
  for (const { number, hash } of reported) assert.equal(hash, hashes[number], `op-node's ${number}`)
  for (const follower of ours)
    t.diagnostic(`${follower.name}: ${await assertSame(record, follower, hashes)}`)
  for (const { name } of verifiers) t.diagnostic(lagLine(samples, name))
}

const skip = whyNoNetwork() ?? false
test(
  'a node follows a live network as op-node does, on op-geth and on its own client',
  { skip },
  async (t) => {
    await besideNetwork({}, (beside) => follow(t, beside))
  },
)

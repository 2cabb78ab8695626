import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { test, type TestContext } from 'node:test'
import { type Beside, besideNetwork, ownPorts, untilCaughtUp } from './beside.ts'
import { startOnEmbedded, startOnOpGeth } from './followers.ts'
import { hashesOf, medianAndWorst, type Sample } from './head-record.ts'
import { assertNoneRejected, type Member, memberOf } from './members.ts'
import { blockOf, clientOf, type Network, whyNoNetwork } from './network.ts'
import { until } from './until.ts'

// Two Atoll nodes join two op-nodes of a live network as peers. One Atoll node has an op-node as a static peer and is
// dialed by the other op-node. The other Atoll node finds its peers by discovery.

/** For how long the unsafe blocks are followed. */
const seconds = Number(process.env['ATOLL_INTEROP_SECONDS'] ?? 60)

/** Limit on the time until a restarted node has its peers again. */
const againMs = 10_000

/** A peer as op-node knows it. */
interface OpNodePeer {
  readonly connectedness: number
  readonly direction: number
  readonly gossipBlocks: boolean
  readonly scores: { readonly gossip: { readonly total: number } }
}

/** The peers of an op-node by peer id, and those that it banned. */
interface OpNodePeers {
  readonly peers: Readonly<Record<string, OpNodePeer>>
  readonly bannedPeers: readonly string[] | null
  readonly bannedIPS: readonly string[] | null
}

async function askOpNode<Answer>(url: string, method: string, ...params: readonly unknown[]) {
  const client = clientOf(url)
  try {
    return (await client.call(method, params)) as Answer
  } finally {
    await client.close()
  }
}

const peersOf = (url: string) => askOpNode<OpNodePeers>(url, 'opp2p_peers', true)

/** The two Atoll nodes: one with a static peer, one with discovery. */
function membersOf(network: Network, folder: string): readonly [Member, Member] {
  const { a } = network.file.nodes
  const withStatic = { 'p2p-discovery': 'false', 'p2p-static-peers': a.multiaddr }
  const first = memberOf(folder, { name: 'static', port: ownPorts + 2 }, withStatic)
  const bootnodes = { 'p2p-bootnodes': a.discoveryEnode ?? '' }
  const second = memberOf(folder, { name: 'found', port: ownPorts + 4 }, bootnodes)
  const embedded = { folder, portBase: ownPorts, ...second.options }
  return [
    { ...first, start: () => startOnOpGeth(network, folder, first.options) },
    { ...second, start: () => startOnEmbedded(network, embedded) },
  ]
}

/**
 * Waits until an op-node is connected to each of the ids, and sees each of them in the topic of blocks.
 *
 * @returns milliseconds
 */
async function untilPeers(url: string, ids: readonly string[], withinMs: number): Promise<number> {
  const startedMs = performance.now()
  const explain = async () => JSON.stringify(await peersOf(url))
  const isPeer = (peer?: OpNodePeer) => peer?.connectedness === 1 && peer.gossipBlocks
  await until(`${url} has its peers`, { withinMs, everyMs: 100, explain }, async () => {
    const { peers } = await peersOf(url)
    return ids.every((id) => isPeer(peers[id]))
  })
  return performance.now() - startedMs
}

/** Asserts that neither side gave the other a negative score or banned it, and that Atoll rejected no block. */
async function assertHarmony({ file }: Network, members: readonly Member[]): Promise<void> {
  for (const { rollupUrl } of [file.nodes.a, file.nodes.b]) {
    const { peers, bannedPeers, bannedIPS } = await peersOf(rollupUrl)
    assert.deepEqual([bannedPeers ?? [], bannedIPS ?? []], [[], []])
    for (const { name, peerId } of members)
      assert.ok((peers[peerId]?.scores.gossip.total ?? 0) >= 0, `score of ${name} at op-node`)
  }
  await assertNoneRejected(members)
}

/** The times at which a program logged the receipt or import of each block, in Unix milliseconds. */
async function timesIn(path: string, line: RegExp, toMs: (time: string) => number) {
  const times = new Map<number, number>()
  for (const [, time = '', number = ''] of (await readFile(path, 'utf8')).matchAll(line)) {
    const block = Number(number.replaceAll(',', ''))
    if (!times.has(block)) times.set(block, toMs(time))
  }
  return times
}

const received = /^t=(\S+) .*msg="Received signed execution payload from p2p".* id=\S+?:(\d+)/gmu
const imported = /\[(\d\d-\d\d\|[\d:.]+)\] Imported new potential chain segment +number=([\d,]+)/gu

/** op-geth logs local time without a year. */
const ofGeth = (time: string) => Date.parse(`${new Date().getFullYear()}-${time.replace('|', 'T')}`)

/** The delays from one event to another, as text, for the blocks that have both events. */
function delays(
  blocks: readonly number[],
  from: ReadonlyMap<number, number>,
  to: ReadonlyMap<number, number>,
): string {
  const times = blocks.flatMap((number) => {
    const [fromMs, toMs] = [from.get(number), to.get(number)]
    return fromMs === undefined || toMs === undefined ? [] : [toMs - fromMs]
  })
  assert.ok(times.length > 0, 'no block has both times')
  const { median, worst } = medianAndWorst(times)
  return `${median} / ${worst} ms in ${times.length} blocks (median / worst)`
}

/** Time from the receipt of a block to its import by op-geth, for op-node b and for the Atoll node on op-geth c. */
async function reportSpeed(
  t: TestContext,
  { logs }: Network['file'],
  { received: ours, blocks }: Pick<Member, 'received'> & { readonly blocks: readonly number[] },
): Promise<void> {
  const theirs = await timesIn(logs['node-b'] ?? '', received, Date.parse)
  const both = [
    ['op-node', theirs, await timesIn(logs['geth-b'] ?? '', imported, ofGeth)],
    ['Atoll', ours, await timesIn(logs['geth-c'] ?? '', imported, ofGeth)],
  ] as const
  for (const [name, got, done] of both)
    t.diagnostic(`${name}: from receipt to op-geth's import ${delays(blocks, got, done)}`)
  t.diagnostic(`from op-node's receipt to Atoll's ${delays(blocks, theirs, ours)}`)
}

/** Follows the unsafe blocks for some time, and asserts that each of them came from a peer. @returns their numbers */
async function followUnsafe(
  t: TestContext,
  { network, ours, record }: Beside,
  members: readonly Member[],
): Promise<readonly number[]> {
  const from = record.last.get('sequencer')?.latest?.number ?? 0
  const wanted = from + seconds
  const blocks = Array.from({ length: seconds }, (_, at) => from + 1 + at)
  const allAt = (number: number) => (sample: Sample) =>
    ours.every(({ name }) => (sample.get(name)?.latest?.number ?? 0) >= number)
  const firstSample = record.samples.length
  await record.until(`${seconds} more unsafe blocks`, (seconds + 60) * 1_000, allAt(wanted))
  const sequencer = clientOf(network.file.nodes.a.executionUrl)
  try {
    const theirs = await hashesOf(sequencer, wanted)
    for (const [at, { execution, name }] of ours.entries()) {
      assert.deepEqual(await hashesOf(execution, wanted), theirs, `blocks of ${name}`)
      const missing = blocks.filter((number) => members[at]?.received.has(number) !== true)
      assert.deepEqual(missing, [], `blocks that no peer sent to ${name}`)
    }
  } finally {
    await sequencer.close()
  }
  for (const { name } of ours) {
    const behind = record.samples.slice(firstSample).flatMap((sample) => {
      const [front, own] = [sample.get('sequencer')?.latest, sample.get(name)?.latest]
      return front === undefined || own === undefined
        ? []
        : [Math.max(0, front.number - own.number)]
    })
    const { median, worst } = medianAndWorst(behind)
    t.diagnostic(
      `${name}: ${seconds} unsafe blocks equal, ${median} / ${worst} behind the sequencer (median / worst)`,
    )
  }
  return blocks
}

/** Asserts that without batches the unsafe head advances, and the safe head stays. */
async function withoutBatcher(t: TestContext, { network, ours, record }: Beside): Promise<void> {
  await network.control('batcher', 'stop')
  const safeOf = (sample: Sample) => ours.map(({ name }) => sample.get(name)?.safe?.number ?? 0)
  const unsafeOf = (sample: Sample) =>
    Math.min(...ours.map(({ name }) => sample.get(name)?.latest?.number ?? 0))
  // The batches that op-batcher sent before are still derived.
  let [before, sinceMs] = [safeOf(record.last), Date.now()]
  await record.until('the safe heads stay', 120_000, (sample) => {
    const now = safeOf(sample)
    if (now.some((safe, at) => safe !== before[at])) [before, sinceMs] = [now, Date.now()]
    return Date.now() - sinceMs > 15_000
  })
  const start = unsafeOf(record.last)
  await record.until('the unsafe heads advance', 60_000, (sample) => unsafeOf(sample) >= start + 15)
  assert.deepEqual(safeOf(record.last), before)
  t.diagnostic(`without op-batcher: safe ${before.join(' and ')}, unsafe ${start} to ${start + 15}`)
  await network.control('batcher', 'start')
  await record.until('the safe heads advance', 180_000, (sample) =>
    safeOf(sample).every((safe, at) => safe > (before[at] ?? 0) + 5),
  )
}

async function amongPeers(t: TestContext, beside: Beside, members: readonly [Member, Member]) {
  const { network } = beside
  const { a, b } = network.file.nodes
  const ids = members.map(({ peerId }) => peerId)
  const [withStatic] = members
  await untilPeers(a.rollupUrl, [withStatic.peerId], 60_000)
  await askOpNode(b.rollupUrl, 'opp2p_connectPeer', withStatic.address)
  // One Atoll node finds both op-nodes by discovery. The other Atoll node has op-node a as a static peer, and op-node b
  // dials this Atoll node.
  for (const { rollupUrl } of [a, b]) await untilPeers(rollupUrl, ids, 120_000)
  await untilCaughtUp(beside)
  const { peers } = await peersOf(b.rollupUrl)
  const directions = ids.map((id) => peers[id]?.direction)
  t.diagnostic(
    `connections of op-node b (1 inbound, 2 outbound): static ${directions[0]}, found ${directions[1]}`,
  )
  assert.equal(directions[0], 2, 'op-node did not dial Atoll')
  assert.equal((await peersOf(a.rollupUrl)).peers[withStatic.peerId]?.direction, 1)
  const blocks = await followUnsafe(t, beside, members)
  await assertHarmony(network, members)
  await reportSpeed(t, network.file, { ...withStatic, blocks })
  await withoutBatcher(t, beside)
  for (const name of ['a', 'b'] as const) {
    await network.control(`node-${name}`, 'stop')
    await network.control(`node-${name}`, 'start')
    const { rollupUrl } = network.file.nodes[name]
    const isUp = () =>
      askOpNode(rollupUrl, 'opp2p_self').then(
        () => true,
        (error: unknown) => !(error instanceof Error),
      )
    await until('op-node is up', { withinMs: 60_000, everyMs: 50, explain: () => '' }, isUp)
    const tookMs = await untilPeers(rollupUrl, ids, againMs)
    t.diagnostic(
      `op-node ${name} was restarted, and has both Atoll nodes again after ${tookMs.toFixed(0)} ms`,
    )
  }
  await assertHarmony(network, members)
}

/** Restarts an Atoll node, and waits until both op-nodes are connected to it again. */
async function restart(t: TestContext, { network, ours }: Beside, member: Member): Promise<void> {
  const { a, b } = network.file.nodes
  await ours[0]?.stop()
  const isGone = async () => (await peersOf(a.rollupUrl)).peers[member.peerId]?.connectedness !== 1
  await until(
    'op-node has lost the node',
    { withinMs: 20_000, everyMs: 100, explain: () => '' },
    isGone,
  )
  const before = member.starts()
  const startedMs = performance.now()
  const again = await member.start()
  try {
    const explain = () => again.explain()
    const isUp = async () => member.starts() > before
    await until('the host of the node is open', { withinMs: 60_000, everyMs: 50, explain }, isUp)
    const openedMs = performance.now()
    for (const { rollupUrl } of [a, b]) await untilPeers(rollupUrl, [member.peerId], againMs)
    const since = (ms: number) => `${(performance.now() - ms).toFixed(0)} ms`
    t.diagnostic(
      `Atoll was restarted, and has both op-nodes again ${since(startedMs)} after its start, ${since(openedMs)} after its host opened`,
    )
    const head = async () => (await blockOf(again.execution, 'latest'))?.number ?? 0
    const unsafe = await head()
    const goesOn = async () => (await head()) >= unsafe + 5
    await until(
      'the unsafe head advances',
      { withinMs: 30_000, explain: () => again.explain() },
      goesOn,
    )
  } finally {
    await again.stop()
  }
}

const skip = whyNoNetwork() ?? false
test(
  'Atoll and op-node are peers: both dial, discovery finds both, and every unsafe block arrives',
  { skip },
  async (t) => {
    const members: Member[] = []
    const startOurs = (network: Network, folder: string) => {
      members.push(...membersOf(network, folder))
      return members.map(({ start }) => start)
    }
    const flags = { discovery: 'true', 'log-level': 'debug' }
    await besideNetwork(
      flags,
      async (beside) => {
        const [withStatic, found] = members
        assert.ok(withStatic && found)
        await amongPeers(t, beside, [withStatic, found])
        await restart(t, beside, withStatic)
      },
      startOurs,
    )
  },
)

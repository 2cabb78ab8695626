import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { setPriority } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import { replayL1 } from '#records/replay/replay-record.ts'
import { decodePayload } from '#protocol/p2p/decode-payload.ts'
import { portBytes } from '#protocol/p2p/enr-endpoint.ts'
import { recordToText } from '#protocol/p2p/enr-text.ts'
import { signRecord } from '#protocol/p2p/enr.ts'
import { signatureBytes } from '#protocol/p2p/payload-signature.ts'
import { blocksTopic } from '#protocol/p2p/topics.ts'
import type { Hash } from '#protocol/primitives.ts'
import { systemClock } from '#runtime/clock.ts'
import type { OpenNetwork } from '#services/gossip/network/open-network.ts'
import { pause } from '#test/bus/conformance/raw-client.ts'
import { payloadOf, signerAddress } from '#test/fakes/block-messages.ts'
import { blockData, hostOn } from '#test/fakes/gossip-world.ts'
import { NodeOnRecord } from '#test/fakes/node-on-record.ts'
import { readRecord } from '#test/fakes/recorded-chain.ts'
import { recordsFolder } from '#test/fakes/record-lines.ts'
import { freeTcpPort, freeUdpPort } from '#test/fakes/free-port.ts'
import { type Attack, attacks, type Order } from './attack.ts'

// A hostile peer, in a process of its own, attacks the gossip of a real node. Meanwhile a sequencer sends blocks
// through the node.

/** Duration of an attack; 60,000 for a long test run. */
const attackMs = Number(process.env['ATOLL_ATTACK_MS'] ?? 5_000)

/** Attacks of this run; all by default. */
const chosen = attacks.filter(
  (attack) => process.env['ATOLL_ATTACKS']?.split(',').includes(attack) ?? true,
)

/** Blocks of the sequencer a second. */
const honestRate = 10

/**
 * Limit on the delay of honest blocks: `factor` times the delay without attacks, which counts as at least `floorMs`.
 */
const delayed = { factor: 3, floorMs: 20 }

/** Limit on the growth of gossip's memory over all attacks. */
const maxGrowthMb = 200

/**
 * Limit on the delay of gossip's event loop. This delay includes the time in which other processes occupy the cores.
 */
const maxLoopDelayMs = 1_000

/** The outcomes under which gossip counts the messages of an attack. The other attacks send no readable blocks. */
const counted: Partial<Record<Attack, readonly string[]>> = {
  'invalid-blocks': [
    'not-snappy',
    'too-large',
    'too-small',
    'bad-signature',
    'wrong-signer',
    'malformed',
    'too-old',
    'too-new',
    'wrong-hash',
    'excess-blob-gas',
  ],
  'many-at-height': ['too-many-at-height'],
  'snappy-bombs': ['bad-signature'],
  'many-messages': ['bad-signature', 'busy'],
  'repeated-blocks': ['busy'],
  'control-flood': ['control-rate'],
  'large-frames': ['too-large'],
  'empty-rpcs': ['rpc-rate'],
  // Gossip answers a burst of 15 requests of a peer, and then four per second.
  requests: ['payload'],
}

const record = join(recordsFolder, 'bad-data-karst')

/** The last block of the record. The sequencer's blocks are not above this block, so the engine ignores them. */
const lastBlock = 363n

interface Arena {
  readonly node: NodeOnRecord
  readonly chainId: bigint
  readonly sequencer: OpenNetwork
  /** A peer that gets its blocks only from the node. */
  readonly behind: OpenNetwork
  readonly order: Omit<Order, 'attack'>
  /** Number of blocks that the sequencer sent. */
  sent: number
}

/** Sends blocks for a time. @returns for each block, the milliseconds until it came through the node */
async function sendBlocks(arena: Arena, forMs: number): Promise<readonly number[]> {
  const { behind, chainId, sequencer } = arena
  const sent = new Map<Hash, number>()
  const times: number[] = []
  const stop = behind.onBlock(({ arrival, data }) => {
    behind.judge(arrival, 'accept')
    const { blockHash } = decodePayload(4, data.bytes.subarray(signatureBytes))
    const atMs = sent.get(blockHash)
    if (atMs !== undefined) times.push(performance.now() - atMs)
  })
  const endMs = performance.now() + forMs
  while (performance.now() < endMs) {
    const number = 1n + (BigInt(arena.sent++) % lastBlock)
    const timestamp = BigInt(Math.floor(Date.now() / 1_000))
    const transactions = [Uint8Array.from(randomBytes(1_000))]
    const payload = payloadOf(4, { number, timestamp, transactions })
    const data = blockData(4, payload, { chainId })
    sent.set(payload.blockHash, performance.now())
    await sequencer.publish(blocksTopic(chainId, 4), data)
    await pause(1_000 / honestRate)
  }
  const lateMs = performance.now() + 5_000
  while (times.length < sent.size && performance.now() < lateMs) await pause(20)
  stop()
  assert.equal(times.length, sent.size, 'a block of the sequencer is missing, or came twice')
  return times
}

/** Starts a hostile peer, and waits until its attack begins. `ended` resolves to its output. */
async function attackBy(order: Order): Promise<{ readonly ended: Promise<string> }> {
  const program = fileURLToPath(new URL('attacker.ts', import.meta.url))
  const child = spawn(process.execPath, [program, JSON.stringify(order)], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  // The hostile peer represents another machine, so the node must not wait for a core that the peer uses.
  if (child.pid !== undefined) setPriority(child.pid, 10)
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text
    })
  const ended = once(child, 'close').then(() => {
    assert.equal(child.exitCode, 0, output)
    return output
  })
  while (!output.includes('ready') && child.exitCode === null) await pause(10)
  return { ended }
}

/** Values of the metrics of gossip, by name with labels. */
async function metricsOf(node: NodeOnRecord): Promise<ReadonlyMap<string, number>> {
  const page = await (await fetch(`${node.healthUrl}/metrics`)).text()
  const lines = page.split('\n').filter((line) => line.includes('service="gossip"'))
  return new Map(
    lines.map((line) => {
      const at = line.lastIndexOf(' ')
      return [line.slice(0, at), Number(line.slice(at + 1))]
    }),
  )
}

/** The sum of all metrics whose names begin with `name` and whose labels contain `label`. */
function sumOf(metrics: ReadonlyMap<string, number>, name: string, label = ''): number {
  return [...metrics]
    .filter(([key]) => key.startsWith(name) && key.includes(label))
    .reduce((sum, [, value]) => sum + value, 0)
}

/** The number of blocks and requests with the outcome `name`, and of RPCs that were dropped for the reason `name`. */
function countOf(metrics: ReadonlyMap<string, number>, name: string): number {
  return (
    sumOf(metrics, 'atoll_gossip_rpcs_', `reason="${name}"`) +
    sumOf(metrics, 'atoll_gossip_', `outcome="${name}"`)
  )
}

function rssMb(node: NodeOnRecord): number {
  const pid = node.pidOf('gossip')
  if (pid === undefined) return 0
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  return Number(/VmRSS:\s+(\d+)/u.exec(status)?.[1] ?? 0) / 1_024
}

function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((left, right) => left - right)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0
}

/** Dials a libp2p host that may not be up yet. */
async function untilDialed(peer: OpenNetwork, address: string): Promise<void> {
  for (let attempts = 1; ; attempts++)
    try {
      return await peer.dial([address])
    } catch (error) {
      if (attempts === 50) throw error
      await pause(200)
    }
}

/** The record of a node that does not answer, so that discovery asks no other node. */
function silentNode(): string {
  const entries = new Map([
    ['ip', Uint8Array.of(127, 0, 0, 1)],
    ['udp', portBytes(9)],
  ])
  return recordToText(signRecord({ sequence: 1n, entries }, new Uint8Array(32).fill(99)))
}

async function openArena(t: TestContext): Promise<Arena> {
  const [tcpPort, udpPort] = [await freeTcpPort(), await freeUdpPort()]
  const ports = { host: '127.0.0.1', rpcPort: 0, beaconPort: 0, clock: systemClock }
  const growth = { speed: 0, reorgs: [], safeLag: 4n, finalizedLag: 8n }
  const l1 = await replayL1(record, { ...ports, growth, unsafeBlockSigner: signerAddress })
  const given = {
    p2pDisable: 'false',
    p2pBootnodes: silentNode(),
    p2pListenIp: '127.0.0.1',
    p2pListenTcp: String(tcpPort),
    p2pListenUdp: String(udpPort),
    p2pMaxAgeSeconds: '60',
  }
  const node = await NodeOnRecord.start({ record, l1, given })
  t.after(() => node.close())
  const { config } = await readRecord('bad-data-karst')
  const [sequencer, behind] = [await hostOn(t, { config }), await hostOn(t, { config })]
  await node.until('the whole record is safe', () => node.safe >= lastBlock, 60_000)
  const address = `/ip4/127.0.0.1/tcp/${tcpPort}`
  for (const peer of [sequencer, behind]) await untilDialed(peer, address)
  const isIn = (peer: OpenNetwork) => peer.peers().some(({ meshes }) => meshes.length === 4)
  await node.until('both peers share blocks with the node', () => isIn(sequencer) && isIn(behind))
  const chainId = config.l2ChainId
  const order = { forMs: attackMs, address, udpPort, l2ChainId: String(chainId) }
  return { node, chainId, sequencer, behind, order, sent: 0 }
}

test('if peers attack gossip, blocks of the sequencer still come through, and blocks and requests of attacks are counted', async (t) => {
  const arena = await openArena(t)
  const { node } = arena
  await sendBlocks(arena, 2_000)
  const calm = await sendBlocks(arena, 10_000)
  const [pid, startMb] = [node.pidOf('gossip'), rssMb(node)]
  let mostMb = startMb
  const watch = setInterval(() => {
    mostMb = Math.max(mostMb, rssMb(node))
  }, 200)
  t.after(() => clearInterval(watch))
  const limitMs = delayed.factor * Math.max(percentile(calm, 0.99), delayed.floorMs)
  const shown = (times: readonly number[]) =>
    `median ${percentile(times, 0.5).toFixed(1)} ms, p99 ${percentile(times, 0.99).toFixed(1)} ms`
  t.diagnostic(`calm: ${shown(calm)}; memory ${startMb.toFixed(0)} MB`)
  const all: number[] = []
  const delays: number[] = []
  for (const attack of chosen) {
    const before = await metricsOf(node)
    const { ended } = await attackBy({ ...arena.order, attack })
    const times = await sendBlocks(arena, attackMs)
    all.push(...times)
    const output = await ended
    const after = await metricsOf(node)
    const delayMs = 1_000 * sumOf(after, 'nodejs_eventloop_lag_max_seconds')
    delays.push(delayMs)
    const counts = (counted[attack] ?? []).map((outcome) => {
      const added = countOf(after, outcome) - countOf(before, outcome)
      return [outcome, added] as const
    })
    t.diagnostic(
      `${attack}: ${shown(times)}; loop ${delayMs.toFixed(0)} ms; memory ${mostMb.toFixed(0)} MB; ${output.trim().split('\n').at(-1)} ${JSON.stringify(Object.fromEntries(counts))}`,
    )
    for (const [outcome, added] of counts) assert.ok(added > 0, `${attack}: ${outcome} is counted`)
  }
  assert.equal(node.pidOf('gossip'), pid, 'gossip was restarted')
  const last = await metricsOf(node)
  t.diagnostic(`all attacks: ${shown(all)}, at most ${limitMs.toFixed(0)} ms`)
  // Not every attack ends in a ban.
  if (chosen.length === attacks.length)
    assert.ok(
      sumOf(last, 'atoll_gossip_bans_total', 'what="begun"') > 0,
      'no hostile peer was banned',
    )
  assert.ok(percentile(all, 0.99) <= limitMs, `p99 ${percentile(all, 0.99)} ms, at most ${limitMs}`)
  assert.ok(mostMb - startMb <= maxGrowthMb, `memory grew from ${startMb} to ${mostMb} MB`)
  assert.ok(
    Math.max(...delays) <= maxLoopDelayMs,
    `the event loop was blocked for ${Math.max(...delays)} ms`,
  )
})

import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { setPriority, tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { test, type TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import { replayL1 } from '#records/replay/replay-record.ts'
import { systemClock } from '#runtime/clock.ts'
import { pause } from '#test/bus/conformance/raw-client.ts'
import { freeTcpPort } from '#test/fakes/free-port.ts'
import { NodeOnRecord } from '#test/fakes/node-on-record.ts'
import { recordsFolder } from '#test/fakes/record-lines.ts'
import { type RpcAttack, rpcAttacks, type RpcOrder } from './rpc-attack.ts'

// A hostile client, in a process of its own, attacks the JSON-RPC of a real node. Meanwhile an honest client with
// another address calls the node.

/** Duration of an attack; 60,000 for a long test run. */
const attackMs = Number(process.env['ATOLL_ATTACK_MS'] ?? 5_000)

/** Time between attacks, in which only the honest client makes calls. */
const calmMs = 2_000

/** Time for the node to finish the work that an attack left. */
const settleMs = 500

/**
 * Niceness of a hostile client. The client represents another machine, so it must not take processor time from the
 * node.
 */
const hostileNice = 10

/**
 * Limit on the duration of honest calls: `factor` times the duration without attacks, which counts as at least
 * `floorMs`.
 */
const delayed = { factor: 3, floorMs: 50 }

/** Limit on the growth of rpc's memory over all attacks. */
const maxGrowthMb = 300

/** Limit on the delay of rpc's event loop. */
const maxLoopDelayMs = 1_000

/** Last byte of the first address of hostile clients. */
const firstHost = 66

/** The attacks to run, by default all. */
const chosen = rpcAttacks.filter(
  (attack) => process.env['ATOLL_ATTACKS']?.split(',').includes(attack) ?? true,
)

/** The reasons of refusals, or the error codes of calls, under which rpc counts the requests of an attack. */
const counted: Readonly<Record<RpcAttack, readonly string[]>> = {
  'giant-batches': ['too-many-calls', '-32600', 'banned'],
  'costly-batches': ['too-many-requests'],
  'large-bodies': ['too-large'],
  'chunked-bodies': ['too-large'],
  'deep-json': ['too-deep', '-32700', 'banned'],
  'wide-json': ['too-many-values', '-32700', 'banned'],
  'slow-bodies': ['too-slow', 'too-many-connections'],
  'idle-connections': ['too-slow', 'too-many-connections'],
  'endless-headers': ['too-large', 'banned'],
  pipelined: ['too-many-pipelined'],
  aborts: ['hung-up'],
  'unread-answers': ['too-many-bytes'],
  subscriptions: ['too-many-subscriptions', '-32005'],
  'many-sockets': ['too-many-connections'],
  'unread-messages': ['not-read'],
  'huge-frames': ['too-large'],
  'unfinished-frames': ['too-many-bytes'],
  'compressed-frames': ['bad-frame'],
  pings: ['too-many-pings'],
  'wrong-tokens': ['bad-token', 'banned'],
  'unknown-methods': ['-32601'],
  'costly-calls': ['too-many-requests'],
}

const record = join(recordsFolder, 'bad-data-karst')

interface Asked {
  readonly atMs: number
  readonly ms: number
  readonly problem: string
}

interface Arena {
  readonly node: NodeOnRecord
  readonly order: Omit<RpcOrder, 'attack'>
  /** The calls of the honest client, with their results. */
  readonly asked: Asked[]
}

function start(program: string, args: readonly string[]): ChildProcess {
  const path = fileURLToPath(new URL(program, import.meta.url))
  return spawn(process.execPath, [path, ...args], { stdio: ['ignore', 'pipe', 'inherit'] })
}

async function openArena(t: TestContext): Promise<Arena> {
  const [port, adminPort] = [await freeTcpPort(), await freeTcpPort()]
  const folder = await mkdtemp(join(tmpdir(), 'atoll-hostile-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  const token = join(folder, 'token.hex')
  writeFileSync(token, '7a'.repeat(32), { mode: 0o600 })
  const ports = { host: '127.0.0.1', rpcPort: 0, beaconPort: 0, clock: systemClock }
  const growth = { speed: 0, reorgs: [], safeLag: 4n, finalizedLag: 8n }
  const l1 = await replayL1(record, { ...ports, growth })
  const given = {
    rpcDisable: 'false',
    rpcPort: String(port),
    rpcAdminPort: String(adminPort),
    rpcAdminTokenFile: token,
  }
  const node = await NodeOnRecord.start({ record, l1, given })
  t.after(() => node.close())
  await node.until('a part of the record is safe', () => node.safe >= 50n, 60_000)
  await node.until('the whole record is safe', () => node.safe >= 363n, 60_000)
  const honest = start('honest-client.ts', [`http://127.0.0.1:${port}/`, '127.0.0.1'])
  t.after(() => honest.kill())
  const asked: Asked[] = []
  assert.ok(honest.stdout)
  createInterface(honest.stdout).on('line', (line) => void asked.push(JSON.parse(line) as Asked))
  const order = { forMs: attackMs, port, adminPort, localAddress: '127.0.0.66' }
  return { node, order, asked }
}

function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((left, right) => left - right)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0
}

function rssMb(node: NodeOnRecord): number {
  const pid = node.pidOf('rpc')
  if (pid === undefined) return 0
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  return Number(/VmRSS:\s+(\d+)/u.exec(status)?.[1] ?? 0) / 1_024
}

async function metricsOf(node: NodeOnRecord): Promise<ReadonlyMap<string, number>> {
  const page = await (await fetch(`${node.healthUrl}/metrics`)).text()
  const lines = page.split('\n').filter((line) => line.includes('service="rpc"'))
  return new Map(
    lines.map((line) => {
      const at = line.lastIndexOf(' ')
      return [line.slice(0, at), Number(line.slice(at + 1))]
    }),
  )
}

async function attackBy(order: RpcOrder): Promise<string> {
  const child = start('rpc-attacker.ts', [JSON.stringify(order)])
  if (child.pid !== undefined) setPriority(child.pid, hostileNice)
  let output = ''
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    output += text
  })
  await once(child, 'close')
  return output.trim().split('\n').at(-1) ?? ''
}

/** Waits while a process uses the same share of the processor as a hostile client, but sends nothing. */
async function besideBusyProcess(forMs: number): Promise<void> {
  const child = spawn(process.execPath, ['-e', 'for (;;);'], { stdio: 'ignore' })
  if (child.pid !== undefined) setPriority(child.pid, hostileNice)
  await pause(forMs)
  child.kill('SIGKILL')
}

/** The sum of the changes of metrics with a name and a label. */
function change(
  [before, after]: readonly [ReadonlyMap<string, number>, ReadonlyMap<string, number>],
  name: string,
  label: string,
): number {
  const sum = (metrics: ReadonlyMap<string, number>) =>
    [...metrics]
      .filter(([key]) => key.startsWith(name) && key.includes(label))
      .reduce((total, [, value]) => total + value, 0)
  return sum(after) - sum(before)
}

const shown = (times: readonly number[]) =>
  `median ${percentile(times, 0.5).toFixed(1)} ms, p99 ${percentile(times, 0.99).toFixed(1)} ms`

/** Minimum duration of attacks that the node refuses only after a timeout. */
const longer: Partial<Record<RpcAttack, number>> = {
  'slow-bodies': 23_000,
  'idle-connections': 13_000,
}

test('if a hostile client attacks, an honest client is still served, and each attack is refused and counted', async (t) => {
  const { asked, node, order } = await openArena(t)
  const [pid, startMb] = [node.pidOf('rpc'), rssMb(node)]
  let mostMb = startMb
  const watch = setInterval(() => {
    mostMb = Math.max(mostMb, rssMb(node))
  }, 100)
  t.after(() => clearInterval(watch))
  const take = () => {
    const calls = asked.splice(0)
    const [failed] = calls.filter(({ problem }) => problem !== '')
    assert.equal(failed?.problem, undefined, 'an honest call failed')
    return calls.map(({ ms }) => ms)
  }
  await pause(2_000)
  take()
  const [calm, attacked, delays]: [number[], number[], number[]] = [[], [], []]
  const missing: string[] = []
  for (const [at, attack] of chosen.entries()) {
    await pause(settleMs)
    take()
    // Times without attacks are measured between attacks, so that other load of the machine affects all times alike.
    await besideBusyProcess(calmMs)
    calm.push(...take())
    const before = await metricsOf(node)
    const forMs = Math.max(attackMs, longer[attack] ?? 0)
    // Each attack has an address of its own, since the earlier addresses may be banned.
    const localAddress = `127.0.0.${firstHost + at}`
    const output = await attackBy({ ...order, attack, forMs, localAddress })
    const times = take()
    attacked.push(...times)
    const after = await metricsOf(node)
    delays.push(1_000 * change([new Map(), after], 'nodejs_eventloop_lag_max_seconds', ''))
    const counts = counted[attack].map((what) => {
      const isCode = what.startsWith('-')
      const [name, label] = isCode ? ['errors', 'code'] : ['refused', 'reason']
      const added = change([before, after], `atoll_rpc_${name}_total`, `${label}="${what}"`)
      return [what, added] as const
    })
    t.diagnostic(
      `${attack}: ${shown(times)}; loop ${delays.at(-1)?.toFixed(0)} ms; memory ${mostMb.toFixed(0)} MB; ${output} ${JSON.stringify(Object.fromEntries(counts))}`,
    )
    missing.push(...counts.filter(([, added]) => added === 0).map(([what]) => `${attack}: ${what}`))
    assert.equal(node.pidOf('rpc'), pid, `${attack}: rpc was restarted`)
  }
  const limitMs = delayed.factor * Math.max(percentile(calm, 0.99), delayed.floorMs)
  const growth = `memory ${startMb.toFixed(0)} MB, at most ${mostMb.toFixed(0)} MB`
  t.diagnostic(`calm: ${shown(calm)}; attacked: ${shown(attacked)}; ${growth}`)
  assert.deepEqual(missing, [], 'attacks that were not counted')
  const p99 = percentile(attacked, 0.99)
  assert.ok(p99 <= limitMs, `p99 ${p99} ms, at most ${limitMs}`)
  assert.ok(mostMb - startMb <= maxGrowthMb, growth)
  assert.ok(
    Math.max(...delays) <= maxLoopDelayMs,
    `the event loop was blocked: ${delays.join()} ms`,
  )
})

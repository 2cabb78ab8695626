import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { busUrlFile } from '#node/nats-server/bus-folder.ts'
import { busKeyFile } from '#runtime/keys/nkey.ts'
import { besideNetwork, ownPorts, untilCaughtUp } from '#test/interop/beside.ts'
import { startOnEmbedded } from '#test/interop/followers.ts'
import {
  flagsOf,
  l2ChainId,
  type Network,
  Program,
  programs,
  whyNoNetwork,
} from '#test/interop/network.ts'
import { until } from '#test/interop/until.ts'

/** Throughput and latency of `optimism_syncStatus` on one or more processes. */
export interface RpcResult {
  readonly program: 'Atoll' | 'op-node'
  readonly replicas: number
  readonly answersPerSecond: number
  /** Answers per second of processor time of the servers. This is the throughput of one core. */
  readonly answersPerCpuSecond: number
  /** Latencies of a replica under load. With several replicas, the latencies of the slowest replica. */
  readonly p50Ms: number
  readonly p99Ms: number
}

/** Total number of connections of the load, each with one request at a time. */
const clients = 16

const loadSeconds = 5

/** Duration of the load before the measurement: V8 compiles hot code during the first 100,000 requests. */
const warmUpSeconds = 8

/** Ticks of processor time in a second, the same on all current Linux machines. */
const ticksPerSecond = 100

const atoll = fileURLToPath(new URL('../../packages/cli/atoll.js', import.meta.url))

/** A server that is measured. */
interface Server {
  readonly url: string
  readonly pid: number
}

/**
 * Measures `optimism_syncStatus` of op-node, and of 1, 2 and 4 replicas of rpc, in one network without new L2 blocks. A
 * program of the reference network makes the load.
 *
 * @throws Error if there is no reference network
 */
export async function benchRpc(report: (what: string) => void): Promise<readonly RpcResult[]> {
  const missing = whyNoNetwork()
  if (missing !== undefined) throw new Error(missing)
  const results: RpcResult[] = []
  let dataDir = ''
  await besideNetwork(
    {},
    async (beside) => {
      const { network } = beside
      report('waits for the network')
      await untilCaughtUp(beside)
      for (const name of ['sender', 'batcher', 'node-a']) await network.control(name, 'stop')
      const replicas: { readonly server: Server; readonly program: Program }[] = []
      try {
        const opNode = { url: network.file.nodes.b.rollupUrl, pid: pidOf(network, 'node-b') }
        report('op-node')
        results.push({ program: 'op-node', ...(await measure([opNode])) })
        for (const count of [1, 2, 4]) {
          report(`${count} of Atoll`)
          while (replicas.length < count)
            replicas.push(await startReplica(network, dataDir, replicas.length))
          const servers = replicas.map(({ server }) => server)
          results.push({ program: 'Atoll', ...(await measure(servers)) })
        }
        report('op-node again')
        results.push({ program: 'op-node', ...(await measure([opNode])) })
      } finally {
        for (const { program } of replicas) await program.stop()
      }
    },
    (network, folder) => {
      dataDir = join(folder, 'on-embedded')
      const flags = { 'rpc-disable': 'true', 'metrics-port': '0' }
      return [() => startOnEmbedded(network, { folder, portBase: ownPorts, flags })]
    },
  )
  return results
}

async function startReplica({ file }: Network, dataDir: string, number: number) {
  const port = ownPorts + 4 + number
  const url = `http://127.0.0.1:${port}`
  const bus = join(dataDir, 'bus')
  const flags = {
    'chain-id': String(l2ChainId),
    'rollup-config': file.files.rollupConfig,
    'l1-chain-config': file.files.l1ChainConfig,
    'nats-urls': readFileSync(busUrlFile(bus), 'utf8').trim(),
    'nats-seed-file': busKeyFile(join(bus, 'keys'), 'rpc'),
    instance: `bench-${number}`,
    'rpc-port': String(port),
    'log-level': 'warn',
  }
  const program = new Program(process.execPath, [atoll, 'service', 'rpc', ...flagsOf(flags)])
  const explain = () => program.output
  await until(`replica ${number} is ready`, { withinMs: 30_000, everyMs: 100, explain }, () =>
    fetch(`${url}/readyz`).then(
      ({ status }) => status === 200,
      (error: unknown) => !(error instanceof Error),
    ),
  )
  return { server: { url, pid: program.pid ?? 0 }, program }
}

/** Puts all servers under load at the same time, first without a measurement. */
async function measure(servers: readonly Server[]): Promise<Omit<RpcResult, 'program'>> {
  await load(servers, warmUpSeconds)
  const before = servers.map(({ pid }) => cpuSecondsOf(pid))
  const loads = await load(servers, loadSeconds)
  const cpuSeconds = servers.reduce(
    (sum, { pid }, at) => sum + cpuSecondsOf(pid) - (before[at] ?? 0),
    0,
  )
  const answers = loads.reduce((sum, load) => sum + load.answers, 0)
  return {
    replicas: servers.length,
    answersPerSecond: loads.reduce((sum, { perSecond }) => sum + perSecond, 0),
    answersPerCpuSecond: answers / cpuSeconds,
    p50Ms: Math.max(...loads.map(({ p50Ms }) => p50Ms)),
    p99Ms: Math.max(...loads.map(({ p99Ms }) => p99Ms)),
  }
}

function load(servers: readonly Server[], seconds: number) {
  const each = String(Math.ceil(clients / servers.length))
  return Promise.all(
    servers.map(async ({ url }) => {
      const args = ['load', '--url', url, '-c', each, '-d', `${seconds}s`]
      const { stdout } = await promisify(execFile)(join(programs, 'refnet'), args)
      return parseLoad(stdout)
    }),
  )
}

/** @throws Error if the report has another form, or counts failed requests */
function parseLoad(text: string) {
  const [, answers, failed, perSecond, p50 = '', p99 = ''] =
    /, (\d+) answers .*, (\d+) failed: (\d+)\/s; latency p50 (\S+), p99 (\S+),/u.exec(text) ?? []
  if (answers === undefined || failed !== '0') throw new Error(`the load failed: ${text}`)
  return {
    answers: Number(answers),
    perSecond: Number(perSecond),
    p50Ms: millisecondsOf(p50),
    p99Ms: millisecondsOf(p99),
  }
}

/** A duration as Go writes it, such as `1.2ms`. */
function millisecondsOf(duration: string): number {
  const [, value = '', unit = ''] = /^([\d.]+)(µs|ms|s)$/u.exec(duration) ?? []
  return (
    Number(value) * { µs: 0.001, ms: 1, s: 1_000, '': Number.NaN }[unit as 'µs' | 'ms' | 's' | '']
  )
}

function cpuSecondsOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond
}

function pidOf({ file }: Network, name: string): number {
  const path = join(file.files.rollupConfig, '../network.json')
  const { pids } = JSON.parse(readFileSync(path, 'utf8')) as {
    readonly pids: Readonly<Record<string, number>>
  }
  const pid = pids[name]
  if (pid === undefined) throw new Error(`${path} has no process ${name}`)
  return pid
}

import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as z from 'zod'
import type { HardforkTimes } from '#protocol/chains/hardforks.ts'
import { toHex } from '#protocol/codec/hex.ts'
import { hashJson, toQuantity } from '#json-rpc/forms/fields.ts'
import { parseJson } from '#json-rpc/forms/parse-json.ts'
import { JsonRpcClient } from '#json-rpc/json-rpc-client.ts'
import { makeDataDir } from '#node/make-data-dir.ts'
import type { Report } from '#node/supervisor.ts'
import type { Clock } from '#runtime/clock.ts'
import { Fault } from '#runtime/fault.ts'
import type { OnLog } from '#runtime/log.ts'
import { makeTemporaryFolder } from '#runtime/temporary-folder.ts'
import { unlessAborted } from '#runtime/unless-aborted.ts'
import type { ChannelForm } from '#devnet/batcher/make-channel.ts'
import { startBatcher } from '#devnet/batcher/start-batcher.ts'
import { startAnvil } from '#devnet/l1/anvil.ts'
import { serveBeaconApi } from '#devnet/l1/beacon-api.ts'
import { batcherAccount, privateKeyOf, userAccounts } from '#devnet/rollup/accounts.ts'
import { createRollup, type Rollup } from '#devnet/rollup/create-rollup.ts'
import type { LiveView } from './live-lines.ts'
import { type LiveNode, newPeer, startLiveNode } from './live-node.ts'
import { beaconPortOf, l1PortOf, nodePortsOf } from './ports.ts'
import { type Sent, Traffic } from './traffic.ts'

/** Options of a live devnet. */
export interface LiveOptions {
  /** Number of nodes. The first one is the sequencer. */
  readonly nodes: number
  readonly blockSeconds: number
  readonly l1BlockSeconds: number
  readonly forkOffsets: HardforkTimes
  readonly form: ChannelForm
  /** L2 transactions of users per second. */
  readonly rate: number
  readonly portBase: number
  /** Data folder, which is kept after the run; undefined for a temporary folder. */
  readonly dataDir: string | undefined
  readonly natsServer: string | undefined
  /** Whether the services of each node run in this process, without a NATS server. */
  readonly inMemory: boolean
  /** The run ends when all nodes have reached these heads. If both are undefined, it does not end by itself. */
  readonly until: { readonly safe: bigint | undefined; readonly finalized: bigint | undefined }
  readonly timeoutMs: number | undefined
  readonly logLevel: string
  readonly clock: Clock
  readonly signal: AbortSignal
  readonly report: Report
  readonly onLog: OnLog | undefined
  readonly otlpUrl: string | undefined
  readonly onChange: (view: LiveView) => void
}

/** Result of a run. */
export interface LiveResult {
  /** Number of blocks that all nodes have, up to the lowest safe head. */
  readonly blocks: number
  /** Number of the first block that differs between two nodes. */
  readonly firstDifference: number | undefined
  readonly sent: Sent
  readonly seconds: number
}

/** L1 blocks from the head to the safe block; the finalized block is twice as far. */
const l1SafeDistance = 4

/** The sequencing window in L1 blocks, and the sequencer drift before Fjord in seconds. */
const [windowBlocks, maxDrift] = [100, 600]

/** Time for each call of a chain. */
const timeoutMs = 10_000

/** Number of blocks in one request. */
const blocksAtOnce = 64

/**
 * Runs a rollup on this machine: an L1, nodes of which the first one is the sequencer, a batcher, and transactions of
 * users. Ends when all nodes have reached the requested heads, and compares their blocks.
 *
 * @throws Fault `devnet` at the timeout, or if a part of the devnet fails; `aborted` if `signal` is aborted
 */
export async function runLive(options: LiveOptions): Promise<LiveResult> {
  const { dataDir, signal } = options
  if (dataDir !== undefined) {
    await unlessAborted(makeDataDir(dataDir), signal)
    return runIn(dataDir, options)
  }
  const folder = await makeTemporaryFolder(join(tmpdir(), 'atoll-devnet-'))
  try {
    return await runIn(folder.path, options)
  } finally {
    await folder.remove()
  }
}

async function runIn(folder: string, options: LiveOptions): Promise<LiveResult> {
  const { clock } = options
  const closing: Closing = []
  const startedMs = clock.monotonicMs()
  try {
    const { clientOf, failed, l1Url, nodes, traffic } = await startParts(folder, options, closing)
    await reachHeads(options, { nodes, failed, traffic, l1Url })
    const clients = nodes.map(({ executionUrl }) => clientOf(executionUrl))
    const compared = await compareNodes(clients, lowestSafe(nodes))
    const seconds = (clock.monotonicMs() - startedMs) / 1_000
    return { ...compared, sent: traffic.sent, seconds }
  } finally {
    for (const close of closing.toReversed()) await close()
  }
}

/** What ends the parts of a devnet, in the order of their starts. */
type Closing = (() => Promise<unknown>)[]

/** Starts the L1, the nodes, the batcher and the traffic. */
async function startParts(folder: string, options: LiveOptions, closing: Closing) {
  const { clock, form, report } = options
  const clientOf = (url: string) => {
    const client = new JsonRpcClient({ endpoints: [{ url }], timeoutMs, rounds: 2, clock })
    closing.push(() => client.close())
    return client
  }
  const { anvil, beaconUrl, l1, rollup } = await startRollup(folder, options, { closing, clientOf })
  const l1Url = anvil.url
  const nodes = await startNodes(folder, options, { rollup, l1Url, beaconUrl, closing })
  const [sequencer] = nodes
  if (sequencer === undefined) throw new Error('a devnet without nodes')
  const { executionUrl, rollupUrl } = sequencer
  const { config } = rollup
  const account = batcherAccount
  const urls = { l1Url, rollupUrl, executionUrl }
  const batcher = startBatcher({ ...urls, config, form, account, clock, report })
  closing.push(() => batcher.stop())
  const traffic = new Traffic({ ...options, ...rollup, l1, l2: clientOf(executionUrl) })
  closing.push(() => traffic.stop())
  const l1Ended = anvil.ended.then((): never => {
    throw new Fault('devnet', { detail: 'the L1 ended' })
  })
  const failed = Promise.race([...nodes.map((node) => node.failed), batcher.failed, l1Ended])
  return { clientOf, failed, l1Url, nodes, traffic }
}

/** Starts the L1, and creates the rollup on it. */
async function startRollup(
  folder: string,
  options: LiveOptions,
  {
    closing,
    clientOf,
  }: { readonly closing: Closing; readonly clientOf: (url: string) => JsonRpcClient },
) {
  const { blockSeconds, clock, forkOffsets, l1BlockSeconds, portBase, report } = options
  const host = '127.0.0.1'
  const anvil = await startAnvil({
    blockSeconds: l1BlockSeconds,
    safeDistance: l1SafeDistance,
    host,
    port: l1PortOf(portBase),
    timestamp: Math.floor(clock.now() / 1_000),
  })
  closing.push(() => anvil.stop())
  const l1 = clientOf(anvil.url)
  const chain = { blockSeconds, forkOffsets, windowBlocks, maxDrift }
  const rollup = await createRollup({ l1, folder: join(folder, 'rollup'), ...chain })
  const port = beaconPortOf(portBase)
  const beacon = await serveBeaconApi({ l1, anvilUrl: anvil.url, host, port })
  closing.push(() => beacon.close())
  report(`L1 at ${anvil.url}, the deposit contract is ${rollup.portal}`)
  return { anvil, beaconUrl: beacon.url, l1, rollup }
}

async function startNodes(
  folder: string,
  options: LiveOptions,
  {
    rollup: { files },
    l1Url,
    beaconUrl,
    closing,
  }: {
    readonly rollup: Rollup
    readonly l1Url: string
    readonly beaconUrl: string
    readonly closing: Closing
  },
): Promise<readonly LiveNode[]> {
  const places = Array.from({ length: options.nodes }, (_, at) => {
    const ports = nodePortsOf(options.portBase, at + 1)
    return { name: `node-${at + 1}`, isSequencer: at === 0, ports, self: newPeer(ports) }
  })
  const nodes: LiveNode[] = []
  for (const place of places) {
    const node = await startLiveNode({
      ...place,
      folder: join(folder, place.name),
      files,
      l1Url,
      beaconUrl,
      peers: places.filter((each) => each !== place).map(({ self }) => self),
      natsServer: options.natsServer,
      isInMemory: options.inMemory,
      given: options.otlpUrl === undefined ? {} : { otlpUrl: options.otlpUrl },
      logLevel: options.logLevel,
      report: options.report,
      onLog: options.onLog,
      onChange: () => undefined,
      signal: options.signal,
    })
    closing.push(() => node.close())
    nodes.push(node)
    options.report(
      `${node.name}: execution client at ${node.executionUrl}, rollup node at ${node.rollupUrl}`,
    )
  }
  return nodes
}

async function reachHeads(
  options: LiveOptions,
  {
    nodes,
    failed,
    traffic,
    l1Url,
  }: {
    readonly l1Url: string
    readonly nodes: readonly LiveNode[]
    readonly failed: Promise<never>
    readonly traffic: Traffic
  },
): Promise<void> {
  const { clock, onChange, signal, timeoutMs: limitMs, until } = options
  const account = userAccounts.at(-1)
  if (account === undefined) throw new Error('no account for a wallet')
  const funded = { address: account.address, privateKey: toHex(privateKeyOf(account)) }
  const isEndless = until.safe === undefined && until.finalized === undefined
  const reached = Promise.withResolvers<void>()
  const poll = setInterval(() => {
    onChange({ nodes, sent: traffic.sent, nowMs: clock.now(), funded, l1Url })
    const isReached = nodes.every((node) => {
      const { chain } = node.view()
      return (
        (chain?.safe.number ?? -1n) >= (until.safe ?? 0n) &&
        (chain?.finalized.number ?? -1n) >= (until.finalized ?? 0n)
      )
    })
    if (isReached && !isEndless) reached.resolve()
  }, 200)
  const stopTimer =
    limitMs === undefined
      ? () => undefined
      : clock.after(limitMs, () => {
          const detail = `the heads were not reached in ${limitMs / 1_000} s; ${whyNot(nodes)}`
          reached.reject(new Fault('devnet', { detail }))
        })
  try {
    await unlessAborted(Promise.race([reached.promise, failed]), signal)
  } finally {
    clearInterval(poll)
    stopTimer()
  }
}

function whyNot(nodes: readonly LiveNode[]): string {
  return nodes
    .map(({ name, view }) => {
      const { chain, services } = view()
      const waits = [...services].flatMap(([service, { wait }]) =>
        wait === undefined ? [] : [`${service} waits for ${wait.what}`],
      )
      const heads = `safe ${chain?.safe.number ?? '–'}, finalized ${chain?.finalized.number ?? '–'}`
      return [`${name}: ${heads}`, ...waits].join(', ')
    })
    .join('; ')
}

function lowestSafe(nodes: readonly LiveNode[]): bigint {
  const numbers = nodes.map((node) => node.view().chain?.safe.number ?? 0n)
  return numbers.reduce((lowest, number) => (number < lowest ? number : lowest))
}

/** Compares the blocks of the execution clients, from the genesis to a number. */
async function compareNodes(
  clients: readonly JsonRpcClient[],
  to: bigint,
): Promise<Pick<LiveResult, 'blocks' | 'firstDifference'>> {
  const blocks = Number(to) + 1
  for (let from = 0; from < blocks; from += blocksAtOnce) {
    const count = Math.min(blocksAtOnce, blocks - from)
    const pages = await Promise.all(clients.map((client) => hashesOf(client, { from, count })))
    const [first = [], ...others] = pages
    const at = first.findIndex((hash, place) => others.some((page) => page[place] !== hash))
    if (at !== -1) return { blocks, firstDifference: from + at }
  }
  return { blocks, firstDifference: undefined }
}

async function hashesOf(
  client: JsonRpcClient,
  { from, count }: { readonly from: number; readonly count: number },
): Promise<readonly string[]> {
  const calls = Array.from({ length: count }, (_, at) => {
    return { method: 'eth_getBlockByNumber', params: [toQuantity(from + at), false] }
  })
  const answers = await client.batch(calls)
  const json = z.looseObject({ hash: hashJson })
  return answers.map((answer) => {
    if ('error' in answer) throw answer.error
    return parseJson(json, answer.result, 'block').hash
  })
}

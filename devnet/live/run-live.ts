import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as z from 'zod'
import { toHex } from '#protocol/codec/hex.ts'
import { hashJson, toQuantity } from '#json-rpc/forms/fields.ts'
import { parseJson } from '#json-rpc/forms/parse-json.ts'
import type { JsonRpcClient } from '#json-rpc/json-rpc-client.ts'
import { waitsOf } from '#node/node-view.ts'
import { makeDataDir } from '#node/make-data-dir.ts'
import { closeAll } from '#runtime/close-all.ts'
import { sleep } from '#runtime/clock.ts'
import { Fault, isFault } from '#runtime/fault.ts'
import { makeTemporaryFolder } from '#runtime/temporary-folder.ts'
import { unlessAborted } from '#runtime/unless-aborted.ts'
import { privateKeyOf, userAccounts } from '#devnet/rollup/accounts.ts'
import { type ChaosResult, ChaosRun } from './chaos-run.ts'
import { FlashblockJudge, type FlashblocksResult } from './flashblock-judge.ts'
import type { LiveView } from './live-lines.ts'
import type { LiveNode } from './live-node.ts'
import { type LiveWorld, startLive, type WorldOptions } from './start-live.ts'
import type { Sent } from './traffic.ts'

/** Options of a run of a live devnet. */
export interface LiveOptions extends Omit<WorldOptions, 'folder'> {
  /** Data folder, which is kept after the run; undefined for a temporary folder. */
  readonly dataDir: string | undefined
  /** The run ends when all nodes have reached these heads. If both are undefined, it does not end by itself. */
  readonly until: {
    readonly safe: bigint | undefined
    readonly finalized: bigint | undefined
    /** Number of flashblocks. */
    readonly flashblocks: bigint | undefined
  }
  readonly timeoutMs: number | undefined
  /** Accidents happen at random from this seed on; undefined for none. */
  readonly chaosSeed: number | undefined
  readonly onChange: (view: LiveView) => void
}

/** Result of a run. */
export interface LiveResult {
  /** Number of blocks that were compared: from the genesis to the lowest safe head. */
  readonly blocks: number
  /** Number of the first block that differs between two nodes. */
  readonly firstDifference: number | undefined
  readonly sent: Sent
  readonly seconds: number
  readonly chaos: ChaosResult | undefined
  /** Undefined without builders. */
  readonly flashblocks: FlashblocksResult | undefined
}

type Compared = Pick<LiveResult, 'blocks' | 'firstDifference'>

/** Time in which nodes have the same blocks again after an accident. */
const settlingMs = 60_000

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
  const { chaosSeed, clock } = options
  const startedMs = clock.monotonicMs()
  const chaos = chaosSeed === undefined ? undefined : new ChaosRun({ ...options, chaosSeed })
  const world = await startLive({ ...options, ...chaos?.logging, folder })
  const judge = world.streams.length === 0 ? undefined : new FlashblockJudge(world, clock)
  try {
    chaos?.start(world)
    await reachHeads(options, world, { chaos, judge })
    await Promise.all([chaos?.stop(), world.stopKills()])
    const flashblocks = await judge?.result(world.leading()?.takeovers ?? [])
    const compared = await compareSettled(world, options, isDisturbed(options) ? settlingMs : 0)
    const seconds = (clock.monotonicMs() - startedMs) / 1_000
    const { sent } = world.traffic
    return { ...compared, sent, seconds, chaos: chaos?.result(), flashblocks }
  } finally {
    await closeAll([() => world.close(), () => chaos?.stop(), () => judge?.result([])])
  }
}

/** Whether processes are killed during the run. */
function isDisturbed({ builders, chaosSeed }: LiveOptions): boolean {
  return chaosSeed !== undefined || builders?.killEveryMs !== undefined
}

/** Compares the nodes, again for a time if they differ or do not answer, as shortly after an accident. */
async function compareSettled(
  { clients, nodes }: LiveWorld,
  { clock, signal }: LiveOptions,
  withinMs: number,
): Promise<Compared> {
  const deadlineMs = clock.monotonicMs() + withinMs
  for (;;) {
    const isLast = clock.monotonicMs() >= deadlineMs
    try {
      const compared = await compareNodes(clients, lowestSafe(nodes))
      if (compared.firstDifference === undefined || isLast) return compared
    } catch (error) {
      const isSilent = isFault(error, 'rpc-unreachable') || isFault(error, 'rpc-timeout')
      if (isLast || !isSilent) throw error
    }
    await sleep(clock, 1_000, signal)
  }
}

interface Watching {
  readonly chaos: ChaosRun | undefined
  readonly judge: FlashblockJudge | undefined
}

async function reachHeads(
  options: LiveOptions,
  world: LiveWorld,
  { chaos, judge }: Watching,
): Promise<void> {
  const { clock, onChange, signal, timeoutMs: limitMs, until } = options
  const { failed, l1Url, nodes, traffic } = world
  const startedMs = clock.monotonicMs()
  const account = userAccounts.at(-1)
  if (account === undefined) throw new Error('no account for a wallet')
  const funded = { address: account.address, privateKey: toHex(privateKeyOf(account)) }
  const isEndless = Object.values(until).every((each) => each === undefined)
  const reached = Promise.withResolvers<void>()
  const poll = setInterval(() => {
    onChange({
      nodes,
      sent: traffic.sent,
      nowMs: clock.now(),
      seconds: (clock.monotonicMs() - startedMs) / 1_000,
      funded,
      l1Url,
      posted: world.posted(),
      leading: world.leading(),
      accident: chaos?.last,
    })
    const isReached = nodes.every((node) => {
      const { chain } = node.view()
      return (
        (chain?.safe.number ?? -1n) >= (until.safe ?? 0n) &&
        (chain?.finalized.number ?? -1n) >= (until.finalized ?? 0n)
      )
    })
    const isSeen = (judge?.count ?? 0) >= (until.flashblocks ?? 0n)
    if (isReached && isSeen && !isEndless) reached.resolve()
  }, 200)
  const stopTimer =
    limitMs === undefined
      ? () => undefined
      : clock.after(limitMs, () => {
          const detail = `the heads were not reached in ${limitMs / 1_000} s; ${whyNot(nodes)}`
          reached.reject(new Fault('devnet', { detail }))
        })
  try {
    await unlessAborted(
      Promise.race([reached.promise, failed, ...(chaos === undefined ? [] : [chaos.failed])]),
      signal,
    )
  } finally {
    clearInterval(poll)
    stopTimer()
  }
}

function whyNot(nodes: readonly LiveNode[]): string {
  return nodes
    .map(({ name, view }) => {
      const { chain, services } = view()
      const waits = waitsOf({ services })
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
export async function compareNodes(
  clients: readonly JsonRpcClient[],
  to: bigint,
): Promise<Compared> {
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
): Promise<readonly (string | undefined)[]> {
  const calls = Array.from({ length: count }, (_, at) => {
    return { method: 'eth_getBlockByNumber', params: [toQuantity(from + at), false] }
  })
  const answers = await client.batch(calls)
  // During a reorg, a client may not have a block for a moment.
  const json = z.looseObject({ hash: hashJson }).nullable()
  return answers.map((answer) => {
    if ('error' in answer) throw answer.error
    return parseJson(json, answer.result, 'block')?.hash
  })
}

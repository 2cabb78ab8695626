import type { Command } from 'commander'
import type * as z from 'zod'
import { devnetSettings } from '#cli/devnet-settings.ts'
import { print } from '#node/output.ts'
import { shownView } from '#node/view-lines.ts'
import { LiveTable } from '#cli/live-table.ts'
import { addSettingsCommand } from '#cli/settings-command.ts'
import { stopSignal } from '#cli/stop-signal.ts'
import { forkOffsetsOf } from '#devnet/rollup/fork-offsets.ts'
import type { ChaosResult } from '#devnet/live/chaos-run.ts'
import type { FlashblocksResult } from '#devnet/live/flashblock-judge.ts'
import type { LiveResult } from '#devnet/live/run-live.ts'
import type { DevnetResult } from '#devnet/run-devnet.ts'
import { shortBlock } from '#runtime/screen/short-block.ts'
import { systemClock } from '#runtime/clock.ts'
import { Fault, isFault } from '#runtime/fault.ts'

type DevnetSettings = z.output<typeof devnetSettings>

/** The longest time limit: timers are limited to 2³¹ ms. */
const longestTimeoutSeconds = 2_000_000

/** Time limit without `--timeout-seconds` if a record is followed. */
const recordTimeoutSeconds = 180

/** Adds `atoll devnet`. */
export function addDevnetCommand(program: Command): void {
  addSettingsCommand(program, {
    name: 'devnet',
    summary: 'run a whole rollup on this machine',
    description:
      'Runs a whole rollup here: an L1 (anvil), nodes with embedded execution clients, of which the first one is the sequencer, a batcher, and transactions of users. Shows the heads of the nodes until it is stopped, or until the heads of --until; then compares the blocks of all nodes. With --record, one verifier follows a recorded chain, and its blocks are compared with those of op-geth.',
    schema: devnetSettings,
    run: devnet,
  })
}

async function devnet(settings: DevnetSettings): Promise<void> {
  // The EVM interpreter of the execution client is slow to load. It is loaded before signals are caught, so that Ctrl-C can end the load.
  await import('#execution-client/execution-client.ts')
  const signal = stopSignal()
  const { json } = settings
  const table = new LiveTable({ isShown: !json, output: process.stderr })
  try {
    const { record } = settings
    if (record === undefined) await runLiveDevnet(settings, table, signal)
    else await runRecord({ ...settings, record }, table, signal)
  } catch (error) {
    table.end()
    if (signal.aborted) {
      print(json ? JSON.stringify({ ok: false, reason: 'stopped' }) : 'stopped')
      return
    }
    if (json && isFault(error)) print(JSON.stringify({ ok: false, reason: error.message }))
    throw error
  }
}

/** Options that both kinds of a devnet have. */
function commonOf(settings: DevnetSettings, table: LiveTable, signal: AbortSignal) {
  const { dataDir, natsServer, until } = settings
  return {
    ...settings,
    dataDir,
    natsServer,
    until: until ?? { safe: undefined, finalized: undefined, flashblocks: undefined },
    clock: systemClock,
    signal,
    report: (what: string) => table.say(what),
    // Log lines that are written between two drawings of the table would be erased with it.
    onLog: table.mixesWith(process.stdout) ? (line: string) => table.say(line) : undefined,
  }
}

async function runRecord(
  settings: DevnetSettings & { readonly record: string },
  table: LiveTable,
  signal: AbortSignal,
): Promise<void> {
  const { runDevnet } = await import('#devnet/run-devnet.ts')
  const { json, otlpUrl, timeoutSeconds = recordTimeoutSeconds } = settings
  const result = await runDevnet({
    ...commonOf(settings, table, signal),
    record: settings.record,
    otlpUrl,
    timeoutMs: timeoutSeconds * 1_000,
    onChange: (view) => table.show(shownView(view)),
  })
  table.end()
  if (json) print(JSON.stringify(toJson(result)))
  else printResult(result)
  if (result.equal < result.blocks) process.exitCode = 1
}

/**
 * Time limit without `--timeout-seconds`: twice the time of the blocks, twenty L1 blocks, and five minutes. Undefined
 * without `--until`.
 */
function liveTimeoutSeconds(settings: DevnetSettings): number | undefined {
  const { blockTime, flashblockMs, l1BlockTime, until } = settings
  if (until === undefined) return undefined
  const parts = (Number(until.flashblocks ?? 0n) * flashblockMs) / 1_000 / blockTime
  const blocks = Math.max(Number(until.safe ?? 0n), Number(until.finalized ?? 0n), parts)
  return Math.min(300 + 20 * l1BlockTime + 2 * blocks * blockTime, longestTimeoutSeconds)
}

async function runLiveDevnet(
  settings: DevnetSettings,
  table: LiveTable,
  signal: AbortSignal,
): Promise<void> {
  const { runLive } = await import('#devnet/live/run-live.ts')
  const { liveLine, liveLines } = await import('#devnet/live/live-lines.ts')
  const { batches, compression, da: data, json, otlpUrl } = settings
  const { timeoutSeconds = liveTimeoutSeconds(settings) } = settings
  const result = await runLive({
    ...commonOf(settings, table, signal),
    blockSeconds: settings.blockTime,
    l1BlockSeconds: settings.l1BlockTime,
    forkOffsets: forkOffsetsOf(settings.forkOffsets ?? []),
    form: { batches, compression, data },
    rate: settings.transactionRate,
    timeoutMs: timeoutSeconds === undefined ? undefined : timeoutSeconds * 1_000,
    otlpUrl,
    chaosSeed: settings.chaos,
    givenClient: givenClientOf(settings),
    builders: buildersOf(settings),
    nodes: settings.flashblocks ? Math.max(settings.nodes, settings.builders) : settings.nodes,
    onChange: (view) =>
      table.show({ lines: (width) => liveLines(view, width), line: () => liveLine(view) }),
  })
  table.end()
  const isBroken = (result.flashblocks?.broken ?? 0) > 0
  const ok = result.firstDifference === undefined && !isBroken
  if (json) print(JSON.stringify({ ok, ...result }))
  else printLiveResult(result)
  if (!ok) process.exitCode = 1
}

/** @throws Fault `settings` if settings of flashblocks are given without flashblocks, or for no processes */
function buildersOf({
  builders: count,
  flashblockMs: intervalMs,
  flashblocks,
  inMemory,
  killBuilderEvery,
}: DevnetSettings) {
  if (!flashblocks && killBuilderEvery !== undefined)
    throw new Fault('settings', { detail: '--kill-builder-every needs --flashblocks' })
  if (!flashblocks) return undefined
  if (killBuilderEvery !== undefined && (inMemory || count < 2)) {
    const detail = inMemory
      ? '--kill-builder-every cannot be given with --in-memory, where nodes have no processes'
      : '--kill-builder-every needs at least --builders 2: one of them has to go on'
    throw new Fault('settings', { detail })
  }
  const killEveryMs = killBuilderEvery === undefined ? undefined : killBuilderEvery * 1_000
  return { count, intervalMs, killEveryMs }
}

/** @throws Fault `settings` if only one of the URLs is given */
function givenClientOf({ executionClient: engineUrl, executionRpc: rpcUrl }: DevnetSettings) {
  if (engineUrl !== undefined && rpcUrl !== undefined) return { engineUrl, rpcUrl }
  if (engineUrl === undefined && rpcUrl === undefined) return undefined
  const detail = 'give --execution-client and --execution-rpc together: the URLs of one client'
  throw new Fault('settings', { detail })
}

function printLiveResult(result: LiveResult): void {
  const { blocks, chaos, firstDifference, flashblocks, seconds, sent } = result
  if (chaos !== undefined) printChaos(chaos)
  if (flashblocks !== undefined) printFlashblocks(flashblocks)
  print(`${sent.transactions} transactions and ${sent.deposits} deposits sent`)
  print(
    firstDifference === undefined
      ? `blocks 0 to ${blocks - 1}, which are safe in all nodes, are the same; ${seconds.toFixed(1)} s`
      : `block ${firstDifference} is not the same in all nodes`,
  )
}

function printFlashblocks(result: FlashblocksResult): void {
  const { broken, flashblocks, gapMs, kept, leaderToNextMs, lost, takeoverGapMs, takeovers } =
    result
  print(`${flashblocks} flashblocks; ${kept} blocks kept what was published, ${broken} did not`)
  if (lost > 0) print(`${lost} published transactions are not in their blocks`)
  const times = {
    gaps: gapMs,
    'gaps at a takeover': takeoverGapMs,
    'leader to next': leaderToNextMs,
  }
  print(`${takeovers} takeovers`)
  for (const [name, each] of Object.entries(times))
    if (each !== undefined)
      print(
        `  ${name.padEnd(20)} median ${each.median} ms, p99 ${each.p99} ms, worst ${each.worst} ms`,
      )
}

function printChaos({ accidents, unexplained, usage, warnings }: ChaosResult): void {
  const counts = Object.entries(accidents).map(([kind, count]) => `${count} × ${kind}`)
  print(`accidents: ${counts.join(', ') || 'none'}`)
  print(`${warnings} warnings, ${unexplained.length} of them without an accident before`)
  for (const line of unexplained) print(`  ${line}`)
  print('memory in MB and open files, early / late / at most:')
  for (const [name, { files, memoryMb }] of Object.entries(usage)) {
    const [memory, open] = [memoryMb, files].map(
      ({ early, late, most }) => `${early} / ${late} / ${most}`,
    )
    print(`  ${name.padEnd(24)} ${memory} MB, ${open} files`)
  }
}

function toJson({ blocks, equal, firstDifference, chain, bus, seconds }: DevnetResult): object {
  const head = ({ number, hash }: DevnetResult['chain']['safe']) => {
    return { number: Number(number), hash }
  }
  return {
    ok: equal === blocks,
    blocks,
    equal,
    firstDifference: firstDifference === undefined ? null : Number(firstDifference),
    unsafe: head(chain.unsafe),
    safe: head(chain.safe),
    finalized: head(chain.finalized),
    bus,
    seconds,
  }
}

function printResult({ blocks, equal, firstDifference, chain, seconds }: DevnetResult): void {
  const { safe, finalized } = chain
  print(`safe head ${shortBlock(safe)}`)
  print(`finalized ${shortBlock(finalized)}`)
  if (equal === blocks)
    print(`${blocks} blocks in ${seconds.toFixed(1)} s, each with the hash that op-geth gave it`)
  else
    print(
      `${blocks - equal} of ${blocks} blocks differ; the first of them is block ${firstDifference}`,
    )
}

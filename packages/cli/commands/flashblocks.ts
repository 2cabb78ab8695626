import type { Command } from 'commander'
import type * as z from 'zod'
import { exitCodes } from '#cli/exit-codes.ts'
import {
  blockLine,
  blockToJson,
  isKept,
  summaryLines,
  summaryToJson,
  watchLines,
} from '#cli/flashblock-lines.ts'
import { flashblocksWatchSettings } from '#cli/flashblocks-settings.ts'
import { LiveTable } from '#cli/live-table.ts'
import { addSettingsCommand } from '#cli/settings-command.ts'
import { stopSignal } from '#cli/stop-signal.ts'
import type { BlockReport } from '#flashblock-stream/watch/block-report.ts'
import { watchStreams } from '#flashblock-stream/watch/watch-streams.ts'
import { JsonRpcClient } from '#json-rpc/json-rpc-client.ts'
import { originOf } from '#json-rpc/server-url.ts'
import { print } from '#node/output.ts'
import { systemClock } from '#runtime/clock.ts'

type WatchSettings = z.output<typeof flashblocksWatchSettings>

/** Timeout of one request for a block. */
const requestTimeoutMs = 5_000

/** Limit on an answer: the hashes of the transactions of a block. */
const maxResponseBytes = 16 * 1024 * 1024

/** Adds `atoll flashblocks`. */
export function addFlashblocksCommands(program: Command): void {
  const flashblocks = program
    .command('flashblocks')
    .summary('check the flashblocks of a chain')
    .description(
      'Check the flashblocks of a chain: parts of a block that are published while it is built.',
    )
  addSettingsCommand(flashblocks, {
    name: 'watch',
    summary: 'compare what a stream of flashblocks publishes with the sealed blocks',
    description:
      'Follows streams of flashblocks of any chain, and compares each block with what was published of it: the published transactions must be the first ones of the sealed block. Shows gaps between flashblocks, missing and repeated indices, contradictions, and payload ids. Ends with exit code 1 if a promise was broken, or if no block could be checked.',
    schema: flashblocksWatchSettings,
    run: watch,
  })
}

async function watch(settings: WatchSettings): Promise<void> {
  const { json, l2Rpc, until, ws: urls } = settings
  const signal = stopSignal()
  const names = urls.map(originOf)
  const rpc = new JsonRpcClient({
    endpoints: [{ url: l2Rpc, maxResponseBytes }],
    timeoutMs: requestTimeoutMs,
    rounds: 1,
    clock: systemClock,
  })
  const { stderr, stdout } = process
  const table = new LiveTable({ isShown: !json && stderr.isTTY, output: stderr })
  const report = (block: BlockReport) => {
    if (json) print(JSON.stringify(blockToJson(block)))
    else if (!table.mixesWith(stdout)) print(blockLine(block))
    else if (block.verdict !== 'kept' || block.isAgain) table.say(blockLine(block))
  }
  try {
    const summary = await watchStreams({
      urls,
      rpc,
      clock: systemClock,
      signal,
      until: until === undefined ? undefined : BigInt(until),
      times: settings,
      onBlock: report,
      onChange: (state) => {
        const lines = (width: number) => watchLines(state, { names, width })
        table.show({ lines, line: () => lines(Infinity)[0] ?? '' })
      },
      onNotice: (text) => table.say(text),
    })
    table.end()
    if (json) print(JSON.stringify(summaryToJson(summary, names)))
    else for (const line of summaryLines(summary)) print(line)
    if (!isKept(summary)) process.exitCode = exitCodes.failed
  } finally {
    await rpc.close()
  }
}

import type { Command } from 'commander'
import type * as z from 'zod'
import { devnetSettings } from '#cli/devnet-settings.ts'
import { print } from '#node/output.ts'
import { LiveTable } from '#cli/live-table.ts'
import { addSettingsCommand } from '#cli/settings-command.ts'
import { stopSignal } from '#cli/stop-signal.ts'
import type { DevnetResult } from '#devnet/run-devnet.ts'
import { shortBlock } from '#runtime/screen/short-block.ts'
import { systemClock } from '#runtime/clock.ts'
import { isFault } from '#runtime/fault.ts'

type DevnetSettings = z.output<typeof devnetSettings>

/** Adds `atoll devnet`. */
export function addDevnetCommand(program: Command): void {
  addSettingsCommand(program, {
    name: 'devnet',
    summary: 'run a whole verifier on this machine, on recorded L1 data',
    description:
      'Runs a whole verifier here: the L1 of a record, which grows block by block, the embedded execution client, and all services of a node on their bus. Shows the heads, and says at the end whether each block has the hash that op-geth gave it.',
    schema: devnetSettings,
    run: devnet,
  })
}

async function devnet(settings: DevnetSettings): Promise<void> {
  const { runDevnet } = await import('#devnet/run-devnet.ts')
  // The EVM interpreter of the execution client is slow to load. It is loaded before signals are caught, so that Ctrl-C
  // can end the load.
  await import('#execution-client/execution-client.ts')
  const signal = stopSignal()
  const { json, timeoutSeconds, until, dataDir, natsServer, otlpUrl } = settings
  const table = new LiveTable({ isShown: !json, output: process.stderr })
  try {
    const result = await runDevnet({
      ...settings,
      dataDir,
      natsServer,
      otlpUrl,
      until: until ?? { safe: undefined, finalized: undefined },
      timeoutMs: timeoutSeconds * 1_000,
      clock: systemClock,
      signal,
      report: (what) => table.say(what),
      // A log line that is written between two drawings of the table would be erased together with the table.
      onLog: table.mixesWith(process.stdout) ? (line) => table.say(line) : undefined,
      onChange: (view) => table.show(view),
    })
    table.end()
    if (json) print(JSON.stringify(toJson(result)))
    else printResult(result)
    if (result.equal < result.blocks) process.exitCode = 1
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

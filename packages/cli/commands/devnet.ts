import type { Command } from 'commander'
import type * as z from 'zod'
import { devnetSettings } from '#cli/devnet-settings.ts'
import { viewLine, viewLines } from '#node/view-lines.ts'
import type { NodeView } from '#node/node-view.ts'
import { print } from '#node/output.ts'
import { addSettingsCommand } from '#cli/settings-command.ts'
import { stopSignal } from '#cli/stop-signal.ts'
import type { DevnetResult } from '#devnet/run-devnet.ts'
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
  // The interpreter, which is slow to load.
  await import('#execution-client/execution-client.ts')
  const signal = stopSignal()
  const { json, timeoutSeconds, until, dataDir, natsServer, otlpUrl } = settings
  const table = new LiveTable({ isShown: !json })
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
  print(`safe head ${safe.number} ${safe.hash}`)
  print(`finalized ${finalized.number} ${finalized.hash}`)
  if (equal === blocks)
    print(`${blocks} blocks in ${seconds.toFixed(1)} s, each with the hash that op-geth gave it`)
  else print(`${blocks - equal} of ${blocks} blocks differ, the first is number ${firstDifference}`)
}

/** Interval of progress lines without a terminal. */
const linePeriodMs = 1_000

/** Shortest interval between two drawings of the table. */
const drawPeriodMs = 100

/** Shows the heads of a node: a table on a terminal, progress lines elsewhere. */
class LiveTable {
  readonly #isShown: boolean
  #drawnLines = 0
  #drawnMs = -Infinity
  #last: NodeView | undefined

  constructor({ isShown }: { readonly isShown: boolean }) {
    this.#isShown = isShown
  }

  say(what: string): void {
    this.#erase()
    process.stderr.write(`${what}\n`)
  }

  show(view: NodeView): void {
    this.#last = view
    const { isTTY } = process.stderr
    const nowMs = performance.now()
    if (!this.#isShown || nowMs - this.#drawnMs < (isTTY ? drawPeriodMs : linePeriodMs)) return
    this.#drawnMs = nowMs
    this.#draw(view)
  }

  end(): void {
    // The last table has full lines, since a truncated hash cannot be compared or copied.
    if (this.#isShown && this.#last !== undefined) this.#draw(this.#last, Infinity)
    this.#drawnLines = 0
  }

  /** @param width maximum length of a line; a wrapped line would break the next drawing */
  #draw(view: NodeView, width = (process.stderr.columns || 80) - 1): void {
    this.#erase()
    if (!process.stderr.isTTY) {
      process.stderr.write(`${viewLine(view)}\n`)
      return
    }
    const lines = viewLines(view).map((line) => line.slice(0, width))
    process.stderr.write(`${lines.join('\n')}\n`)
    this.#drawnLines = lines.length
  }

  #erase(): void {
    if (this.#drawnLines > 0) process.stderr.write(`\u001B[${this.#drawnLines}A\u001B[J`)
    this.#drawnLines = 0
  }
}

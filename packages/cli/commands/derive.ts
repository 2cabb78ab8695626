import type { Command } from 'commander'
import type * as z from 'zod'
import { deriveSettings } from '#cli/derive-settings.ts'
import { print } from '#node/output.ts'
import { Progress } from '#cli/progress.ts'
import { addSettingsCommand } from '#cli/settings-command.ts'
import type { Mismatch, SettledBlock } from '#records/derive/derive-chain.ts'
import type { RecordResult } from '#records/derive/derive-record.ts'

type DeriveSettings = z.output<typeof deriveSettings>

/** Adds `atoll derive`. */
export function addDeriveCommand(program: Command): void {
  addSettingsCommand(program, {
    name: 'derive',
    summary: 'derive the L2 chain from recorded L1 data, and compare it with the recorded chain',
    description:
      'Derives the L2 chain from recorded L1 data, with no network, and compares each block with the recorded one. Exits with 1 at the first block that differs, with 2 if the record cannot be used.',
    schema: deriveSettings,
    run: derive,
  })
}

async function derive(settings: DeriveSettings): Promise<void> {
  const { record, from, execute, verifyL1, repeat, json, quiet } = settings
  const { deriveRecord } = await import('#records/derive/derive-record.ts')
  const { derivedLine } = await import('#records/derive/derived-line.ts')
  const progress = new Progress()
  let unrecorded = 0
  const onBlock = (block: SettledBlock) => {
    if (block.matches === undefined) unrecorded++
    if (json && !quiet) print(derivedLine(block))
    else if (!quiet) progress.count((perSecond) => placeOf(block, perSecond))
  }
  const result = await deriveRecord(record, {
    from: from === undefined ? undefined : BigInt(from),
    isExecuted: execute,
    isL1Verified: verifyL1,
    repeat,
    onBlock,
  }).finally(() => progress.clear())
  if (result.mismatch !== undefined) explain(result.mismatch)
  if (json) print(JSON.stringify({ ...summaryOf(result), unrecorded: unrecorded || undefined }))
  else printSummary({ ...result, unrecorded }, settings)
  if (result.mismatch !== undefined) process.exitCode = 1
}

function placeOf({ derived }: SettledBlock, perSecond: number): string {
  const place = `block ${derived.parent.number + 1n} from L1 block ${derived.derivedFrom.number}`
  return `${place}, ${withCommas(perSecond)} blocks/s`
}

/** Maximum number of differences that are shown. */
const shownDifferences = 20

/** Maximum number of characters of a value that are shown. */
const shownCharacters = 96

function explain({ derived, differences }: Mismatch): void {
  const { parent, derivedFrom } = derived
  const lines = [
    `block ${parent.number + 1n}, derived from L1 block ${derivedFrom.number}, is not as recorded:`,
    ...differences.slice(0, shownDifferences).flatMap(({ field, derived: ours, block }) => {
      const from = firstShown(ours, block)
      const where = from === 0 ? '' : `, from character ${from} on`
      const shown = (value: string) => value.slice(from, from + shownCharacters)
      return [`  ${field}${where}`, `    derived   ${shown(ours)}`, `    recorded  ${shown(block)}`]
    }),
  ]
  process.stderr.write(`${lines.join('\n')}\n`)
}

/** Offset of the first shown character of two long values, so that their first difference is visible. */
function firstShown(left: string, right: string): number {
  if (Math.max(left.length, right.length) <= shownCharacters) return 0
  let same = 0
  while (same < left.length && left[same] === right[same]) same++
  return Math.max(0, same - 16)
}

function summaryOf(result: RecordResult): Record<string, unknown> {
  const { blocks, txs, l1Blocks, secondsAll, loadSeconds, judgeSeconds, mismatch } = result
  const seconds = median(secondsAll)
  return {
    blocks,
    txs,
    l1Blocks,
    seconds,
    loadSeconds,
    blocksPerSecond: blocks / seconds,
    maxRssMb: process.resourceUsage().maxRSS / 1_024,
    executeSeconds: judgeSeconds > 0 ? judgeSeconds : undefined,
    secondsAll: secondsAll.length > 1 ? secondsAll : undefined,
    refused: result.refused,
    resets: result.resets,
    firstDifference: mismatch && {
      number: Number(mismatch.derived.parent.number + 1n),
      derivedFrom: Number(mismatch.derived.derivedFrom.number),
      fields: Object.fromEntries(
        mismatch.differences.map(({ field, derived, block }) => [field, [block, derived]]),
      ),
    },
  }
}

function printSummary(
  result: RecordResult & { readonly unrecorded: number },
  { execute }: DeriveSettings,
): void {
  const { blocks, txs, l1Blocks, secondsAll, loadSeconds, judgeSeconds, refused, safe } = result
  const seconds = median(secondsAll)
  const equal = execute ? 'each with the recorded hash' : 'each equal to the recorded block'
  const compared = result.unrecorded > 0 ? `${blocks - result.unrecorded} ${equal}` : equal
  const outcome = result.mismatch === undefined ? compared : 'then a block that differs'
  print(`${blocks} blocks with ${txs} transactions from ${l1Blocks} L1 blocks, ${outcome}`)
  if (result.unrecorded > 0)
    print(`the last ${result.unrecorded} blocks are not in the record, and were not compared`)
  if (refused > 0) print(`${refused} sets of payload attributes were refused`)
  print(`safe head ${safe.number} ${safe.hash}`)
  const speed = withCommas(blocks / seconds)
  const times = [`${seconds.toFixed(3)} s deriving (${speed} blocks/s)`]
  if (secondsAll.length > 1) times[0] += `, median of ${secondsAll.length}`
  if (judgeSeconds > 0) times.push(`${judgeSeconds.toFixed(1)} s executing`)
  print([...times, `${loadSeconds.toFixed(1)} s reading`].join(', '))
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((left, right) => left - right)
  const middle = Math.floor(sorted.length / 2)
  const upper = sorted[middle] ?? 0
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2
}

function withCommas(value: number): string {
  return Math.round(value).toLocaleString('en')
}

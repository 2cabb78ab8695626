import { type BlockReport, gasShareOf } from '#flashblock-stream/watch/block-report.ts'
import type { DelayNumbers } from '#flashblock-stream/watch/delays.ts'
import type { FlashblockWatch } from '#flashblock-stream/watch/flashblock-watch.ts'
import type { WatchSummary } from '#flashblock-stream/watch/watch-counts.ts'
import { wrap } from '#runtime/screen/lines.ts'

/** Lost transactions that a line names. JSON has all of them. */
const maxNamed = 20

/** Indices in the table, so that it fits a terminal of 24 lines. */
const maxRows = 8

/** Column in which the values of the table begin. */
const indent = 9

/** A judged block in one line. */
export function blockLine(report: BlockReport): string {
  const { flashblocks, number, verdict, worstGapMs } = report
  const transactions = flashblocks.reduce((sum, each) => sum + each.transactions, 0)
  const share = Math.max(0, ...flashblocks.map(({ gasShare = 0 }) => gasShare))
  const parts = [
    `${flashblocks.length} flashblocks`,
    `${transactions} transactions`,
    `worst gap ${Math.round(worstGapMs)} ms`,
    `${percent(share)} of the gas limit`,
    ...remarks(report),
  ]
  const again = report.isAgain ? ' (checked again)' : ''
  return `block ${number} ${verdictText[verdict]}${again}: ${parts.join(', ')}`
}

const verdictText: Readonly<Record<BlockReport['verdict'], string>> = {
  kept: 'kept',
  broken: 'BROKEN',
  'never-came': 'NEVER CAME',
  unchecked: 'unchecked',
}

/** What is unusual about a block. */
function remarks(report: BlockReport): readonly string[] {
  const { contradictions, differsAt, flaws, isInterrupted, lost, missing, payloadIds } = report
  const named = lost.slice(0, maxNamed).join(' ')
  const more = lost.length > maxNamed ? ` and ${lost.length - maxNamed} more` : ''
  const unseen = isInterrupted ? 'not seen because no stream was connected' : 'missing'
  return [
    lost.length > 0 && `promised transactions that are not in the block: ${named}${more}`,
    differsAt !== undefined && `the block differs from transaction ${differsAt} on`,
    report.sealedAs === 'other' &&
      report.unpublished === 0 &&
      'no flashblock has the hash of the block',
    report.hasOtherParent && 'the block has another parent than published',
    missing.length > 0 && `indices ${unseen}: ${missing.join(' ')}`,
    payloadIds.length > 1 && `payload ids ${payloadIds.join(' ')}`,
    report.repeated > 0 && `${report.repeated} repeated`,
    contradictions > 0 && `${contradictions} contradictions`,
    report.wrongHashes > 0 && `${report.wrongHashes} wrong block hashes`,
    flaws.length > 0 && `broken rules: ${flaws.join(' ')}`,
    report.unpublished > 0 && `${report.unpublished} transactions were not published`,
    report.reason,
  ].filter((text) => typeof text === 'string')
}

/** The result in a few lines. */
export function summaryLines(summary: WatchSummary): readonly string[] {
  const { blocks, contradictions, missing, repeated } = summary
  const { kept, broken, unchecked } = blocks
  const malformed = Object.entries(summary.malformed).map(([flaw, count]) => `${count} ${flaw}`)
  const ofSeveral =
    summary.streams.length > 1 ? `, ${summary.replicated.lost} of them from several streams` : ''
  return [
    `blocks   kept ${kept}, broken ${broken}, never came ${blocks['never-came']}, unchecked ${unchecked}`,
    `         unfinished ${summary.unfinished}, without flashblocks ${summary.withoutFlashblocks}`,
    `promises ${summary.lost} transactions lost${ofSeveral}`,
    `gaps     ${delayText(summary.gaps)}`,
    `indices  missing ${missing}, repeated ${repeated}, contradictions ${contradictions}`,
    `checks   wrong block hashes ${summary.wrongHashes}, over a limit ${summary.tooMuch}`,
    `ids      ${summary.withSeveralIds} blocks with several payload ids`,
    `frames   malformed: ${malformed.join(', ') || 'none'}`,
  ]
}

function delayText({ count, p50Ms, p99Ms, worstMs }: DelayNumbers): string {
  return count === 0 ? 'none' : `p50 ${p50Ms} ms, p99 ${p99Ms} ms, worst ${worstMs} ms`
}

/** What the table shows of a watch. */
type ShownWatch = Pick<FlashblockWatch, 'newest' | 'summary'>

/** The names of the streams, and the width of the terminal in columns. */
interface TableForm {
  readonly names: readonly string[]
  readonly width: number
}

/** The table: the newest block, the result so far, and each index and stream. */
export function watchLines(watch: ShownWatch, { names, width }: TableForm): readonly string[] {
  const { summary } = watch
  const { indices, streams } = summary
  const lines = [
    newestLine(watch),
    ...summaryLines(summary),
    'index    flashblocks  gap p50   gas used',
    ...indices.slice(0, maxRows).map(({ flashblocks, gapP50Ms, gasShare, index }) => {
      const cells = [String(flashblocks).padEnd(11), `${gapP50Ms} ms`.padEnd(8), percent(gasShare)]
      return `  ${String(index).padEnd(6)} ${cells.join('  ')}`
    }),
    ...(indices.length > maxRows ? [`  … ${indices.length - maxRows} more indices`] : []),
    ...streams.map(({ connections, first, later }, at) => {
      const delays = later.count === 0 ? '' : `, the others ${delayText(later)} later`
      return `stream   ${names[at] ?? ''} first with ${first}, connected ${connections} times${delays}`
    }),
  ]
  return lines.flatMap((line) => wrap(line, { width, indent }))
}

function newestLine({ newest }: ShownWatch): string {
  const last = newest?.flashblocks.at(-1)
  if (newest === undefined || last === undefined) return 'block    waits for the first flashblock'
  const share = percent(gasShareOf(last.gasUsed, newest.gasLimit) ?? 0)
  const id = newest.payloadIds.at(-1) ?? ''
  return `block    ${newest.number} index ${last.index}, ${share} of the gas limit, id ${id}`
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`
}

/** A judged block as JSON. */
export function blockToJson({ number, ...report }: BlockReport): object {
  return { type: 'block', number: Number(number), ...report }
}

/** The result as JSON. */
export function summaryToJson(summary: WatchSummary, names: readonly string[]): object {
  const streams = summary.streams.map((counts, at) => ({ name: names[at], ...counts }))
  return { type: 'summary', ok: isKept(summary), ...summary, streams }
}

/** Whether no promise was broken, and at least one block was checked, if there were blocks to check. */
export function isKept({ blocks }: Pick<WatchSummary, 'blocks'>): boolean {
  if (blocks.broken > 0 || blocks['never-came'] > 0) return false
  return blocks.kept > 0 || blocks.unchecked === 0
}

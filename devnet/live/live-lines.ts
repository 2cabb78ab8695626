import type { PostedCounts } from '#devnet/batcher/batcher.ts'
import { waitsOf } from '#node/node-view.ts'
import type { Leading } from './builders.ts'
import { wrap } from '#runtime/screen/lines.ts'
import type { LiveNode } from './live-node.ts'
import type { Sent } from './traffic.ts'

/** What a live devnet shows. */
export interface LiveView {
  readonly nodes: readonly Pick<LiveNode, 'name' | 'view' | 'executionUrl' | 'rollupUrl'>[]
  readonly sent: Sent
  /** Unix milliseconds. */
  readonly nowMs: number
  /** Account with ether on both chains, for a wallet. */
  readonly funded: { readonly address: string; readonly privateKey: string }
  readonly l1Url: string
  /** What the batcher posted; undefined while it is stopped. */
  readonly posted: PostedCounts | undefined
  /** Seconds since the nodes started. */
  readonly seconds: number
  /** The leader of the builders; undefined without builders. */
  readonly leading?: Leading | undefined
  /** The last accident of chaos. */
  readonly accident: string | undefined
}

const columns = [9, 10, 10, 10, 8, 8] as const

/** Formats a devnet as a table of at most `width` columns. */
export function liveLines(view: LiveView, width: number): readonly string[] {
  const { accident, funded, l1Url, leading, nodes, posted, seconds, sent } = view
  const [first] = nodes
  const l1 = first?.view().l1
  const head = row(['node', 'unsafe', 'safe', 'finalized', 'age', 'behind'])
  const rate = (sent.transactions / Math.max(seconds, 1)).toFixed(1)
  const highest = Math.max(...nodes.map((node) => Number(node.view().chain?.unsafe.number ?? 0n)))
  return [
    `L1 ${l1Url}  head ${l1?.head.number ?? '–'}  safe ${l1?.safe?.number ?? '–'}  finalized ${l1?.finalized?.number ?? '–'}`,
    `L2 ${first?.executionUrl ?? '–'}  ${sent.transactions} transactions sent, ${rate} per second; ${sent.deposits} deposits`,
    `batcher: ${postedOf(posted)}`,
    `   account ${funded.address}`,
    `   key     ${funded.privateKey}`,
    ...(leading === undefined
      ? []
      : [`flashblocks: ${leading.name} leads, after ${leading.takeovers.length} takeovers`]),
    ...(accident === undefined ? [] : [`chaos: ${accident}`]),
    head,
    ...nodes.flatMap((node) => [
      nodeRow(node, { nowMs: view.nowMs, highest }),
      ...waitsOf(node.view()).flatMap((wait) => wrap(`  ${wait}`, { width, indent: 10 })),
    ]),
  ].map((line) => line.slice(0, width))
}

/** Formats the heads of all nodes in one line. */
export function liveLine({ nodes, sent }: LiveView): string {
  const heads = nodes.map(({ name, view }) => {
    const { chain } = view()
    const numbers = [chain?.unsafe, chain?.safe, chain?.finalized]
    return `${name} ${numbers.map((block) => String(block?.number ?? '–')).join('/')}`
  })
  return `unsafe/safe/finalized: ${heads.join('  ')}; ${sent.transactions} transactions sent`
}

function postedOf(posted: PostedCounts | undefined): string {
  if (posted === undefined) return 'stopped'
  const { channels, last, transactions } = posted
  return `${channels} channels in ${transactions} L1 transactions, the last one up to block ${last ?? '–'}`
}

function nodeRow(
  { name, view }: LiveView['nodes'][number],
  { nowMs, highest }: { readonly nowMs: number; readonly highest: number },
): string {
  const { chain } = view()
  const age =
    chain === undefined
      ? '–'
      : `${Math.max(0, (nowMs - Number(chain.unsafe.timestamp) * 1_000) / 1_000).toFixed(1)} s`
  const numbers = [chain?.unsafe, chain?.safe, chain?.finalized]
  const behind = chain === undefined ? '–' : String(highest - Number(chain.unsafe.number))
  return row([name, ...numbers.map((block) => String(block?.number ?? '–')), age, behind])
}

function row(cells: readonly string[]): string {
  return cells
    .map((cell, at) => cell.padEnd(columns[at] ?? 0))
    .join(' ')
    .trimEnd()
}

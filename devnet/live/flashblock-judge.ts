import type { BlockReport } from '#flashblock-stream/watch/block-report.ts'
import { watchStreams } from '#flashblock-stream/watch/watch-streams.ts'
import type { WatchSummary } from '#flashblock-stream/watch/watch-counts.ts'
import type { Clock } from '#runtime/clock.ts'
import { allClients } from './all-clients.ts'
import type { LiveWorld } from './start-live.ts'

/** Times in milliseconds. */
interface Times {
  readonly median: number
  readonly p99: number
  readonly worst: number
}

/** What consumers of the public streams saw. */
export interface FlashblocksResult {
  /** Number of flashblocks, each counted once. */
  readonly flashblocks: number
  readonly takeovers: number
  /** Blocks that have all transactions that were published of them. */
  readonly kept: number
  /** Blocks that do not. */
  readonly broken: number
  /** Published transactions that are not in their block. */
  readonly lost: number
  /** The same, if only the flashblocks count that another builder had published too. */
  readonly replicated: WatchSummary['replicated']
  readonly missing: number
  readonly repeated: number
  readonly contradictions: number
  /** Blocks with more than one payload id. */
  readonly withSeveralIds: number
  /** Between two flashblocks. */
  readonly gapMs: Times | undefined
  /** From the last flashblock of a killed leader to the first one of the next leader. */
  readonly takeoverGapMs: Times | undefined
  /** From when a node is the leader to its first flashblock. */
  readonly leaderToNextMs: Times | undefined
}

/** A change of the leader, in Unix milliseconds. */
export interface Takeover {
  readonly killedMs: number
  readonly leadsMs: number
}

/** A flashblock that arrives this long after the kill of its builder was on its way. */
const onTheWayMs = 20

/** Compares what the public streams of a devnet publish with its blocks. */
export class FlashblockJudge {
  readonly #stopping = new AbortController()
  readonly #running: Promise<WatchSummary>
  readonly #arrivals: number[] = []
  /** The reports of the blocks that do not have all that was published of them. */
  readonly brokenBlocks: BlockReport[] = []
  #count = 0

  constructor({ clients, streams }: Pick<LiveWorld, 'clients' | 'streams'>, clock: Clock) {
    this.#running = watchStreams({
      urls: streams,
      rpc: allClients(clients),
      clock,
      signal: this.#stopping.signal,
      until: undefined,
      onBlock: (report) => this.#add(report),
      onChange: (watch) => {
        this.#count = watch.summary.flashblocks
      },
      onNotice: () => undefined,
    })
    // eslint-disable-next-line atoll/use-rejection -- the caller handles the rejection through `result`
    this.#running.catch(() => undefined)
  }

  /** Number of flashblocks so far. */
  get count(): number {
    return this.#count
  }

  /** Ends the comparison. @param takeovers the changes of the leader, the earliest first */
  async result(takeovers: readonly Takeover[]): Promise<FlashblocksResult> {
    this.#stopping.abort()
    const summary = await this.#running
    const arrivals = this.#arrivals.toSorted((a, b) => a - b)
    const gaps = takeovers.map(({ killedMs, leadsMs }) => {
      const last = arrivals.findLast((ms) => ms <= killedMs + onTheWayMs)
      const next = arrivals.find((ms) => ms > killedMs + onTheWayMs)
      return last === undefined || next === undefined
        ? undefined
        : { gap: next - last, sinceLeading: Math.max(0, next - leadsMs) }
    })
    const known = gaps.filter((each) => each !== undefined)
    return {
      flashblocks: summary.flashblocks,
      takeovers: takeovers.length,
      kept: summary.blocks.kept,
      broken: summary.blocks.broken + summary.blocks['never-came'],
      lost: summary.lost,
      replicated: summary.replicated,
      missing: summary.missing,
      repeated: summary.repeated,
      contradictions: summary.contradictions,
      withSeveralIds: summary.withSeveralIds,
      gapMs: timesOf(arrivals.slice(1).map((ms, at) => ms - (arrivals[at] ?? ms))),
      takeoverGapMs: timesOf(known.map(({ gap }) => gap)),
      leaderToNextMs: timesOf(known.map(({ sinceLeading }) => sinceLeading)),
    }
  }

  #add(report: BlockReport): void {
    const { flashblocks, isAgain, verdict } = report
    if (verdict !== 'kept') this.brokenBlocks.push(report)
    if (!isAgain) this.#arrivals.push(...flashblocks.map(({ arrivedUnixMs }) => arrivedUnixMs))
  }
}

function timesOf(values: readonly number[]): Times | undefined {
  const sorted = values.toSorted((a, b) => a - b)
  const at = (share: number) =>
    Math.round(sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0)
  if (sorted.length === 0) return undefined
  return { median: at(0.5), p99: at(0.99), worst: at(1) }
}

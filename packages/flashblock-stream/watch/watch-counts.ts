import type { FrameFlaw } from '#flashblock-stream/stream-frame.ts'
import type { Addition, SeenFlashblock } from './block-record.ts'
import { type BlockReport, gasShareOf } from './block-report.ts'
import { type DelayNumbers, Delays } from './delays.ts'
import type { Verdict } from './judge-block.ts'

/** What one stream delivered. */
interface StreamCounts {
  /** Flashblocks that no other stream had delivered before. */
  readonly first: number
  /** Delays of the flashblocks that another stream had delivered before. */
  readonly later: DelayNumbers
  /** Connections, of which the first one is no reconnection. */
  readonly connections: number
}

/** Means over all blocks for an index. */
interface IndexMeans {
  readonly index: number
  readonly flashblocks: number
  /** Median time since the flashblock before. */
  readonly gapP50Ms: number
  /** Mean share of the gas limit that the block uses up to this index, from 0 to 1. */
  readonly gasShare: number
}

/** The result of a watch. */
export interface WatchSummary {
  /** Number of blocks by verdict. */
  readonly blocks: Readonly<Record<Verdict, number>>
  /** Blocks that were not judged yet at the end. */
  readonly unfinished: number
  /** Blocks between two others, of which no flashblock came. */
  readonly withoutFlashblocks: number
  /** Blocks with more than one payload id. */
  readonly withSeveralIds: number
  readonly flashblocks: number
  readonly gaps: DelayNumbers
  /** Indices that did not arrive although a stream was connected all the time. */
  readonly missing: number
  readonly repeated: number
  readonly contradictions: number
  readonly wrongHashes: number
  /** Number of frames that were not flashblocks, by flaw. */
  readonly malformed: Readonly<Record<string, number>>
  /** Flashblocks whose block is not known: of the block in which the watch began. */
  readonly unplaced: number
  /** Flashblocks over the limits of a block. */
  readonly tooMuch: number
  /** Transactions that were promised and not kept. */
  readonly lost: number
  /** Broken blocks and lost transactions, if only the flashblocks count that several streams delivered. */
  readonly replicated: { readonly broken: number; readonly lost: number }
  readonly indices: readonly IndexMeans[]
  readonly streams: readonly StreamCounts[]
}

/** Limit on the indices with means of their own. */
const maxIndices = 32

/** Blocks that may be skipped at once. More are a jump of the stream and not counted. */
const maxSkipped = 1_000n

/** The counts of a watch, in memory that does not grow. */
export class WatchCounts {
  unplaced = 0
  unfinished = 0
  readonly #blocks: Record<Verdict, number> = { kept: 0, broken: 0, 'never-came': 0, unchecked: 0 }
  readonly #gaps = new Delays()
  readonly #streams: { first: number; later: Delays; connections: number }[]
  readonly #indices: { gaps: Delays; flashblocks: number; shares: number; withShare: number }[] = []
  readonly #kinds: Record<Addition['kind'], number> = {
    new: 0,
    'other-stream': 0,
    repeated: 0,
    contradicted: 0,
    'too-much': 0,
  }
  readonly #malformed = new Map<FrameFlaw, number>()
  #missing = 0
  #wrongHashes = 0
  #lost = 0
  readonly #replicated = { broken: 0, lost: 0 }
  #withSeveralIds = 0
  #skipped = 0

  constructor(streams: number) {
    this.#streams = Array.from({ length: streams }, () => {
      return { first: 0, later: new Delays(), connections: 0 }
    })
  }

  connected(stream: number): void {
    const counts = this.#streams[stream]
    if (counts !== undefined) counts.connections++
  }

  countMalformed(flaw: FrameFlaw): void {
    this.#malformed.set(flaw, (this.#malformed.get(flaw) ?? 0) + 1)
  }

  /** Counts blocks without flashblocks. */
  skip(blocks: bigint): void {
    if (blocks > 0n && blocks <= maxSkipped) this.#skipped += Number(blocks)
  }

  /** Counts a flashblock of a stream. */
  add(stream: number, addition: Addition, arrivedMs: number): void {
    this.#kinds[addition.kind]++
    const counts = this.#streams[stream]
    if (counts === undefined) return
    if (addition.kind === 'new') counts.first++
    if (addition.kind === 'other-stream') counts.later.add(arrivedMs - addition.part.arrivedMs)
  }

  /** Counts the gap before a new flashblock, and the gas that its block uses. */
  use({ gapMs, gasUsed, hashCheck, index }: SeenFlashblock, gasLimit: bigint | undefined): void {
    if (hashCheck === 'wrong') this.#wrongHashes++
    if (gapMs !== undefined) this.#gaps.add(gapMs)
    if (index >= maxIndices) return
    const counts = (this.#indices[index] ??= {
      gaps: new Delays(),
      flashblocks: 0,
      shares: 0,
      withShare: 0,
    })
    counts.flashblocks++
    if (gapMs !== undefined) counts.gaps.add(gapMs)
    const share = gasShareOf(gasUsed, gasLimit)
    if (share === undefined) return
    counts.shares += share
    counts.withShare++
  }

  /** Counts a judged block, in place of its report before. */
  settle(report: BlockReport, before: BlockReport | undefined): void {
    if (before !== undefined) this.#count(before, -1)
    this.#count(report, 1)
  }

  #count(report: BlockReport, sign: 1 | -1): void {
    this.#blocks[report.verdict] += sign
    this.#lost += sign * report.lost.length
    const { lost, verdict } = report.replicated
    this.#replicated.lost += sign * lost.length
    if (verdict === 'broken' || verdict === 'never-came') this.#replicated.broken += sign
    if (!report.isInterrupted) this.#missing += sign * report.missing.length
    if (report.payloadIds.length > 1) this.#withSeveralIds += sign
  }

  /** The counts so far. @param waiting blocks that are not judged yet */
  summary(waiting: number): WatchSummary {
    return {
      blocks: { ...this.#blocks },
      unfinished: this.unfinished + waiting,
      withoutFlashblocks: this.#skipped,
      withSeveralIds: this.#withSeveralIds,
      flashblocks: this.#kinds.new,
      gaps: this.#gaps.numbers,
      missing: this.#missing,
      repeated: this.#kinds.repeated,
      contradictions: this.#kinds.contradicted,
      wrongHashes: this.#wrongHashes,
      malformed: Object.fromEntries(this.#malformed),
      unplaced: this.unplaced,
      tooMuch: this.#kinds['too-much'],
      lost: this.#lost,
      replicated: { ...this.#replicated },
      indices: this.#meansOfIndices(),
      streams: this.#streams.map(({ connections, first, later }) => {
        return { first, later: later.numbers, connections }
      }),
    }
  }

  #meansOfIndices(): readonly IndexMeans[] {
    return Array.from(this.#indices, (counts, index) => ({
      index,
      flashblocks: counts?.flashblocks ?? 0,
      gapP50Ms: counts?.gaps.numbers.p50Ms ?? 0,
      gasShare: counts === undefined ? 0 : counts.shares / Math.max(counts.withShare, 1),
    }))
  }
}

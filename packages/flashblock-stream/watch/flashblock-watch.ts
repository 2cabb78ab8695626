import type { StreamFlashblock } from '#json-rpc/forms/flashblock-json.ts'
import type { Bytes8 } from '#protocol/primitives.ts'
import type { ArrivedFlashblock } from '#flashblock-stream/stream-client.ts'
import type { FrameFlaw } from '#flashblock-stream/stream-frame.ts'
import { BlockRecord } from './block-record.ts'
import { type BlockReport, reportOf } from './block-report.ts'
import type { SealedOutcome } from './judge-block.ts'
import { WatchCounts, type WatchSummary } from './watch-counts.ts'

/** Limit on the blocks that are kept. Judged blocks are kept for a while, since a reorg may replace them. */
export const maxBlocks = 64

/** Limit on the payload ids whose block is known. */
const maxKnownIds = 256

/** Time between two blocks, until two of them are known; and its bounds, since a stream names the timestamps. */
const blockTime = { usualMs: 2_000, shortestMs: 250, longestMs: 60_000 }

/** A block without a new flashblock for so many block times has ended. */
const silentBlockTimes = 2

type State =
  /** Flashblocks arrive. */
  | 'open'
  /** It can be compared with the sealed block. */
  | 'ended'
  | 'judged'

interface Watched {
  readonly record: BlockRecord
  state: State
  lastMs: number
  /** When it was first to be compared. */
  endedMs: number
  report: BlockReport | undefined
}

/**
 * Follows what streams publish of a chain, and judges each block. It is pure: times and sealed blocks come in as
 * arguments.
 */
export class FlashblockWatch {
  readonly #counts: WatchCounts
  /** In the order in which they began. */
  readonly #blocks = new Map<bigint, Watched>()
  readonly #numbers = new Map<Bytes8, bigint>()
  #newest: Watched | undefined
  #connected = 0
  /** Whether flashblocks may have been published that no stream could deliver, since the last index 0. */
  #isInterrupted = true
  /** Arrival of the newest flashblock; undefined after an interruption. */
  #lastMs: number | undefined
  #timestamp: { readonly number: bigint; readonly timestamp: bigint } | undefined
  #blockMs = blockTime.usualMs

  /** @param streams number of streams */
  constructor(streams: number) {
    this.#counts = new WatchCounts(streams)
  }

  /** Time between two blocks. */
  get blockMs(): number {
    return this.#blockMs
  }

  /** The flashblocks of the newest block, in the order of arrival. */
  get newest():
    Pick<BlockRecord, 'number' | 'flashblocks' | 'payloadIds' | 'gasLimit'> | undefined {
    return this.#newest?.record
  }

  /** A stream is connected. */
  connected(stream: number): void {
    this.#connected++
    this.#counts.connected(stream)
  }

  /** A stream that was connected is not any more. Without another stream, flashblocks may be missed. */
  disconnected(): void {
    this.#connected--
    if (this.#connected > 0) return
    this.#isInterrupted = true
    this.#lastMs = undefined
    if (this.#newest?.state === 'open') this.#newest.record.isInterrupted = true
  }

  /** A frame of a stream was malformed. */
  malformed(flaw: FrameFlaw): void {
    this.#counts.countMalformed(flaw)
  }

  /** Takes a flashblock of a stream. */
  take(stream: number, { arrivedMs, arrivedUnixMs, flashblock }: ArrivedFlashblock): void {
    const { base, index, payloadId } = flashblock
    const number = this.#numberOf(flashblock)
    const known = number === undefined ? undefined : this.#blocks.get(number)
    if (number === undefined || (known === undefined && this.#isLate(number, index))) {
      this.#counts.unplaced++
      return
    }
    this.#remember(payloadId, number)
    if (base !== undefined) this.#learnBlockTime(base)
    const block = known ?? this.#begin(number, index, arrivedMs)
    const gapMs = this.#lastMs === undefined ? undefined : arrivedMs - this.#lastMs
    const addition = block.record.add(flashblock, { stream, arrivedMs, arrivedUnixMs, gapMs })
    this.#counts.add(stream, addition, arrivedMs)
    if (addition.kind !== 'new' && addition.kind !== 'contradicted') return
    this.#lastMs = arrivedMs
    block.lastMs = arrivedMs
    if (addition.kind === 'new') this.#counts.use(addition.part, block.record.gasLimit)
    if (block.state === 'open') return
    // The block is built again, by another builder or after a reorg. Or else the flashblock is late, and was promised too.
    if (index === 0 && addition.kind === 'new') this.#follow(block, arrivedMs)
    else block.state = 'ended'
  }

  /** Without any number, a flashblock of an unknown payload id may go on at the next index of the newest block. */
  #numberOf({ base, index, metadata, payloadId }: StreamFlashblock): bigint | undefined {
    const named = base?.number ?? this.#numbers.get(payloadId) ?? metadata.number
    if (named !== undefined) return named
    return index === this.#newest?.record.nextIndex ? this.#newest.record.number : undefined
  }

  /** Whether a flashblock belongs to a block that is not kept any more. */
  #isLate(number: bigint, index: number): boolean {
    return index > 0 && this.#newest !== undefined && number < this.#newest.record.number
  }

  #remember(payloadId: Bytes8, number: bigint): void {
    this.#numbers.set(payloadId, number)
    const [oldest] = this.#numbers.keys()
    if (this.#numbers.size > maxKnownIds && oldest !== undefined) this.#numbers.delete(oldest)
  }

  #learnBlockTime(base: { readonly number: bigint; readonly timestamp: bigint }): void {
    const before = this.#timestamp
    this.#timestamp = { number: base.number, timestamp: base.timestamp }
    if (before === undefined || base.number !== before.number + 1n) return
    const blockMs = Number(base.timestamp - before.timestamp) * 1_000
    this.#blockMs = Math.min(Math.max(blockMs, blockTime.shortestMs), blockTime.longestMs)
  }

  #begin(number: bigint, index: number, nowMs: number): Watched {
    const record = new BlockRecord(number)
    record.isInterrupted = this.#isInterrupted && index > 0
    const before = this.#newest?.record.number
    if (before !== undefined && !this.#isInterrupted) this.#counts.skip(number - before - 1n)
    if (index === 0) this.#isInterrupted = false
    const block: Watched = {
      record,
      state: 'open',
      lastMs: nowMs,
      endedMs: nowMs,
      report: undefined,
    }
    this.#follow(block, nowMs)
    this.#blocks.set(number, block)
    this.#dropOldest()
    return block
  }

  /** Makes a block the one that grows. */
  #follow(block: Watched, nowMs: number): void {
    const before = this.#newest
    if (before?.state === 'open' && before !== block) this.#end(before, nowMs)
    block.state = 'open'
    this.#newest = block
  }

  #end(block: Watched, nowMs: number): void {
    block.record.end()
    block.state = 'ended'
    block.endedMs = nowMs
  }

  #dropOldest(): void {
    const [oldest] = this.#blocks
    if (this.#blocks.size <= maxBlocks || oldest === undefined) return
    const [number, { report }] = oldest
    if (report === undefined) this.#counts.unfinished++
    this.#blocks.delete(number)
  }

  /** The oldest block that is to be compared with the sealed block, and since when. */
  toCheck(nowMs: number): { readonly number: bigint; readonly endedMs: number } | undefined {
    const newest = this.#newest
    const silentMs = silentBlockTimes * this.#blockMs
    if (newest?.state === 'open' && nowMs - newest.lastMs >= silentMs) this.#end(newest, nowMs)
    for (const [number, { endedMs, state }] of this.#blocks)
      if (state === 'ended') return { number, endedMs }
    return undefined
  }

  /**
   * Judges a block. If the sealed block does not go on from the one before it, there was a reorg, and the block before it
   * is to be compared again.
   *
   * @returns the report; undefined if the block was judged before, with the same result
   */
  settle(number: bigint, outcome: SealedOutcome, nowMs: number): BlockReport | undefined {
    const block = this.#blocks.get(number)
    if (block === undefined) return undefined
    const before = block.report
    const report = reportOf(block.record, outcome, before)
    block.state = 'judged'
    if (outcome.kind === 'sealed') this.#checkParent(number, outcome.block.parentHash, nowMs)
    if (before !== undefined && isSameReport(before, report)) return undefined
    block.report = report
    this.#counts.settle(report, before)
    return report
  }

  /** Judges the parent again if it was replaced, came too late, or could not be fetched. */
  #checkParent(number: bigint, parentHash: string, nowMs: number): void {
    const parent = this.#blocks.get(number - 1n)
    if (parent?.report === undefined || parent.report.hash === parentHash) return
    parent.state = 'ended'
    parent.endedMs = nowMs
  }

  /** The result so far. */
  get summary(): WatchSummary {
    const waiting = [...this.#blocks.values()].filter(({ report }) => report === undefined)
    return this.#counts.summary(waiting.length)
  }
}

/** Whether two judgements of a block differ in nothing that matters for its promises. */
function isSameReport(first: BlockReport, second: BlockReport): boolean {
  return (
    first.verdict === second.verdict &&
    first.hash === second.hash &&
    first.flashblocks.length === second.flashblocks.length &&
    first.lost.join() === second.lost.join()
  )
}

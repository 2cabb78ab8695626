import type { FlashblockFlaw } from '#protocol/flashblock/assembly.ts'
import type { Hash } from '#protocol/primitives.ts'
import type { BlockRecord, SeenFlashblock } from './block-record.ts'
import { judgeBlock, type Judgement, type SealedOutcome } from './judge-block.ts'

/** A flashblock in a report. */
interface ReportedFlashblock {
  readonly index: number
  readonly arrivedUnixMs: number
  /** Time since the flashblock before; undefined if an interruption was between them. */
  readonly gapMs: number | undefined
  /** Number of transactions that it adds. */
  readonly transactions: number
  /** Share of the gas limit that the block uses up to this index, from 0 to 1; undefined without index 0. */
  readonly gasShare: number | undefined
  readonly hashCheck: SeenFlashblock['hashCheck']
  /** Number of streams that delivered it. */
  readonly streams: number
}

/** What a stream published of a block, and whether it was kept. */
export interface BlockReport extends Judgement {
  readonly number: bigint
  /** Hash of the sealed block. */
  readonly hash: Hash | undefined
  /** Why the block is unchecked. */
  readonly reason: string | undefined
  /** In the order of arrival. More than one: a takeover, or two builders. */
  readonly payloadIds: readonly string[]
  /** In the order of arrival. */
  readonly flashblocks: readonly ReportedFlashblock[]
  readonly repeated: number
  readonly contradictions: number
  /** Number of flashblocks whose block hash is not that of their fields. */
  readonly wrongHashes: number
  readonly flaws: readonly FlashblockFlaw[]
  /** Whether no stream was connected for a part of the block: missing indices may have been published. */
  readonly isInterrupted: boolean
  /** Whether the block was judged before: a reorg replaced it, or a flashblock came late. */
  readonly isAgain: boolean
  readonly worstGapMs: number
  /**
   * The judgement of the flashblocks that several streams delivered. If each stream is that of a builder, another builder
   * had these flashblocks before the block was sealed.
   */
  readonly replicated: Pick<Judgement, 'verdict' | 'lost'>
}

/** Judges a block. @param before the report of an earlier judgement */
export function reportOf(
  record: BlockRecord,
  outcome: SealedOutcome,
  before: BlockReport | undefined,
): BlockReport {
  const { flashblocks, gasLimit } = record
  const { lost, verdict } = judgeBlock(record.publishedBy(2), outcome)
  return {
    ...judgeBlock(record.publishedBy(1), outcome),
    replicated: { verdict, lost },
    number: record.number,
    hash: outcome.kind === 'sealed' ? outcome.block.hash : undefined,
    reason: outcome.kind === 'unchecked' ? outcome.reason : undefined,
    payloadIds: record.payloadIds,
    flashblocks: flashblocks.map((each) => reported(each, gasLimit)),
    repeated: record.repeated,
    contradictions: record.contradictions,
    wrongHashes: flashblocks.filter(({ hashCheck }) => hashCheck === 'wrong').length,
    flaws: [...record.flaws],
    isInterrupted: record.isInterrupted,
    isAgain: before !== undefined,
    worstGapMs: Math.max(0, ...flashblocks.map(({ gapMs = 0 }) => gapMs)),
  }
}

function reported(
  { arrivedUnixMs, gapMs, gasUsed, hashCheck, index, streams, transactions }: SeenFlashblock,
  gasLimit: bigint | undefined,
): ReportedFlashblock {
  const gasShare = gasShareOf(gasUsed, gasLimit)
  return {
    index,
    arrivedUnixMs,
    gapMs,
    transactions: transactions.length,
    gasShare,
    hashCheck,
    streams: streams.size,
  }
}

/** Share of the gas limit, from 0 to 1; undefined if the limit is not known. */
export function gasShareOf(gasUsed: bigint, gasLimit: bigint | undefined): number | undefined {
  return gasLimit === undefined || gasLimit === 0n ? undefined : Number(gasUsed) / Number(gasLimit)
}

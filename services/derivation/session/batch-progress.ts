import type { DerivedAttributes } from '#protocol/pipeline/pipeline.ts'
import type { Address } from '#protocol/primitives.ts'
import type { L1Block } from '#protocol/block/l1-block.ts'
import type { RollupConfig } from '#protocol/chains/rollup-config.ts'
import type { State } from '#services/derivation/state.ts'

/** Where batches were found on L1 since derivation started. */
export interface BatchProgress {
  /** The first L1 block that was read. */
  readonly since: bigint | undefined
  /** The last L1 block with data of the batcher. */
  readonly dataAt: bigint | undefined
  /** The L1 block that derivation was reading when it last derived an L2 block from a batch. */
  readonly batchAt: bigint | undefined
}

/** Nothing was read yet. */
export const noBatches: BatchProgress = { since: undefined, dataAt: undefined, batchAt: undefined }

/**
 * Records an L1 block that derivation reads. Anyone may send to the inbox, but only transactions of the batcher count.
 */
export function noteL1Block(
  progress: BatchProgress,
  { number, inboxTransactions }: Pick<L1Block, 'number' | 'inboxTransactions'>,
  batcher: Address,
): BatchProgress {
  const { since = number, dataAt, batchAt } = progress
  const hasData = inboxTransactions.some(({ sender }) => sender === batcher)
  return { since, dataAt: hasData ? number : dataAt, batchAt }
}

/** Records derived attributes. Attributes that are derived after the sequencing window of their epoch have no batch. */
export function noteAttributes(
  progress: BatchProgress,
  { derivedFrom, l1Origin }: Pick<DerivedAttributes, 'derivedFrom' | 'l1Origin'>,
  { sequencingWindow }: Pick<RollupConfig, 'sequencingWindow'>,
): BatchProgress {
  const hasBatch = derivedFrom.number <= l1Origin.number + sequencingWindow
  return hasBatch ? { ...progress, batchAt: derivedFrom.number } : progress
}

/**
 * The progress that the status shows: the L1 block up to which derivation is complete, and the last L1 block with a
 * batch. Undefined until the first L1 block was derived.
 */
export function progressText({ batches, targets }: State): string | undefined {
  const at = targets.currentL1?.number
  const { since, batchAt } = batches
  if (at === undefined || since === undefined) return undefined
  if (batchAt === undefined)
    return `derived up to L1 block ${at}; no new batch since derivation started at L1 block ${since}`
  // The last batch may also be in the L1 block that is still being derived.
  const before = batchAt < at ? `, ${at - batchAt} before` : ''
  return `derived up to L1 block ${at}; last batch in L1 block ${batchAt}${before}`
}

/** Missing batches are reported after the sequencing window divided by this number. The usual window has 12 hours. */
const reportedPart = 12n

/** Missing batches are not reported before this number of L1 blocks, even if the window is short. */
const leastReported = 25n

/** What an operator should check if there was no batch for a long time; undefined if there was a batch. */
export function missingBatches(
  { batches, chain, session, targets }: State,
  {
    sequencingWindow,
    batchInboxAddress,
  }: Pick<RollupConfig, 'sequencingWindow' | 'batchInboxAddress'>,
): string | undefined {
  const at = targets.currentL1?.number
  const { since, dataAt, batchAt } = batches
  if (at === undefined || since === undefined || chain === undefined) return undefined
  // L1 blocks up to the L1 origin of the safe head are read again. The batches in these L1 blocks have only blocks that
  // are already safe.
  const origin = chain.localSafe.l1Origin.number
  const from = batchAt === undefined ? (since > origin ? since : origin + 1n) : batchAt + 1n
  const reportedAfter = sequencingWindow / reportedPart
  if (at - from + 1n < (reportedAfter > leastReported ? reportedAfter : leastReported))
    return undefined
  const batcher = session?.phase === 'deriving' ? session.pipeline.batcher : 'the batcher address'
  const emptyFrom = chain.localSafe.l1Origin.number + sequencingWindow + 1n
  const data =
    dataAt === undefined || dataAt < from
      ? 'the batcher posted nothing there'
      : `the batcher posted data in L1 block ${dataAt}, but they were dropped: see atoll_derivation_batches_dropped_total`
  const window =
    emptyFrom > at
      ? `without one, blocks without transactions are derived from L1 block ${emptyFrom} on (in ${emptyFrom - at} L1 blocks)`
      : 'blocks without transactions are derived, since the sequencing window has passed'
  return `no batch of this chain in L1 blocks ${from} to ${at}, so the safe head is ${chain.localSafe.number}; ${data}; ${window}: check that the batcher runs and has funds, that it sends from ${batcher} (system config), and to ${batchInboxAddress} (batch_inbox_address)`
}

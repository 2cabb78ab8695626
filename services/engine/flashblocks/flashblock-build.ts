import type { FlashblockPlan, StartBuildingRequest } from '#messages/start-building.ts'
import type { Payload } from '#protocol/block/payload.ts'
import type { PayloadAttributes } from '#protocol/block/payload-attributes.ts'
import type { BlockId } from '#protocol/block/refs.ts'
import { gasBudget, sufficientGasLimit } from '#protocol/flashblock/gas-budget.ts'
import { flashblockSchedule } from '#protocol/flashblock/schedule.ts'
import type { Bytes8 } from '#protocol/primitives.ts'
import type { FlashblockDone } from './run-flashblock.ts'
import type { TakenOver } from './take-over.ts'
import type { PayloadId } from '#engine-api/execution-client.ts'

/** A block that is published in parts while it is built. */
export interface FlashblockBuild {
  /** Id of the block for all other services. The execution client has another id for each part. */
  readonly payloadId: Bytes8
  readonly parent: BlockId
  /** What the block must have; its transactions are the deposits. */
  readonly attributes: PayloadAttributes
  /** Epoch of the sequencer. */
  readonly epoch: bigint
  /** When the next indices are made, the earliest first, in Unix milliseconds. */
  readonly dueMs: readonly number[]
  /** The newest index, and the block up to it; undefined until index 0 is made. */
  readonly newest: { readonly index: number; readonly payload: Payload } | undefined
  /** The build of the execution client that becomes the next index; undefined if none has started. */
  readonly open: PayloadId | undefined
  /** A gas limit with which the execution client can execute the newest index again. */
  readonly gasFloor: bigint
  /** Number of builds that were started for this block. */
  readonly attempt: number
  /** Number of refused builds since the newest index. */
  readonly refusals: number
  /** Whether it is time to make the next index. */
  readonly isDue: boolean
  /** Whether the block is sealed, so that no further index is made. */
  readonly isEnded: boolean
  /** Whether a newer leader has sent flashblocks of the block: this build cannot be the block. */
  readonly isReplaced: boolean
}

/** What the execution client has to do next for a block with flashblocks. */
export type FlashblockAction =
  /** Makes index 0: the deposits. */
  | 'begin'
  /** Starts a build that goes on from the newest index. */
  | 'open'
  /** Ends this build, and makes the next index of it. */
  | 'close'

/** After this number of refused builds, no further index is made: the block has what was published. */
const maxRefusals = 3

/** Begins a block whose first build the execution client has started. */
export function beginFlashblocks(
  { attributes, parent }: StartBuildingRequest,
  times: FlashblockPlan,
  started: { readonly payloadId: Bytes8; readonly nowMs: number; readonly blockTimeMs: number },
): FlashblockBuild {
  const { blockTimeMs, nowMs, payloadId } = started
  const remainingMs = Number(attributes.timestamp) * 1_000 - nowMs
  // Without transactions of users, index 0 is the whole block.
  const dueMs = attributes.noTxPool
    ? []
    : flashblockSchedule({ ...times, blockTimeMs }, remainingMs).map((atMs) => nowMs + atMs)
  return {
    payloadId,
    parent,
    attributes,
    epoch: times.epoch,
    dueMs,
    newest: undefined,
    open: payloadId,
    gasFloor: 0n,
    attempt: 0,
    refusals: 0,
    isDue: false,
    isEnded: false,
    isReplaced: false,
  }
}

/** Goes on from a prefix that the execution client has executed. */
export function continueFlashblocks(
  begun: FlashblockBuild,
  { isLast, prefix }: Extract<TakenOver, { kind: 'taken-over' }>,
  nowMs: number,
): FlashblockBuild {
  const { index, payload } = prefix
  // The builds of the earlier builder may have been on the same execution client, so the numbers of the new ones differ.
  const attempt = nowMs % attemptsBetweenTakeovers
  const soonMs = nowMs + firstBuildMs
  const [next = 0] = begun.dueMs
  // Users wait since the leader before has stopped.
  const isSoon = next < soonMs + firstBuildMs
  const dueMs = isSoon ? begun.dueMs : [soonMs, ...begun.dueMs]
  return {
    ...begun,
    dueMs: isLast ? [] : dueMs,
    newest: { index, payload },
    gasFloor: sufficientGasLimit(payload),
    open: undefined,
    attempt,
  }
}

/** How long after a takeover the first index is made. op-geth needs as long to add transactions of its pool. */
const firstBuildMs = 50

/** Numbers of builds differ by the time of the takeover, modulo a quarter of an hour in milliseconds. */
const attemptsBetweenTakeovers = 900_000

/** The index that is made next. */
export function nextIndex({ newest }: FlashblockBuild): number {
  return newest === undefined ? 0 : newest.index + 1
}

/**
 * Gas that the block may have used after the next index, which is not index 0. After a refusal there is no budget:
 * transactions may behave otherwise with it than without.
 */
export function nextGasBudget(build: FlashblockBuild, nowMs: number): bigint {
  const { attributes, dueMs, gasFloor, refusals } = build
  const { gasLimit } = attributes
  if (refusals > 0) return gasLimit
  const index = nextIndex(build)
  const lastIndex = index + dueMs.slice(1).filter((atMs) => atMs > nowMs).length
  return gasBudget({ gasLimit, index, lastIndex, sufficient: gasFloor })
}

/** What is due for a block; undefined while it waits for the time of the next index, and after its last index. */
export function dueAction(build: FlashblockBuild): FlashblockAction | undefined {
  const { dueMs, isDue, isEnded, newest, open, refusals } = build
  if (isEnded) return undefined
  if (newest === undefined) return 'begin'
  if (dueMs.length === 0 || refusals >= maxRefusals) return undefined
  if (open === undefined) return 'open'
  return isDue ? 'close' : undefined
}

/** The block after a build of the execution client has started, with a gas budget. */
export function opened(
  build: FlashblockBuild,
  { gasBudget: budget, open }: { readonly open: PayloadId; readonly gasBudget: bigint },
): FlashblockBuild {
  return { ...build, open, gasFloor: budget, attempt: build.attempt + 1 }
}

/** The block after an index was made. */
export function made(
  build: FlashblockBuild,
  { isExact, payload }: Pick<Extract<FlashblockDone, { outcome: 'made' }>, 'isExact' | 'payload'>,
): FlashblockBuild {
  const index = nextIndex(build)
  const isFirst = build.newest === undefined
  const dueMs = isFirst ? build.dueMs : build.dueMs.slice(1)
  const gasFloor = isFirst || isExact ? sufficientGasLimit(payload) : build.gasFloor
  return { ...build, newest: { index, payload }, dueMs, gasFloor, ...closed, refusals: 0 }
}

/** The block after a build was refused. The next time of the schedule is that of the same index. */
export function refused(build: FlashblockBuild): FlashblockBuild {
  // Without index 0, the block has the deposits only.
  if (build.newest === undefined) return { ...build, isEnded: true }
  return { ...build, dueMs: build.dueMs.slice(1), ...closed, refusals: build.refusals + 1 }
}

const closed = { open: undefined, isDue: false } as const

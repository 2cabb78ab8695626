import type { Payload } from '#protocol/block/payload.ts'
import type { PayloadAttributes } from '#protocol/block/payload-attributes.ts'
import { hashPayload } from '#protocol/block/payload-hash.ts'
import type { BlockId } from '#protocol/block/refs.ts'
import { isActive } from '#protocol/chains/chain-spec.ts'
import type { RollupConfig } from '#protocol/chains/rollup-config.ts'
import type { Bytes8 } from '#protocol/primitives.ts'
import { payloadProblem } from '#protocol/sequencing/payload-problem.ts'
import { hasRoots, notComputed } from './flashblock.ts'

/** The flashblocks of an unfinished block that a standby keeps. */
export interface StoredPrefix {
  readonly payloadId: Bytes8
  /** Index of the newest flashblock. */
  readonly index: number
  /** The block up to this index. */
  readonly payload: Payload
  /** Epoch of the sequencer that authorized it; 0 if it was not authorized. */
  readonly epoch: bigint
  /** Whether the execution client found the block valid. */
  readonly isExecuted: boolean
}

/** The block that a new leader has to make. */
export interface TakeoverSlot {
  readonly parent: BlockId
  /** Unix seconds. */
  readonly timestamp: bigint
  /** Unix milliseconds. */
  readonly nowMs: number
  /** Time between two flashblocks. */
  readonly intervalMs: number
  /**
   * The attributes for the L1 origin of the stored prefix, with the deposits only; a text if there are none, because
   * this origin is not canonical or not allowed.
   */
  readonly attributes: PayloadAttributes | string
}

/** What a new leader does with a stored prefix. */
export type Takeover =
  /** There is nothing to take over. */
  | { readonly kind: 'build' }
  /** The stored block is the block: there is no time for more. */
  | { readonly kind: 'seal'; readonly prefix: StoredPrefix }
  /** The next index goes on after the stored transactions. */
  | { readonly kind: 'continue'; readonly prefix: StoredPrefix }
  /** The stored transactions cannot be in the block. The leader builds without them, and names them. */
  | { readonly kind: 'drop'; readonly prefix: StoredPrefix; readonly reason: string }

/**
 * The prefix that a new leader takes over, if several builders made one on the same parent: of the highest epoch, then
 * an executed one, then the longest.
 */
export function bestPrefix(
  prefixes: readonly StoredPrefix[],
  { parent, timestamp }: Pick<TakeoverSlot, 'parent' | 'timestamp'>,
): StoredPrefix | undefined {
  const fitting = prefixes.filter(
    ({ payload }) =>
      payload.parentHash === parent.hash &&
      payload.number === parent.number + 1n &&
      payload.timestamp === timestamp,
  )
  return fitting.toSorted(byPreference)[0]
}

function byPreference(a: StoredPrefix, b: StoredPrefix): number {
  if (a.epoch !== b.epoch) return a.epoch > b.epoch ? -1 : 1
  if (a.isExecuted !== b.isExecuted) return a.isExecuted ? -1 : 1
  return b.payload.transactions.length - a.payload.transactions.length
}

/**
 * Decides what a new leader does with the best prefix. The choices of the old leader, such as the L1 origin, are kept if
 * they are allowed: the new leader would make other ones, but users were promised these.
 */
export function decideTakeover(
  config: RollupConfig,
  prefix: StoredPrefix | undefined,
  slot: TakeoverSlot,
): Takeover {
  if (prefix === undefined) return { kind: 'build' }
  const { attributes, intervalMs, nowMs, parent, timestamp } = slot
  if (typeof attributes === 'string') return { kind: 'drop', prefix, reason: attributes }
  const isSealable = prefix.isExecuted && hasRoots(prefix.payload)
  const problem = payloadProblem(config, { parent, attributes }, checkable(config, prefix.payload))
  if (problem !== undefined) return { kind: 'drop', prefix, reason: problem }
  const isLate = Number(timestamp) * 1_000 - nowMs < intervalMs
  return isLate && isSealable ? { kind: 'seal', prefix } : { kind: 'continue', prefix }
}

/** A prefix without roots has no hash to check, so it gets the hash that its other fields have. */
function checkable(config: RollupConfig, payload: Payload): Payload {
  if (hasRoots(payload)) return payload
  const withdrawalsRoot = isActive(config, 'isthmus', payload.timestamp) ? notComputed : undefined
  const known = { ...payload, withdrawalsRoot }
  return { ...known, blockHash: hashPayload(known) }
}

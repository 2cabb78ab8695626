import type { PendingView } from './pending-view.ts'

/** The pending block in the form of `atoll_pendingStatus`. */
interface PendingStatusJson {
  /** The newest prefix that the execution client knows; null if `pending` is the latest block. */
  readonly prefix: {
    readonly number: number
    readonly hash: string
    readonly index: number
    /** Number of its transactions. */
    readonly transactions: number
  } | null
  /** The canonical head below the flashblocks; null if it is not known yet. */
  readonly canonical: { readonly number: number; readonly hash: string } | null
  /** The newest flashblock of each block above the canonical head, whether the execution client knows it or not. */
  readonly blocks: readonly { readonly number: number; readonly index: number }[]
  /** Numbers of the blocks whose first flashblock waits for its parent. */
  readonly earlyBlocks: readonly number[]
  /** Time since the newest flashblock arrived; null if there was no flashblock yet. */
  readonly ageMs: number | null
  /** Whether there has been no flashblock for so long that `pending` is the latest block. */
  readonly isStale: boolean
}

/** Shows block, index and age of the pending block, for operators. */
export function pendingStatus(view: PendingView): PendingStatusJson {
  const { canonical, early = [], blocks = [] } = view.state.overlay ?? {}
  const newest = view.newest()
  return {
    prefix:
      newest === undefined
        ? null
        : {
            number: Number(newest.number),
            hash: newest.hash,
            index: newest.index,
            transactions: newest.transactions.length,
          },
    canonical:
      canonical === undefined ? null : { number: Number(canonical.number), hash: canonical.hash },
    blocks: blocks.map(({ index, number }) => ({ number: Number(number), index })),
    earlyBlocks: early.map(({ number }) => Number(number)),
    ageMs: view.ageMs === undefined ? null : Math.round(view.ageMs),
    isStale: view.isStale,
  }
}

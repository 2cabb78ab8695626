import type { Logger } from 'pino'
import { isUnusableFile, moveAside } from '#runtime/sqlite.ts'
import { SafeHeadHistory } from './safe-head-history.ts'

/** The file of a safe-head history. */
export interface HistoryFile {
  readonly path: string
  /** Chain id of L2. */
  readonly chainId: bigint
  readonly log: Pick<Logger, 'warn'>
}

/**
 * Opens the safe-head history. A file that is damaged or belongs to another chain is moved aside, and the history
 * starts empty.
 */
export function openHistory({ path, chainId, log }: HistoryFile): SafeHeadHistory {
  try {
    return new SafeHeadHistory(path, chainId)
  } catch (error) {
    if (!isUnusableFile(error)) throw error
    startEmpty(error, { path, log })
    return new SafeHeadHistory(path, chainId)
  }
}

/** Moves a closed history aside. */
export function startEmpty(error: unknown, { path, log }: Pick<HistoryFile, 'path' | 'log'>): void {
  const movedTo = moveAside(path)
  const lost = 'the safe heads of L1 blocks derived earlier can no longer be looked up'
  log.warn({ error, movedTo }, `the safe-head history is unusable and starts empty: ${lost}`)
}

import type { Logger } from 'pino'
import type { L1Cache } from '#l1/l1-cache.ts'
import type { Clock } from '#runtime/clock.ts'
import { isFault, isSystemError, toError } from '#runtime/fault.ts'
import { isUnusableFile } from '#runtime/sqlite.ts'

/** Options of a cache on disk. */
export interface DiskCacheOptions {
  /** Opens or creates the file. @param options.isFresh whether to delete the old file first, because it is damaged */
  readonly open: (options: { readonly isFresh: boolean }) => L1Cache
  readonly clock: Pick<Clock, 'monotonicMs'>
  readonly log: Pick<Logger, 'info' | 'warn'>
  /** Called with the problem of a cache that failed, and with undefined when it works again. */
  readonly onProblem: (problem: string | undefined) => void
}

/** After a failure, the cache is not used for this time. */
export const cachePauseMs = 10_000

/**
 * The cache of L1 data on disk. All of its data can be fetched again, so the service continues without the cache while
 * the disk is full or the file cannot be used. The cache is opened again after a pause.
 */
export class DiskCache {
  readonly #options: DiskCacheOptions
  #cache: L1Cache | undefined
  #notBeforeMs = 0
  #isUnusable = false
  #problem: string | undefined

  constructor(options: DiskCacheOptions) {
    this.#options = options
  }

  /** Whether the cache is used now. */
  get isInUse(): boolean {
    return this.#problem === undefined || this.#options.clock.monotonicMs() >= this.#notBeforeMs
  }

  /** Bytes in use in the file; 0 while the cache is not used. */
  get bytes(): number {
    return this.use((cache) => cache.bytes) ?? 0
  }

  /** Uses the cache. @returns undefined if the cache has no such value, or is not used now */
  use<Value>(work: (cache: L1Cache) => Value): Value | undefined {
    if (!this.isInUse) return undefined
    try {
      this.#cache ??= this.#options.open({ isFresh: this.#isUnusable })
      this.#isUnusable = false
      const value = work(this.#cache)
      if (this.#problem !== undefined) this.#works()
      return value
    } catch (error) {
      if (!isFault(error, 'l1-cache') && !isSystemError(error)) throw error
      this.#failed(toError(error))
      return undefined
    }
  }

  close(): void {
    this.#cache?.close()
    this.#cache = undefined
  }

  #works(): void {
    const { log, onProblem } = this.#options
    this.#problem = undefined
    log.info('the L1 cache is used again')
    onProblem(undefined)
  }

  #failed(error: Error): void {
    const { clock, log, onProblem } = this.#options
    this.close()
    this.#isUnusable = isUnusableFile(error)
    this.#notBeforeMs = clock.monotonicMs() + cachePauseMs
    // Only the cause is compared: the message of the fault also has the free space, which differs at each failure.
    const reason = toError(error.cause ?? error).message
    if (this.#problem === reason) return
    this.#problem = reason
    log.warn({ error }, 'the L1 cache failed and is not used until it can be opened again')
    onProblem(
      `the L1 cache is not used, so L1 blocks are fetched again after a restart; the cache is tried again every ${cachePauseMs / 1_000} s: ${error.message}`,
    )
  }
}

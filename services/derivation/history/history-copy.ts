import type { SafeAt } from '#messages/safe-at.ts'
import { safeAt } from '#messages/subjects.ts'
import type { Bus } from '#bus/bus.ts'
import { isFault } from '#runtime/fault.ts'
import { isDiskFailure } from '#runtime/sqlite.ts'
import type { SafeHeadHistory } from './safe-head-history.ts'

/**
 * Limit on entries that wait to be copied. If more entries wait, the oldest of them is not copied. A later check adds
 * this entry to the copy.
 */
const maxWaitingEntries = 1_024

/** Number of entries compared by each check. */
const entriesPerCheck = 64

/**
 * Maintains the copy of the safe-head history on the bus: the log `derivation.safe-at`, which has an entry for each L1
 * block. New entries are appended immediately. Checks restore entries that the bus lost with its store. Each check
 * compares the newest entry and some older entries; successive checks reach all entries.
 */
export class HistoryCopy {
  readonly #bus: Bus
  readonly #history: SafeHeadHistory
  readonly #waiting = new Set<bigint>()
  #running: Promise<void> | undefined
  /** The next check starts below this L1 block. If undefined, the next check starts at the newest entry. */
  #below: bigint | undefined
  #isChecking = false

  constructor(bus: Bus, history: SafeHeadHistory) {
    this.#bus = bus
    this.#history = history
  }

  /** Copies the entry of an L1 block. A thrown fault is fatal. */
  copy(l1Number: bigint): Promise<void> {
    if (this.#waiting.size >= maxWaitingEntries)
      for (const oldest of this.#waiting) {
        this.#waiting.delete(oldest)
        break
      }
    this.#waiting.add(l1Number)
    this.#running ??= this.#run()
    return this.#running
  }

  /** Compares some entries with their copies, and restores the missing copies. A thrown fault is fatal. */
  async check(): Promise<void> {
    if (this.#isChecking) return
    this.#isChecking = true
    try {
      await this.#checkSome()
    } catch (error) {
      // The next check tries again.
      if (isDiskFailure(error)) return
      if (!isFault(error) || error.severity !== 'temporary') throw error
    } finally {
      this.#isChecking = false
    }
  }

  async #run(): Promise<void> {
    try {
      for (const number of this.#waiting) {
        this.#waiting.delete(number)
        const entry = this.#history.finished(number)
        if (entry?.l1.number === number) await this.#bus.append(safeAt, entry)
      }
    } finally {
      this.#running = undefined
    }
  }

  async #checkSome(): Promise<void> {
    const newest = this.#history.finished()
    if (newest === undefined) return
    // If the newest entry was missing, the whole copy was probably lost. The checks start again below that entry.
    if (await this.#restore(newest)) this.#below = newest.l1.number
    for (let count = 0; count < entriesPerCheck; count++) {
      const upTo = this.#below === undefined ? undefined : this.#below - 1n
      const entry = this.#history.finished(upTo)
      this.#below = entry?.l1.number
      if (entry === undefined) return
      await this.#restore(entry)
    }
  }

  /** @returns whether the copy was missing or different */
  async #restore(entry: SafeAt): Promise<boolean> {
    const copy = await this.#bus.lookup(safeAt, entry.l1.number)
    if (copy?.l1.hash === entry.l1.hash && copy.safe.hash === entry.safe.hash) return false
    // The history may have changed during the lookup.
    const current = this.#history.finished(entry.l1.number)
    if (current?.l1.number === entry.l1.number) await this.#bus.append(safeAt, current)
    return true
  }
}

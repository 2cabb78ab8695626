import type { SafeAt } from '#messages/safe-at.ts'
import { safeAt } from '#messages/subjects.ts'
import type { Bus } from '#bus/bus.ts'
import { isFault } from '#runtime/fault.ts'
import type { SafeHeadHistory } from './safe-head-history.ts'

/** Entries that wait to be copied, at most; what is forgotten is found missing later. */
const maxWaitingEntries = 1_024

/** Entries that are compared at each look. */
const entriesPerLook = 64

/**
 * Keeps the bus's copy of the history, which has an entry for each L1 block: new ones as they come, and all that are known again
 * if the bus loses its store. So the newest entry is looked for now and then, and the others one after another, round and round.
 */
export class HistoryCopy {
  readonly #bus: Bus
  readonly #history: SafeHeadHistory
  readonly #waiting = new Set<bigint>()
  #running: Promise<void> | undefined
  /** The number below which the next look begins; undefined: at the newest entry. */
  #below: bigint | undefined
  #isLooking = false

  constructor(bus: Bus, history: SafeHeadHistory) {
    this.#bus = bus
    this.#history = history
  }

  /** Copies what is known of an L1 block. @throws what ends the process */
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

  /** Looks whether some entries are where they should be. @throws what ends the process */
  async look(): Promise<void> {
    if (this.#isLooking) return
    this.#isLooking = true
    try {
      await this.#look()
    } catch (error) {
      // A server that is away is looked for again at the next time.
      if (!isFault(error) || error.severity !== 'temporary') throw error
    } finally {
      this.#isLooking = false
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

  async #look(): Promise<void> {
    const newest = this.#history.finished()
    if (newest === undefined) return
    // What stands there is lost as a whole: then all of it is due again.
    if (await this.#restore(newest)) this.#below = newest.l1.number
    for (let count = 0; count < entriesPerLook; count++) {
      const upTo = this.#below === undefined ? undefined : this.#below - 1n
      const entry = this.#history.finished(upTo)
      this.#below = entry?.l1.number
      if (entry === undefined) return
      await this.#restore(entry)
    }
  }

  /** @returns whether it was missing */
  async #restore(entry: SafeAt): Promise<boolean> {
    const copy = await this.#bus.lookup(safeAt, entry.l1.number)
    if (copy?.l1.hash === entry.l1.hash && copy.safe.hash === entry.safe.hash) return false
    // It may have been written over meanwhile, or forgotten.
    const current = this.#history.finished(entry.l1.number)
    if (current?.l1.number === entry.l1.number) await this.#bus.append(safeAt, current)
    return true
  }
}

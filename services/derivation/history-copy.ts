import type { SafeAt } from '#messages/safe-at.ts'
import { safeAt } from '#messages/subjects.ts'
import type { Bus } from '#runtime/bus/bus.ts'
import { isFault } from '#runtime/fault.ts'
import type { SafeHeadHistory } from './safe-head-history.ts'

/** Entries of the bus's copy, at most; what is older is answered by a call. */
export const maxCopiedEntries = 10_000

/** Entries that wait to be copied, at most; what is forgotten is found missing later. */
const maxWaitingEntries = 1_024

/** Entries that are compared at each look. */
const entriesPerLook = 64

/**
 * Keeps the bus's copy of the history: new entries as they come, and all of the newest again if the bus loses its store. So the
 * newest entry is looked for now and then, and the others one after another, round and round.
 */
export class HistoryCopy {
  readonly #bus: Bus
  readonly #history: SafeHeadHistory
  readonly #waiting = new Set<bigint>()
  #running: Promise<void> | undefined
  /** The number below which the next look begins; undefined: at the newest entry. */
  #below: bigint | undefined
  #looked = 0
  #isLooking = false

  constructor(bus: Bus, history: SafeHeadHistory) {
    this.#bus = bus
    this.#history = history
  }

  /** Copies the entry of an L1 block, if it has one. @throws what ends the process */
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
        const entry = this.#history.entryOf(number)
        if (entry !== undefined) await this.#bus.append(safeAt, entry)
      }
    } finally {
      this.#running = undefined
    }
  }

  async #look(): Promise<void> {
    const newest = this.#history.newest()
    if (newest === undefined) return
    // What stands there is lost as a whole: then all of it is due again.
    if (await this.#restore(newest)) this.#startOver(newest.l1.number)
    for (let count = 0; count < entriesPerLook; count++) {
      const entry = this.#next()
      if (entry === undefined || this.#looked++ >= maxCopiedEntries)
        return this.#startOver(undefined)
      this.#below = entry.l1.number
      await this.#restore(entry)
    }
  }

  #startOver(below: bigint | undefined): void {
    this.#below = below
    this.#looked = 0
  }

  #next(): SafeAt | undefined {
    if (this.#below === undefined) return this.#history.newest()
    if (this.#below === 0n) return undefined
    const found = this.#history.at({ kind: 'l1-number', number: this.#below - 1n })
    return found.kind === 'found' ? found.entry : undefined
  }

  /** @returns whether it was missing */
  async #restore(entry: SafeAt): Promise<boolean> {
    const copy = await this.#bus.lookup(safeAt, entry.l1.number)
    if (copy?.l1.hash === entry.l1.hash && copy.safe.hash === entry.safe.hash) return false
    // It may have been written over meanwhile, or forgotten.
    const current = this.#history.entryOf(entry.l1.number)
    if (current !== undefined) await this.#bus.append(safeAt, current)
    return true
  }
}

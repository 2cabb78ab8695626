import type { DerivationTargets } from '#messages/derivation-targets.ts'
import type { Owner } from '#bus/bus.ts'

/** Writes the newest of what it is given, one at a time: of those that wait for the store, only the last counts. */
export class TargetsWriter {
  readonly #owner: Owner<DerivationTargets>
  #waiting: DerivationTargets | undefined
  #running: Promise<void> | undefined

  constructor(owner: Owner<DerivationTargets>) {
    this.#owner = owner
  }

  /** Settles when it, or a newer one, is stored. @throws what ends the process */
  write(targets: DerivationTargets): Promise<void> {
    this.#waiting = targets
    this.#running ??= this.#run()
    return this.#running
  }

  async #run(): Promise<void> {
    try {
      while (this.#waiting !== undefined) {
        const targets = this.#waiting
        this.#waiting = undefined
        await this.#owner.write(targets)
      }
    } finally {
      this.#running = undefined
    }
  }
}

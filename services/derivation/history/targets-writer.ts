import type { DerivationTargets } from '#messages/derivation-targets.ts'
import type { Owner } from '#bus/bus.ts'
import type { Tracing } from '#runtime/tracing.ts'

/** Writes the newest of what it is given, one at a time: of those that wait for the store, only the last counts. */
export class TargetsWriter {
  readonly #owner: Owner<DerivationTargets>
  readonly #tracing: Tracing
  /** Writes the newest targets, in the trace that they came in. */
  #waiting: (() => Promise<void>) | undefined
  #running: Promise<void> | undefined

  constructor(owner: Owner<DerivationTargets>, tracing: Tracing) {
    this.#owner = owner
    this.#tracing = tracing
  }

  /** Settles when it, or a newer one, is stored. @throws what ends the process */
  write(targets: DerivationTargets): Promise<void> {
    const inContext = this.#tracing.capture()
    this.#waiting = () => inContext(() => this.#owner.write(targets))
    this.#running ??= this.#run()
    return this.#running
  }

  async #run(): Promise<void> {
    try {
      while (this.#waiting !== undefined) {
        const write = this.#waiting
        this.#waiting = undefined
        await write()
      }
    } finally {
      this.#running = undefined
    }
  }
}

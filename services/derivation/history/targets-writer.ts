import type { DerivationTargets } from '#messages/derivation-targets.ts'
import type { Owner } from '#bus/bus.ts'
import type { Tracing } from '#runtime/tracing.ts'

/** Publishes the state `derivation.targets`, one write at a time. Newer targets replace those that still wait. */
export class TargetsWriter {
  readonly #owner: Owner<DerivationTargets>
  readonly #tracing: Tracing
  /** Writes the newest targets that still wait, as part of the trace that they belong to. */
  #waiting: (() => Promise<void>) | undefined
  #running: Promise<void> | undefined

  constructor(owner: Owner<DerivationTargets>, tracing: Tracing) {
    this.#owner = owner
    this.#tracing = tracing
  }

  /** Resolves when these targets, or newer targets, are stored. If the write throws a fault, the service stops. */
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

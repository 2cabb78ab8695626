import { byGenerationAndVersion, type ChainState } from '#messages/chain-state.ts'
import type { SafeAt } from '#messages/safe-at.ts'
import { engineChain, safeAt } from '#messages/subjects.ts'
import type { Bus } from '#bus/bus.ts'

interface ObserverContext {
  readonly bus: Bus
  readonly signal: AbortSignal
  readonly log: (what: string) => void
}

/** Reads the data that rpc reads: the newest `engine.chain`, and the log of safe heads, by L1 block number. */
export class Observer {
  readonly entries = new Map<bigint, SafeAt>()
  chain: ChainState | undefined
  #generationEnded = new AbortController()
  #settled = 0n

  /** Follows everything until `signal` is aborted. */
  async run({ bus, signal, log }: ObserverContext): Promise<void> {
    this.chain = undefined
    bus.follow(engineChain, (chain) => this.#see(chain))
    let position = 0n
    while (!signal.aborted) {
      this.#generationEnded = new AbortController()
      const ended = AbortSignal.any([signal, this.#generationEnded.signal])
      for await (const { value: entry } of bus.tail(safeAt, { from: position, signal: ended })) {
        const { number } = entry.l1
        log(`entry ${number} says safe ${entry.safe.number}`)
        this.entries.set(number, entry)
        if (number >= position) position = number + 1n
      }
      if (this.#settled < position) position = this.#settled
    }
  }

  #see(chain: ChainState): void {
    const before = this.chain
    if (before !== undefined && !byGenerationAndVersion(chain, before))
      throw new Error(`engine.chain went back to ${chain.generation}.${chain.version}`)
    this.chain = chain
    if (before === undefined || before.generation === chain.generation) return
    // A new generation may rewrite all entries that were not final, even those that were read already.
    this.#settled = before.finalized.l1Origin.number
    this.#generationEnded.abort()
  }
}

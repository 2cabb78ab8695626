import type { L1Heads } from '#messages/l1-heads.ts'
import type { BlockId } from '#protocol/block/refs.ts'
import { isFault } from '#runtime/fault.ts'
import type { Context } from '#services/sequencer/ports.ts'
import type { State } from '#services/sequencer/state.ts'
import type { OriginCache } from './origins.ts'

/** Fetches the L1 blocks for the next L2 block while the current L2 block is built. */
export class Prefetch {
  readonly #origins: OriginCache
  readonly #context: Pick<Context, 'log' | 'signal'>
  /** The L1 origin of the block that is being built. */
  #origin: BlockId | undefined
  #generation: bigint | undefined

  constructor(origins: OriginCache, context: Pick<Context, 'log' | 'signal'>) {
    this.#origins = origins
    this.#context = context
  }

  /** Handles each state. After a reset of the engine, L1 may have been reorganised. */
  observe({ chain, work }: Pick<State, 'chain' | 'work'>): void {
    if (chain !== undefined && chain.generation !== this.#generation) {
      this.#generation = chain.generation
      this.#origins.forgetNext()
    }
    if (work.kind !== 'building' || work.job.origin.hash === this.#origin?.hash) return
    this.#origin = work.job.origin
    this.#fetch()
  }

  /** Handles the newest heads of L1, which may make the next L1 block visible. */
  l1Changed(heads: L1Heads): void {
    this.#origins.l1Changed(heads)
    this.#fetch()
  }

  #fetch(): void {
    if (this.#origin === undefined) return
    const { log, signal } = this.#context
    this.#origins.load(this.#origin, { isFresh: false }).catch((error: unknown) => {
      if (signal.aborted) return
      if (!isFault(error)) throw error
      log.debug({ error }, 'the next L1 origin was not fetched in advance')
    })
  }
}

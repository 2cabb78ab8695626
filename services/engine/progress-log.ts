import type { Logger } from 'pino'
import { type BlockId, idOf } from '#protocol/block/refs.ts'
import type { Chain } from './engine-state.ts'

/** How often progress is told, at most. */
export const progressPeriodMs = 10_000

/** Tells now and then how far the chain is: a line each period in which the safe head moved. */
export class ProgressLog {
  readonly #log: Pick<Logger, 'info'>
  /** The safe head of the last line, and its generation. */
  #told: { readonly safe: BlockId; readonly generation: bigint } | undefined

  constructor(log: Pick<Logger, 'info'>) {
    this.#log = log
  }

  /** To be called each period, with the newest chain. */
  tell(chain: Chain | undefined): void {
    if (chain === undefined) return
    const { finalized, generation, safe, start, unsafe } = chain
    // A new generation may begin below the last line.
    const told = this.#told?.generation === generation ? this.#told.safe : start.safe
    this.#told = { safe, generation }
    if (told.hash === safe.hash) return
    this.#log.info(
      {
        safe: idOf(safe),
        unsafe: idOf(unsafe),
        finalized: idOf(finalized),
        l1Origin: idOf(safe.l1Origin),
        blocks: Number(safe.number - told.number),
      },
      `safe head ${safe.number}`,
    )
  }
}

import type { Logger } from 'pino'
import { type BlockId, idOf } from '#protocol/block/refs.ts'
import type { Chain } from '#services/engine/state.ts'

/** Minimum time between two lines. */
export const progressPeriodMs = 10_000

/** Logs the heads, with one line for each period in which the safe head moved. */
export class ProgressLog {
  readonly #log: Pick<Logger, 'info'>
  /** The safe head of the last line, and its generation. */
  #logged: { readonly safe: BlockId; readonly generation: bigint } | undefined

  constructor(log: Pick<Logger, 'info'>) {
    this.#log = log
  }

  /** To be called every period, with the newest chain. */
  update(chain: Chain | undefined): void {
    if (chain === undefined) return
    const { finalized, generation, safe, start, unsafe } = chain
    // A new generation may start below the safe head of the last line.
    const last = this.#logged?.generation === generation ? this.#logged.safe : start.safe
    this.#logged = { safe, generation }
    if (last.hash === safe.hash) return
    this.#log.info(
      // The most important fields come first, since a narrow terminal has no room for all of them.
      {
        safe: idOf(safe),
        blocks: Number(safe.number - last.number),
        unsafe: idOf(unsafe),
        finalized: idOf(finalized),
        l1Origin: idOf(safe.l1Origin),
      },
      'progress',
    )
  }
}

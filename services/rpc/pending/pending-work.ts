import { JsonRpcError } from '#json-rpc/json-rpc-answer.ts'
import { isFault } from '#runtime/fault.ts'
import type { Performed } from '#service/actor.ts'
import type { Context } from '#services/rpc/ports.ts'
import type { PendingFeed } from './pending-feed.ts'
import type { OtherBlock, PendingEffect, PendingEvent } from './pending-state.ts'
import type { PendingView } from './pending-view.ts'
import type { PrefixReader } from './prefix-reader.ts'

/** Dependencies for carrying out effects of the pending block. */
export interface PendingWorkOptions {
  readonly view: PendingView
  readonly feed: PendingFeed
  readonly reader: PrefixReader
  readonly log: Pick<Context['log'], 'debug' | 'warn'>
  readonly metrics: Context['metrics']
}

/** Carries out the effects of the pending block. */
export class PendingWork {
  readonly #options: PendingWorkOptions

  constructor(options: PendingWorkOptions) {
    this.#options = options
  }

  /** Carries out one effect. The actor does not wait while the execution client is asked. */
  perform(effect: PendingEffect): Performed<PendingEvent> {
    const { feed, metrics, reader, view } = this.#options
    switch (effect.kind) {
      case 'count-flashblock':
        metrics.flashblock(effect.outcome)
        return []
      case 'show-pending':
        view.show(effect.pending)
        return []
      case 'find-prefix': {
        const { hash } = effect
        const found = reader.find(hash, view)
        return { later: found.then((isKnown) => (isKnown ? [{ kind: 'prefix-found', hash }] : [])) }
      }
      case 'announce-prefixes':
        return { later: feed.announce(effect.news).then(() => []) }
      case 'compare-block':
        return { later: this.#compare(effect.block).then(() => []) }
    }
  }

  async #compare({ hash, number, promised }: OtherBlock): Promise<void> {
    const { log, metrics, reader } = this.#options
    try {
      const included = await reader.transactions(hash)
      if (included === undefined) return
      const lost = promised.filter((transaction) => !included.includes(transaction))
      if (lost.length === 0) return
      metrics.lost(lost.length)
      log.warn(
        { l2: { number, hash }, lost: lost.length, first: lost[0] },
        'a block lacks transactions of its flashblocks',
      )
    } catch (error) {
      if (!isFault(error) && !(error instanceof JsonRpcError)) throw error
      log.debug({ error, l2: { number, hash } }, 'a block was not compared with its flashblocks')
    }
  }
}

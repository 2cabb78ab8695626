import type { Performed } from '#service/actor.ts'
import type { HeadFeeds } from './methods/subscribe-methods.ts'
import type { PendingWork } from './pending/pending-work.ts'
import type { Effect, Event } from './state.ts'
import type { View } from './status/view.ts'

/** Dependencies for carrying out effects. */
export interface Dependencies {
  readonly view: View
  readonly feeds: HeadFeeds
  /** Undefined without an execution client: then there are no flashblocks. */
  readonly pending: PendingWork | undefined
}

/** Returns the function that carries out effects. The actor does not wait while blocks are fetched. */
export function createPerform({ view, feeds, pending }: Dependencies) {
  return (effect: Effect): Performed<Event> => {
    switch (effect.kind) {
      case 'show-status':
        view.show(effect.state)
        return []
      case 'announce-head':
        return { later: feeds[effect.head].announce(effect.block).then(() => []) }
      case 'count-flashblock':
      case 'find-prefix':
      case 'show-pending':
      case 'announce-prefixes':
      case 'compare-block':
        return pending?.perform(effect) ?? []
    }
  }
}

import type { Performed } from '#service/actor.ts'
import type { HeadFeeds } from './methods/subscribe-methods.ts'
import type { Effect, Event } from './state.ts'
import type { View } from './status/view.ts'

/** Dependencies for carrying out effects. */
export interface Dependencies {
  readonly view: View
  readonly feeds: HeadFeeds
}

/** Returns the function that carries out effects. The actor does not wait while a feed fetches blocks. */
export function createPerform({ view, feeds }: Dependencies) {
  return (effect: Effect): Performed<Event> => {
    switch (effect.kind) {
      case 'show-status':
        view.show(effect.state)
        return []
      case 'announce-head':
        return { later: feeds[effect.head].announce(effect.block).then(() => []) }
    }
  }
}

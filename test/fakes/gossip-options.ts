import type { Options } from '#services/gossip/state.ts'
import { configOf } from './block-messages.ts'

/** Options of a gossip service that does not search for peers. `changes` replaces some of the options. */
export function gossipOptions(changes: Partial<Options> = {}): Options {
  return {
    config: configOf(4),
    maxAgeSeconds: 60n,
    signer: undefined,
    peerId: 'self',
    limits: { lo: 0, hi: 9, graceMs: 0, banBelow: undefined, banMs: 1 },
    netrestrict: [],
    canDiscover: false,
    fetches: false,
    ...changes,
  }
}

import { payloadReceived } from '#messages/subjects.ts'
import type { Payload } from '#protocol/block/payload.ts'
import type { Performed } from '#service/actor.ts'
import type { Context, Network } from './ports.ts'
import type { Effect, Event } from './state.ts'

/** Dependencies for carrying out effects. */
export interface Dependencies extends Pick<Context, 'bus' | 'log' | 'metrics'> {
  readonly network: Network
}

/** Returns the function that carries out effects. The actor does not wait for the bus: the results become events. */
export function createPerform(dependencies: Dependencies) {
  const { log, metrics, network } = dependencies
  return (effect: Effect): Performed<Event> => {
    switch (effect.kind) {
      case 'judge':
        network.judge(effect.arrival, effect.verdict)
        return []
      case 'store-block':
        return { later: storeBlock(effect.payload, effect.bytes, dependencies) }
      case 'report-block': {
        const { outcome, block, id, ageMs } = effect
        const { peer, version } = block
        metrics.received(version, outcome, ageMs)
        // A line for each invalid block would let a peer fill the log.
        log.debug({ l2: id, peer, outcome }, 'block from a peer')
        return []
      }
      case 'report-signer': {
        const { current: signer, previous } = effect.signers ?? {}
        if (signer === undefined) log.warn('the chain has no unsafe block signer')
        else log.info({ signer, previous: previous?.address }, 'blocks are accepted of')
        return []
      }
    }
  }
}

/** Appends a block to the log from which the engine reads. */
async function storeBlock(
  payload: Payload,
  bytes: number,
  { bus }: Dependencies,
): Promise<readonly Event[]> {
  await bus.append(payloadReceived, { payload })
  return [{ kind: 'block-stored', bytes }]
}

import type { FindPrefixRequest, FoundPrefix } from '#messages/find-prefix.ts'
import { findPrefix } from '#messages/flashblock-subjects.ts'
import { DecodeError } from '#protocol/codec/decode-error.ts'
import { l2BlockRefOf } from '#protocol/derivation/l2-block.ts'
import { bestPrefix } from '#protocol/flashblock/takeover.ts'
import type { Bus } from '#bus/bus.ts'
import type { Source } from '#service/inbox.ts'
import type { BuildPorts } from '#services/engine/ports.ts'
import type { State } from '#services/engine/state.ts'
import { keepReceived } from './check-flashblocks.ts'

/** Answers the calls for prefixes. They do not wait for the jobs of the engine. */
export function servingPrefixes(
  bus: Bus,
  prefixOf: (request: FindPrefixRequest) => FoundPrefix | undefined,
): Source<never> {
  return () => {
    const served = bus.serve(findPrefix, async (request) => ({ prefix: prefixOf(request) }))
    return () => served.stop()
  }
}

/** The flashblocks that a new leader takes over; undefined if the request is stale, or there are none. */
export function prefixFor(
  { generation, parent }: FindPrefixRequest,
  { chain, received }: Pick<State, 'chain' | 'received'>,
  { config, flashblocks }: Pick<BuildPorts, 'config' | 'flashblocks'>,
): FoundPrefix | undefined {
  if (chain?.generation !== generation || chain.unsafe.hash !== parent.hash) return undefined
  keepReceived(received, flashblocks)
  const timestamp = chain.unsafe.timestamp + config.blockTime
  const best = bestPrefix(flashblocks.prefixes(parent), { parent, timestamp })
  if (best === undefined) return undefined
  const { epoch, index, payload, payloadId } = best
  try {
    return { payloadId, index, epoch, l1Origin: l2BlockRefOf(config, payload).l1Origin }
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error
    return undefined
  }
}

import type { Libp2p } from '@libp2p/interface'

/** Period of `forgetGone`. A hostile host may connect five times a second, each time as another peer. */
export const forgetMs = 60_000

/**
 * Removes peers that are not connected from the store of libp2p. The store has no limit, and each query of the peers
 * reads the whole store. Gossip keeps the peers that it may dial in a store of its own.
 */
export async function forgetGone(
  host: Pick<Libp2p, 'getConnections' | 'peerStore'>,
): Promise<void> {
  for (const { id } of await host.peerStore.all())
    if (host.getConnections(id).length === 0) await host.peerStore.delete(id)
}

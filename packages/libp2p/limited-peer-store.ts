import type { Libp2p, PeerData } from '@libp2p/interface'

/** Limit on the addresses of a peer that the host keeps. A peer may announce tens of thousands. */
export const maxKeptAddresses = 16

/** Limit on the protocols of a peer that the host keeps. */
export const maxKeptProtocols = 64

/**
 * Limits the number of addresses and protocols that the host keeps for each peer. Peers announce them by identify.
 * libp2p does not limit their number, and its processing time grows with the square of the number.
 */
export function limitPeerStore({ peerStore }: Pick<Libp2p, 'peerStore'>): void {
  const merge = peerStore.merge.bind(peerStore)
  const patch = peerStore.patch.bind(peerStore)
  const save = peerStore.save.bind(peerStore)
  peerStore.merge = (id, data, ...rest) => merge(id, limited(data), ...rest)
  peerStore.patch = (id, data, ...rest) => patch(id, limited(data), ...rest)
  peerStore.save = (id, data, ...rest) => save(id, limited(data), ...rest)
}

function limited(data: PeerData): PeerData {
  const { addresses, multiaddrs, protocols } = data
  return {
    ...data,
    ...(addresses && { addresses: addresses.slice(0, maxKeptAddresses) }),
    ...(multiaddrs && { multiaddrs: multiaddrs.slice(0, maxKeptAddresses) }),
    ...(protocols && { protocols: protocols.slice(0, maxKeptProtocols) }),
  }
}

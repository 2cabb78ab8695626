import {
  type NodeEndpoint,
  ipv4Endpoint,
  ipv6Endpoint,
  opStackBytes,
} from '#protocol/p2p/enr-endpoint.ts'
import type { NodeRecord } from '#protocol/p2p/enr.ts'
import { peerIdOf } from '#protocol/p2p/network-key.ts'
import { isOfChain } from '#protocol/p2p/opstack-entry.ts'
import type { PeerAddress } from '#services/gossip/peers/known-peers.ts'

/** The peer that a record describes; undefined if it belongs to another chain or cannot be dialed. */
export function chainPeer(record: NodeRecord, l2ChainId: bigint): PeerAddress | undefined {
  if (!isOfChain(opStackBytes(record), l2ChainId)) return undefined
  const id = peerIdOf(record.publicKey)
  const addresses = [
    ...addressOf('ip4', ipv4Endpoint(record), id),
    ...addressOf('ip6', ipv6Endpoint(record), id),
  ]
  return addresses.length === 0 ? undefined : { id, addresses }
}

function addressOf(
  kind: 'ip4' | 'ip6',
  endpoint: NodeEndpoint | undefined,
  id: string,
): readonly string[] {
  if (endpoint?.tcp === undefined) return []
  return [`/${kind}/${endpoint.ip}/tcp/${endpoint.tcp}/p2p/${id}`]
}

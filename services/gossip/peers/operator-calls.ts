import type { ChangePeerRequest, PeerChange } from '#messages/change-peer.ts'
import type { FetchPeersRequest, FetchPeersResponse } from '#messages/fetch-peers.ts'
import { changePeer, fetchPeers } from '#messages/subjects.ts'
import { toError } from '#runtime/fault.ts'
import type { Source } from '#service/inbox.ts'
import type { Context, Ports } from '#services/gossip/ports.ts'
import type { Event, State } from '#services/gossip/state.ts'
import { tryToStore } from './open-peer-store.ts'
import { maxProtected } from './peer-care.ts'

/** A multiaddr over TCP that names its peer. */
const peerAddress = /^\/(?:ip4|ip6|dns|dns4|dns6)\/[^/]+\/tcp\/\d{1,5}\/p2p\/\w{46,53}$/u

type Parts = Pick<Context, 'bus' | 'log'> & Pick<Ports, 'discovery' | 'gate' | 'network' | 'store'>

/**
 * Answers the calls of operators, which rpc makes. The calls do not wait behind blocks that wait for validation. Only
 * the changes that the calls make to gossip's state wait behind these blocks.
 */
export function servingOperators(parts: Parts, latest: () => State): Source<Event> {
  const { bus, log } = parts
  return (sink) => {
    const served = [
      bus.serve(fetchPeers, (request) => answerPeers(request, parts, latest())),
      bus.serve(changePeer, async (request) => {
        const { change, name } = request
        let isChanged: boolean
        try {
          isChanged = await changeNow(request, parts, latest())
        } catch (thrown) {
          const error = toError(thrown)
          log.debug({ error, change, name }, 'an operator could not change a peer')
          return { refusal: error.message, isUnchanged: true }
        }
        log.info({ change, name, isChanged }, 'an operator changes a peer')
        if (isChanged) storeChange(change, parts)
        if (change === 'protect' || change === 'unprotect' || change === 'disconnect')
          await sink.push({
            kind: 'peer-changed',
            id: name,
            change: change === 'disconnect' ? 'forget' : change,
          })
        return { refusal: undefined, isUnchanged: !isChanged }
      }),
    ]
    return () => {
      for (const each of served) each.stop()
    }
  }
}

async function answerPeers(
  request: FetchPeersRequest,
  { discovery: opening, gate, network }: Parts,
  { known, protectedPeers }: State,
): Promise<FetchPeersResponse> {
  // While discovery starts, the answer has no record.
  const discovery = await Promise.race([opening, Promise.resolve(undefined)])
  const others = request.areKnown ? [...known.values()] : []
  const { self, peers, topicPeers } = await network.describe({ known: others })
  const connected = peers.filter(({ isConnected }) => isConnected).map(({ id }) => id)
  const { blocked, bans } = gate
  return {
    topicPeers,
    known: new Set([...connected, ...known.keys()]).size,
    self: { ...self, record: discovery?.record ?? '' },
    peers: peers.map((peer) => ({ ...peer, isProtected: protectedPeers.has(peer.id) })),
    table: discovery?.table(),
    blockedPeers: blocked.peers,
    blockedIps: blocked.ips,
    blockedSubnets: blocked.subnets,
    bans,
  }
}

/** Stores the bans and the blocked peers, IPs and subnets, because a change may have modified them. */
function storeChange(change: PeerChange, { gate, log, store }: Parts): void {
  const isUnblock = change === 'disconnect' || change.startsWith('unblock')
  tryToStore(log, () => {
    if (isUnblock) store.setBans(gate.bans)
    if (isUnblock || change.startsWith('block')) store.setBlocked(gate.blocked)
  })
}

/**
 * @returns whether there was anything to change
 * @throws Error that says why the change cannot be made
 */
async function changeNow(
  { change, name }: ChangePeerRequest,
  { gate, log, network, store }: Parts,
  { known, protectedPeers }: State,
): Promise<boolean> {
  const isConnected = (id: string) => network.peers().some((peer) => peer.id === id)
  switch (change) {
    case 'connect': {
      const id = name.split('/').at(-1) ?? ''
      if (!peerAddress.test(name))
        throw new Error(
          `bad peer address: want a multiaddr with the peer id, such as /ip4/192.0.2.1/tcp/9222/p2p/16Uiu2HA…`,
        )
      if (id === network.peerId) throw new Error('this is the address of the node itself')
      if (gate.deniesPeer(id))
        throw new Error('the peer is blocked or banned; atoll peers unblock ends both')
      if (gate.deniesIp(name.split('/')[2] ?? ''))
        throw new Error('the address is blocked or banned; atoll peers unblock ends both')
      const wasConnected = isConnected(id)
      await network.dial([name])
      return !wasConnected
    }
    case 'disconnect': {
      const wasKnown = isConnected(name) || known.has(name)
      await network.disconnect(name)
      tryToStore(log, () => store.removePeer(name))
      // As in op-node, a disconnect also unblocks the peer.
      return gate.unblockPeer(name) || wasKnown
    }
    case 'protect':
      if (protectedPeers.size >= maxProtected && !protectedPeers.has(name))
        throw new Error(`${maxProtected} peers are protected, which is the limit`)
      return !protectedPeers.has(name)
    case 'unprotect':
      return protectedPeers.has(name)
    case 'block-peer': {
      if (name === network.peerId) throw new Error('this is the peer id of the node itself')
      const isNew = gate.blockPeer(name)
      const wasConnected = isConnected(name)
      // In op-node, blocking a peer does not disconnect it. The peer is blocked first, so that it cannot connect again
      // in between. The peer stays blocked even if the disconnect fails.
      await network.disconnect(name).catch((error: unknown) => {
        log.warn({ error: toError(error), name }, 'a blocked peer could not be disconnected')
      })
      return isNew || wasConnected
    }
    case 'unblock-peer':
      return gate.unblockPeer(name)
    case 'block-ip':
      return gate.blockIp(name)
    case 'unblock-ip':
      return gate.unblockIp(name)
    case 'block-subnet':
      return gate.blockSubnet(name)
    case 'unblock-subnet':
      return gate.unblockSubnet(name)
  }
}

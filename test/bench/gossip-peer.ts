/** A peer that sends blocks, for `gossip-bench.ts`: `node gossip-peer.ts RECORD`, with orders over IPC. */
import { randomBytes } from 'node:crypto'
import type { Libp2p, Stream } from '@libp2p/interface'
import { multiaddr } from '@multiformats/multiaddr'
import { openHost, publicLimits } from '#libp2p/open-host.ts'
import { PeerGate } from '#libp2p/peer-gate.ts'
import { blocksTopics } from '#protocol/p2p/topics.ts'
import type { Hash } from '#protocol/primitives.ts'
import { systemClock } from '#runtime/clock.ts'
import { frame, joinFrame, meshProtocols } from '#test/fakes/gossip-frames.ts'
import { GossipChain } from './gossip-chain.ts'
import { machineMs } from './machine-ms.ts'

/** What the peer is to do. It answers each order once. */
export type PeerOrder =
  /** Joins the mesh of a node, which gets a name. */
  | { readonly kind: 'join'; readonly name: string; readonly address: string }
  /** Makes the next block; the answer has its hash. */
  | { readonly kind: 'make'; readonly bytes: number }
  /** Sends the block that was made last to a node; the answer has the time by `machineMs` just before. */
  | { readonly kind: 'send'; readonly name: string }

/** Answer to an order. */
export type PeerAnswer =
  | { readonly kind: 'joined' }
  | { readonly kind: 'made'; readonly hash: Hash }
  | { readonly kind: 'sent'; readonly atMs: number }

const [, , record = ''] = process.argv
const chain = await GossipChain.on(record)
const topics = [...blocksTopics(chain.config.l2ChainId).keys()]
const streams = new Map<string, Stream>()
let made: Uint8Array = new Uint8Array(0)

/**
 * Speaks gossipsub by hand: the bytes are ready when they are sent, so that the time of this peer is only that of the
 * connection.
 */
async function join(address: string): Promise<Stream> {
  const host: Libp2p = await openHost(
    {
      key: randomBytes(32),
      listen: [],
      announce: [],
      agent: 'atoll/bench',
      limits: publicLimits,
      gate: new PeerGate(systemClock),
    },
    {},
  )
  await host.handle(meshProtocols, (stream) => stream.addEventListener('message', () => undefined))
  const { remotePeer } = await host.dial(multiaddr(address))
  const stream = await host.dialProtocol(remotePeer, meshProtocols)
  stream.send(joinFrame(topics))
  return stream
}

async function obey(order: PeerOrder): Promise<PeerAnswer> {
  switch (order.kind) {
    case 'join':
      streams.set(order.name, await join(order.address))
      return { kind: 'joined' }
    case 'make': {
      const { hash, topic, data } = chain.next(order.bytes)
      made = frame({ messages: [{ topic, data }] })
      return { kind: 'made', hash }
    }
    case 'send': {
      const atMs = machineMs()
      streams.get(order.name)?.send(made)
      return { kind: 'sent', atMs }
    }
  }
}

process.on('message', (order: PeerOrder) => {
  void obey(order).then((answer) => process.send?.(answer))
})
process.once('disconnect', () => process.exit(0))

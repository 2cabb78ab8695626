/** A peer that sends blocks, for `gossip-bench.ts`: `node gossip-peer.ts RECORD`. The peer gets orders over IPC. */
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

/** An order to the peer, which answers each order once. */
export type PeerOrder =
  /** Joins the mesh of a node. Later orders call the node by `name`. */
  | { readonly kind: 'join'; readonly name: string; readonly address: string }
  /** Makes the next block. */
  | { readonly kind: 'make'; readonly bytes: number }
  /** Sends the block that was made last to a node. */
  | { readonly kind: 'send'; readonly name: string }

/** Answer to an order that was carried out. */
export interface PeerAnswer {
  /** Time by `machineMs` just before the order was carried out. */
  readonly atMs: number
  /** Hash of the block that was made last. */
  readonly hash: Hash | undefined
}

const [, , record = ''] = process.argv
const chain = await GossipChain.on(record)
const topics = [...blocksTopics(chain.config.l2ChainId).keys()]
const streams = new Map<string, Stream>()
let made: { readonly hash: Hash; readonly bytes: Uint8Array } | undefined

/**
 * Encodes gossipsub without its library. The bytes of a block are ready before the time is taken, so the measured time
 * includes no work of this peer except sending.
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

async function obey(order: PeerOrder): Promise<void> {
  switch (order.kind) {
    case 'join':
      streams.set(order.name, await join(order.address))
      return
    case 'make': {
      const { hash, topic, data } = chain.next(order.bytes)
      made = { hash, bytes: frame({ messages: [{ topic, data }] }) }
      return
    }
    case 'send':
      if (made !== undefined) streams.get(order.name)?.send(made.bytes)
  }
}

async function answer(order: PeerOrder): Promise<void> {
  const atMs = machineMs()
  await obey(order)
  const answered: PeerAnswer = { atMs, hash: made?.hash }
  process.send?.(answered)
}

process.on('message', (order: PeerOrder) => void answer(order))
process.once('disconnect', () => process.exit(0))

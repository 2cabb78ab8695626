import { randomBytes } from 'node:crypto'
import type { TestContext } from 'node:test'
import type { RPC } from '@libp2p/gossipsub/message'
import type { Stream } from '@libp2p/interface'
import { multiaddr } from '@multiformats/multiaddr'
import { openHost, publicLimits } from '#libp2p/open-host.ts'
import { PeerGate } from '#libp2p/peer-gate.ts'
import { systemClock } from '#runtime/clock.ts'
import { frame, joinFrame, meshProtocols } from './gossip-frames.ts'

/** A peer that encodes gossipsub itself, so that it can send messages that the library does not send. */
export interface RawGossipPeer {
  readonly id: string
  send(rpc: Partial<RPC>): void
  /** The stream on which `send` writes. */
  readonly stream: Stream
  /** Opens another stream to the host. */
  openStream(): Promise<Stream>
  /** Whether the received data contain these bytes. */
  hasHeard(bytes: Uint8Array): boolean
  /** The stream that the other libp2p host opened to this peer; undefined before that. */
  readonly inbound: Stream | undefined
}

/** Connects to a libp2p host until the test ends, and joins the meshes of topics. */
export async function rawGossipPeer(
  t: TestContext,
  addresses: readonly string[],
  topics: readonly string[],
): Promise<RawGossipPeer> {
  const host = await openHost(
    {
      key: randomBytes(32),
      listen: [],
      announce: [],
      agent: 'raw/test',
      limits: publicLimits,
      gate: new PeerGate(systemClock),
    },
    {},
  )
  t.after(() => host.stop())
  let heard = Buffer.alloc(0)
  let inbound: Stream | undefined
  await host.handle(meshProtocols, (stream) => {
    inbound = stream
    stream.addEventListener('message', ({ data }) => {
      heard = Buffer.concat([heard, data.subarray()])
    })
  })
  const { remotePeer } = await host.dial(addresses.map((address) => multiaddr(address)))
  const stream = await host.dialProtocol(remotePeer, meshProtocols)
  stream.send(joinFrame(topics))
  return {
    id: host.peerId.toString(),
    stream,
    send: (rpc) => void stream.send(frame(rpc)),
    openStream: () => host.dialProtocol(remotePeer, meshProtocols),
    hasHeard: (bytes) => heard.includes(Buffer.from(bytes)),
    get inbound() {
      return inbound
    },
  }
}

import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import type { TestContext } from 'node:test'
import { generateKeyPairFromSeed } from '@libp2p/crypto/keys'
import type { Connection, ServiceMap, Stream } from '@libp2p/interface'
import { type Host, openHost, publicLimits } from '#libp2p/open-host.ts'
import type { PeerEvent, StreamCount, StreamProtocol } from '#libp2p/peer-events.ts'
import { PeerGate } from '#libp2p/peer-gate.ts'
import {
  openPeerStreams,
  type PeerStreams,
  type PeerStreamsOptions,
  type StreamPeer,
} from '#libp2p/peer-streams.ts'
import { type Clock, systemClock } from '#runtime/clock.ts'

/** A host without further services. */
export type BuilderHost = Host<ServiceMap>

/** The protocol of op-rbuilder. */
export const compat: StreamProtocol = { id: '/test/lines', framing: 'lines', queue: 'latest' }

/** A protocol whose messages all arrive. */
export const native: StreamProtocol = { id: '/test/length', framing: 'length', queue: 'ordered' }

/** A clock on which all delays are shorter by a factor. */
export const fasterClock = (times: number): Clock => ({
  ...systemClock,
  monotonicMs: () => systemClock.monotonicMs() * times,
  after: (delayMs, run) => systemClock.after(delayMs / times, run),
})

/** Waits until a condition holds, for thirty seconds at most. */
export async function until(holds: () => boolean): Promise<void> {
  const endMs = performance.now() + 30_000
  while (!holds()) {
    assert.ok(performance.now() < endMs, `not within thirty seconds: ${holds.toString()}`)
    await sleep(5)
  }
}

let made = 0

/** Starts a host on loopback, with an ed25519 key of its own, until the test ends. */
export async function builderHost(
  t: TestContext,
  { seed = ++made, port = 0 }: { readonly seed?: number; readonly port?: number } = {},
): Promise<BuilderHost> {
  const { raw: key } = await generateKeyPairFromSeed('Ed25519', new Uint8Array(32).fill(seed))
  const host = await openHost(
    {
      key,
      listen: [`/ip4/127.0.0.1/tcp/${port}`],
      announce: [],
      agent: 'atoll/test',
      limits: { ...publicLimits, maxInboundPerSecond: 1_000 },
      gate: new PeerGate(systemClock),
    },
    {},
  )
  t.after(() => host.stop())
  return host
}

/** Starts two hosts. The first one has the lower peer id, so that it dials. */
export async function hostPair(t: TestContext): Promise<readonly [BuilderHost, BuilderHost]> {
  const [one, two] = [await builderHost(t), await builderHost(t)]
  return idOf(one) < idOf(two) ? [one, two] : [two, one]
}

/** The peer id of a host, as text. */
export const idOf = ({ peerId }: BuilderHost): string => peerId.toString()

/** Streams of a host to known peers, with everything that they reported. */
export interface TestBuilder {
  readonly host: BuilderHost
  readonly streams: PeerStreams
  /** Messages of peers, as text. */
  readonly messages: string[]
  readonly events: PeerEvent[]
  /** Reasons of the events `disconnected`. */
  reasons(): readonly string[]
  count(what: StreamCount): number
  /** Whether the host has exactly one connection to each known peer, with one stream in each direction. */
  isLinked(): boolean
}

/** Changes to the settings of the streams of a `TestBuilder`. */
export type BuilderOptions = Partial<Omit<PeerStreamsOptions, 'host'>>

/** Opens the streams of a host to known peers, until the test ends. */
export async function builderOn(
  t: TestContext,
  {
    host,
    known,
    ...options
  }: BuilderOptions & {
    readonly host: BuilderHost
    readonly known: readonly BuilderHost[]
  },
): Promise<TestBuilder> {
  const messages: string[] = []
  const events: PeerEvent[] = []
  const counts: StreamCount[] = []
  const streams = await openPeerStreams({
    host,
    knownPeers: known.map((each) => ({
      id: idOf(each),
      addresses: each.getMultiaddrs().map(String),
    })),
    protocols: [compat],
    clock: systemClock,
    // A loaded machine may take long for a write.
    intervalMs: 2_000,
    onMessage: (_id, _protocol, message) => messages.push(new TextDecoder().decode(message)),
    onPeer: (_id, event) => events.push(event),
    onCount: (what) => counts.push(what),
    ...options,
  })
  t.after(() => streams.close())
  return {
    host,
    streams,
    messages,
    events,
    reasons: () => events.flatMap((event) => ('reason' in event ? [event.reason] : [])),
    count: (what) => counts.filter((each) => each === what).length,
    isLinked: () =>
      host.getConnections().length === known.length &&
      streams.peers().every((peer) => isLinkedTo(peer, host.getConnections())),
  }
}

function isLinkedTo(
  { id, inboundStreams, protocolId }: StreamPeer,
  connections: readonly Connection[],
): boolean {
  const [connection, ...others] = connections.filter(({ remotePeer }) => String(remotePeer) === id)
  const outbound = connection?.streams.filter(
    ({ direction, protocol }) => direction === 'outbound' && protocol === protocolId,
  )
  return others.length === 0 && outbound?.length === 1 && inboundStreams === 1
}

/** A peer without `openPeerStreams`. It opens no stream by itself. */
export interface RawBuilder {
  readonly host: BuilderHost
  /** The streams that were opened to it. */
  readonly inbound: Stream[]
  /** Connects to a host, and returns a function that opens streams on the connection. */
  connect(to: BuilderHost): Promise<() => Promise<Stream>>
}

/** Makes a peer that handles the protocol of op-rbuilder itself. */
export async function rawBuilder(
  host: BuilderHost,
  accept: (stream: Stream) => void = () => undefined,
): Promise<RawBuilder> {
  const inbound: Stream[] = []
  await host.handle(compat.id, (stream) => {
    inbound.push(stream)
    accept(stream)
  })
  return {
    host,
    inbound,
    connect: async (to) => {
      const connection = await host.dial(to.getMultiaddrs())
      return () => connection.newStream(compat.id)
    },
  }
}

/** The bytes of a text. */
export const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)

import type { BuilderFrame } from '#messages/builder-frame.ts'
import { builderFrameCodec } from '#messages/builder-frame.ts'
import type { SentFlashblock } from '#messages/builder-frame.ts'
import type { SignedAuthorization } from '#messages/wire/build-authorization.ts'
import { toPayload } from '#protocol/flashblock/assembly.ts'
import { type Flashblock, notComputed } from '#protocol/flashblock/flashblock.ts'
import { builtPayloadToJson, parseBuiltPayload } from '#json-rpc/forms/built-payload-json.ts'
import type { BuiltPayload } from '#json-rpc/forms/built-payload-json.ts'
import { DecodeError } from '#protocol/codec/decode-error.ts'
import { type BuilderIdentity, builderIdentity } from '#libp2p/builder-identity.ts'
import { maxLineBytes } from '#libp2p/line-frames.ts'
import type { KnownPeer } from '#libp2p/known-peers.ts'
import { openHost } from '#libp2p/open-host.ts'
import type { PeerEvent, StreamCount, StreamProtocol } from '#libp2p/peer-events.ts'
import { PeerGate } from '#libp2p/peer-gate.ts'
import { openPeerStreams, type StreamPeer } from '#libp2p/peer-streams.ts'
import type { Clock } from '#runtime/clock.ts'
import { fullVersion } from '#runtime/version.ts'

/** Atoll's own protocol: signed flashblocks, linked and acknowledged. */
const nativeProtocol: StreamProtocol = {
  id: '/atoll/flashblocks/1.0.0',
  framing: 'length',
  queue: 'ordered',
}

/** The protocol of op-rbuilder: each message has the whole block so far. */
export const compatProtocol: StreamProtocol = {
  id: '/flashblocks/1.0.0',
  framing: 'lines',
  queue: 'latest',
}

/** What arrives from another builder. */
export interface BuilderEvents {
  onFrame(peer: string, frame: Exclude<BuilderFrame, { kind: 'hello' }>): void
  onBlock(peer: string, built: BuiltPayload): void
  onPeer(peer: string, event: PeerEvent): void
  onCount(what: StreamCount): void
}

/** Settings of the network. */
export interface BuilderNetworkOptions extends BuilderEvents {
  readonly l2ChainId: bigint
  readonly key: Uint8Array
  readonly listenIp: string
  readonly listenTcp: number
  readonly knownPeers: readonly KnownPeer[]
  /** Time between two flashblocks. */
  readonly intervalMs: number
  readonly clock: Clock
}

/** The streams to the other builders. */
export interface BuilderNetwork {
  readonly identity: BuilderIdentity
  readonly addresses: readonly string[]
  /**
   * Sends a flashblock to all other builders.
   *
   * @param flashblocks all flashblocks of its block so far
   * @returns the number of builders that will acknowledge it
   */
  send(sent: SentFlashblock, flashblocks: readonly Flashblock[]): number
  /**
   * Asks all builders that speak Atoll's protocol for the flashblocks of their newest block.
   *
   * @param id names the request in their answers
   * @returns the builders that were asked
   */
  ask(id: number, leader: SignedAuthorization | undefined): readonly string[]
  /** Sends a frame to one builder that speaks Atoll's protocol. */
  sendTo(peer: string, frame: BuilderFrame): void
  /** Closes the connection to a builder for a time. */
  refuse(peer: string, detail: string): void
  /** Closes the connection to a builder, and refuses it until a restart. */
  ban(peer: string, detail: string): void
  peers(): readonly StreamPeer[]
  close(): Promise<void>
}

/**
 * Starts the host, and connects to the other builders.
 *
 * @throws Fault `settings`, `p2p-port`
 */
export async function openBuilderNetwork(options: BuilderNetworkOptions): Promise<BuilderNetwork> {
  const { clock, intervalMs, key, knownPeers, l2ChainId, listenIp, listenTcp } = options
  const host = await openHost(
    {
      key,
      listen: [`/${listenIp.includes(':') ? 'ip6' : 'ip4'}/${listenIp}/tcp/${listenTcp}`],
      announce: [],
      agent: `atoll/${fullVersion()}`,
      limits: builderLimits,
      gate: new PeerGate(clock),
    },
    {},
  )
  const sendFrame = (peer: string, frame: BuilderFrame) => {
    streams.sendTo(peer, (id) =>
      id === nativeProtocol.id ? builderFrameCodec.encode(frame) : undefined,
    )
  }
  const streams = await openPeerStreams({
    host,
    protocols: [nativeProtocol, compatProtocol],
    knownPeers,
    clock,
    intervalMs,
    onCount: (what) => options.onCount(what),
    onPeer: (peer, event) => {
      if (event.kind === 'connected') {
        sendFrame(peer, { kind: 'hello', l2ChainId })
        // The connection may have been lost in the middle of a block.
        sendFrame(peer, newestOf(0))
      }
      options.onPeer(peer, event)
    },
    onMessage: (peer, protocolId, message) => {
      if (protocolId === compatProtocol.id) options.onBlock(peer, parseBlock(message))
      else passFrame(peer, builderFrameCodec.decode(message), options)
    },
  })
  const nativePeers = () =>
    streams.peers().filter(({ protocolId }) => protocolId === nativeProtocol.id)
  return {
    identity: builderIdentity(key),
    addresses: host.getMultiaddrs().map(String),
    send: (sent, flashblocks) => {
      streams.send((id) =>
        id === nativeProtocol.id
          ? builderFrameCodec.encode({ kind: 'flashblock', sent })
          : blockLine(flashblocks),
      )
      return nativePeers().length
    },
    ask: (requestId, leader) => {
      const peers = nativePeers().map(({ id }) => id)
      for (const peer of peers) sendFrame(peer, newestOf(requestId, leader))
      return peers
    },
    sendTo: sendFrame,
    refuse: (peer, detail) => streams.refuse(peer, detail),
    ban: (peer, detail) => streams.ban(peer, detail),
    peers: () => streams.peers(),
    close: async () => {
      await streams.close()
      await host.stop()
    },
  }
}

/** The request for the flashblocks of the newest block. */
export function newestOf(id: number, leader?: SignedAuthorization): BuilderFrame {
  return { kind: 'request', payloadId: undefined, fromIndex: 0, id, leader }
}

/** Limits for a network of few known builders. Source: op-rbuilder, whose limit is 50 peers */
const builderLimits = { maxConnections: 50, maxInboundPerSecond: 10, maxPendingInbound: 10 }

/** @throws DecodeError if the builder belongs to another chain */
function passFrame(
  peer: string,
  frame: BuilderFrame,
  { l2ChainId, onFrame }: Pick<BuilderNetworkOptions, 'l2ChainId' | 'onFrame'>,
): void {
  if (frame.kind !== 'hello') onFrame(peer, frame)
  else if (frame.l2ChainId !== l2ChainId)
    throw new DecodeError(`the builder belongs to chain ${frame.l2ChainId}, not ${l2ChainId}`)
}

/** @throws DecodeError if the line is not a message of op-rbuilder */
function parseBlock(line: Uint8Array): BuiltPayload {
  let json: unknown
  try {
    json = JSON.parse(Buffer.from(line.buffer, line.byteOffset, line.length).toString())
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause
    throw new DecodeError(`the line is not JSON: ${cause.message}`, { cause })
  }
  return parseBuiltPayload(json)
}

/** The message of op-rbuilder for a block so far; undefined if op-rbuilder could not check it. */
function blockLine(flashblocks: readonly Flashblock[]): Uint8Array | undefined {
  const [first, last] = [flashblocks[0], flashblocks.at(-1)]
  if (first?.base === undefined || last === undefined) return undefined
  if (last.diff.stateRoot === notComputed) return undefined
  const transactions = flashblocks.flatMap(({ diff }) => diff.transactions)
  const payload = toPayload(first.base, last.diff, transactions)
  try {
    const json = builtPayloadToJson({ payloadId: first.payloadId, payload, fees: 0n })
    const line = new TextEncoder().encode(JSON.stringify(json))
    // op-rbuilder reads no longer line.
    return line.length > maxLineBytes ? undefined : line
  } catch (error) {
    // op-rbuilder does not know each type of transaction.
    if (!(error instanceof DecodeError)) throw error
    return undefined
  }
}

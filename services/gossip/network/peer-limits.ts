import type { RPC } from '@libp2p/gossipsub/message'
import type { PeerId, Stream } from '@libp2p/interface'
import type { Clock } from '#runtime/clock.ts'
import { toError } from '#runtime/fault.ts'
import { controlRate, emptyRpcCost, messageRate, PeerRate, rpcRate } from './peer-rate.ts'
import { PeerTurns } from './peer-turns.ts'

/** The handlers of gossipsub, which its exported type omits. */
export interface GossipHandlers {
  /** Called by gossipsub for the bytes of each RPC. */
  decodeRpc(bytes: Pick<Uint8Array, 'length'>): RPC
  /** Called by gossipsub for each RPC. */
  handleReceivedRpc(from: PeerId, rpc: RPC): Promise<void>
  /** Called by gossipsub for each message of an RPC. */
  handleReceivedMessage(
    from: PeerId,
    message: { readonly topic: string; readonly data?: Uint8Array },
  ): Promise<void>
  /** The stream from each peer. */
  readonly streamsInbound: ReadonlyMap<string, { readonly rawStream: Stream }>
  /** Called by gossipsub when a peer opens a stream. */
  createInboundStream(peer: PeerId, stream: Stream): void
  /** Called by gossipsub when the stream of a peer can no longer be read. */
  handlePeerReadStreamError(error: Error, peer: PeerId): void
}

/** Why an RPC is dropped. With `control-rate`, only the control message in the RPC is dropped. See peer-rate.ts. */
export type RpcDropReason = 'control-rate' | 'malformed' | 'rpc-rate' | 'too-large'

/** Rules and callbacks for the messages of peers. */
export interface PeerLimits {
  readonly clock: Clock
  /** Whether the score of a peer is so low that everything from this peer is dropped. */
  readonly isIgnored: (peer: string) => boolean
  readonly onMessageDropped: (topic: string) => void
  readonly onRpcDropped: (peer: PeerId, reason: RpcDropReason) => void
  /** Called before a message is opened. */
  readonly onPassed: (data: Uint8Array, peer: string) => void
}

/**
 * Drops the messages with which a peer exceeds its limits, before they are opened, and spreads the other messages over
 * time. The limits of gossipsub itself do not suffice. Gossipsub counts RPCs, not the messages and control entries in
 * them. Gossipsub opens all messages of an RPC before it checks the score of the peer again. When gossipsub asks for
 * the id of a message, it does not name the peer that sent the message.
 */
export function limitPeers(handlers: GossipHandlers, limits: PeerLimits): void {
  limitMessages(handlers, limits)
  limitControl(handlers, limits)
  limitRpcs(handlers, limits)
  limitSize(handlers, limits)
  limitStreams(handlers)
}

function limitMessages(
  handlers: GossipHandlers,
  { clock, isIgnored, onMessageDropped, onPassed }: PeerLimits,
): void {
  const handle = handlers.handleReceivedMessage.bind(handlers)
  const rate = new PeerRate(clock, messageRate)
  const turns = new PeerTurns()
  handlers.handleReceivedMessage = async (from, message) => {
    const peer = from.toString()
    if (isIgnored(peer) || !rate.take(peer)) return onMessageDropped(message.topic)
    const turn = turns.take(peer)
    if (turn !== undefined) await turn
    // Earlier messages in the same RPC may have lowered the score.
    if (isIgnored(peer)) return onMessageDropped(message.topic)
    if (message.data !== undefined) onPassed(message.data, peer)
    await handle(from, message)
  }
}

function limitControl(
  handlers: GossipHandlers,
  { clock, onRpcDropped }: Pick<PeerLimits, 'clock' | 'onRpcDropped'>,
): void {
  const handle = handlers.handleReceivedRpc.bind(handlers)
  const rate = new PeerRate(clock, controlRate)
  handlers.handleReceivedRpc = async (from, rpc) => {
    const { control, ...rest } = rpc
    if (control === undefined || rate.take(from.toString(), controlEntries(control)))
      return handle(from, rpc)
    onRpcDropped(from, 'control-rate')
    return handle(from, rest)
  }
}

/** Handles at most one RPC of each peer in a turn of the event loop, and no RPC beyond the limit of the peer. */
function limitRpcs(
  handlers: GossipHandlers,
  { clock, onRpcDropped }: Pick<PeerLimits, 'clock' | 'onRpcDropped'>,
): void {
  const decode = handlers.decodeRpc.bind(handlers)
  const handle = handlers.handleReceivedRpc.bind(handlers)
  const rate = new PeerRate(clock, rpcRate)
  const turns = new PeerTurns()
  const costs = new WeakMap<RPC, number>()
  const problems = new WeakMap<RPC, Error>()
  handlers.decodeRpc = (bytes) => {
    try {
      const rpc = decode(bytes)
      costs.set(rpc, isEmpty(rpc) ? emptyRpcCost : 1 + Math.floor(bytes.length / rpcCostBytes))
      return rpc
    } catch (error) {
      // Gossipsub would go on with the next RPC. An empty RPC reaches the handler, which counts it.
      const empty: RPC = { subscriptions: [], messages: [] }
      problems.set(empty, toError(error))
      return empty
    }
  }
  handlers.handleReceivedRpc = async (from, rpc) => {
    const peer = from.toString()
    await turns.take(peer)
    if (problems.has(rpc)) onRpcDropped(from, 'malformed')
    if (rate.take(peer, costs.get(rpc) ?? emptyRpcCost)) return handle(from, rpc)
    onRpcDropped(from, 'rpc-rate')
    // This promise never resolves. Gossipsub decodes the next RPC only when the handler has ended, and the bytes that
    // it has already read may contain a million RPCs.
    return new Promise(() => undefined)
  }
}

/** Number of bytes that increase the cost of an RPC by 1. */
const rpcCostBytes = 64 * 1024

function isEmpty({ subscriptions, messages, control }: RPC): boolean {
  const isWithout = control === undefined || controlEntries(control) === 0
  return subscriptions.length === 0 && messages.length === 0 && isWithout
}

/** Reports RPCs that are too large. Gossipsub itself checks the size, and stops reading the stream. */
function limitSize(
  handlers: GossipHandlers,
  { onRpcDropped }: Pick<PeerLimits, 'onRpcDropped'>,
): void {
  const handle = handlers.handlePeerReadStreamError.bind(handlers)
  handlers.handlePeerReadStreamError = (error, peer) => {
    handle(error, peer)
    if (sizeErrors.has(error.name)) onRpcDropped(peer, 'too-large')
  }
}

/**
 * Aborts the earlier stream of a peer that opens another stream. Gossipsub only stops writing to the earlier stream,
 * and each stream may hold an RPC of 10 MiB that the peer never finishes.
 */
function limitStreams(handlers: GossipHandlers): void {
  const create = handlers.createInboundStream.bind(handlers)
  handlers.createInboundStream = (peer, stream) => {
    const earlier = handlers.streamsInbound.get(peer.toString())
    create(peer, stream)
    earlier?.rawStream.abort(new Error('the peer opened another stream'))
  }
}

/** Names of the errors for a length above `maxInboundDataLength`, and for a length that is not a varint. */
const sizeErrors: ReadonlySet<string> = new Set([
  'InvalidDataLengthError',
  'InvalidDataLengthLengthError',
])

/** Number of message ids and topics in a control message. */
function controlEntries({ ihave, iwant, idontwant, graft, prune }: RPC.ControlMessage): number {
  const lists = [...ihave, ...iwant, ...idontwant]
  const ids = lists.reduce((sum, { messageIDs }) => sum + messageIDs.length, 0)
  return ids + lists.length + graft.length + prune.length
}

import type { RPC } from '@libp2p/gossipsub/message'
import type { PeerId } from '@libp2p/interface'
import type { Clock } from '#runtime/clock.ts'
import { controlRate, messageRate, PeerRate } from './peer-rate.ts'
import { PeerTurns } from './peer-turns.ts'

/** The handlers of gossipsub, which its exported type omits. */
export interface GossipHandlers {
  /** Called by gossipsub for each RPC. */
  handleReceivedRpc(from: PeerId, rpc: RPC): Promise<void>
  /** Called by gossipsub for each message of an RPC. */
  handleReceivedMessage(
    from: PeerId,
    message: { readonly topic: string; readonly data?: Uint8Array },
  ): Promise<void>
  /** Called by gossipsub when the stream of a peer can no longer be read. */
  handlePeerReadStreamError(error: Error, peer: PeerId): void
}

/**
 * Why an RPC or the control message in it is dropped: the peer sends too many control entries, or the RPC is too large.
 */
export type RpcDropReason = 'control-rate' | 'too-large'

/** Rules and callbacks for the messages of peers. */
export interface PeerLimits {
  readonly clock: Clock
  /** Whether the score of a peer is so low that all that it sends is dropped. */
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
  limitSize(handlers, limits)
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

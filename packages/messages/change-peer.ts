import { atoll } from '#proto/atoll.js'
import { enumWire } from './wire/fields.ts'
import { messageCodec, type MessageCodec } from './wire/message-codec.ts'

/** Changes of peers that an operator can ask for. */
export const peerChanges = [
  'connect',
  'disconnect',
  'protect',
  'unprotect',
  'block-peer',
  'unblock-peer',
  'block-ip',
  'unblock-ip',
  'block-subnet',
  'unblock-subnet',
] as const

/** A change of peers. */
export type PeerChange = (typeof peerChanges)[number]

/** Asks gossip for a change. */
export interface ChangePeerRequest {
  readonly change: PeerChange
  /** A multiaddr to connect to, a subnet in CIDR notation, an IP address, or else a peer id. */
  readonly name: string
}

/** The outcome of the change. */
export interface ChangePeerResponse {
  /** Why the change was not made; undefined if it was made. */
  readonly refusal: string | undefined
  /** Whether there was nothing to change. */
  readonly isUnchanged: boolean
}

const { Change } = atoll.v1.ChangePeerRequest

const change = enumWire<PeerChange, atoll.v1.ChangePeerRequest.Change>({
  connect: Change.CONNECT,
  disconnect: Change.DISCONNECT,
  protect: Change.PROTECT,
  unprotect: Change.UNPROTECT,
  'block-peer': Change.BLOCK_PEER,
  'unblock-peer': Change.UNBLOCK_PEER,
  'block-ip': Change.BLOCK_IP,
  'unblock-ip': Change.UNBLOCK_IP,
  'block-subnet': Change.BLOCK_SUBNET,
  'unblock-subnet': Change.UNBLOCK_SUBNET,
})

/** Codec of `ChangePeerRequest`. */
export const changePeerRequestCodec: MessageCodec<ChangePeerRequest> = messageCodec(
  'ChangePeerRequest',
  atoll.v1.ChangePeerRequest,
  {
    toWire: (request: ChangePeerRequest) => ({
      change: change.toWire(request.change),
      name: request.name,
    }),
    fromWire: (message) => ({
      change: change.fromWire(message.change, 'change'),
      name: message.name,
    }),
  },
)

/** Codec of `ChangePeerResponse`. */
export const changePeerResponseCodec: MessageCodec<ChangePeerResponse> = messageCodec(
  'ChangePeerResponse',
  atoll.v1.ChangePeerResponse,
  {
    toWire: ({ refusal, isUnchanged }: ChangePeerResponse) => ({
      refusal: refusal ?? '',
      unchanged: isUnchanged,
    }),
    fromWire: ({ refusal, unchanged }) => ({
      refusal: refusal === '' ? undefined : refusal,
      isUnchanged: unchanged,
    }),
  },
)

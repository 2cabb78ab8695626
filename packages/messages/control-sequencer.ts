import { atoll } from '#proto/atoll.js'
import { DecodeError } from '#protocol/codec/decode-error.ts'
import type { Hash } from '#protocol/primitives.ts'
import { hashFromWire, hexToWire, optional } from './wire/fields.ts'
import { messageCodec, type MessageCodec } from './wire/message-codec.ts'

/** A request of an operator or of op-conductor to the sequencer. */
export type ControlSequencerRequest =
  /** Changes nothing, and only returns the state of the sequencer. */
  | { readonly kind: 'fetch' }
  /** Starts to make blocks. `head` is the unsafe head that the caller expects; undefined accepts any head. */
  | { readonly kind: 'start'; readonly head: Hash | undefined }
  | { readonly kind: 'stop' }
  /** Until the process ends, this node counts as the leader, and blocks are not committed to op-conductor. */
  | { readonly kind: 'override-leader' }
  | { readonly kind: 'set-recover-mode'; readonly isOn: boolean }

/** The state of the sequencer after the request. */
export interface ControlSequencerResponse {
  /** Why the action was refused, in op-node's words; undefined if it was carried out. */
  readonly refusal: string | undefined
  readonly isActive: boolean
  readonly hasConductor: boolean
  readonly isRecovering: boolean
  /** The unsafe head; undefined if it is not known yet. */
  readonly head: Hash | undefined
}

/** Codec of `ControlSequencerRequest`. */
export const controlSequencerRequestCodec: MessageCodec<ControlSequencerRequest> = messageCodec(
  'ControlSequencerRequest',
  atoll.v1.ControlSequencerRequest,
  {
    toWire: (request: ControlSequencerRequest) => {
      switch (request.kind) {
        case 'fetch':
          return { fetch: {} }
        case 'start':
          return { start: { head: optional(request.head, hexToWire) ?? null } }
        case 'stop':
          return { stop: {} }
        case 'override-leader':
          return { overrideLeader: {} }
        case 'set-recover-mode':
          return { setRecoverMode: { isOn: request.isOn } }
      }
    },
    fromWire: (message) => {
      switch (message.action) {
        case 'fetch':
          return { kind: 'fetch' }
        case 'start': {
          const head = optional(message.start?.head, (bytes) => hashFromWire(bytes, 'start.head'))
          return { kind: 'start', head }
        }
        case 'stop':
          return { kind: 'stop' }
        case 'overrideLeader':
          return { kind: 'override-leader' }
        case 'setRecoverMode':
          return { kind: 'set-recover-mode', isOn: message.setRecoverMode?.isOn ?? false }
        case undefined:
          break
      }
      throw new DecodeError('action is missing')
    },
  },
)

/** Codec of `ControlSequencerResponse`. */
export const controlSequencerResponseCodec: MessageCodec<ControlSequencerResponse> = messageCodec(
  'ControlSequencerResponse',
  atoll.v1.ControlSequencerResponse,
  {
    toWire: (response: ControlSequencerResponse) => ({
      refusal: response.refusal ?? '',
      isActive: response.isActive,
      hasConductor: response.hasConductor,
      isRecovering: response.isRecovering,
      head: optional(response.head, hexToWire) ?? null,
    }),
    fromWire: ({ refusal, isActive, hasConductor, isRecovering, head }) => ({
      refusal: refusal === '' ? undefined : refusal,
      isActive,
      hasConductor,
      isRecovering,
      head: optional(head, (bytes) => hashFromWire(bytes, 'head')),
    }),
  },
)

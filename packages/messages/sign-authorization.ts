import { atoll } from '#proto/atoll.js'
import type { BuildAuthorization } from '#protocol/flashblock/authorization.ts'
import { signatureBytes } from '#protocol/p2p/payload-signature.ts'
import { authorizationFromWire, authorizationToWire } from './wire/build-authorization.ts'
import { bytesFromWire, present, sizedFromWire } from './wire/fields.ts'
import { messageCodec, type MessageCodec } from './wire/message-codec.ts'

/** Asks gossip, which has the key of the sequencer, to sign an authorization. */
export interface SignAuthorizationRequest {
  readonly authorization: BuildAuthorization
}

/** The signature, or why there is none. */
export type SignAuthorizationResponse =
  /** `signature` has 65 bytes. */
  | { readonly kind: 'signed'; readonly signature: Uint8Array }
  | { readonly kind: 'unsigned'; readonly problem: string }

/** Codec of `SignAuthorizationRequest`. */
export const signAuthorizationRequestCodec: MessageCodec<SignAuthorizationRequest> = messageCodec(
  'SignAuthorizationRequest',
  atoll.v1.SignAuthorizationRequest,
  {
    toWire: ({ authorization }: SignAuthorizationRequest) => ({
      authorization: authorizationToWire(authorization),
    }),
    fromWire: ({ authorization }) => ({
      authorization: authorizationFromWire(present(authorization, 'authorization')),
    }),
  },
)

/** Codec of `SignAuthorizationResponse`. */
export const signAuthorizationResponseCodec: MessageCodec<SignAuthorizationResponse> = messageCodec(
  'SignAuthorizationResponse',
  atoll.v1.SignAuthorizationResponse,
  {
    toWire: (response: SignAuthorizationResponse) =>
      response.kind === 'signed'
        ? { signature: response.signature }
        : { problem: response.problem },
    fromWire: ({ problem, signature }) =>
      bytesFromWire(signature).length === 0
        ? { kind: 'unsigned', problem: problem ?? '' }
        : { kind: 'signed', signature: sizedFromWire(signature, signatureBytes, 'signature') },
  },
)

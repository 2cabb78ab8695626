import { toHex } from '#protocol/codec/hex.ts'
import type { Address } from '#protocol/primitives.ts'

/** A block to sign, as a remote signer identifies it. */
export interface SignRequest {
  readonly l2ChainId: bigint
  /** Hash of the body of the block's message. The signer computes the hash that it signs from this hash. */
  readonly payloadHash: Uint8Array
  readonly address: Address
}

/** A method of op-signer, with its parameters for a request. */
export interface SignMethod {
  readonly method: string
  readonly paramsOf: (request: SignRequest) => readonly unknown[]
}

/** Length of the domain of signatures on blocks. All bytes of this domain are zero. */
const domainBytes = 32

/** The first version. Its fields are encoded as Go encodes an array, a number and bytes, in the order of op-node. */
const first: SignMethod = {
  method: 'opsigner_signBlockPayload',
  paramsOf: ({ l2ChainId, payloadHash, address }) => [
    {
      domain: Array.from({ length: domainBytes }, () => 0),
      chainId: Number(l2ChainId),
      payloadHash: Buffer.from(payloadHash).toString('base64'),
      senderAddress: address,
    },
  ],
}

const second: SignMethod = {
  method: 'opsigner_signBlockPayloadV2',
  paramsOf: ({ l2ChainId, payloadHash, address }) => [
    {
      domain: toHex(new Uint8Array(domainBytes)),
      chainId: String(l2ChainId),
      payloadHash: toHex(payloadHash),
      senderAddress: address,
    },
  ],
}

/**
 * The methods with which a signer signs the blocks of a chain, in the order in which they are tried. op-node calls the
 * first version, which every op-signer has. A later signer may have only the second version. In the first version the
 * chain id is a JSON number, so this version is not used for ids that a `number` would round.
 */
export function signMethods(l2ChainId: bigint): readonly [SignMethod, ...SignMethod[]] {
  return l2ChainId <= BigInt(Number.MAX_SAFE_INTEGER) ? [first, second] : [second]
}

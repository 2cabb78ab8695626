import { authorizationHash, type BuildAuthorization } from '#protocol/flashblock/authorization.ts'
import { signBlock, signerOf, signingHash } from '#protocol/p2p/payload-signature.ts'
import type { Address } from '#protocol/primitives.ts'

/** Signs the blocks of the sequencer. */
export interface BlockSigner {
  readonly account: SignerAccount
  /**
   * Signs a block.
   *
   * @param payloadHash hash of the body of the block's message @returns a failure instead of throwing it
   */
  sign(payloadHash: Uint8Array): Promise<Signing>
  /**
   * Signs the permission for a builder to publish flashblocks.
   *
   * @returns a failure instead of throwing it
   */
  signAuthorization(authorization: BuildAuthorization): Promise<Signing>
  /** Checks whether the signer answers. @returns why the signer does not answer; undefined if it answers */
  check(): Promise<string | undefined>
  close(): Promise<void>
}

/** The account that signs blocks. */
export interface SignerAccount {
  readonly address: Address
  /** Name of the account for operators, which contains its setting. */
  readonly name: string
}

/** The result of signing a block. */
export type Signing = { readonly outcome: 'signed'; readonly signature: Uint8Array } | FailedSigning

/** Why there is no signature, for operators. */
export interface FailedSigning {
  readonly outcome: SigningFailure
  readonly reason: string
}

/**
 * Why a block was not signed: the signer cannot be reached; it did not answer in time; it refused; its answer is not a
 * signature; another account signed.
 */
export type SigningFailure = 'unreachable' | 'timed-out' | 'refused' | 'malformed' | 'wrong-key'

/** Signs blocks with a private key that this process has. */
export function keySigner(l2ChainId: bigint, key: Uint8Array): BlockSigner {
  return {
    account: { address: signerOf(key), name: 'the key of --p2p-sequencer-key-file' },
    sign: async (payloadHash) => {
      const signature = signBlock(signingHash(l2ChainId, payloadHash), key)
      return { outcome: 'signed', signature }
    },
    signAuthorization: async (authorization) => {
      const signature = signBlock(authorizationHash(authorization), key)
      return { outcome: 'signed', signature }
    },
    check: async () => undefined,
    close: async () => undefined,
  }
}

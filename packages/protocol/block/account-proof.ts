import type { Address, Hash } from '#protocol/primitives.ts'

/** An account and its proof in the state trie, as returned by `eth_getProof`. */
export interface AccountProof {
  readonly stateRoot: Hash
  readonly address: Address
  readonly storageHash: Hash
  readonly codeHash: Hash
  readonly nonce: bigint
  /** In wei; 256 bits. */
  readonly balance: bigint
  /** Trie nodes from the root down. */
  readonly proof: readonly Uint8Array[]
}

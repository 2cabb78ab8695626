import { fromHex } from '#protocol/codec/hex.ts'
import { keccak256 } from '#protocol/codec/keccak.ts'
import { decodeRlpList, encodeRlp, rlpBytes, rlpUint, uintToRlp } from '#protocol/codec/rlp.ts'

/** An account of the state trie. Spec: yellow paper, 4.1 */
export interface AccountRecord {
  readonly nonce: bigint
  /** In wei. */
  readonly balance: bigint
  /** 32 bytes. */
  readonly storageRoot: Uint8Array
  /** 32 bytes. */
  readonly codeHash: Uint8Array
}

/** An account with this nonce has sent its last transaction. Spec: EIP-2681 */
export const maxNonce: bigint = 2n ** 64n - 1n

/** Hash of empty code. */
export const emptyCodeHash: Uint8Array = keccak256(fromHex('0x'))

/**
 * Reduces a balance modulo 2^256 and a nonce modulo 2^64. op-geth computes sums in this way, without an overflow check.
 * A test network may create any amount of ether on L1, so mints and transfers on L2 can take a balance past 2^256 - 1.
 */
export function wrapped({ nonce, balance }: Pick<AccountRecord, 'nonce' | 'balance'>): {
  readonly nonce: bigint
  readonly balance: bigint
} {
  return { nonce: BigInt.asUintN(64, nonce), balance: BigInt.asUintN(256, balance) }
}

/** Encodes an account of the state trie. */
export function encodeAccount({
  nonce,
  balance,
  storageRoot,
  codeHash,
}: AccountRecord): Uint8Array {
  return encodeRlp([uintToRlp(nonce), uintToRlp(balance), storageRoot, codeHash])
}

/** Decodes an account of the state trie. @throws DecodeError for malformed bytes */
export function decodeAccount(encoded: Uint8Array): AccountRecord {
  const fields = decodeRlpList(encoded)
  return {
    nonce: rlpUint(fields[0], 8),
    balance: rlpUint(fields[1], 32),
    storageRoot: rlpBytes(fields[2]),
    codeHash: rlpBytes(fields[3]),
  }
}

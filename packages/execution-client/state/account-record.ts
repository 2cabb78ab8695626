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

/** Hash of empty code. */
export const emptyCodeHash: Uint8Array = keccak256(fromHex('0x'))

/** Encodes an account of the state trie. */
export function encodeAccount({
  nonce,
  balance,
  storageRoot,
  codeHash,
}: AccountRecord): Uint8Array {
  return encodeRlp([uintToRlp(nonce), uintToRlp(balance), storageRoot, codeHash])
}

/** @throws DecodeError for malformed bytes */
export function decodeAccount(encoded: Uint8Array): AccountRecord {
  const fields = decodeRlpList(encoded)
  return {
    nonce: rlpUint(fields[0], 8),
    balance: rlpUint(fields[1], 32),
    storageRoot: rlpBytes(fields[2]),
    codeHash: rlpBytes(fields[3]),
  }
}

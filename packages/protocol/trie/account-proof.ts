import type { AccountProof } from '#protocol/block/account-proof.ts'
import { DecodeError } from '#protocol/codec/decode-error.ts'
import { fromHex } from '#protocol/codec/hex.ts'
import { keccak256 } from '#protocol/codec/keccak.ts'
import { decodeRlpList, encodeRlp, rlpBytes, uintToRlp } from '#protocol/codec/rlp.ts'
import { areSameBytes } from '#protocol/codec/same-bytes.ts'
import { decodeHexPrefix, toNibbles } from './hex-prefix.ts'

/**
 * Whether the proof shows that the account is in the state of `stateRoot`. An execution client may answer with the
 * state of another block. Spec: yellow paper, appendix D; EIP-1186
 */
export function isAccountProven(account: AccountProof): boolean {
  try {
    const value = provenValue(account)
    return value !== undefined && areSameBytes(value, encodeAccount(account))
  } catch (error) {
    if (error instanceof DecodeError) return false
    throw error
  }
}

/** Follows the nodes of the proof from the root down to the value at the address; undefined if there is none. */
function provenValue({ stateRoot, address, proof }: AccountProof): Uint8Array | undefined {
  const path = toNibbles(keccak256(fromHex(address)))
  let [reference, at] = [fromHex(stateRoot), 0]
  for (const node of proof) {
    // Accounts are longer than a hash, so no node on the path is embedded in its parent.
    if (!areSameBytes(keccak256(node), reference)) return undefined
    const items = decodeRlpList(node)
    if (items.length === 17) {
      reference = rlpBytes(items[path[at] ?? 16])
      at++
      continue
    }
    const { nibbles, isLeaf } = decodeHexPrefix(rlpBytes(items[0]))
    if (!areSameBytes(path.subarray(at, at + nibbles.length), nibbles)) return undefined
    at += nibbles.length
    reference = rlpBytes(items[1])
    if (isLeaf) return at === path.length ? reference : undefined
  }
  return undefined
}

function encodeAccount({ nonce, balance, storageHash, codeHash }: AccountProof): Uint8Array {
  return encodeRlp([uintToRlp(nonce), uintToRlp(balance), fromHex(storageHash), fromHex(codeHash)])
}

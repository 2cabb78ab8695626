import { sign, verify } from 'tiny-secp256k1'
import { DecodeError } from '#protocol/codec/decode-error.ts'
import { keccak256 } from '#protocol/codec/keccak.ts'
import {
  decodeRlpList,
  encodeRlp,
  rlpBytes,
  type RlpItem,
  rlpUint,
  uintToRlp,
} from '#protocol/codec/rlp.ts'
import { checkPublicKey, publicKeyOf } from './network-key.ts'

/** A signed node record (ENR) with identity scheme `v4`. Spec: EIP-778 */
export interface NodeRecord {
  /** Grows with each change; 64 bits. */
  readonly sequence: bigint
  /**
   * Entries by key, in the order of the keys. They include `id` and `secp256k1`. Values are strings of bytes, or lists.
   */
  readonly entries: ReadonlyMap<string, RlpItem>
  /** The compressed public key, which the entry `secp256k1` holds. */
  readonly publicKey: Uint8Array
  /** `r` and `s`, 64 bytes. */
  readonly signature: Uint8Array
}

/** Limit on an encoded record. */
export const maxRecordBytes = 300

const scheme = new TextEncoder().encode('v4')

/**
 * Makes a record and signs it.
 *
 * @param entries all but `id` and `secp256k1`; keys are ASCII
 * @throws RangeError if the record is too large, or the key is not a private key
 */
export function signRecord(
  { sequence, entries }: Pick<NodeRecord, 'sequence' | 'entries'>,
  privateKey: Uint8Array,
): NodeRecord {
  const publicKey = publicKeyOf(privateKey)
  const all = new Map([...entries, ['id', scheme], ['secp256k1', publicKey]])
  const sorted = new Map([...all].toSorted(([left], [right]) => (left < right ? -1 : 1)))
  const signature = sign(signedHash(sequence, sorted), privateKey)
  const record = { sequence, entries: sorted, publicKey, signature }
  const { length } = encodeRecord(record)
  if (length > maxRecordBytes)
    throw new RangeError(`a record of ${length} bytes, at most ${maxRecordBytes}`)
  return record
}

/** Encodes a record in RLP. */
export function encodeRecord({ sequence, entries, signature }: NodeRecord): Uint8Array {
  return encodeRlp([signature, ...contentOf(sequence, entries)])
}

/**
 * Decodes a record and checks its signature; byte values are views.
 *
 * @throws DecodeError if the record is malformed or too large, has another identity scheme, or the signature is wrong
 */
export function decodeRecord(bytes: Uint8Array): NodeRecord {
  if (bytes.length > maxRecordBytes)
    throw new DecodeError(`a record of ${bytes.length} bytes, at most ${maxRecordBytes}`)
  const [first, second, ...pairs] = decodeRlpList(bytes)
  const signature = rlpBytes(first)
  const sequence = rlpUint(second, 8)
  const entries = readEntries(pairs)
  if (keyText(rlpBytes(entries.get('id'))) !== 'v4')
    throw new DecodeError('a record with an identity scheme other than v4')
  const publicKey = checkPublicKey(rlpBytes(entries.get('secp256k1')))
  if (!isSignedBy(publicKey, signedHash(sequence, entries), signature))
    throw new DecodeError('a record with a wrong signature')
  return { sequence, entries, publicKey, signature }
}

/** Reads alternating keys and values. Keys must be sorted and unique. */
function readEntries(pairs: readonly RlpItem[]): ReadonlyMap<string, RlpItem> {
  const entries = new Map<string, RlpItem>()
  let last: string | undefined
  for (let at = 0; at < pairs.length; at += 2) {
    const key = keyText(rlpBytes(pairs[at]))
    const value = pairs[at + 1]
    if (value === undefined) throw new DecodeError('a record with a key without a value')
    if (last !== undefined && key <= last)
      throw new DecodeError('a record whose keys are not in order')
    entries.set(key, value)
    last = key
  }
  return entries
}

/** A key as text with one character for each byte, so that no byte is lost and texts are sorted as bytes. */
function keyText(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes)
}

function contentOf(sequence: bigint, entries: ReadonlyMap<string, RlpItem>): readonly RlpItem[] {
  const pairs = [...entries].flatMap(([key, value]) => [keyBytes(key), value])
  return [uintToRlp(sequence), ...pairs]
}

function keyBytes(key: string): Uint8Array {
  return Uint8Array.from(key, (letter) => letter.charCodeAt(0))
}

function signedHash(sequence: bigint, entries: ReadonlyMap<string, RlpItem>): Uint8Array {
  return keccak256(encodeRlp(contentOf(sequence, entries)))
}

function isSignedBy(publicKey: Uint8Array, hash: Uint8Array, signature: Uint8Array): boolean {
  try {
    return verify(hash, publicKey, signature)
  } catch (error) {
    // Thrown if the length is not 64, or `r` or `s` is not below the order of the curve.
    if (error instanceof Error && error.message.startsWith('Expected Signature')) return false
    throw error
  }
}

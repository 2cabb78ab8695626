import { DecodeError } from '#protocol/codec/decode-error.ts'
import { fromBigEndian } from '#protocol/codec/big-endian.ts'
import { toHash } from '#protocol/codec/hex.ts'
import { keccak256 } from '#protocol/codec/keccak.ts'
import {
  decodeRlpList,
  encodeRlp,
  rlpBytes,
  type RlpItem,
  rlpList,
  rlpUint,
  uintToRlp,
} from '#protocol/codec/rlp.ts'
import type { Address, Hash } from '#protocol/primitives.ts'
import { decodeDeposit } from '#protocol/transaction/deposit.ts'
import type { Signature } from '#protocol/transaction/transaction.ts'
import { depositType } from '#protocol/transaction/transaction-types.ts'

/** Recovers the signer of a hash; undefined if the signature is invalid. */
type RecoverSigner = (hash: Uint8Array, signature: Signature) => Address | undefined

/** A transaction to the batch inbox without its blobs. */
export interface ScannedInboxTransaction {
  /** EIP-2718 type; 0 for a legacy transaction. */
  readonly type: number
  readonly sender: Address
  /** A view into the bytes of the transaction. */
  readonly data: Uint8Array
  readonly versionedHashes: readonly Hash[]
}

/** The batch inbox, the L1 chain and the recovery of senders, which decide which transactions are read. */
export interface InboxScan {
  readonly inbox: Address
  readonly l1ChainId: bigint
  readonly recoverSigner: RecoverSigner
}

/** By type: the number of fields before the signature, and the index of `to`. */
const layouts: Readonly<Record<number, { readonly signed: number; readonly to: number }>> = {
  0: { signed: 6, to: 3 },
  1: { signed: 8, to: 4 },
  2: { signed: 9, to: 5 },
  3: { signed: 11, to: 5 },
}

// Rule inbox-types: Batcher transactions have types 0 to 3 or are deposits; set-code transactions are not read.
// Spec: derivation.md#l1-retrieval, derive/data_source.go
/**
 * Decodes an L1 transaction to the batch inbox, from any sender.
 *
 * @param raw typed bytes of the transaction
 * @returns undefined if the transaction has another recipient, a type that batchers must not use, or a signature
 * invalid on L1
 * Spec: protocol/derivation.md#l1-retrieval; the allowed types are op-node's
 */
export function scanInboxTransaction(
  raw: Uint8Array,
  scan: InboxScan,
): ScannedInboxTransaction | undefined {
  try {
    const type = (raw[0] ?? 0) >= 0xc0 ? 0 : (raw[0] ?? 0)
    if (type === depositType) return scanDeposit(raw, scan)
    const layout = layouts[type]
    if (layout === undefined) return undefined
    const fields = decodeRlpList(type === 0 ? raw : raw.subarray(1))
    if (fields.length !== layout.signed + 3) return undefined
    const to = rlpBytes(fields[layout.to])
    // Rule inbox-address: Batcher transactions go to the batch inbox. Spec: derivation.md#l1-retrieval, derive/data_source.go
    if (to.length !== 20 || !isSame(to, scan.inbox)) return undefined
    const signing = signingOf(type, fields, scan.l1ChainId)
    const sender = signing && scan.recoverSigner(signing.hash, signing.signature)
    if (sender === undefined) return undefined
    const versionedHashes =
      type === 3 ? rlpList(fields[10]).map((item) => toHash(rlpBytes(item))) : []
    return { type, sender, data: rlpBytes(fields[layout.to + 2]), versionedHashes }
  } catch (error) {
    if (error instanceof DecodeError) return undefined
    throw error
  }
}

/** Decodes a deposit to the inbox, which an L1 has if it is a rollup itself. */
function scanDeposit(raw: Uint8Array, { inbox }: InboxScan): ScannedInboxTransaction | undefined {
  const { from, to, data } = decodeDeposit(raw)
  if (to !== inbox) return undefined
  return { type: depositType, sender: from, data, versionedHashes: [] }
}

interface Signing {
  readonly hash: Uint8Array
  readonly signature: Signature
}

// Rule inbox-sender: The sender is the L1 signer, even if the transaction failed; with an invalid signature there is no
// sender. Spec: derivation.md#l1-retrieval, derive/data_source.go
function signingOf(
  type: number,
  fields: readonly RlpItem[],
  l1ChainId: bigint,
): Signing | undefined {
  const { signed } = layouts[type] ?? { signed: 0 }
  const v = rlpUint(fields[signed], 32)
  const r = rlpUint(fields[signed + 1], 32)
  const s = rlpUint(fields[signed + 2], 32)
  const unsigned = fields.slice(0, signed)
  if (type === 0) {
    const isProtected = v !== 27n && v !== 28n
    if (isProtected) unsigned.push(uintToRlp(l1ChainId), new Uint8Array(0), new Uint8Array(0))
    const yParity = v - (isProtected ? 35n + 2n * l1ChainId : 27n)
    if (yParity !== 0n && yParity !== 1n) return undefined
    return {
      hash: keccak256(encodeRlp(unsigned)),
      signature: { yParity: Number(yParity), r, s },
    }
  }
  if (v > 1n || fromBigEndian(rlpBytes(fields[0])) !== l1ChainId) return undefined
  const body = encodeRlp(unsigned)
  const payload = new Uint8Array(1 + body.length)
  payload[0] = type
  payload.set(body, 1)
  return { hash: keccak256(payload), signature: { yParity: Number(v), r, s } }
}

function isSame(bytes: Uint8Array, address: Address): boolean {
  for (let at = 0; at < bytes.length; at++)
    if (bytes[at] !== Number.parseInt(address.slice(2 + 2 * at, 4 + 2 * at), 16)) return false
  return true
}

import { DecodeError } from '#protocol/codec/decode-error.ts'
import { fromHex, toAddress } from '#protocol/codec/hex.ts'
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
import type { Address } from '#protocol/primitives.ts'

/** A signed transaction. Types: 0 legacy, 1 EIP-2930, 2 EIP-1559, 4 EIP-7702. */
export interface SignedTransaction {
  readonly type: UserTransactionType
  /** Absent for a legacy transaction without replay protection. */
  readonly chainId: bigint | undefined
  readonly nonce: bigint
  /** In wei; `gasPrice` of types 0 and 1. */
  readonly maxFeePerGas: bigint
  /** In wei; `gasPrice` of types 0 and 1. */
  readonly maxPriorityFeePerGas: bigint
  readonly gasLimit: bigint
  /** Absent for the creation of a contract. */
  readonly to: Address | undefined
  readonly value: bigint
  readonly data: Uint8Array
  readonly accessList: AccessList
  /** Present in type 4; empty for the other types. */
  readonly authorizations: readonly Authorization[]
  readonly signature: Signature
  /** The signed hash, 32 bytes. */
  readonly signingHash: Uint8Array
}

/** Transaction types that a rollup accepts from users. Blob transactions (3) are not accepted. */
type UserTransactionType = 0 | 1 | 2 | 4

/** The access list of a transaction. Spec: EIP-2930 */
export type AccessList = readonly {
  readonly address: Address
  /** 32 bytes each. */
  readonly storageKeys: readonly Uint8Array[]
}[]

/** An authorization to set the code of an account, signed by the account. Spec: EIP-7702 */
export interface Authorization {
  readonly chainId: bigint
  readonly address: Address
  readonly nonce: bigint
  readonly signature: Signature
}

/** A recoverable secp256k1 signature. */
export interface Signature {
  readonly r: bigint
  readonly s: bigint
  /** 0 or 1; in an authorization, up to 255. A value above 1 makes only the authorization invalid. */
  readonly yParity: number
}

/**
 * Decodes a signed transaction; byte fields are views.
 *
 * @throws DecodeError for malformed bytes, a deposit, a blob transaction or an unknown type
 */
export function decodeTransaction(raw: Uint8Array): SignedTransaction {
  const type = raw[0] ?? 0
  if (type >= 0xc0) return decodeLegacy(raw)
  if (type !== 1 && type !== 2 && type !== 4)
    throw new DecodeError(`transaction type ${type} is not supported`)
  const fields = decodeRlpList(raw.subarray(1))
  const signed = { 1: 8, 2: 9, 4: 10 }[type]
  if (fields.length !== signed + 3)
    throw new DecodeError(
      `${fields.length} fields, a transaction of type ${type} has ${signed + 3}`,
    )
  const feeFields = type === 1 ? 1 : 2
  const tip = rlpUint(fields[2], 32)
  const rest = fields.slice(2 + feeFields)
  const transaction: SignedTransaction = {
    type,
    chainId: rlpUint(fields[0], 32),
    nonce: rlpUint(fields[1], 8),
    maxPriorityFeePerGas: tip,
    maxFeePerGas: type === 1 ? tip : rlpUint(fields[3], 32),
    gasLimit: rlpUint(rest[0], 8),
    to: decodeTo(rest[1]),
    value: rlpUint(rest[2], 32),
    data: rlpBytes(rest[3]),
    accessList: decodeAccessList(rest[4]),
    authorizations: type === 4 ? decodeAuthorizations(rest[5]) : [],
    signature: signatureOfTransaction(fields.slice(signed)),
    signingHash: hashTyped(type, fields.slice(0, signed)),
  }
  if (type === 4 && transaction.to === undefined)
    throw new DecodeError('a transaction of type 4 cannot create a contract')
  return transaction
}

function decodeLegacy(raw: Uint8Array): SignedTransaction {
  const fields = decodeRlpList(raw)
  if (fields.length !== 9)
    throw new DecodeError(`${fields.length} fields, a legacy transaction has 9`)
  const { chainId, yParity } = splitV(rlpUint(fields[6], 32))
  const gasPrice = rlpUint(fields[1], 32)
  const signed = fields.slice(0, 6)
  // EIP-155: the signature covers the chain id.
  if (chainId !== undefined) signed.push(uintToRlp(chainId), new Uint8Array(0), new Uint8Array(0))
  return {
    type: 0,
    chainId,
    nonce: rlpUint(fields[0], 8),
    maxFeePerGas: gasPrice,
    maxPriorityFeePerGas: gasPrice,
    gasLimit: rlpUint(fields[2], 8),
    to: decodeTo(fields[3]),
    value: rlpUint(fields[4], 32),
    data: rlpBytes(fields[5]),
    accessList: [],
    authorizations: [],
    signature: { yParity, r: rlpUint(fields[7], 32), s: rlpUint(fields[8], 32) },
    signingHash: keccak256(encodeRlp(signed)),
  }
}

/** Spec: EIP-155 */
function splitV(v: bigint): { chainId: bigint | undefined; yParity: number } {
  if (v === 27n || v === 28n) return { chainId: undefined, yParity: Number(v - 27n) }
  if (v < 35n) throw new DecodeError(`v is ${v}, want 27, 28, or at least 35`)
  return { chainId: (v - 35n) / 2n, yParity: Number((v - 35n) % 2n) }
}

function decodeTo(item: RlpItem | undefined): Address | undefined {
  const bytes = rlpBytes(item)
  return bytes.length === 0 ? undefined : toAddress(bytes)
}

function decodeAccessList(item: RlpItem | undefined): AccessList {
  return rlpList(item).map((entry) => {
    const fields = rlpList(entry)
    if (fields.length !== 2)
      throw new DecodeError(`an entry of the access list has ${fields.length} fields, want 2`)
    const storageKeys = rlpList(fields[1]).map((key) => {
      const bytes = rlpBytes(key)
      if (bytes.length !== 32) throw new DecodeError(`a slot of ${bytes.length} bytes, want 32`)
      return bytes
    })
    return { address: toAddress(rlpBytes(fields[0])), storageKeys }
  })
}

function decodeAuthorizations(item: RlpItem | undefined): readonly Authorization[] {
  const list = rlpList(item)
  if (list.length === 0) throw new DecodeError('a transaction of type 4 needs an authorization')
  return list.map((entry) => {
    const fields = rlpList(entry)
    if (fields.length !== 6)
      throw new DecodeError(`an authorization has ${fields.length} fields, want 6`)
    return {
      chainId: rlpUint(fields[0], 32),
      address: toAddress(rlpBytes(fields[1])),
      nonce: rlpUint(fields[2], 8),
      signature: decodeSignature(fields.slice(3)),
    }
  })
}

function signatureOfTransaction(fields: readonly RlpItem[]): Signature {
  const signature = decodeSignature(fields)
  if (signature.yParity <= 1) return signature
  throw new DecodeError(`y parity ${signature.yParity} is neither 0 nor 1`)
}

function decodeSignature(fields: readonly RlpItem[]): Signature {
  const yParity = Number(rlpUint(fields[0], 1))
  return { yParity, r: rlpUint(fields[1], 32), s: rlpUint(fields[2], 32) }
}

/** The hash that an account signs for an authorization: 32 bytes. Spec: EIP-7702 */
export function authorizationHash({ chainId, address, nonce }: Authorization): Uint8Array {
  return hashTyped(5, [uintToRlp(chainId), fromHex(address), uintToRlp(nonce)])
}

function hashTyped(type: number, fields: readonly RlpItem[]): Uint8Array {
  const body = encodeRlp(fields)
  const bytes = new Uint8Array(1 + body.length)
  bytes[0] = type
  bytes.set(body, 1)
  return keccak256(bytes)
}

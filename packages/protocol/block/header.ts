import { DecodeError } from '#protocol/codec/decode-error.ts'
import { fromHex, toAddress, toBytes8, toHash } from '#protocol/codec/hex.ts'
import { keccak256 } from '#protocol/codec/keccak.ts'
import {
  decodeRlpList,
  encodeRlp,
  rlpBytes,
  type RlpItem,
  rlpUint,
  uintToRlp,
} from '#protocol/codec/rlp.ts'
import { sha256 } from '#protocol/codec/sha256.ts'
import type { Address, Bytes8, Hash } from '#protocol/primitives.ts'

/** A block header of L1 or L2. A field that a fork added is absent before that fork. Spec: execution-specs, Header */
export interface Header {
  readonly parentHash: Hash
  readonly ommersHash: Hash
  /** Fee recipient. */
  readonly beneficiary: Address
  readonly stateRoot: Hash
  readonly transactionsRoot: Hash
  readonly receiptsRoot: Hash
  /** 256 bytes. */
  readonly logsBloom: Uint8Array
  readonly difficulty: bigint
  readonly number: bigint
  readonly gasLimit: bigint
  readonly gasUsed: bigint
  /** Unix seconds. */
  readonly timestamp: bigint
  readonly extraData: Uint8Array
  /** `mixHash`. */
  readonly prevRandao: Hash
  readonly nonce: Bytes8
  /** In wei. From London (L1) or Bedrock (L2) on. */
  readonly baseFeePerGas: bigint | undefined
  /** From Shanghai (L1) or Canyon (L2) on. */
  readonly withdrawalsRoot: Hash | undefined
  /** From Cancun (L1) or Ecotone (L2) on. From Jovian on, the DA footprint of the L2 block. */
  readonly blobGasUsed: bigint | undefined
  /** From Cancun (L1) or Ecotone (L2) on. */
  readonly excessBlobGas: bigint | undefined
  /** From Cancun (L1) or Ecotone (L2) on. */
  readonly parentBeaconBlockRoot: Hash | undefined
  /** From Prague (L1) or Isthmus (L2) on. */
  readonly requestsHash: Hash | undefined
  /** Amsterdam. Spec: EIP-7928 */
  readonly blockAccessListHash?: Hash | undefined
  /** Amsterdam. Spec: EIP-7843 */
  readonly slotNumber?: bigint | undefined
}

/** Hash of an empty list of ommers, which all blocks have since the merge. */
export const emptyOmmersHash: Hash = toHash(keccak256(Uint8Array.of(0xc0)))

/** Hash of an empty list of requests, which all L2 blocks have from Isthmus on: SHA-256 of no bytes. Spec: EIP-7685 */
export const noRequestsHash: Hash = toHash(sha256([]))

/** Encodes a header in RLP; the list ends before the first absent field. */
export function encodeHeader(header: Header): Uint8Array {
  const fields: RlpItem[] = [
    fromHex(header.parentHash),
    fromHex(header.ommersHash),
    fromHex(header.beneficiary),
    fromHex(header.stateRoot),
    fromHex(header.transactionsRoot),
    fromHex(header.receiptsRoot),
    header.logsBloom,
    uintToRlp(header.difficulty),
    uintToRlp(header.number),
    uintToRlp(header.gasLimit),
    uintToRlp(header.gasUsed),
    uintToRlp(header.timestamp),
    header.extraData,
    fromHex(header.prevRandao),
    fromHex(header.nonce),
  ]
  const later = [
    optional(header.baseFeePerGas, uintToRlp),
    optional(header.withdrawalsRoot, fromHex),
    optional(header.blobGasUsed, uintToRlp),
    optional(header.excessBlobGas, uintToRlp),
    optional(header.parentBeaconBlockRoot, fromHex),
    optional(header.requestsHash, fromHex),
    optional(header.blockAccessListHash, fromHex),
    optional(header.slotNumber, uintToRlp),
  ]
  for (const field of later) {
    if (field === undefined) break
    fields.push(field)
  }
  return encodeRlp(fields)
}

/** Number of fields that every header has. */
const leastFields = 15

/** Number of fields that forks have added. */
const laterFields = 8

/**
 * Decodes a header; byte fields are views.
 *
 * @throws DecodeError if the bytes are not a header, or the header has unknown fields
 */
export function decodeHeader(encoded: Uint8Array): Header {
  const fields = decodeRlpList(encoded)
  if (fields.length < leastFields || fields.length > leastFields + laterFields)
    throw new DecodeError(
      `a header has ${fields.length} fields, want ${leastFields} to ${leastFields + laterFields}`,
    )
  const later = <Value>(at: number, decode: (item: RlpItem) => Value): Value | undefined => {
    const field = fields[leastFields + at]
    return field === undefined ? undefined : decode(field)
  }
  const hash = (item: RlpItem | undefined): Hash => toHash(rlpBytes(item))
  return {
    parentHash: hash(fields[0]),
    ommersHash: hash(fields[1]),
    beneficiary: toAddress(rlpBytes(fields[2])),
    stateRoot: hash(fields[3]),
    transactionsRoot: hash(fields[4]),
    receiptsRoot: hash(fields[5]),
    logsBloom: rlpBytes(fields[6]),
    difficulty: rlpUint(fields[7], 32),
    number: rlpUint(fields[8], 8),
    gasLimit: rlpUint(fields[9], 8),
    gasUsed: rlpUint(fields[10], 8),
    timestamp: rlpUint(fields[11], 8),
    extraData: rlpBytes(fields[12]),
    prevRandao: hash(fields[13]),
    nonce: toBytes8(rlpBytes(fields[14])),
    baseFeePerGas: later(0, (item) => rlpUint(item, 32)),
    withdrawalsRoot: later(1, hash),
    blobGasUsed: later(2, (item) => rlpUint(item, 8)),
    excessBlobGas: later(3, (item) => rlpUint(item, 8)),
    parentBeaconBlockRoot: later(4, hash),
    requestsHash: later(5, hash),
    ...(fields.length > leastFields + 6 && { blockAccessListHash: hash(fields[leastFields + 6]) }),
    ...(fields.length > leastFields + 7 && { slotNumber: rlpUint(fields[leastFields + 7], 8) }),
  }
}

/** The hash of a block. */
export function hashHeader(header: Header): Hash {
  return toHash(keccak256(encodeHeader(header)))
}

function optional<Value>(
  value: Value | undefined,
  encode: (value: Value) => Uint8Array,
): Uint8Array | undefined {
  return value === undefined ? undefined : encode(value)
}

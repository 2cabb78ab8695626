import { fromHex, toHash } from '#protocol/codec/hex.ts'
import { keccak256 } from '#protocol/codec/keccak.ts'
import { encodeRlp, type RlpItem, uintToRlp } from '#protocol/codec/rlp.ts'
import type { Address, Bytes8, Hash } from '#protocol/primitives.ts'

/** A block header of either layer. Fields that a fork brought are absent before it. Spec: execution-specs, Header */
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
  /** In wei. London, Bedrock. */
  readonly baseFeePerGas: bigint | undefined
  /** Shanghai, Canyon. */
  readonly withdrawalsRoot: Hash | undefined
  /** Cancun, Ecotone; from Jovian on the block's DA footprint. */
  readonly blobGasUsed: bigint | undefined
  /** Cancun, Ecotone. */
  readonly excessBlobGas: bigint | undefined
  /** Cancun, Ecotone. */
  readonly parentBeaconBlockRoot: Hash | undefined
  /** Prague, Isthmus. */
  readonly requestsHash: Hash | undefined
}

/** Hash of an empty list of ommers: no block has any since the merge. */
export const emptyOmmersHash: Hash = toHash(keccak256(Uint8Array.of(0xc0)))

/** A header in RLP; the first field that is absent ends it. */
function encodeHeader(header: Header): Uint8Array {
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
  ]
  for (const field of later) {
    if (field === undefined) break
    fields.push(field)
  }
  return encodeRlp(fields)
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

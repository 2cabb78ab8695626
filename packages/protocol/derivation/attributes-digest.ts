import type { PayloadAttributes } from '#protocol/block/payload-attributes.ts'
import { fromHex, type Hex, toBytes32 } from '#protocol/codec/hex.ts'
import { keccak256 } from '#protocol/codec/keccak.ts'
import { encodeRlp, type RlpItem, uintToRlp } from '#protocol/codec/rlp.ts'
import type { Bytes32, Hash } from '#protocol/primitives.ts'

/** Attributes and their parent block. */
interface DerivedBlock {
  readonly parentHash: Hash
  readonly attributes: PayloadAttributes
}

/** Hash over attributes and their parent. Different attributes have different digests. */
export function attributesDigest({ parentHash, attributes }: DerivedBlock): Bytes32 {
  const fields: RlpItem[] = [
    fromHex(parentHash),
    uintToRlp(attributes.timestamp),
    fromHex(attributes.prevRandao),
    fromHex(attributes.suggestedFeeRecipient),
    attributes.withdrawals === undefined ? [] : [[]],
    optional(attributes.parentBeaconBlockRoot, hexToRlp),
    [...attributes.transactions],
    uintToRlp(attributes.noTxPool ? 1n : 0n),
    uintToRlp(attributes.gasLimit),
    optional(attributes.eip1559Params, hexToRlp),
    optional(attributes.minBaseFee, uintToRlp),
  ]
  return toBytes32(keccak256(encodeRlp(fields)))
}

function hexToRlp(hex: Hex): Uint8Array {
  return fromHex(hex)
}

/** Encodes an absent value as an empty list, and a present value as a list of one item. */
function optional<Value>(value: Value | undefined, encode: (value: Value) => Uint8Array): RlpItem {
  return value === undefined ? [] : [encode(value)]
}

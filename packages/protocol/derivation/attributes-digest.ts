import type { PayloadAttributes } from '#protocol/block/payload-attributes.ts'
import { toBigEndian } from '#protocol/codec/big-endian.ts'
import { fromHex, type Hex, toBytes32 } from '#protocol/codec/hex.ts'
import { keccak256 } from '#protocol/codec/keccak.ts'
import { encodeRlp, type RlpItem } from '#protocol/codec/rlp.ts'
import type { Bytes32 } from '#protocol/primitives.ts'

/**
 * Which attributes these are: two with any field different have another digest. It is said between our own services only.
 */
export function attributesDigest(attributes: PayloadAttributes): Bytes32 {
  const { withdrawals, parentBeaconBlockRoot, eip1559Params, minBaseFee } = attributes
  const item: RlpItem = [
    toBigEndian(attributes.timestamp),
    fromHex(attributes.prevRandao),
    fromHex(attributes.suggestedFeeRecipient),
    optional(withdrawals, () => []),
    optional<Hex>(parentBeaconBlockRoot, fromHex),
    attributes.transactions,
    Uint8Array.of(attributes.noTxPool ? 1 : 0),
    toBigEndian(attributes.gasLimit),
    optional<Hex>(eip1559Params, fromHex),
    optional(minBaseFee, toBigEndian),
  ]
  return toBytes32(keccak256(encodeRlp(item)))
}

/** A list of one, or an empty one: what is absent is not what is zero. */
function optional<Value>(value: Value | undefined, toItem: (value: Value) => RlpItem): RlpItem {
  return value === undefined ? [] : [toItem(value)]
}

import type { atoll } from '#proto/atoll.js'
import type { PayloadAttributes } from '#protocol/block/payload-attributes.ts'
import {
  addressFromWire,
  bytes8FromWire,
  hashFromWire,
  hexToWire,
  optional,
  present,
  uint64FromWire,
  uint64ToWire,
} from './fields.ts'

/** Wire form of payload attributes. */
export function attributesToWire(
  attributes: PayloadAttributes,
): atoll.v1.PayloadAttributes.$Properties {
  return {
    timestamp: uint64ToWire(attributes.timestamp),
    prevRandao: hexToWire(attributes.prevRandao),
    suggestedFeeRecipient: hexToWire(attributes.suggestedFeeRecipient),
    withdrawals: attributes.withdrawals !== undefined,
    parentBeaconBlockRoot: optional(attributes.parentBeaconBlockRoot, hexToWire) ?? null,
    transactions: [...attributes.transactions],
    noTxPool: attributes.noTxPool,
    gasLimit: uint64ToWire(attributes.gasLimit),
    eip1559Params: optional(attributes.eip1559Params, hexToWire) ?? null,
    minBaseFee: optional(attributes.minBaseFee, uint64ToWire) ?? null,
  }
}

/** Reads payload attributes. @throws DecodeError if they are missing, or a field has the wrong length */
export function attributesFromWire(
  message: atoll.v1.PayloadAttributes.$Properties | null | undefined,
  path: string,
): PayloadAttributes {
  const attributes = present(message, path)
  return {
    timestamp: uint64FromWire(attributes.timestamp),
    prevRandao: hashFromWire(attributes.prevRandao, `${path}.prev_randao`),
    suggestedFeeRecipient: addressFromWire(
      attributes.suggestedFeeRecipient,
      `${path}.suggested_fee_recipient`,
    ),
    withdrawals: attributes.withdrawals === true ? [] : undefined,
    parentBeaconBlockRoot: optional(attributes.parentBeaconBlockRoot, (root) =>
      hashFromWire(root, `${path}.parent_beacon_block_root`),
    ),
    transactions: attributes.transactions ?? [],
    noTxPool: attributes.noTxPool ?? false,
    gasLimit: uint64FromWire(attributes.gasLimit),
    eip1559Params: optional(attributes.eip1559Params, (params) =>
      bytes8FromWire(params, `${path}.eip1559_params`),
    ),
    minBaseFee: optional(attributes.minBaseFee, uint64FromWire),
  }
}

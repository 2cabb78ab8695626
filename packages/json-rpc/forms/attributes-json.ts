import * as z from 'zod'
import type { PayloadAttributes } from '#protocol/block/payload-attributes.ts'
import {
  addressJson,
  bytes8Json,
  hashJson,
  hexJson,
  quantityJson,
  toData,
  toQuantity,
} from './fields.ts'

const quantity = z.union([quantityJson, z.int().nonnegative().transform(BigInt)])

/** Payload attributes as op-node writes them. Fields that a hardfork added are optional, even after the hardfork. */
export const attributesJson = z.object({
  timestamp: quantity,
  prevRandao: hashJson,
  suggestedFeeRecipient: addressJson,
  withdrawals: z.tuple([]).nullish(),
  parentBeaconBlockRoot: hashJson.nullish(),
  transactions: z.array(hexJson).default([]),
  noTxPool: z.boolean().nullish(),
  gasLimit: quantity,
  eip1559Params: bytes8Json.nullish(),
  minBaseFee: quantity.nullish(),
})

/** Parses attributes. */
export function toAttributes(json: z.output<typeof attributesJson>): PayloadAttributes {
  return {
    timestamp: json.timestamp,
    prevRandao: json.prevRandao,
    suggestedFeeRecipient: json.suggestedFeeRecipient,
    withdrawals: json.withdrawals ?? undefined,
    parentBeaconBlockRoot: json.parentBeaconBlockRoot ?? undefined,
    transactions: json.transactions,
    noTxPool: json.noTxPool ?? true,
    gasLimit: json.gasLimit,
    eip1559Params: json.eip1559Params ?? undefined,
    minBaseFee: json.minBaseFee ?? undefined,
  }
}

/** Encodes attributes as op-node does and the Engine API expects: `minBaseFee` is a JSON number. */
export function attributesToJson(attributes: PayloadAttributes): Readonly<Record<string, unknown>> {
  return {
    timestamp: toQuantity(attributes.timestamp),
    prevRandao: attributes.prevRandao,
    suggestedFeeRecipient: attributes.suggestedFeeRecipient,
    withdrawals: attributes.withdrawals,
    parentBeaconBlockRoot: attributes.parentBeaconBlockRoot,
    transactions: attributes.transactions.map(toData),
    noTxPool: attributes.noTxPool,
    gasLimit: toQuantity(attributes.gasLimit),
    eip1559Params: attributes.eip1559Params,
    minBaseFee: attributes.minBaseFee === undefined ? undefined : Number(attributes.minBaseFee),
  }
}

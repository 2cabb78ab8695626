import * as z from 'zod'
import type { Header } from '#protocol/block/header.ts'
import type { PayloadAttributes } from '#protocol/block/payload-attributes.ts'
import {
  addressJson,
  bytes8Json,
  hashJson,
  hexJson,
  quantityJson,
} from '#devnet/execution/json/fields.ts'

const quantity = z.union([quantityJson, z.int().nonnegative().transform(BigInt)])

/** Payload attributes as op-node writes them; what a fork brought may be left out before it. */
export const attributesJson = z.object({
  timestamp: quantity,
  prevRandao: hashJson,
  suggestedFeeRecipient: addressJson,
  parentBeaconBlockRoot: hashJson.nullish(),
  transactions: z.array(hexJson).default([]),
  noTxPool: z.boolean().nullish(),
  gasLimit: quantity,
  eip1559Params: bytes8Json.nullish(),
  minBaseFee: quantity.nullish(),
})

/** A block as `eth_getBlockByNumber` tells it, as far as an execution is compared with it. */
export const blockJson = z.looseObject({
  number: quantity,
  hash: hashJson,
  parentHash: hashJson,
  gasUsed: quantity,
})

/** A header as `eth_getBlockByNumber` tells it. */
export const headerJson = z
  .looseObject({
    parentHash: hashJson,
    sha3Uncles: hashJson,
    miner: addressJson,
    stateRoot: hashJson,
    transactionsRoot: hashJson,
    receiptsRoot: hashJson,
    logsBloom: hexJson,
    difficulty: quantity,
    number: quantity,
    gasLimit: quantity,
    gasUsed: quantity,
    timestamp: quantity,
    extraData: hexJson,
    mixHash: hashJson,
    nonce: bytes8Json,
    baseFeePerGas: quantity.optional(),
    withdrawalsRoot: hashJson.optional(),
    blobGasUsed: quantity.optional(),
    excessBlobGas: quantity.optional(),
    parentBeaconBlockRoot: hashJson.optional(),
    requestsHash: hashJson.optional(),
  })
  .transform((json): Header => ({
    ...json,
    ommersHash: json.sha3Uncles,
    beneficiary: json.miner,
    prevRandao: json.mixHash,
    baseFeePerGas: json.baseFeePerGas,
    withdrawalsRoot: json.withdrawalsRoot,
    blobGasUsed: json.blobGasUsed,
    excessBlobGas: json.excessBlobGas,
    parentBeaconBlockRoot: json.parentBeaconBlockRoot,
    requestsHash: json.requestsHash,
  }))

/** Attributes as the code has them. */
export function toAttributes(json: z.output<typeof attributesJson>): PayloadAttributes {
  return {
    timestamp: json.timestamp,
    prevRandao: json.prevRandao,
    suggestedFeeRecipient: json.suggestedFeeRecipient,
    withdrawals: undefined,
    parentBeaconBlockRoot: json.parentBeaconBlockRoot ?? undefined,
    transactions: json.transactions,
    noTxPool: json.noTxPool ?? true,
    gasLimit: json.gasLimit,
    eip1559Params: json.eip1559Params ?? undefined,
    minBaseFee: json.minBaseFee ?? undefined,
  }
}

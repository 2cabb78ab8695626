import * as z from 'zod'
import type { Header } from '#protocol/block/header.ts'
import type { PayloadAttributes } from '#protocol/block/payload-attributes.ts'
import { fromHex, toAddress, toBytes8, toHash } from '#protocol/codec/hex.ts'
import type { Address, Hash } from '#protocol/primitives.ts'

const hex = z.string().regex(/^0x([0-9a-f]{2})*$/i, 'hex of whole bytes')
const hash = hex.length(66).transform((text): Hash => toHash(fromHex(text)))

/** Bytes in hex. */
export const hexJson = hex.transform(fromHex)

/** A hash in hex. */
export const hashJson = hash
const address = hex.length(42).transform((text): Address => toAddress(fromHex(text)))
const quantity = z
  .union([z.string().regex(/^0x[0-9a-f]+$/i, 'a quantity in hex'), z.int().nonnegative()])
  .transform(BigInt)

/** Payload attributes as op-node writes them; what a fork brought may be left out before it. */
export const attributesJson = z.object({
  timestamp: quantity,
  prevRandao: hash,
  suggestedFeeRecipient: address,
  parentBeaconBlockRoot: hash.nullish(),
  transactions: z.array(hexJson).default([]),
  noTxPool: z.boolean().nullish(),
  gasLimit: quantity,
  eip1559Params: hex
    .length(18)
    .transform((text) => toBytes8(fromHex(text)))
    .nullish(),
  minBaseFee: quantity.nullish(),
})

/** A block as `eth_getBlockByNumber` tells it, as far as an execution is compared with it. */
export const blockJson = z.looseObject({
  number: quantity,
  hash,
  parentHash: hash,
  gasUsed: quantity,
})

/** A header as `eth_getBlockByNumber` tells it. */
export const headerJson = z
  .looseObject({
    parentHash: hash,
    sha3Uncles: hash,
    miner: address,
    stateRoot: hash,
    transactionsRoot: hash,
    receiptsRoot: hash,
    logsBloom: hexJson,
    difficulty: quantity,
    number: quantity,
    gasLimit: quantity,
    gasUsed: quantity,
    timestamp: quantity,
    extraData: hexJson,
    mixHash: hash,
    nonce: hex.length(18).transform((text) => toBytes8(fromHex(text))),
    baseFeePerGas: quantity.optional(),
    withdrawalsRoot: hash.optional(),
    blobGasUsed: quantity.optional(),
    excessBlobGas: quantity.optional(),
    parentBeaconBlockRoot: hash.optional(),
    requestsHash: hash.optional(),
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

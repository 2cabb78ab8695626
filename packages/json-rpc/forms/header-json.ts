import * as z from 'zod'
import type { Header } from '#protocol/block/header.ts'
import { addressJson, bytes8Json, hashJson, hexJson, quantityJson, uint64Json } from './fields.ts'

/** A header as `eth_getBlockByNumber` returns it. */
export const headerJson = z
  .looseObject({
    parentHash: hashJson,
    sha3Uncles: hashJson,
    miner: addressJson,
    stateRoot: hashJson,
    transactionsRoot: hashJson,
    receiptsRoot: hashJson,
    logsBloom: hexJson,
    difficulty: quantityJson,
    number: uint64Json,
    gasLimit: uint64Json,
    gasUsed: uint64Json,
    timestamp: uint64Json,
    extraData: hexJson,
    mixHash: hashJson,
    nonce: bytes8Json,
    baseFeePerGas: quantityJson.optional(),
    withdrawalsRoot: hashJson.optional(),
    blobGasUsed: uint64Json.optional(),
    excessBlobGas: uint64Json.optional(),
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

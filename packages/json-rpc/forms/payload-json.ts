import * as z from 'zod'
import type { Payload } from '#protocol/block/payload.ts'
import type { Hash } from '#protocol/primitives.ts'
import {
  addressJson,
  hashJson,
  hexJson,
  quantityJson,
  toData,
  toQuantity,
  uint64Json,
} from './fields.ts'

/** `ExecutionPayload` of any version. Spec: execution-apis, src/engine; exec-engine.md#engine-api */
export const payloadJson = z.object({
  parentHash: hashJson,
  feeRecipient: addressJson,
  stateRoot: hashJson,
  receiptsRoot: hashJson,
  logsBloom: hexJson,
  prevRandao: hashJson,
  blockNumber: uint64Json,
  gasLimit: uint64Json,
  gasUsed: uint64Json,
  timestamp: uint64Json,
  extraData: hexJson,
  baseFeePerGas: quantityJson,
  blockHash: hashJson,
  transactions: z.array(hexJson),
  withdrawals: z.array(z.unknown()).nullish(),
  blobGasUsed: uint64Json.nullish(),
  excessBlobGas: uint64Json.nullish(),
  withdrawalsRoot: hashJson.nullish(),
})

/** A payload as JSON. */
export type PayloadJson = z.output<typeof payloadJson>

/** Parses a payload. The beacon root is a separate parameter. */
export function toPayload(
  { blockNumber: number, ...json }: PayloadJson,
  parentBeaconBlockRoot: Hash | undefined,
): Payload {
  return {
    ...json,
    number,
    withdrawals: json.withdrawals === undefined || json.withdrawals === null ? undefined : [],
    blobGasUsed: json.blobGasUsed ?? undefined,
    excessBlobGas: json.excessBlobGas ?? undefined,
    withdrawalsRoot: json.withdrawalsRoot ?? undefined,
    parentBeaconBlockRoot,
  }
}

/** Encodes a payload for the Engine API. */
export function payloadToJson(payload: Payload): Readonly<Record<string, unknown>> {
  const { blobGasUsed, excessBlobGas, withdrawals, withdrawalsRoot } = payload
  return {
    parentHash: payload.parentHash,
    feeRecipient: payload.feeRecipient,
    stateRoot: payload.stateRoot,
    receiptsRoot: payload.receiptsRoot,
    logsBloom: toData(payload.logsBloom),
    prevRandao: payload.prevRandao,
    blockNumber: toQuantity(payload.number),
    gasLimit: toQuantity(payload.gasLimit),
    gasUsed: toQuantity(payload.gasUsed),
    timestamp: toQuantity(payload.timestamp),
    extraData: toData(payload.extraData),
    baseFeePerGas: toQuantity(payload.baseFeePerGas),
    blockHash: payload.blockHash,
    transactions: payload.transactions.map(toData),
    ...(withdrawals !== undefined && { withdrawals }),
    ...(blobGasUsed !== undefined && { blobGasUsed: toQuantity(blobGasUsed) }),
    ...(excessBlobGas !== undefined && { excessBlobGas: toQuantity(excessBlobGas) }),
    ...(withdrawalsRoot !== undefined && { withdrawalsRoot }),
  }
}

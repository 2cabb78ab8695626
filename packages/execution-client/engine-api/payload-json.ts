import * as z from 'zod'
import { emptyOmmersHash, type Header, noRequestsHash } from '#protocol/block/header.ts'
import type { PayloadAttributes } from '#protocol/block/payload-attributes.ts'
import { fromHex, toBytes8, toHash } from '#protocol/codec/hex.ts'
import { emptyTrieRoot, orderedTrieRoot } from '#protocol/trie/ordered-root.ts'
import type { PayloadJson } from '#json-rpc/forms/payload-json.ts'
import {
  addressJson,
  bytes8Json,
  hashJson,
  hexJson,
  toData,
  toQuantity,
  uint64Json,
} from '#json-rpc/forms/fields.ts'
import type { KnownBlock } from '#execution-client/store/block-store.ts'

// Parameters and results of the Engine API as JSON. Spec: execution-apis, src/engine; exec-engine.md#engine-api

/** `ForkchoiceStateV1`. */
export const forkchoiceJson = z.object({
  headBlockHash: hashJson,
  safeBlockHash: hashJson,
  finalizedBlockHash: hashJson,
})

/** `PayloadAttributes` of any version. */
export const attributesJson = z.object({
  timestamp: uint64Json,
  prevRandao: hashJson,
  suggestedFeeRecipient: addressJson,
  withdrawals: z.array(z.unknown()).nullish(),
  parentBeaconBlockRoot: hashJson.nullish(),
  transactions: z.array(hexJson).nullish(),
  noTxPool: z.boolean().nullish(),
  gasLimit: uint64Json.nullish(),
  // op-geth reads an empty string as absent.
  eip1559Params: z.union([bytes8Json, z.literal('0x').transform(() => undefined)]).nullish(),
  // op-node sends a plain number.
  minBaseFee: z.union([uint64Json, z.int().nonnegative().transform(BigInt)]).nullish(),
})

/** Attributes as received. */
export type AttributesJson = z.output<typeof attributesJson>

/** Parameters of newPayload other than the payload. */
export interface PayloadExtras {
  /** Absent before Ecotone. */
  readonly parentBeaconBlockRoot: z.output<typeof hashJson> | undefined
  /** Whether the block has a list of requests, which is always empty. True from Isthmus on. */
  readonly hasRequests: boolean
}

/** The header of a payload. */
export function headerOfPayload(payload: PayloadJson, extras: PayloadExtras): Header {
  const withdrawalsRoot =
    payload.withdrawalsRoot ??
    (payload.withdrawals === undefined || payload.withdrawals === null
      ? undefined
      : toHash(emptyTrieRoot))
  return {
    parentHash: payload.parentHash,
    ommersHash: emptyOmmersHash,
    beneficiary: payload.feeRecipient,
    stateRoot: payload.stateRoot,
    transactionsRoot: toHash(orderedTrieRoot(payload.transactions)),
    receiptsRoot: payload.receiptsRoot,
    logsBloom: payload.logsBloom,
    difficulty: 0n,
    number: payload.blockNumber,
    gasLimit: payload.gasLimit,
    gasUsed: payload.gasUsed,
    timestamp: payload.timestamp,
    extraData: payload.extraData,
    prevRandao: payload.prevRandao,
    nonce: toBytes8(new Uint8Array(8)),
    baseFeePerGas: payload.baseFeePerGas,
    withdrawalsRoot,
    blobGasUsed: payload.blobGasUsed ?? undefined,
    excessBlobGas: payload.excessBlobGas ?? undefined,
    parentBeaconBlockRoot: extras.parentBeaconBlockRoot,
    requestsHash: extras.hasRequests ? noRequestsHash : undefined,
  }
}

/** The attributes that a payload was built from. */
export function attributesOfPayload(
  { transactions }: Pick<PayloadAttributes, 'transactions'>,
  { extraData, ...header }: Header,
): PayloadAttributes {
  return {
    timestamp: header.timestamp,
    prevRandao: header.prevRandao,
    suggestedFeeRecipient: header.beneficiary,
    withdrawals: header.withdrawalsRoot === undefined ? undefined : [],
    parentBeaconBlockRoot: header.parentBeaconBlockRoot,
    transactions,
    noTxPool: true,
    gasLimit: header.gasLimit,
    eip1559Params: extraData.length >= 9 ? toBytes8(extraData.subarray(1, 9)) : undefined,
    minBaseFee:
      extraData.length === 17
        ? new DataView(extraData.buffer, extraData.byteOffset).getBigUint64(9)
        : undefined,
  }
}

/** A block as `ExecutionPayload`. */
export function payloadToJson(
  { hash, header }: KnownBlock,
  transactions: readonly Uint8Array[],
): Record<string, unknown> {
  const { withdrawalsRoot, blobGasUsed, excessBlobGas } = header
  return {
    parentHash: header.parentHash,
    feeRecipient: header.beneficiary,
    stateRoot: header.stateRoot,
    receiptsRoot: header.receiptsRoot,
    logsBloom: toData(header.logsBloom),
    prevRandao: header.prevRandao,
    blockNumber: toQuantity(header.number),
    gasLimit: toQuantity(header.gasLimit),
    gasUsed: toQuantity(header.gasUsed),
    timestamp: toQuantity(header.timestamp),
    extraData: toData(header.extraData),
    baseFeePerGas: toQuantity(header.baseFeePerGas ?? 0n),
    blockHash: hash,
    transactions: transactions.map(toData),
    ...(withdrawalsRoot !== undefined && { withdrawals: [] }),
    ...(blobGasUsed !== undefined && { blobGasUsed: toQuantity(blobGasUsed) }),
    ...(excessBlobGas !== undefined && { excessBlobGas: toQuantity(excessBlobGas) }),
    // Before Isthmus the header has the root of an empty list, which the payload omits.
    ...(header.requestsHash !== undefined && { withdrawalsRoot }),
  }
}

/** The zero hash, which means no block. */
export const noHash = toHash(fromHex(`0x${'00'.repeat(32)}`))

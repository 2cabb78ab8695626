import * as z from 'zod'
import { DecodeError } from '#protocol/codec/decode-error.ts'
import { toHash } from '#protocol/codec/hex.ts'
import { keccak256 } from '#protocol/codec/keccak.ts'
import type { Flashblock } from '#protocol/flashblock/flashblock.ts'
import type { Address, Hash } from '#protocol/primitives.ts'
import {
  addressJson,
  bytes8Json,
  hashJson,
  hexJson,
  quantityJson,
  toData,
  toQuantity,
  uint64Json,
} from './fields.ts'
import { parseJson } from './parse-json.ts'

/** A flashblock of the public stream, with what its builder says about its transactions. */
export interface StreamFlashblock extends Flashblock {
  readonly metadata: FlashblockMetadata
}

/** Data of the builder for consumers that do not execute transactions. Each network has some of the fields. */
interface FlashblockMetadata {
  readonly number: bigint | undefined
  /** Balances in wei of the accounts that the block changed so far. */
  readonly newAccountBalances: ReadonlyMap<Address, bigint> | undefined
  /** Receipts of the transactions of this flashblock, by transaction hash. */
  readonly receipts: ReadonlyMap<Hash, FlashblockReceipt> | undefined
}

/** A receipt of the stream. */
interface FlashblockReceipt {
  /** Transaction type. */
  readonly type: number
  readonly isSuccess: boolean
  /** Gas of the block up to this transaction. */
  readonly cumulativeGasUsed: bigint
  readonly logs: readonly FlashblockLog[]
  /** Nonce of the sender of a deposit. */
  readonly depositNonce?: bigint | undefined
  readonly depositReceiptVersion?: bigint | undefined
}

/** A log of a receipt of the stream. */
interface FlashblockLog {
  readonly address: Address
  readonly topics: readonly Hash[]
  readonly data: Uint8Array
}

/** A number of JSON that is a count. */
const countJson = z.number().int().nonnegative().max(Number.MAX_SAFE_INTEGER)

const baseJson = z.looseObject({
  parent_beacon_block_root: hashJson,
  parent_hash: hashJson,
  fee_recipient: addressJson,
  prev_randao: hashJson,
  block_number: uint64Json,
  gas_limit: uint64Json,
  timestamp: uint64Json,
  extra_data: hexJson,
  base_fee_per_gas: quantityJson,
})

const diffJson = z.looseObject({
  state_root: hashJson,
  receipts_root: hashJson,
  logs_bloom: hexJson.refine(({ length }) => length === 256, 'want 256 bytes'),
  gas_used: uint64Json,
  block_hash: hashJson,
  transactions: z.array(hexJson),
  // Implementations do not agree on the meaning of withdrawals. A rollup of the OP Stack has none.
  withdrawals: z.array(z.unknown()).max(0, 'want no withdrawals').nullish(),
  withdrawals_root: hashJson,
  blob_gas_used: uint64Json.nullish(),
  post_exec_tx: hexJson.nullish(),
})

const logJson = z.looseObject({ address: addressJson, topics: z.array(hashJson), data: hexJson })

const receiptFields = z.looseObject({
  type: quantityJson,
  status: quantityJson,
  cumulativeGasUsed: uint64Json,
  logs: z.array(logJson),
  depositNonce: uint64Json.nullish(),
  depositReceiptVersion: uint64Json.nullish(),
})

/** Types of the older form, in which the name of the type is a key: `{"Eip1559": {…}}`. */
const namedTypes: Readonly<Record<string, string>> = {
  Legacy: '0x0',
  Eip2930: '0x1',
  Eip1559: '0x2',
  Eip7702: '0x4',
  Deposit: '0x7e',
}

const receiptJson = z
  .preprocess(withTypeField, receiptFields)
  .transform((json): FlashblockReceipt => ({
    type: Number(json.type),
    isSuccess: json.status === 1n,
    cumulativeGasUsed: json.cumulativeGasUsed,
    logs: json.logs,
    depositNonce: json.depositNonce ?? undefined,
    depositReceiptVersion: json.depositReceiptVersion ?? undefined,
  }))

function withTypeField(json: unknown): unknown {
  if (typeof json !== 'object' || json === null) return json
  const [entry, ...others] = Object.entries(json)
  const type = entry && namedTypes[entry[0]]
  const isOlder = type !== undefined && others.length === 0 && typeof entry?.[1] === 'object'
  return isOlder ? { ...entry?.[1], type } : json
}

/** An object whose keys are hex bytes. */
function mapJson<Key, Value>(key: z.ZodType<Key>, value: z.ZodType<Value>) {
  return z
    .record(z.string(), value)
    .transform(
      (json) => new Map(Object.entries(json).map(([text, item]) => [parseJson(key, text), item])),
    )
}

const metadataJson = z.looseObject({
  block_number: countJson.nullish(),
  new_account_balances: mapJson(addressJson, quantityJson).nullish(),
  receipts: mapJson(hashJson, receiptJson).nullish(),
})

const flashblockJson = z.looseObject({
  payload_id: bytes8Json,
  index: countJson,
  base: baseJson.nullish(),
  diff: diffJson,
  metadata: metadataJson.nullish(),
})

/**
 * Parses a flashblock of the public stream. Unknown fields are ignored.
 *
 * @throws DecodeError that names the malformed field, or what in the metadata contradicts the flashblock
 * Source: op-rbuilder and rollup-boost, rollup-boost-types/src/flashblocks.rs
 */
export function parseFlashblock(json: unknown): StreamFlashblock {
  const { base, diff, index, metadata, payload_id: payloadId } = parseJson(flashblockJson, json)
  const flashblock: StreamFlashblock = {
    payloadId,
    index,
    base: base === undefined || base === null ? undefined : toBase(base),
    diff: toDiff(diff),
    metadata: {
      number: toNumber(metadata?.block_number),
      newAccountBalances: metadata?.new_account_balances ?? undefined,
      receipts: metadata?.receipts ?? undefined,
    },
  }
  checkMetadata(flashblock)
  return flashblock
}

function toNumber(json: number | null | undefined): bigint | undefined {
  return json === undefined || json === null ? undefined : BigInt(json)
}

function toBase(json: z.output<typeof baseJson>): Flashblock['base'] {
  return {
    parentBeaconBlockRoot: json.parent_beacon_block_root,
    parentHash: json.parent_hash,
    feeRecipient: json.fee_recipient,
    prevRandao: json.prev_randao,
    number: json.block_number,
    gasLimit: json.gas_limit,
    timestamp: json.timestamp,
    extraData: json.extra_data,
    baseFeePerGas: json.base_fee_per_gas,
  }
}

function toDiff(json: z.output<typeof diffJson>): Flashblock['diff'] {
  return {
    stateRoot: json.state_root,
    receiptsRoot: json.receipts_root,
    logsBloom: json.logs_bloom,
    gasUsed: json.gas_used,
    blockHash: json.block_hash,
    transactions: json.transactions,
    withdrawalsRoot: json.withdrawals_root,
    blobGasUsed: json.blob_gas_used ?? undefined,
    postExecTransaction: json.post_exec_tx ?? undefined,
  }
}

function checkMetadata({ base, diff, metadata }: StreamFlashblock): void {
  const { number, receipts } = metadata
  if (base !== undefined && number !== undefined && number !== base.number)
    throw new DecodeError(`metadata.block_number: ${number}, but the base has ${base.number}`)
  if (receipts === undefined || receipts.size === 0) return
  const hashes = new Set(diff.transactions.map((raw) => toHash(keccak256(raw))))
  for (const hash of receipts.keys())
    if (!hashes.has(hash))
      throw new DecodeError(`metadata.receipts: ${hash} is not a transaction of this flashblock`)
}

/** Encodes a flashblock for the public stream, with the fields in op-rbuilder's order. */
export function flashblockToJson(flashblock: StreamFlashblock): Readonly<Record<string, unknown>> {
  const { base, diff, index, metadata, payloadId } = flashblock
  return {
    payload_id: payloadId,
    index,
    ...(base !== undefined && { base: baseToJson(base) }),
    diff: {
      state_root: diff.stateRoot,
      receipts_root: diff.receiptsRoot,
      logs_bloom: toData(diff.logsBloom),
      gas_used: toQuantity(diff.gasUsed),
      block_hash: diff.blockHash,
      transactions: diff.transactions.map(toData),
      withdrawals: [],
      withdrawals_root: diff.withdrawalsRoot,
      ...(diff.blobGasUsed !== undefined && { blob_gas_used: toQuantity(diff.blobGasUsed) }),
      ...(diff.postExecTransaction !== undefined && {
        post_exec_tx: toData(diff.postExecTransaction),
      }),
    },
    metadata: metadataToJson(metadata),
  }
}

function baseToJson(base: NonNullable<Flashblock['base']>): Readonly<Record<string, unknown>> {
  return {
    parent_beacon_block_root: base.parentBeaconBlockRoot,
    parent_hash: base.parentHash,
    fee_recipient: base.feeRecipient,
    prev_randao: base.prevRandao,
    block_number: toQuantity(base.number),
    gas_limit: toQuantity(base.gasLimit),
    timestamp: toQuantity(base.timestamp),
    extra_data: toData(base.extraData),
    base_fee_per_gas: toQuantity(base.baseFeePerGas),
  }
}

function metadataToJson({
  newAccountBalances,
  number,
  receipts,
}: FlashblockMetadata): Readonly<Record<string, unknown>> {
  return {
    ...(number !== undefined && { block_number: Number(number) }),
    ...(newAccountBalances !== undefined && {
      new_account_balances: Object.fromEntries(
        [...newAccountBalances].map(([address, balance]) => [address, toQuantity(balance)]),
      ),
    }),
    ...(receipts !== undefined && {
      receipts: Object.fromEntries(
        [...receipts].map(([hash, receipt]) => [hash, receiptToJson(receipt)]),
      ),
    }),
  }
}

function receiptToJson(receipt: FlashblockReceipt): Readonly<Record<string, unknown>> {
  const { depositNonce, depositReceiptVersion, logs } = receipt
  return {
    type: toQuantity(receipt.type),
    status: receipt.isSuccess ? '0x1' : '0x0',
    cumulativeGasUsed: toQuantity(receipt.cumulativeGasUsed),
    logs: logs.map(({ address, topics, data }) => ({ address, topics, data: toData(data) })),
    ...(depositNonce !== undefined && { depositNonce: toQuantity(depositNonce) }),
    ...(depositReceiptVersion !== undefined && {
      depositReceiptVersion: toQuantity(depositReceiptVersion),
    }),
  }
}

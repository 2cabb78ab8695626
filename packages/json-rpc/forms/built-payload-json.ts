import * as z from 'zod'
import { emptyOmmersHash, hashHeader, noRequestsHash } from '#protocol/block/header.ts'
import type { Payload } from '#protocol/block/payload.ts'
import { DecodeError } from '#protocol/codec/decode-error.ts'
import { toHash } from '#protocol/codec/hex.ts'
import { keccak256 } from '#protocol/codec/keccak.ts'
import type { Bytes8 } from '#protocol/primitives.ts'
import { decodeDeposit } from '#protocol/transaction/deposit.ts'
import { decodeTransaction } from '#protocol/transaction/transaction.ts'
import { depositType } from '#protocol/transaction/transaction-types.ts'
import { emptyTrieRoot, orderedTrieRoot } from '#protocol/trie/ordered-root.ts'
import { bytes8Json, quantityJson, toData, toQuantity } from './fields.ts'
import { headerJson } from './header-json.ts'
import { parseJson } from './parse-json.ts'
import { encodeTransactionJson } from './transaction-from-json.ts'
import { depositToJson, signedToJson } from './transaction-to-json.ts'

/** A message of op-rbuilder's streams between builders: the whole block up to a flashblock. */
export interface BuiltPayload {
  readonly payloadId: Bytes8
  readonly payload: Payload
  /** Fees of the block in wei; receivers only pass it on. */
  readonly fees: bigint
}

const builtPayloadJson = z.looseObject({
  OpBuiltPayload: z.looseObject({
    id: bytes8Json,
    block: z.looseObject({
      header: z.looseObject({ header: z.looseObject({}).transform(withUsualNames) }),
      body: z.looseObject({
        transactions: z.array(z.looseObject({})),
        ommers: z.array(z.unknown()).max(0, 'want no ommers').nullish(),
        withdrawals: z.array(z.unknown()).max(0, 'want no withdrawals').nullish(),
      }),
    }),
    fees: quantityJson.optional(),
  }),
})

/** Encoders of alloy accept two names for these fields. */
function withUsualNames(header: Readonly<Record<string, unknown>>) {
  const { beneficiary, ommersHash } = header
  return { sha3Uncles: ommersHash, miner: beneficiary, ...header }
}

/**
 * Parses a message of op-rbuilder. The message has no block hash, so the block gets the hash of its fields.
 *
 * @throws DecodeError that names the malformed field, or the root that the transactions do not have
 * Source: op-rbuilder, crates/op-rbuilder/src/builder/p2p.rs
 */
export function parseBuiltPayload(json: unknown): BuiltPayload {
  const { block, fees = 0n, id } = parseJson(builtPayloadJson, json).OpBuiltPayload
  const header = parseJson(headerJson, block.header.header, 'header')
  const transactions = block.body.transactions.map(encodeTransactionJson)
  const root = toHash(orderedTrieRoot(transactions))
  if (root !== header.transactionsRoot)
    throw new DecodeError(
      `header.transactionsRoot: ${header.transactionsRoot}, but the transactions have ${root}`,
    )
  if (header.baseFeePerGas === undefined)
    throw new DecodeError('header.baseFeePerGas: it is missing')
  const payload: Payload = {
    blockHash: hashHeader(header),
    parentHash: header.parentHash,
    feeRecipient: header.beneficiary,
    stateRoot: header.stateRoot,
    receiptsRoot: header.receiptsRoot,
    logsBloom: header.logsBloom,
    prevRandao: header.prevRandao,
    number: header.number,
    gasLimit: header.gasLimit,
    gasUsed: header.gasUsed,
    timestamp: header.timestamp,
    extraData: header.extraData,
    baseFeePerGas: header.baseFeePerGas,
    withdrawals: header.withdrawalsRoot === undefined ? undefined : [],
    blobGasUsed: header.blobGasUsed,
    excessBlobGas: header.excessBlobGas,
    parentBeaconBlockRoot: header.parentBeaconBlockRoot,
    // From Isthmus on, which adds the requests hash, this is the root of a contract.
    withdrawalsRoot: header.requestsHash === undefined ? undefined : header.withdrawalsRoot,
    transactions,
  }
  return { payloadId: id, payload, fees }
}

/** Encodes a block for op-rbuilder. @throws DecodeError if a transaction has a type that op-rbuilder does not know */
export function builtPayloadToJson({
  fees,
  payload,
  payloadId,
}: BuiltPayload): Readonly<Record<string, unknown>> {
  const body = { transactions: payload.transactions.map(toJson), ommers: [], withdrawals: [] }
  const block = { header: { header: headerToJson(payload) }, body }
  return { OpBuiltPayload: { id: payloadId, block, fees: toQuantity(fees) } }
}

function headerToJson(payload: Payload): Readonly<Record<string, unknown>> {
  const { blobGasUsed, excessBlobGas, parentBeaconBlockRoot, withdrawals, withdrawalsRoot } =
    payload
  return {
    parentHash: payload.parentHash,
    sha3Uncles: emptyOmmersHash,
    miner: payload.feeRecipient,
    stateRoot: payload.stateRoot,
    transactionsRoot: toHash(orderedTrieRoot(payload.transactions)),
    receiptsRoot: payload.receiptsRoot,
    logsBloom: toData(payload.logsBloom),
    difficulty: '0x0',
    number: toQuantity(payload.number),
    gasLimit: toQuantity(payload.gasLimit),
    gasUsed: toQuantity(payload.gasUsed),
    timestamp: toQuantity(payload.timestamp),
    extraData: toData(payload.extraData),
    mixHash: payload.prevRandao,
    nonce: '0x0000000000000000',
    baseFeePerGas: toQuantity(payload.baseFeePerGas),
    ...(withdrawals !== undefined && {
      withdrawalsRoot: withdrawalsRoot ?? toHash(emptyTrieRoot),
    }),
    ...(blobGasUsed !== undefined && { blobGasUsed: toQuantity(blobGasUsed) }),
    ...(excessBlobGas !== undefined && { excessBlobGas: toQuantity(excessBlobGas) }),
    ...(parentBeaconBlockRoot !== undefined && { parentBeaconBlockRoot }),
    ...(withdrawalsRoot !== undefined && { requestsHash: noRequestsHash }),
  }
}

function toJson(raw: Uint8Array): Readonly<Record<string, unknown>> {
  const hash = toHash(keccak256(raw))
  return raw[0] === depositType
    ? { ...depositToJson(decodeDeposit(raw)), yParity: '0x0', hash }
    : { ...signedToJson(decodeTransaction(raw)), hash }
}

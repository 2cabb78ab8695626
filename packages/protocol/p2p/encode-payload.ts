import type { Payload } from '#protocol/block/payload.ts'
import { fromHex } from '#protocol/codec/hex.ts'
import {
  fieldAt,
  fixedPartBytes,
  logsBloomBytes,
  maxExtraDataBytes,
  maxTransactions,
  offsetBytes,
  rootBytes,
} from './payload-layout.ts'
import type { PayloadVersion } from './payload-version.ts'

/**
 * Encodes the signed part of a block message: SSZ of the payload. From version 3 on, the parent beacon block root
 * precedes the payload.
 *
 * @throws RangeError if the payload lacks a field of this version, has a field of a later one, or exceeds a limit of
 * SSZ
 * Spec: rollup-node-p2p.md#block-encoding
 */
export function encodePayload(version: PayloadVersion, payload: Payload): Uint8Array {
  checkFields(version, payload)
  const { extraData, transactions } = payload
  const start = version >= 3 ? rootBytes : 0
  const fixed = fixedPartBytes[version]
  const listAt = fixed + extraData.length
  let end = listAt + transactions.length * offsetBytes
  for (const { length } of transactions) end += length
  const body = new Uint8Array(start + end)
  if (payload.parentBeaconBlockRoot !== undefined) body.set(fromHex(payload.parentBeaconBlockRoot))
  const ssz = body.subarray(start)
  writeFixedPart(ssz, payload)
  const view = new DataView(ssz.buffer, ssz.byteOffset, ssz.length)
  view.setUint32(fieldAt.extraDataOffset, fixed, true)
  view.setUint32(fieldAt.transactionsOffset, listAt, true)
  if (version >= 2) view.setUint32(fieldAt.withdrawalsOffset, end, true)
  ssz.set(extraData, fixed)
  writeTransactions(ssz.subarray(listAt), transactions)
  return body
}

function writeFixedPart(ssz: Uint8Array, payload: Payload): void {
  const view = new DataView(ssz.buffer, ssz.byteOffset, ssz.length)
  ssz.set(fromHex(payload.parentHash), fieldAt.parentHash)
  ssz.set(fromHex(payload.feeRecipient), fieldAt.feeRecipient)
  ssz.set(fromHex(payload.stateRoot), fieldAt.stateRoot)
  ssz.set(fromHex(payload.receiptsRoot), fieldAt.receiptsRoot)
  ssz.set(payload.logsBloom, fieldAt.logsBloom)
  ssz.set(fromHex(payload.prevRandao), fieldAt.prevRandao)
  view.setBigUint64(fieldAt.number, payload.number, true)
  view.setBigUint64(fieldAt.gasLimit, payload.gasLimit, true)
  view.setBigUint64(fieldAt.gasUsed, payload.gasUsed, true)
  view.setBigUint64(fieldAt.timestamp, payload.timestamp, true)
  for (let word = 0; word < 4; word++) {
    const value = BigInt.asUintN(64, payload.baseFeePerGas >> BigInt(64 * word))
    view.setBigUint64(fieldAt.baseFeePerGas + 8 * word, value, true)
  }
  ssz.set(fromHex(payload.blockHash), fieldAt.blockHash)
  if (payload.blobGasUsed !== undefined)
    view.setBigUint64(fieldAt.blobGasUsed, payload.blobGasUsed, true)
  if (payload.excessBlobGas !== undefined)
    view.setBigUint64(fieldAt.excessBlobGas, payload.excessBlobGas, true)
  if (payload.withdrawalsRoot !== undefined)
    ssz.set(fromHex(payload.withdrawalsRoot), fieldAt.withdrawalsRoot)
}

function writeTransactions(list: Uint8Array, transactions: readonly Uint8Array[]): void {
  const view = new DataView(list.buffer, list.byteOffset, list.length)
  let at = transactions.length * offsetBytes
  let entry = 0
  for (const transaction of transactions) {
    view.setUint32(entry, at, true)
    list.set(transaction, at)
    entry += offsetBytes
    at += transaction.length
  }
}

/** The version from which on a payload has the field. */
const sinceVersion = {
  withdrawals: 2,
  blobGasUsed: 3,
  excessBlobGas: 3,
  parentBeaconBlockRoot: 3,
  withdrawalsRoot: 4,
} as const satisfies Partial<Record<keyof Payload, PayloadVersion>>

function checkFields(version: PayloadVersion, payload: Payload): void {
  for (const [name, since] of Object.entries(sinceVersion)) {
    const isPresent = payload[name as keyof typeof sinceVersion] !== undefined
    if (isPresent !== version >= since)
      throw new RangeError(
        `a payload of version ${version} ${isPresent ? 'has' : 'lacks'} the field ${name}`,
      )
  }
  if (payload.logsBloom.length !== logsBloomBytes)
    throw new RangeError(`${payload.logsBloom.length} bytes of logsBloom, want ${logsBloomBytes}`)
  if (payload.extraData.length > maxExtraDataBytes)
    throw new RangeError(
      `${payload.extraData.length} bytes of extra data, at most ${maxExtraDataBytes}`,
    )
  if (payload.transactions.length > maxTransactions)
    throw new RangeError(`${payload.transactions.length} transactions, at most ${maxTransactions}`)
}

import type { Payload } from '#protocol/block/payload.ts'
import { DecodeError } from '#protocol/codec/decode-error.ts'
import { toAddress, toHash } from '#protocol/codec/hex.ts'
import type { Hash } from '#protocol/primitives.ts'
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
 * Decodes the signed part of a block message: SSZ of the payload. From version 3 on, the parent beacon block root
 * precedes the payload.
 *
 * @returns the payload; its byte fields are views into the input. Fields of later versions are undefined.
 * @throws DecodeError unless the bytes are exactly what `encodePayload` returns for the payload
 * Spec: rollup-node-p2p.md#block-encoding
 */
export function decodePayload(version: PayloadVersion, body: Uint8Array): Payload {
  if (version < 3) return decodeSsz(version, body, undefined)
  if (body.length < rootBytes) throw new DecodeError('the parent beacon block root is truncated')
  return decodeSsz(version, body.subarray(rootBytes), toHash(body.subarray(0, rootBytes)))
}

function decodeSsz(
  version: PayloadVersion,
  ssz: Uint8Array,
  parentBeaconBlockRoot: Hash | undefined,
): Payload {
  if (ssz.length < fixedPartBytes[version])
    throw new DecodeError(`${ssz.length} bytes, at least ${fixedPartBytes[version]}`)
  const view = new DataView(ssz.buffer, ssz.byteOffset, ssz.length)
  const bytes = (at: number, length: number) => ssz.subarray(at, at + length)
  const hash = (at: number) => toHash(bytes(at, 32))
  const uint64 = (at: number) => view.getBigUint64(at, true)
  const parts = readParts(version, view)
  return {
    blockHash: hash(fieldAt.blockHash),
    parentHash: hash(fieldAt.parentHash),
    feeRecipient: toAddress(bytes(fieldAt.feeRecipient, 20)),
    stateRoot: hash(fieldAt.stateRoot),
    receiptsRoot: hash(fieldAt.receiptsRoot),
    logsBloom: bytes(fieldAt.logsBloom, logsBloomBytes),
    prevRandao: hash(fieldAt.prevRandao),
    number: uint64(fieldAt.number),
    gasLimit: uint64(fieldAt.gasLimit),
    gasUsed: uint64(fieldAt.gasUsed),
    timestamp: uint64(fieldAt.timestamp),
    extraData: ssz.subarray(parts.extraData, parts.transactions),
    baseFeePerGas: readUint256(view, fieldAt.baseFeePerGas),
    withdrawals: version >= 2 ? [] : undefined,
    blobGasUsed: version >= 3 ? uint64(fieldAt.blobGasUsed) : undefined,
    excessBlobGas: version >= 3 ? uint64(fieldAt.excessBlobGas) : undefined,
    parentBeaconBlockRoot,
    withdrawalsRoot: version >= 4 ? hash(fieldAt.withdrawalsRoot) : undefined,
    transactions: decodeTransactions(ssz.subarray(parts.transactions, parts.withdrawals)),
  }
}

/** Offset of each part of variable size. */
interface Parts {
  readonly extraData: number
  readonly transactions: number
  readonly withdrawals: number
}

function readParts(version: PayloadVersion, view: DataView): Parts {
  const end = view.byteLength
  const extraData = view.getUint32(fieldAt.extraDataOffset, true)
  if (extraData !== fixedPartBytes[version])
    throw new DecodeError(`extra data begins at byte ${extraData}, want ${fixedPartBytes[version]}`)
  const transactions = view.getUint32(fieldAt.transactionsOffset, true)
  if (transactions < extraData || transactions > end)
    throw new DecodeError(`transactions at ${transactions}, want ${extraData} to ${end}`)
  if (transactions - extraData > maxExtraDataBytes)
    throw new DecodeError(
      `${transactions - extraData} bytes of extra data, at most ${maxExtraDataBytes}`,
    )
  const withdrawals = version >= 2 ? view.getUint32(fieldAt.withdrawalsOffset, true) : end
  // L2 blocks have no withdrawals, so the list is empty and nothing comes after it.
  if (withdrawals !== end)
    throw new DecodeError(`withdrawals begin at byte ${withdrawals}, want ${end}`)
  return { extraData, transactions, withdrawals }
}

function readUint256(view: DataView, at: number): bigint {
  let value = 0n
  for (let word = 3; word >= 0; word--)
    value = (value << 64n) | view.getBigUint64(at + 8 * word, true)
  return value
}

/**
 * Shared by all empty transactions, since a view for each of a million empty transactions would take a second and 100
 * MB.
 */
const noBytes = new Uint8Array(0)

/** Decodes a list: the offset of each transaction from the start of the list, then the transactions back to back. */
function decodeTransactions(list: Uint8Array): readonly Uint8Array[] {
  if (list.length === 0) return []
  if (list.length < offsetBytes) throw new DecodeError('the list of transactions is truncated')
  const view = new DataView(list.buffer, list.byteOffset, list.length)
  const first = view.getUint32(0, true)
  if (first === 0 || first % offsetBytes !== 0 || first > list.length)
    throw new DecodeError(
      `the first transaction begins at byte ${first} of a list of ${list.length} bytes`,
    )
  const count = first / offsetBytes
  if (count > maxTransactions)
    throw new DecodeError(`${count} transactions, at most ${maxTransactions}`)
  const transactions: Uint8Array[] = []
  let start = first
  for (let next = 1; next <= count; next++) {
    const end = next < count ? view.getUint32(next * offsetBytes, true) : list.length
    if (end < start || end > list.length)
      throw new DecodeError(`transaction ${next - 1} from ${start} to ${end} of ${list.length}`)
    transactions.push(start === end ? noBytes : list.subarray(start, end))
    start = end
  }
  return transactions
}

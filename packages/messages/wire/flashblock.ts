import type { atoll } from '#proto/atoll.js'
import { DecodeError } from '#protocol/codec/decode-error.ts'
import { maxFlashblocks } from '#protocol/flashblock/assembly.ts'
import type { Flashblock, FlashblockBase, FlashblockDiff } from '#protocol/flashblock/flashblock.ts'
import {
  addressFromWire,
  bytes8FromWire,
  bytesFromWire,
  hashFromWire,
  hexToWire,
  optional,
  present,
  sizedFromWire,
  uint256FromWire,
  uint256ToWire,
  uint64FromWire,
  uint64ToWire,
} from './fields.ts'

const logsBloomBytes = 256

/** Wire form of a flashblock. */
export function flashblockToWire(flashblock: Flashblock): atoll.v1.Flashblock.$Properties {
  const { base, diff, index, payloadId } = flashblock
  return {
    payloadId: hexToWire(payloadId),
    index,
    base: base === undefined ? null : baseToWire(base),
    diff: diffToWire(diff),
  }
}

/** Reads a flashblock. @throws DecodeError if a field is missing, or has the wrong length */
export function flashblockFromWire(
  message: atoll.v1.Flashblock.$Properties,
  path: string,
): Flashblock {
  const index = message.index ?? 0
  if (index >= maxFlashblocks)
    throw new DecodeError(`${path}.index: ${index}, want less than ${maxFlashblocks}`)
  return {
    payloadId: bytes8FromWire(message.payloadId, `${path}.payload_id`),
    index,
    base: optional(message.base, (base) => baseFromWire(base, `${path}.base`)),
    diff: diffFromWire(present(message.diff, `${path}.diff`), `${path}.diff`),
  }
}

function baseToWire(base: FlashblockBase): atoll.v1.FlashblockBase.$Properties {
  return {
    parentBeaconBlockRoot: hexToWire(base.parentBeaconBlockRoot),
    parentHash: hexToWire(base.parentHash),
    feeRecipient: hexToWire(base.feeRecipient),
    prevRandao: hexToWire(base.prevRandao),
    number: uint64ToWire(base.number),
    gasLimit: uint64ToWire(base.gasLimit),
    timestamp: uint64ToWire(base.timestamp),
    extraData: base.extraData,
    baseFeePerGas: uint256ToWire(base.baseFeePerGas),
  }
}

function baseFromWire(message: atoll.v1.FlashblockBase.$Properties, path: string): FlashblockBase {
  return {
    parentBeaconBlockRoot: hashFromWire(
      message.parentBeaconBlockRoot,
      `${path}.parent_beacon_block_root`,
    ),
    parentHash: hashFromWire(message.parentHash, `${path}.parent_hash`),
    feeRecipient: addressFromWire(message.feeRecipient, `${path}.fee_recipient`),
    prevRandao: hashFromWire(message.prevRandao, `${path}.prev_randao`),
    number: uint64FromWire(message.number),
    gasLimit: uint64FromWire(message.gasLimit),
    timestamp: uint64FromWire(message.timestamp),
    extraData: bytesFromWire(message.extraData),
    baseFeePerGas: uint256FromWire(message.baseFeePerGas, `${path}.base_fee_per_gas`),
  }
}

function diffToWire(diff: FlashblockDiff): atoll.v1.FlashblockDiff.$Properties {
  return {
    stateRoot: hexToWire(diff.stateRoot),
    receiptsRoot: hexToWire(diff.receiptsRoot),
    logsBloom: diff.logsBloom,
    gasUsed: uint64ToWire(diff.gasUsed),
    blockHash: hexToWire(diff.blockHash),
    transactions: [...diff.transactions],
    withdrawalsRoot: hexToWire(diff.withdrawalsRoot),
    blobGasUsed: optional(diff.blobGasUsed, uint64ToWire) ?? null,
    postExecTransaction: diff.postExecTransaction ?? null,
  }
}

function diffFromWire(message: atoll.v1.FlashblockDiff.$Properties, path: string): FlashblockDiff {
  return {
    stateRoot: hashFromWire(message.stateRoot, `${path}.state_root`),
    receiptsRoot: hashFromWire(message.receiptsRoot, `${path}.receipts_root`),
    logsBloom: sizedFromWire(message.logsBloom, logsBloomBytes, `${path}.logs_bloom`),
    gasUsed: uint64FromWire(message.gasUsed),
    blockHash: hashFromWire(message.blockHash, `${path}.block_hash`),
    transactions: message.transactions ?? [],
    withdrawalsRoot: hashFromWire(message.withdrawalsRoot, `${path}.withdrawals_root`),
    blobGasUsed: optional(message.blobGasUsed, uint64FromWire),
    postExecTransaction: optional(message.postExecTransaction, bytesFromWire),
  }
}

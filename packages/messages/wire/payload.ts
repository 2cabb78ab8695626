import type { atoll } from '#proto/atoll.js'
import type { Payload, PayloadHeader } from '#protocol/block/payload.ts'
import { DecodeError } from '#protocol/codec/decode-error.ts'
import {
  addressFromWire,
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
const maxExtraDataBytes = 32

/** Wire form of a payload. */
export function payloadToWire(payload: Payload): atoll.v1.Payload.$Properties {
  return { header: payloadHeaderToWire(payload), transactions: [...payload.transactions] }
}

/** Reads a payload. @throws DecodeError if its header is missing, or a field has the wrong length */
export function payloadFromWire(message: atoll.v1.Payload.$Properties, path: string): Payload {
  return {
    ...payloadHeaderFromWire(present(message.header, `${path}.header`), `${path}.header`),
    transactions: message.transactions ?? [],
  }
}

/** Wire form of a payload without its transactions. */
export function payloadHeaderToWire(header: PayloadHeader): atoll.v1.PayloadHeader.$Properties {
  return {
    blockHash: hexToWire(header.blockHash),
    parentHash: hexToWire(header.parentHash),
    feeRecipient: hexToWire(header.feeRecipient),
    stateRoot: hexToWire(header.stateRoot),
    receiptsRoot: hexToWire(header.receiptsRoot),
    logsBloom: header.logsBloom,
    prevRandao: hexToWire(header.prevRandao),
    number: uint64ToWire(header.number),
    gasLimit: uint64ToWire(header.gasLimit),
    gasUsed: uint64ToWire(header.gasUsed),
    timestamp: uint64ToWire(header.timestamp),
    extraData: header.extraData,
    baseFeePerGas: uint256ToWire(header.baseFeePerGas),
    withdrawals: header.withdrawals !== undefined,
    blobGasUsed: optional(header.blobGasUsed, uint64ToWire) ?? null,
    excessBlobGas: optional(header.excessBlobGas, uint64ToWire) ?? null,
    parentBeaconBlockRoot: optional(header.parentBeaconBlockRoot, hexToWire) ?? null,
    withdrawalsRoot: optional(header.withdrawalsRoot, hexToWire) ?? null,
  }
}

/** Reads a payload without its transactions. @throws DecodeError if a field has the wrong length */
export function payloadHeaderFromWire(
  message: atoll.v1.PayloadHeader.$Properties,
  path: string,
): PayloadHeader {
  const extraData = bytesFromWire(message.extraData)
  if (extraData.length > maxExtraDataBytes)
    throw new DecodeError(`${path}.extra_data: ${extraData.length} bytes, want at most 32`)
  return {
    blockHash: hashFromWire(message.blockHash, `${path}.block_hash`),
    parentHash: hashFromWire(message.parentHash, `${path}.parent_hash`),
    feeRecipient: addressFromWire(message.feeRecipient, `${path}.fee_recipient`),
    stateRoot: hashFromWire(message.stateRoot, `${path}.state_root`),
    receiptsRoot: hashFromWire(message.receiptsRoot, `${path}.receipts_root`),
    logsBloom: sizedFromWire(message.logsBloom, logsBloomBytes, `${path}.logs_bloom`),
    prevRandao: hashFromWire(message.prevRandao, `${path}.prev_randao`),
    number: uint64FromWire(message.number),
    gasLimit: uint64FromWire(message.gasLimit),
    gasUsed: uint64FromWire(message.gasUsed),
    timestamp: uint64FromWire(message.timestamp),
    extraData,
    baseFeePerGas: uint256FromWire(message.baseFeePerGas, `${path}.base_fee_per_gas`),
    withdrawals: message.withdrawals === true ? [] : undefined,
    blobGasUsed: optional(message.blobGasUsed, uint64FromWire),
    excessBlobGas: optional(message.excessBlobGas, uint64FromWire),
    parentBeaconBlockRoot: optional(message.parentBeaconBlockRoot, (root) =>
      hashFromWire(root, `${path}.parent_beacon_block_root`),
    ),
    withdrawalsRoot: optional(message.withdrawalsRoot, (root) =>
      hashFromWire(root, `${path}.withdrawals_root`),
    ),
  }
}

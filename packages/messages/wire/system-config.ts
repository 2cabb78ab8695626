import type { atoll } from '#proto/atoll.js'
import type { SystemConfig } from '#protocol/block/system-config.ts'
import {
  addressFromWire,
  bytes32FromWire,
  bytes8FromWire,
  hexToWire,
  present,
  uint16FromWire,
  uint64FromWire,
  uint64ToWire,
} from './fields.ts'

/** Wire form of a system config. */
export function systemConfigToWire(config: SystemConfig): atoll.v1.SystemConfig.$Properties {
  return {
    batcherAddress: hexToWire(config.batcherAddress),
    overhead: hexToWire(config.overhead),
    scalar: hexToWire(config.scalar),
    gasLimit: uint64ToWire(config.gasLimit),
    eip1559Params: hexToWire(config.eip1559Params),
    operatorFeeParams: hexToWire(config.operatorFeeParams),
    minBaseFee: uint64ToWire(config.minBaseFee),
    daFootprintGasScalar: config.daFootprintGasScalar,
  }
}

/** Reads a system config. @throws DecodeError if it is missing, or a field has the wrong length */
export function systemConfigFromWire(
  message: atoll.v1.SystemConfig.$Properties | null | undefined,
  path: string,
): SystemConfig {
  const config = present(message, path)
  return {
    batcherAddress: addressFromWire(config.batcherAddress, `${path}.batcher_address`),
    overhead: bytes32FromWire(config.overhead, `${path}.overhead`),
    scalar: bytes32FromWire(config.scalar, `${path}.scalar`),
    gasLimit: uint64FromWire(config.gasLimit),
    eip1559Params: bytes8FromWire(config.eip1559Params, `${path}.eip1559_params`),
    operatorFeeParams: bytes32FromWire(config.operatorFeeParams, `${path}.operator_fee_params`),
    minBaseFee: uint64FromWire(config.minBaseFee),
    daFootprintGasScalar: uint16FromWire(
      config.daFootprintGasScalar,
      `${path}.da_footprint_gas_scalar`,
    ),
  }
}

import type { RollupConfig } from '#protocol/chains/rollup-config.ts'
import { toAddress, toBytes32, toBytes8, toHash } from '#protocol/codec/hex.ts'

/** A rollup config of empty values, except for `overrides`. */
export function rollupConfig(overrides: Partial<RollupConfig>): RollupConfig {
  const address = toAddress(new Uint8Array(20))
  const hash = toHash(new Uint8Array(32))
  const word = toBytes32(new Uint8Array(32))
  return {
    genesis: {
      l1: { hash, number: 0n },
      l2: { hash, number: 0n },
      l2Timestamp: 0n,
      systemConfig: {
        batcherAddress: address,
        overhead: word,
        scalar: word,
        gasLimit: 30_000_000n,
        eip1559Params: toBytes8(new Uint8Array(8)),
        operatorFeeParams: word,
        minBaseFee: 0n,
        daFootprintGasScalar: 0,
      },
    },
    blockTime: 2n,
    maxSequencerDrift: 600n,
    sequencingWindow: 3_600n,
    channelTimeout: 300n,
    l1ChainId: 1n,
    l2ChainId: 901n,
    hardforkTimes: {},
    batchInboxAddress: address,
    depositContractAddress: address,
    l1SystemConfigAddress: address,
    eip1559: { elasticity: 6n, denominator: 50n, denominatorCanyon: 250n },
    keepsKarstUpgradeGas: false,
    hasInteropPeers: false,
    pectraBlobScheduleTime: undefined,
    l1BlobSchedule: [],
    ...overrides,
  }
}

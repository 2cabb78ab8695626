import type { L1Block } from '#protocol/block/l1-block.ts'
import type { SystemConfig } from '#protocol/block/system-config.ts'
import { hardforkNames, type HardforkName, type HardforkTimes } from '#protocol/chains/hardforks.ts'
import type { RollupConfig } from '#protocol/chains/rollup-config.ts'
import type { Address, Bytes32, Bytes8, Hash } from '#protocol/primitives.ts'
import { blockId, hash, l1Ref } from './values.ts'

/** An address that a reader of a test recognises, because its last digits are the number. */
export function address(number: number): Address {
  return `0x${number.toString(16).padStart(40, '0')}` as Address
}

const zeroWord = hash(0) as string as Bytes32

export const testSystemConfig: SystemConfig = {
  batcherAddress: address(0xba),
  overhead: zeroWord,
  scalar: `0x01${'00'.repeat(23)}000c5fc500000558` as Bytes32,
  gasLimit: 60_000_000n,
  eip1559Params: '0x000000fa00000006' as Bytes8,
  operatorFeeParams: zeroWord,
  minBaseFee: 100n,
  daFootprintGasScalar: 400,
}

/** Activates all forks up to `last` at genesis, except those in `times`. */
export function forksUpTo(last: HardforkName, times: HardforkTimes = {}): HardforkTimes {
  const names = hardforkNames.slice(0, hardforkNames.indexOf(last) + 1)
  return { ...Object.fromEntries(names.map((name) => [name, 0n])), ...times }
}

/** A rollup with blocks of 2 seconds, and every fork up to Jovian from genesis on. */
export const testRollup: RollupConfig = {
  genesis: {
    l1: blockId(0),
    l2: { number: 0n, hash: hash(0x9e) },
    l2Timestamp: 0n,
    systemConfig: testSystemConfig,
  },
  blockTime: 2n,
  maxSequencerDrift: 600n,
  sequencingWindow: 10n,
  channelTimeout: 300n,
  l1ChainId: 1n,
  l2ChainId: 901n,
  hardforkTimes: forksUpTo('jovian'),
  batchInboxAddress: address(0xff),
  depositContractAddress: address(0xde),
  l1SystemConfigAddress: address(0xcf),
  eip1559: { elasticity: 6n, denominator: 50n, denominatorCanyon: 250n },
  keepsKarstUpgradeGas: false,
  hasInteropPeers: false,
  pectraBlobScheduleTime: undefined,
  l1BlobSchedule: [],
}

/** An L1 block without logs or batches, whose parent is the test block of the previous number. */
export function testL1Block(number: number, changes: Partial<L1Block> = {}): L1Block {
  return {
    ...l1Ref(number),
    parentHash: hash(number - 1),
    prevRandao: `0x${'5a'.repeat(32)}` as Hash,
    baseFee: 1_000_000_000n,
    excessBlobGas: 0n,
    parentBeaconBlockRoot: `0x${'be'.repeat(32)}` as Hash,
    logs: [],
    inboxTransactions: [],
    ...changes,
  }
}

import type { SystemConfig } from '#protocol/block/system-config.ts'
import type { BlockId } from '#protocol/block/refs.ts'
import { hardforkNames, type HardforkTimes } from './hardforks.ts'
import type { RollupConfig } from './rollup-config.ts'

/**
 * Writes a rollup config in the form of op-node's `rollup.json`, with the same field names in the same order. `Number`
 * does not round any value, because `parseRollupConfig` refuses numbers that JSON may round.
 *
 * Source: op-node, rollup/types.go
 */
export function rollupConfigToJson(config: RollupConfig): Readonly<Record<string, unknown>> {
  const { eip1559, genesis, hardforkTimes, pectraBlobScheduleTime } = config
  const { lagoon, ...earlier } = hardforkTimes
  return {
    genesis: {
      l1: idToJson(genesis.l1),
      l2: idToJson(genesis.l2),
      l2_time: Number(genesis.l2Timestamp),
      system_config: systemConfigToJson(genesis.systemConfig),
    },
    block_time: Number(config.blockTime),
    max_sequencer_drift: Number(config.maxSequencerDrift),
    seq_window_size: Number(config.sequencingWindow),
    channel_timeout: Number(config.channelTimeout),
    l1_chain_id: Number(config.l1ChainId),
    l2_chain_id: Number(config.l2ChainId),
    ...timesToJson(earlier),
    ...(config.keepsKarstUpgradeGas && { keep_karst_upgrade_gas: true }),
    ...timesToJson({ ...(lagoon !== undefined && { lagoon }) }),
    batch_inbox_address: config.batchInboxAddress,
    deposit_contract_address: config.depositContractAddress,
    l1_system_config_address: config.l1SystemConfigAddress,
    chain_op_config: {
      eip1559Elasticity: Number(eip1559.elasticity),
      eip1559Denominator: Number(eip1559.denominator),
      eip1559DenominatorCanyon: Number(eip1559.denominatorCanyon),
    },
    ...(pectraBlobScheduleTime !== undefined && {
      pectra_blob_schedule_time: Number(pectraBlobScheduleTime),
    }),
  }
}

function idToJson({ hash, number }: BlockId) {
  return { hash, number: Number(number) }
}

function systemConfigToJson(config: SystemConfig) {
  return {
    batcherAddr: config.batcherAddress,
    overhead: config.overhead,
    scalar: config.scalar,
    gasLimit: Number(config.gasLimit),
    eip1559Params: config.eip1559Params,
    operatorFeeParams: config.operatorFeeParams,
    minBaseFee: Number(config.minBaseFee),
    daFootprintGasScalar: config.daFootprintGasScalar,
  }
}

function timesToJson(times: HardforkTimes): Readonly<Record<string, number>> {
  return Object.fromEntries(
    hardforkNames.flatMap((name) => {
      const time = times[name]
      return time === undefined ? [] : [[`${name}_time`, Number(time)] as const]
    }),
  )
}

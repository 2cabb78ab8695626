import type { SystemConfig } from '#protocol/block/system-config.ts'
import { toBytes32, toBytes8 } from '#protocol/codec/hex.ts'
import { type HardforkName, hardforkNames, type HardforkTimes } from './hardforks.ts'
import { JsonReader } from './json-reader.ts'
import { l1BlobSchedule } from './l1-blob-schedules.ts'
import type { BlobFork, RollupConfig, RollupGenesis } from './rollup-config.ts'
import { rollupConfigProblems } from './rollup-config-problems.ts'

/** Sources of a rollup config in addition to `rollup.json`. */
export interface RollupConfigSources {
  /** Ids of the chains of the dependency set, this chain included. Lagoon requires a dependency set. */
  readonly dependencySet?: readonly bigint[] | undefined
  /** Blob schedule of the L1; default: the built-in schedule for its chain id. */
  readonly l1BlobSchedule?: readonly BlobFork[] | undefined
  /** Chain id in the L1 chain config that has the blob schedule. */
  readonly l1ChainId?: bigint | undefined
}

/** A rollup config that cannot be used, with all of its problems. */
export class RollupConfigError extends Error {
  override readonly name = 'RollupConfigError'
  /** Each problem begins with the name of its field. */
  readonly problems: readonly string[]

  constructor(problems: readonly string[]) {
    super(`the rollup config cannot be used: ${problems.join('; ')}`)
    this.problems = problems
  }
}

/** Fields of older files that derivation does not read. */
const meaningless = ['protocol_versions_address']

/**
 * Parses a rollup config in the form of op-node's `rollup.json`.
 *
 * An unknown field is refused: it may be the time of a fork, and a node without that fork would derive another chain.
 *
 * @throws RollupConfigError that lists all problems
 * Spec: protocol/configurability.md
 */
export function parseRollupConfig(json: unknown, sources: RollupConfigSources = {}): RollupConfig {
  const problems: string[] = []
  const reader = new JsonReader(json, '', problems)
  const l1ChainId = reader.uint('l1_chain_id')
  const l2ChainId = reader.uint('l2_chain_id')
  const { dependencySet } = sources
  const config: RollupConfig = {
    genesis: genesisOf(reader),
    blockTime: reader.uint('block_time'),
    maxSequencerDrift: reader.uint('max_sequencer_drift'),
    sequencingWindow: reader.uint('seq_window_size'),
    channelTimeout: reader.uint('channel_timeout'),
    l1ChainId,
    l2ChainId,
    hardforkTimes: hardforkTimesOf(reader, problems),
    batchInboxAddress: reader.address('batch_inbox_address'),
    depositContractAddress: reader.address('deposit_contract_address'),
    l1SystemConfigAddress: reader.address('l1_system_config_address'),
    eip1559: eip1559Of(reader),
    keepsKarstUpgradeGas: reader.boolean('keep_karst_upgrade_gas'),
    hasInteropPeers: dependencySet?.some((id) => id !== l2ChainId) ?? false,
    pectraBlobScheduleTime: reader.optionalUint('pectra_blob_schedule_time'),
    l1BlobSchedule: sources.l1BlobSchedule ?? l1BlobSchedule(l1ChainId) ?? [],
  }
  checkUnsupported(reader, problems)
  reader.finish(meaningless)
  if (problems.length === 0) problems.push(...rollupConfigProblems(config, sources))
  if (problems.length > 0) throw new RollupConfigError(problems)
  return config
}

function genesisOf(reader: JsonReader): RollupGenesis {
  const genesis = reader.object('genesis')
  const [l1, l2] = [genesis.object('l1'), genesis.object('l2')]
  const parsed = {
    l1: { hash: l1.hash('hash'), number: l1.uint('number') },
    l2: { hash: l2.hash('hash'), number: l2.uint('number') },
    l2Timestamp: genesis.uint('l2_time'),
    systemConfig: systemConfigOf(genesis.object('system_config')),
  }
  for (const each of [genesis, l1, l2]) each.finish([])
  return parsed
}

function systemConfigOf(reader: JsonReader): SystemConfig {
  const config = {
    batcherAddress: reader.address('batcherAddr'),
    overhead: reader.bytes32('overhead'),
    scalar: reader.bytes32('scalar'),
    gasLimit: reader.uint('gasLimit'),
    eip1559Params: reader.has('eip1559Params')
      ? reader.bytes8('eip1559Params')
      : toBytes8(new Uint8Array(8)),
    operatorFeeParams: reader.has('operatorFeeParams')
      ? reader.bytes32('operatorFeeParams')
      : toBytes32(new Uint8Array(32)),
    minBaseFee: reader.optionalUint('minBaseFee') ?? 0n,
    daFootprintGasScalar: Number(reader.optionalUint('daFootprintGasScalar') ?? 0n),
  }
  reader.finish([])
  return config
}

function eip1559Of(reader: JsonReader): RollupConfig['eip1559'] {
  const constants = reader.object('chain_op_config')
  const parsed = {
    elasticity: constants.uint('eip1559Elasticity'),
    denominator: constants.uint('eip1559Denominator'),
    denominatorCanyon: constants.uint('eip1559DenominatorCanyon'),
  }
  constants.finish([])
  return parsed
}

function hardforkTimesOf(reader: JsonReader, problems: string[]): HardforkTimes {
  const times: Partial<Record<HardforkName, bigint>> = {}
  for (const name of hardforkNames) {
    const time = reader.optionalUint(`${name}_time`)
    if (time !== undefined) times[name] = time
  }
  // `interop_time` is the former name of `lagoon_time`. op-node ignores `interop_time` silently.
  const interop = reader.optionalUint('interop_time')
  if (interop !== undefined && interop !== times.lagoon)
    problems.push(`interop_time: ${interop} differs from lagoon_time, its current name`)
  return times
}

function checkUnsupported(reader: JsonReader, problems: string[]): void {
  if (!reader.has('alt_da')) return
  reader.object('alt_da')
  problems.push('alt_da: chains with alternative data availability are not supported')
}

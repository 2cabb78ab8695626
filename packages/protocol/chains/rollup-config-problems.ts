import { isActivationBlock } from './chain-spec.ts'
import { hardforkNames, type HardforkTimes } from './hardforks.ts'
import type { RollupConfigSources } from './parse-rollup-config.ts'
import type { RollupConfig } from './rollup-config.ts'

// Rule config-valid: A rollup config that cannot make a chain is refused. Spec: configurability.md, types.go
/** Checks that the fields of a config are consistent. Each problem begins with the field of `rollup.json`. */
export function rollupConfigProblems(
  config: RollupConfig,
  sources: RollupConfigSources,
): readonly string[] {
  const { genesis, hardforkTimes, l1ChainId, l2ChainId } = config
  const { systemConfig } = genesis
  const problems: string[] = []
  for (const [field, value] of [
    ['block_time', config.blockTime],
    ['channel_timeout', config.channelTimeout],
    ['genesis.l2_time', genesis.l2Timestamp],
    ['genesis.system_config.gasLimit', systemConfig.gasLimit],
    ['l1_chain_id', l1ChainId],
    ['l2_chain_id', l2ChainId],
    ['chain_op_config.eip1559Elasticity', config.eip1559.elasticity],
    ['chain_op_config.eip1559Denominator', config.eip1559.denominator],
    ['chain_op_config.eip1559DenominatorCanyon', config.eip1559.denominatorCanyon],
    ['genesis.l1.hash', BigInt(genesis.l1.hash)],
    ['genesis.l2.hash', BigInt(genesis.l2.hash)],
    ['genesis.system_config.batcherAddr', BigInt(systemConfig.batcherAddress)],
    ['genesis.system_config.scalar', BigInt(systemConfig.scalar)],
    ['batch_inbox_address', BigInt(config.batchInboxAddress)],
    ['deposit_contract_address', BigInt(config.depositContractAddress)],
  ] as const)
    if (value === 0n) problems.push(`${field}: must not be 0`)
  if (config.sequencingWindow < 2n) problems.push('seq_window_size: must be at least 2')
  // From Fjord on a constant replaces the maximum sequencer drift, so the field may be 0 if Fjord is active at genesis.
  const hasFjord = (hardforkTimes.fjord ?? genesis.l2Timestamp + 1n) <= genesis.l2Timestamp
  if (config.maxSequencerDrift === 0n && !hasFjord)
    problems.push('max_sequencer_drift: must not be 0')
  if (genesis.l1.hash === genesis.l2.hash) problems.push('genesis.l2.hash: equals genesis.l1.hash')
  if (l1ChainId === l2ChainId) problems.push('l2_chain_id: equals l1_chain_id')
  if (systemConfig.daFootprintGasScalar >= 2 ** 16) problems.push(daScalarProblem)
  if (sources.l1ChainId !== undefined && sources.l1ChainId !== l1ChainId)
    problems.push(`l1_chain_id: ${l1ChainId}, but the L1 chain config has ${sources.l1ChainId}`)
  if (config.l1BlobSchedule.length === 0 && usesBlobs(config))
    problems.push(blobScheduleProblem(config, sources))
  problems.push(...orderProblems(hardforkTimes), ...lagoonProblems(config, sources.dependencySet))
  return problems
}

const daScalarProblem = 'genesis.system_config.daFootprintGasScalar: more than 16 bits'

/** The blob base fee is part of the L1 attributes from Ecotone on. */
function usesBlobs({ hardforkTimes }: RollupConfig): boolean {
  return hardforkTimes.ecotone !== undefined
}

function blobScheduleProblem(
  { l1ChainId }: RollupConfig,
  { l1BlobSchedule }: RollupConfigSources,
): string {
  const why =
    l1BlobSchedule === undefined
      ? 'no L1 chain config was given'
      : 'its chain config has no cancunTime'
  return `l1_chain_id: the blob schedule of L1 ${l1ChainId} is not known: ${why}`
}

/** Checks that forks are in order and without gaps, even the newest ones, which op-node does not check. */
function orderProblems(times: HardforkTimes): readonly string[] {
  const problems: string[] = []
  for (const [at, name] of hardforkNames.entries()) {
    const earlier = hardforkNames[at - 1]
    const time = times[name]
    if (earlier === undefined || time === undefined) continue
    const before = times[earlier]
    if (before === undefined) problems.push(`${name}_time: set, but ${earlier}_time is not`)
    else if (before > time)
      problems.push(`${name}_time: ${time} is before ${earlier}_time, ${before}`)
  }
  return problems
}

function lagoonProblems(
  config: RollupConfig,
  dependencySet: readonly bigint[] | undefined,
): readonly string[] {
  const { lagoon, karst } = config.hardforkTimes
  if (lagoon === undefined) return []
  const problems: string[] = []
  if (dependencySet === undefined)
    problems.push(`lagoon_time: ${lagoon} is set, but no dependency set is configured`)
  else if (!dependencySet.includes(config.l2ChainId))
    problems.push(`lagoon_time: the dependency set does not contain ${config.l2ChainId} itself`)
  // In a block that activates both forks, op-node would add the upgrade gas of both to the gas limit. Afterwards, it
  // would remove only the upgrade gas of Karst.
  const { genesis, blockTime } = config
  const first = firstBlockAt(lagoon, { genesis: genesis.l2Timestamp, blockTime })
  if (
    karst !== undefined &&
    lagoon > genesis.l2Timestamp &&
    isActivationBlock(config, 'karst', first) &&
    isActivationBlock(config, 'lagoon', first)
  )
    problems.push('lagoon_time: Karst and Lagoon begin in the same block')
  return problems
}

function firstBlockAt(
  time: bigint,
  chain: { readonly genesis: bigint; readonly blockTime: bigint },
): bigint {
  const blocks = (time - chain.genesis + chain.blockTime - 1n) / chain.blockTime
  return chain.genesis + blocks * chain.blockTime
}

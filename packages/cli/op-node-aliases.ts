import type { SettingAlias } from '#runtime/settings/settings.ts'

const unitsMs: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 }

/** Settings of op-node that `atoll node` understands. */
export const opNodeAliases: readonly SettingAlias[] = [
  alias('l1', 'L1_ETH_RPC', 'l1RpcUrls'),
  alias('l1.beacon', 'L1_BEACON', 'l1BeaconUrls'),
  alias('l1.http-poll-interval', 'L1_HTTP_POLL_INTERVAL', 'l1PollMs', milliseconds),
  alias('l2', 'L2_ENGINE_RPC', 'engineUrl'),
  alias('l2.jwt-secret', 'L2_ENGINE_AUTH', 'jwtSecretFile'),
  alias('l2.engine-rpc-timeout', 'L2_ENGINE_RPC_TIMEOUT', 'engineTimeoutMs', milliseconds),
  alias('rollup.config', 'ROLLUP_CONFIG', 'rollupConfig'),
  alias('rollup.l1-chain-config', 'ROLLUP_L1_CHAIN_CONFIG', 'l1ChainConfig'),
  alias('network', 'NETWORK', 'network'),
  alias('interop.dependency-set', 'INTEROP_DEPENDENCY_SET', 'dependencySet'),
  alias('syncmode', 'SYNCMODE', 'syncMode', syncMode),
  alias('syncmode.offset-el-safe', 'SYNCMODE_OFFSET_EL_SAFE', 'elSyncSafeOffsetSeconds', seconds),
  alias('verifier.l1-confs', 'VERIFIER_L1_CONFS', 'verifierL1Confirmations'),
  alias('log.level', 'LOG_LEVEL', 'logLevel', (level) => level.toLowerCase()),
]

function alias(
  flag: string,
  variable: string,
  ...[key, toOurs]: readonly [key: string, toOurs?: SettingAlias['toOurs']]
): SettingAlias {
  return {
    flag: `--${flag}`,
    variable: `OP_NODE_${variable}`,
    key,
    ...(toOurs !== undefined && { toOurs }),
  }
}

/** A duration as Go writes it, such as `12s` or `1m30s`. */
function milliseconds(duration: string): string | undefined {
  const parts = [...duration.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/gu)]
  if (parts.length === 0 || parts.map(([text]) => text).join('') !== duration) return undefined
  const total = parts.reduce(
    (sum, [, count = '', unit = '']) => sum + Number(count) * (unitsMs[unit] ?? 0),
    0,
  )
  return String(Math.round(total))
}

function seconds(duration: string): string | undefined {
  const ms = milliseconds(duration)
  return ms === undefined ? undefined : String(Math.round(Number(ms) / 1_000))
}

function syncMode(mode: string): string | undefined {
  return { 'consensus-layer': 'cl', 'execution-layer': 'el' }[mode]
}

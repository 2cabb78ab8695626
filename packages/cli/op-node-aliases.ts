import type { ForeignSetting, SettingAlias, SettingForm } from '#runtime/settings/settings.ts'
import { parseGoDuration, toGoDuration } from './go-duration.ts'

const milliseconds = durationIn(1)
const seconds = durationIn(1_000)

/** Calls per second. Op-node accepts a fraction, and Atoll does not. */
const wholeRate: SettingForm = {
  want: () => 'a whole number of calls per second',
  toOurs: (rate) => (/^\d+(?:\.0*)?$/u.test(rate) ? String(Number(rate)) : undefined),
}

const syncMode = oneOf({ 'consensus-layer': 'cl', 'execution-layer': 'el' })

const logLevels = oneOf({
  trace: 'debug',
  debug: 'debug',
  info: 'info',
  warn: 'warn',
  error: 'error',
  crit: 'error',
})

/** Op-node ignores the case of a level, and takes the short forms of its log too. */
const logLevel: SettingForm = {
  ...logLevels,
  toOurs: (level) => {
    const word = level.toLowerCase()
    return logLevels.toOurs({ trce: 'trace', dbug: 'debug', eror: 'error' }[word] ?? word)
  },
}

const logFormat = oneOf({
  // As in op-node, this depends on the terminal.
  text: process.stdout.isTTY ? 'text' : 'logfmt',
  terminal: 'text',
  logfmt: 'logfmt',
  logfmtms: 'logfmt',
  json: 'json',
  jsonms: 'json',
})

/** Settings of op-node that `atoll node` understands. */
export const opNodeAliases: readonly SettingAlias[] = [
  alias('l1', 'L1_ETH_RPC', 'l1RpcUrls'),
  alias('l1.beacon', 'L1_BEACON', 'l1BeaconUrls'),
  alias('l1.beacon-header', 'L1_BEACON_HEADER', 'l1BeaconHeader'),
  alias('l1.beacon-fallbacks', 'L1_BEACON_FALLBACKS', 'l1BeaconArchiveUrls'),
  alias('l1.beacon-archiver', 'L1_BEACON_ARCHIVER', 'l1BeaconArchiveUrls'),
  alias(
    'l1.beacon.slot-duration-override',
    'L1_BEACON_SLOT_DURATION_OVERRIDE',
    'l1BeaconSlotSeconds',
  ),
  alias('l1.rpc-rate-limit', 'L1_RPC_RATE_LIMIT', 'l1RateLimit', wholeRate),
  alias('l1.rpc-max-batch-size', 'L1_RPC_MAX_BATCH_SIZE', 'l1RpcMaxBatchSize'),
  alias('l1.http-poll-interval', 'L1_HTTP_POLL_INTERVAL', 'l1PollMs', milliseconds),
  alias('l1.epoch-poll-interval', 'L1_EPOCH_POLL_INTERVAL', 'l1FinalityPollMs', milliseconds),
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
  alias('metrics.addr', 'METRICS_ADDR', 'metricsAddr'),
  alias('metrics.port', 'METRICS_PORT', 'metricsPort'),
  alias('log.level', 'LOG_LEVEL', 'logLevel', logLevel),
  alias('log.format', 'LOG_FORMAT', 'logFormat', logFormat),
]

const noSequencer = 'there is no sequencer yet: atoll node is a verifier'
const noGossip = 'there is no gossip yet: atoll node follows L1 alone'
const noRpc = 'there is no RPC of op-node yet; heads are in atoll status --json and in the metrics'
const noNeed = 'not needed: remove it'

/** Settings of op-node without a counterpart in `atoll node`; `--p2p.` stands for all with this prefix. */
export const opNodeForeign: readonly ForeignSetting[] = [
  foreign('rpc.', noRpc),
  foreign('experimental.sequencer-api', noRpc),
  foreign('p2p.', noGossip),
  foreign('syncmode.req-resp', noGossip),
  foreign('l2.backup-unsafe-sync-rpc', noGossip),
  foreign('l2.backup-unsafe-sync-rpc.', noGossip),
  foreign('sequencer.', noSequencer),
  foreign('conductor.', noSequencer),
  {
    ...foreign(
      'override.',
      'set the time of the fork in a rollup config, and give it with --rollup-config',
    ),
    changesChain: true,
  },
  foreign('l2.follow.', 'Atoll derives the safe chain itself: no other node is followed'),
  foreign(
    'l1.trustrpc',
    '--l1-trusted-urls lists the endpoints whose answers are not verified',
    'L1_TRUST_RPC',
  ),
  foreign('l1.rpckind', 'remove it: Atoll detects how an endpoint serves receipts', 'L1_RPC_KIND'),
  foreign('l1.max-concurrency', '--l1-rate-limit limits the calls to each endpoint'),
  foreign('l1.cache-size', '--cache-mib bounds the L1 data on disk'),
  foreign('l1.runtime-config-reload-interval', 'the system config is read at each head of L1'),
  foreign(
    'l1.beacon.',
    'beacon nodes are queried when blobs are needed, and scored by their answers',
  ),
  foreign(
    'l2.enginekind',
    'remove it: Atoll asks the execution client what it supports',
    'L2_ENGINE_KIND',
  ),
  foreign(
    'l2.engine-sync',
    'remove it: without gossip, --sync-mode el would wait',
    'L2_ENGINE_SYNC_ENABLED',
  ),
  foreign(
    'l2.skip-sync-start-check',
    'remove it: the search for the start always checks the L1 origins, and reads blocks in pages',
  ),
  foreign('safedb.path', 'the history of safe heads is always kept, in --data-dir'),
  foreign('finality.', noNeed),
  foreign('metrics.enabled', 'remove it: metrics are always served, at --metrics-addr'),
  foreign('pprof.', 'Node.js has its own profiler: NODE_OPTIONS=--cpu-prof atoll service NAME'),
  foreign('log.color', noNeed),
  foreign('log.pid', noNeed),
  foreign('snapshotlog.file', noNeed, 'SNAPSHOT_LOG'),
  foreign('heartbeat.', noNeed),
  foreign('beta.extra-networks', '--rollup-config takes the config of any chain'),
  foreign('fetch-withdrawal-root-from-state', noNeed),
  foreign('ignore-missing-pectra-blob-schedule', '--l1-chain-config has the blob schedule of L1'),
]

function foreign(
  name: string,
  instead: string,
  variable = name.toUpperCase().replaceAll(/[.-]/gu, '_'),
): ForeignSetting {
  return { flag: `--${name}`, variable: `OP_NODE_${variable}`, of: 'op-node', instead }
}

function alias(
  flag: string,
  variable: string,
  ...[key, form]: readonly [key: string, form?: SettingForm]
): SettingAlias {
  return {
    flag: `--${flag}`,
    variable: `OP_NODE_${variable}`,
    key,
    ...(form !== undefined && { form }),
  }
}

/** A duration of op-node, for a setting of ours without a unit. @param unitMs unit of our setting */
function durationIn(unitMs: number): SettingForm {
  return {
    want: (bounds) => {
      const text = 'a duration with its unit, such as 12s or 1m30s'
      if (bounds === undefined) return text
      const [low, high] = [bounds.low, bounds.high].map((bound) => toGoDuration(bound * unitMs))
      return `${text}, from ${low} to ${high}`
    },
    toOurs: (text) => {
      const durationMs = parseGoDuration(text)
      return durationMs === undefined ? undefined : String(Math.round(durationMs / unitMs))
    },
  }
}

/** @param ours our word for each of op-node's */
function oneOf(ours: Readonly<Record<string, string>>): SettingForm {
  return {
    want: () => `one of ${Object.keys(ours).join(', ')}`,
    choices: Object.keys(ours),
    toOurs: (word) => (Object.hasOwn(ours, word) ? ours[word] : undefined),
  }
}

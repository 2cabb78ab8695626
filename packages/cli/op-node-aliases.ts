import type { ForeignSetting, SettingAlias, SettingForm } from '#runtime/settings/settings.ts'
import { parseGoDuration, toGoDuration } from './go-duration.ts'

const milliseconds = durationIn(1)
const seconds = durationIn(1_000)

/** Calls per second. op-node accepts a fraction, and Atoll does not. */
const wholeRate: SettingForm = {
  want: () => 'a whole number of calls per second',
  toOurs: (rate) => (/^\d+(?:\.0*)?$/u.test(rate) ? String(Number(rate)) : undefined),
}

/** Go's words for true and false. */
const goBooleans: Readonly<Record<string, boolean>> = Object.fromEntries([
  ...['1', 't', 'T', 'true', 'TRUE', 'True'].map((word) => [word, true] as const),
  ...['0', 'f', 'F', 'false', 'FALSE', 'False'].map((word) => [word, false] as const),
])

const yesOrNo = switchOf((given) => given)
const noOrYes = switchOf((given) => !given)

/** A score. op-node accepts a fraction, and Atoll does not. */
const wholeScore: SettingForm = {
  want: () => 'a whole number',
  toOurs: (score) => (/^-?\d+(?:\.0*)?$/u.test(score) ? String(Number(score)) : undefined),
}

/** A header. op-node splits a value at its commas, so it would read a value with a comma as several headers. */
const headerPair: SettingForm = {
  want: () => 'one header, as in name=value; several headers are given with --signer-headers-file',
  toOurs: (text) => {
    const [, name, value] = /^([^=,]+)=([^,]+)$/u.exec(text) ?? []
    return name === undefined || value === undefined ? undefined : `${name}: ${value}`
  },
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

/** A log level. op-node ignores the case of a level, and also accepts the short forms that it shows in its log. */
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
  alias('p2p.disable', 'P2P_DISABLE', 'p2pDisable', yesOrNo),
  alias('p2p.priv.path', 'P2P_PRIV_PATH', 'p2pKeyFile'),
  alias('p2p.listen.ip', 'P2P_LISTEN_IP', 'p2pListenIp'),
  alias('p2p.listen.tcp', 'P2P_LISTEN_TCP_PORT', 'p2pListenTcp'),
  alias('p2p.listen.udp', 'P2P_LISTEN_UDP_PORT', 'p2pListenUdp'),
  alias('p2p.advertise.ip', 'P2P_ADVERTISE_IP', 'p2pAdvertiseIp'),
  alias('p2p.advertise.tcp', 'P2P_ADVERTISE_TCP', 'p2pAdvertiseTcp'),
  alias('p2p.advertise.udp', 'P2P_ADVERTISE_UDP', 'p2pAdvertiseUdp'),
  alias('p2p.no-discovery', 'P2P_NO_DISCOVERY', 'p2pDiscovery', noOrYes),
  alias('p2p.bootnodes', 'P2P_BOOTNODES', 'p2pBootnodes'),
  alias('p2p.static', 'P2P_STATIC', 'p2pStaticPeers'),
  alias('p2p.netrestrict', 'P2P_NETRESTRICT', 'p2pNetrestrict'),
  alias('p2p.useragent', 'P2P_AGENT', 'p2pAgent'),
  alias('p2p.peers.lo', 'P2P_PEERS_LO', 'p2pPeersLo'),
  alias('p2p.peers.hi', 'P2P_PEERS_HI', 'p2pPeersHi'),
  alias('p2p.peers.grace', 'P2P_PEERS_GRACE', 'p2pPeersGraceSeconds', seconds),
  alias('p2p.scoring', 'P2P_PEER_SCORING', 'p2pScoring'),
  alias('p2p.ban.peers', 'P2P_PEER_BANNING', 'p2pBanPeers', yesOrNo),
  alias('p2p.ban.threshold', 'P2P_PEER_BANNING_THRESHOLD', 'p2pBanThreshold', wholeScore),
  alias('p2p.ban.duration', 'P2P_PEER_BANNING_DURATION', 'p2pBanSeconds', seconds),
  alias('p2p.gossip.mesh.d', 'P2P_GOSSIP_MESH_D', 'p2pMeshD', zeroIs('8')),
  alias('p2p.gossip.mesh.lo', 'P2P_GOSSIP_MESH_DLO', 'p2pMeshDlo', zeroIs('6')),
  alias('p2p.gossip.mesh.dhi', 'P2P_GOSSIP_MESH_DHI', 'p2pMeshDhi', zeroIs('12')),
  alias('p2p.gossip.mesh.dlazy', 'P2P_GOSSIP_MESH_DLAZY', 'p2pMeshDlazy', zeroIs('6')),
  alias('p2p.gossip.mesh.floodpublish', 'P2P_GOSSIP_FLOOD_PUBLISH', 'p2pFloodPublish', yesOrNo),
  alias(
    'p2p.gossip.timestamp.threshold',
    'P2P_GOSSIP_TIMESTAMP_THRESHOLD',
    'p2pMaxAgeSeconds',
    seconds,
  ),
  alias('p2p.sync.req-resp', 'P2P_SYNC_REQ_RESP', 'p2pServePayloads', yesOrNo),
  alias('rpc.addr', 'RPC_ADDR', 'rpcAddr'),
  alias('rpc.port', 'RPC_PORT', 'rpcPort'),
  alias('rpc.admin-state', 'RPC_ADMIN_STATE', 'sequencerStateFile'),
  alias('sequencer.enabled', 'SEQUENCER_ENABLED', 'sequencerEnabled', yesOrNo),
  alias('sequencer.stopped', 'SEQUENCER_STOPPED', 'sequencerStopped', yesOrNo),
  alias('sequencer.l1-confs', 'SEQUENCER_L1_CONFS', 'sequencerL1Confs'),
  alias('sequencer.max-safe-lag', 'SEQUENCER_MAX_SAFE_LAG', 'sequencerMaxSafeLag'),
  alias('sequencer.recover', 'SEQUENCER_RECOVER', 'sequencerRecover', yesOrNo),
  alias(
    'sequencer.sealing-duration',
    'SEQUENCER_SEALING_DURATION',
    'sequencerSealingMs',
    milliseconds,
  ),
  alias('conductor.enabled', 'CONDUCTOR_ENABLED', 'conductorEnabled', yesOrNo),
  alias('conductor.rpc', 'CONDUCTOR_RPC', 'conductorRpcUrl'),
  alias('conductor.rpc-timeout', 'CONDUCTOR_RPC_TIMEOUT', 'conductorRpcTimeoutMs', milliseconds),
  alias('signer.endpoint', 'SIGNER_ENDPOINT', 'signerUrl'),
  alias('signer.address', 'SIGNER_ADDRESS', 'signerAddress'),
  alias('signer.header', 'SIGNER_HEADER', 'signerHeader', headerPair),
  alias('signer.tls.ca', 'SIGNER_TLS_CA', 'signerTlsCaFile'),
  alias('signer.tls.cert', 'SIGNER_TLS_CERT', 'signerTlsCertFile'),
  alias('signer.tls.key', 'SIGNER_TLS_KEY', 'signerTlsKeyFile'),
  alias('metrics.addr', 'METRICS_ADDR', 'metricsAddr'),
  alias('metrics.port', 'METRICS_PORT', 'metricsPort'),
  alias('log.level', 'LOG_LEVEL', 'logLevel', logLevel),
  alias('log.format', 'LOG_FORMAT', 'logFormat', logFormat),
]

const noGapSync =
  'blocks missing between the unsafe head and a gossip block are derived from L1, or requested from peers with --p2p-fetch-payloads'
const oneTransport =
  'remove it: gossip always uses noise and yamux over TCP, which every op-node supports'
const ownTimeout = 'remove it: dials and handshakes time out after 10 s, as by default in op-node'
const noNeed = 'not needed: remove it'

/** Settings of op-node without a counterpart in `atoll node`. A name that ends with a dot is a prefix of settings. */
export const opNodeForeign: readonly ForeignSetting[] = [
  foreign(
    'rpc.enable-admin',
    'set --rpc-admin-token-file: callers with this token can use the admin methods at --rpc-admin-port',
  ),
  foreign(
    'experimental.sequencer-api',
    'remove it: the sequencer makes its blocks itself, and has no methods for single steps',
  ),
  foreign('p2p.priv.raw', '--p2p-key-file names a file with the key'),
  foreign('p2p.sequencer.key', '--p2p-sequencer-key-file names a file with the key'),
  foreign(
    'signer.tls.enabled',
    'remove it: TLS is on if --signer-url is an https URL, and a client certificate is given with --signer-tls-cert-file',
  ),
  foreign('p2p.nat', '--p2p-advertise-ip names the address that your router forwards to the node'),
  foreign('p2p.peerstore.path', 'peers and bans are always kept, in --data-dir'),
  foreign('p2p.discovery.path', 'peers and bans are always kept, in --data-dir'),
  foreign('p2p.scoring.peers', '--p2p-scoring has the presets of op-node', 'P2P_SCORING_PEERS'),
  foreign('p2p.scoring.topics', '--p2p-scoring has the presets of op-node', 'P2P_TOPIC_SCORING'),
  foreign('p2p.score.bands', noNeed),
  foreign('p2p.ping', 'remove it: pings are always answered'),
  foreign('p2p.mux', oneTransport),
  foreign('p2p.security', oneTransport),
  foreign('p2p.timeout.negotiation', ownTimeout),
  foreign('p2p.timeout.accept', ownTimeout),
  foreign('p2p.timeout.dial', ownTimeout),
  foreign('p2p.sync.onlyreqtostatic', noGapSync),
  foreign(
    'syncmode.req-resp',
    'set --p2p-fetch-payloads to request missing unsafe blocks from peers; without it, they come from L1',
  ),
  foreign('l2.backup-unsafe-sync-rpc', noGapSync),
  foreign('l2.backup-unsafe-sync-rpc.', noGapSync),
  foreign('altda.', 'Atoll reads chains whose data is on L1; chains with alt-DA need op-node'),
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
    'remove it; for EL sync, set --sync-mode el, which waits for a block from gossip',
    'L2_ENGINE_SYNC_ENABLED',
  ),
  foreign(
    'l2.skip-sync-start-check',
    'remove it: the search for the start of derivation always checks the L1 origins, and reads blocks in pages',
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

/** A boolean. @param ours converts op-node's value to Atoll's value; the two settings may have opposite meanings */
function switchOf(ours: (given: boolean) => boolean): SettingForm {
  return {
    want: () => 'true or false',
    toOurs: (word) => (goBooleans[word] === undefined ? undefined : String(ours(goBooleans[word]))),
  }
}

/** A number of peers. In op-node, 0 means the default. @param number the default of op-node */
function zeroIs(number: string): SettingForm {
  return {
    want: () => `a number of peers; 0 means the default, ${number}`,
    toOurs: (text) => (text === '0' ? number : text),
  }
}

/** A duration of op-node, for a setting of Atoll that is a number. @param unitMs unit of Atoll's setting */
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

/** One of several words. @param ours Atoll's word for each word of op-node */
function oneOf(ours: Readonly<Record<string, string>>): SettingForm {
  return {
    want: () => `one of ${Object.keys(ours).join(', ')}`,
    choices: Object.keys(ours),
    toOurs: (word) => (Object.hasOwn(ours, word) ? ours[word] : undefined),
  }
}

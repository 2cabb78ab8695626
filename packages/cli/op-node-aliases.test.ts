import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { describeSettings, readSettings, SettingsError } from '#runtime/settings/settings.ts'
import { nodeSettings } from '#node/node-settings.ts'
import { opNodeAliases, opNodeForeign } from './op-node-aliases.ts'

const required = ['--l1-rpc-urls=http://127.0.0.1:1', '--jwt-secret-file=test/fakes/jwt.hex']

function read(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const source = {
    args: [...required, '--network=op-mainnet', ...args],
    env,
    aliases: opNodeAliases,
    foreign: opNodeForeign,
  }
  return readSettings(nodeSettings, source)
}

test('each alias belongs to an existing setting and is documented', async () => {
  const known = new Map(describeSettings(nodeSettings).map(({ key, flag }) => [key, flag]))
  const page = await readFile(new URL('../../docs/operations.md', import.meta.url), 'utf8')
  for (const { flag, variable, key } of opNodeAliases) {
    const ours = known.get(key)
    assert.ok(ours !== undefined, key)
    const row = page.split('\n').find((line) => line.startsWith(`| \`${flag}\``))
    assert.ok(row?.includes(variable) === true && row.includes(`\`${ours}\``), flag)
  }
})

test('each setting without a counterpart is documented with its alternative, and is not also an alias', async () => {
  const page = await readFile(new URL('../../docs/operations.md', import.meta.url), 'utf8')
  for (const { flag, instead } of opNodeForeign) {
    const name = flag.endsWith('.') ? `${flag}*` : flag
    const row = page.split('\n').find((line) => line.includes(`\`${name}\``))
    assert.ok(row?.includes(instead.replaceAll(/--[a-z0-9-]+/gu, '`$&`')) === true, name)
    assert.ok(!opNodeAliases.some((alias) => alias.flag === flag), flag)
  }
})

test('a flag of op-node without a counterpart is reported with its alternative', () => {
  assert.throws(() => read(['--p2p.priv.raw', '0x01', '--l1.trustrpc', '--safedb.path=/x']), {
    message: [
      '3 settings are wrong:',
      '  --p2p.priv.raw is a setting of op-node; Atoll has none',
      '      --p2p-key-file names a file with the key',
      '  --l1.trustrpc is a setting of op-node; Atoll has none',
      '      --l1-trusted-urls lists the endpoints whose answers are not verified',
      '  --safedb.path is a setting of op-node; Atoll has none',
      '      the history of safe heads is always kept, in --data-dir',
    ].join('\n'),
  })
})

test('flags of op-node set the corresponding settings of Atoll', () => {
  const taken = read([
    '--l1.http-poll-interval=1m30s',
    '--syncmode',
    'execution-layer',
    '--l2.engine-rpc-timeout=500ms',
    '--l1.rpc-rate-limit=20',
    '--l1.epoch-poll-interval=6m24s',
    '--l1.beacon-fallbacks=http://127.0.0.1:4',
    '--log.format=terminal',
  ]).given
  assert.deepEqual(taken, {
    l1PollMs: '90000',
    syncMode: 'el',
    engineTimeoutMs: '500',
    l1RateLimit: '20',
    l1FinalityPollMs: '384000',
    l1BeaconArchiveUrls: 'http://127.0.0.1:4',
    logFormat: 'text',
    l1RpcUrls: 'http://127.0.0.1:1',
    jwtSecretFile: 'test/fakes/jwt.hex',
    network: 'op-mainnet',
  })
})

test('peer flags of op-node set the corresponding settings of Atoll, with booleans and numbers as Go writes them', () => {
  const { given } = read([
    '--p2p.disable',
    '--p2p.no-discovery=T',
    '--p2p.ban.peers=0',
    '--p2p.ban.threshold=-40.0',
    '--p2p.ban.duration=90m',
    '--p2p.gossip.mesh.d=0',
    '--p2p.gossip.mesh.lo=4',
    '--p2p.gossip.timestamp.threshold=1m',
    '--p2p.listen.tcp=9003',
  ])
  const ours = Object.entries(given).filter(([key]) => key.startsWith('p2p'))
  assert.deepEqual(Object.fromEntries(ours), {
    p2pDisable: 'true',
    p2pDiscovery: 'false',
    p2pBanPeers: 'false',
    p2pBanThreshold: '-40',
    p2pBanSeconds: '5400',
    p2pMeshD: '8',
    p2pMeshDlo: '4',
    p2pMaxAgeSeconds: '60',
    p2pListenTcp: '9003',
  })
  assert.match(mistakes(['--p2p.disable=yes']).join(), /--p2p.disable .*true or false/)
})

test("the address and port of op-node's RPC are taken over; its admin flag is refused with the alternative", () => {
  const { given } = read(['--rpc.addr=0.0.0.0', '--rpc.port=8547'])
  assert.deepEqual([given['rpcAddr'], given['rpcPort']], ['0.0.0.0', '8547'])
  assert.match(mistakes(['--rpc.enable-admin']).join(), /set --rpc-admin-token-file/)
})

test('flags of op-node for a sequencer and its op-conductor set the corresponding settings of Atoll', () => {
  const { given } = read([
    '--sequencer.enabled',
    '--sequencer.stopped=T',
    '--sequencer.l1-confs=5',
    '--sequencer.max-safe-lag=600',
    '--sequencer.recover=false',
    '--sequencer.sealing-duration=100ms',
    '--conductor.enabled=true',
    '--conductor.rpc=http://conductor:8547',
    '--conductor.rpc-timeout=1.5s',
    '--rpc.admin-state=/data/admin.json',
  ])
  const ours = Object.entries(given).filter(([key]) => /^(?:sequencer|conductor)/u.test(key))
  assert.deepEqual(Object.fromEntries(ours), {
    sequencerEnabled: 'true',
    sequencerStopped: 'true',
    sequencerL1Confs: '5',
    sequencerMaxSafeLag: '600',
    sequencerRecover: 'false',
    sequencerSealingMs: '100',
    sequencerStateFile: '/data/admin.json',
    conductorEnabled: 'true',
    conductorRpcUrl: 'http://conductor:8547',
    conductorRpcTimeoutMs: '1500',
  })
  const { given: byVariable } = read([], {
    OP_NODE_SEQUENCER_ENABLED: '1',
    OP_NODE_CONDUCTOR_ENABLED: 'false',
    OP_NODE_CONDUCTOR_RPC: '',
  })
  assert.deepEqual(
    ['sequencerEnabled', 'conductorEnabled', 'conductorRpcUrl'].map((key) => byVariable[key]),
    ['true', 'false', undefined],
  )
  assert.match(mistakes(['--sequencer.enabled=yes']).join(), /--sequencer.enabled .*true or false/)
  assert.match(mistakes(['--conductor.rpc-timeout=1']).join(), /a duration with its unit/)
})

test('flags of op-node for a remote signer set the corresponding settings of Atoll', () => {
  const address = '0x1a642f0e3c3af545e7acbd38b07251b3990914f1'
  const pem = 'test/fakes/jwt.hex'
  const given = (args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
    Object.entries(read(args, env).given).filter(([key]) => key.startsWith('signer'))
  const ours = given([
    '--signer.endpoint=https://s',
    `--signer.address=${address}`,
    '--signer.header=X-A=b=c',
  ])
  assert.deepEqual(Object.fromEntries(ours), {
    signerUrl: 'https://s',
    signerAddress: address,
    signerHeader: 'X-A: b=c',
  })
  const byVariable = given([], {
    OP_NODE_SIGNER_ENDPOINT: 'http://s',
    OP_NODE_SIGNER_HEADER: 'a=b',
  })
  assert.deepEqual(Object.fromEntries(byVariable), { signerUrl: 'http://s', signerHeader: 'a: b' })
  for (const [flag, own] of [
    ['ca', 'is not a certificate'],
    ['cert', 'is not a certificate'],
    ['key', 'is not a private key'],
  ] as const)
    assert.match(mistakes([`--signer.tls.${flag}=${pem}`]).join(), new RegExp(`${flag}.*${own}`))
  for (const header of ['a', 'a=b,c=d', '=b', 'a='])
    assert.match(mistakes([`--signer.header=${header}`]).join(), /--signer-headers-file/)
  assert.match(
    mistakes(['--signer.tls.enabled=false']).join(),
    /TLS is on if --signer-url is an https/,
  )
})

test('variables of op-node that are not empty set the corresponding settings', () => {
  const url = 'http://127.0.0.1:2'
  const env = { OP_NODE_L1_BEACON: url, OP_NODE_L1_BEACON_ARCHIVER: '', OP_NODE_SYNCMODE: '' }
  const { given, names } = read([], env)
  assert.deepEqual([given['l1BeaconUrls'], given['l1BeaconArchiveUrls']], [url, undefined])
  assert.equal(names['l1BeaconUrls'], 'OP_NODE_L1_BEACON')
})

test('a flag overrides a variable of the same setting, even if only one of them has the op-node name', () => {
  const [a, b] = ['http://127.0.0.1:2', 'http://127.0.0.1:3']
  const l1 = (args: readonly string[], env: Readonly<Record<string, string>>) =>
    read(args, env).given['l1BeaconUrls']
  assert.equal(l1([`--l1.beacon=${a}`], { ATOLL_L1_BEACON_URLS: b }), a)
  assert.equal(l1([`--l1-beacon-urls=${a}`], { OP_NODE_L1_BEACON: b }), a)
})

test('variables of op-node without a counterpart are reported, but are not an error', () => {
  const names = ['L1_BEACON', 'L1_BEACON_ARCHIVER', 'L1_TRUST_RPC', 'P2P_PRIV_RAW']
  // Kubernetes sets such variables for a service named op-node.
  const others = ['SERVICE_HOST', 'PORT_8545_TCP']
  const url = 'http://127.0.0.1:2'
  const env = Object.fromEntries([...names, ...others].map((name) => [`OP_NODE_${name}`, url]))
  assert.deepEqual(read([], env).passedOver, [
    {
      what: 'OP_NODE_L1_TRUST_RPC is a setting of op-node; Atoll has none',
      right: '--l1-trusted-urls lists the endpoints whose answers are not verified',
    },
    {
      what: 'OP_NODE_P2P_PRIV_RAW is a setting of op-node; Atoll has none',
      right: '--p2p-key-file names a file with the key',
    },
  ])
})

test('a variable of op-node that changes the chain is an error, like its flag', () => {
  const rest =
    'is a setting of op-node; Atoll has none: set the time of the fork in a rollup config'
  for (const found of [
    mistakes([], { OP_NODE_OVERRIDE_KARST: '5' }),
    mistakes(['--override.karst=5']),
  ])
    assert.match(found.join(), new RegExp(`^(OP_NODE_OVERRIDE_KARST|--override\\.karst) ${rest}`))
})

/** The mistakes of some flags and variables, each in one line. */
function mistakes(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  try {
    read(args, env)
  } catch (error) {
    assert.ok(error instanceof SettingsError)
    return error.mistakes.map(({ what, right }) => `${what}: ${right}`)
  }
  return []
}

test('a mistake in a setting of op-node names the given flag or variable, and the values that op-node accepts', () => {
  const args = [
    '--syncmode=fast',
    '--l1.rpc-rate-limit=0.5',
    '--l1.http-poll-interval=12',
    '--l1.epoch-poll-interval=0',
    '--l2.engine-rpc-timeout=soon',
    '--log.level=loud',
    '--rollup.config=/nowhere',
    '--l1.rpc-max-batch-size=0',
  ]
  const env = {
    OP_NODE_LOG_FORMAT: 'yaml',
    OP_NODE_L1_BEACON: 'beacon:5052',
    OP_NODE_SYNCMODE_OFFSET_EL_SAFE: '3600',
  }
  const duration = 'a duration with its unit, such as 12s or 1m30s, from'
  const beacon = 'beacon API endpoints of L1; required if the batcher posts blobs'
  assert.deepEqual(mistakes(args, env).toSorted(), [
    `--l1.epoch-poll-interval is "0": want ${duration} 10ms to 1h; it can also be set with OP_NODE_L1_EPOCH_POLL_INTERVAL`,
    `--l1.http-poll-interval is "12": want ${duration} 10ms to 10m; it can also be set with OP_NODE_L1_HTTP_POLL_INTERVAL`,
    '--l1.rpc-max-batch-size is "0": want a whole number from 1 to 1000 (calls in one request to L1; an endpoint that refuses this many gets fewer); it can also be set with OP_NODE_L1_RPC_MAX_BATCH_SIZE',
    '--l1.rpc-rate-limit is "0.5": want a whole number of calls per second; it can also be set with OP_NODE_L1_RPC_RATE_LIMIT',
    `--l2.engine-rpc-timeout is "soon": want ${duration} 1ms to 10m; it can also be set with OP_NODE_L2_ENGINE_RPC_TIMEOUT`,
    '--log.level is "loud": want one of trace, debug, info, warn, error, crit; it can also be set with OP_NODE_LOG_LEVEL',
    '--network and --rollup-config are both given: give exactly one of --network and --rollup-config',
    `--rollup.config is "/nowhere": want a rollup config in op-node's form, a file that can be read (rollup config of any other chain); /nowhere: no such file; it can also be set with OP_NODE_ROLLUP_CONFIG`,
    '--syncmode is "fast": want one of consensus-layer, execution-layer; it can also be set with OP_NODE_SYNCMODE',
    `OP_NODE_L1_BEACON is "beacon:5052": want a URL, such as http://localhost:5052; several with commas (${beacon}); it can also be set with --l1.beacon`,
    'OP_NODE_LOG_FORMAT is "yaml": want one of text, terminal, logfmt, logfmtms, json, jsonms; it can also be set with --log.format',
    `OP_NODE_SYNCMODE_OFFSET_EL_SAFE is "3600": want ${duration} 0s to 8760h; it can also be set with --syncmode.offset-el-safe`,
  ])
  assert.deepEqual(mistakes(['--syncmode']), [
    '--syncmode has no value: want one of consensus-layer, execution-layer',
  ])
})

test('if a setting is given under two names, the mistake names both', () => {
  const [a, b] = ['http://127.0.0.1:2', 'http://127.0.0.1:3']
  assert.deepEqual(mistakes([`--l1=${a}`]), [
    '--l1-rpc-urls and --l1 are both given: give one of them: each is a name of --l1-rpc-urls',
  ])
  assert.deepEqual(mistakes([`--l1.beacon-fallbacks=${a}`, `--l1.beacon-archiver=${b}`]), [
    '--l1.beacon-fallbacks and --l1.beacon-archiver are both given: give one of them: each is a name of --l1-beacon-archive-urls',
  ])
  assert.deepEqual(mistakes([`--l1.beacon=${a}`, '--l1.beacon', b]), [
    '--l1.beacon is given 2 times: give it once: want a URL, such as http://localhost:5052; several with commas',
  ])
  assert.deepEqual(mistakes([], { OP_NODE_L1_BEACON: a, ATOLL_L1_BEACON_URLS: b }), [
    'ATOLL_L1_BEACON_URLS and OP_NODE_L1_BEACON are both given: give one of them: each is a name of --l1-beacon-urls',
  ])
})

test('the log levels and formats of op-node are accepted', () => {
  const level = (word: string) => read([`--log.level=${word}`]).given['logLevel']
  assert.deepEqual(['trace', 'TRCE', 'Debug', 'INFO', 'warn', 'eror', 'crit'].map(level), [
    'debug',
    'debug',
    'debug',
    'info',
    'warn',
    'error',
    'error',
  ])
  const format = (word: string) => read([`--log.format=${word}`]).given['logFormat']
  // Only the op-node format `text` depends on whether the output is a terminal.
  const expected = process.stdout.isTTY ? 'text' : 'logfmt'
  assert.deepEqual(['text', 'terminal', 'logfmt', 'logfmtms', 'json', 'jsonms'].map(format), [
    expected,
    'text',
    'logfmt',
    'logfmt',
    'json',
    'json',
  ])
})

import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { describeSettings, readSettings } from '#runtime/settings/settings.ts'
import { nodeSettings } from '#node/node-settings.ts'
import { opNodeAliases, opNodeForeign } from './op-node-aliases.ts'

const required = ['--l1-rpc-urls=http://127.0.0.1:1', '--jwt-secret-file=test/fakes/jwt.hex']

function read(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const source = {
    args: [...required, ...args],
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
    const row = page.split('\n').find((line) => line.includes(`\`${flag}\``))
    assert.ok(row?.includes(variable) === true && row.includes(`\`${ours}\``), flag)
  }
})

test('each setting without a counterpart is documented with its alternative, and hides no alias', async () => {
  const page = await readFile(new URL('../../docs/operations.md', import.meta.url), 'utf8')
  for (const { flag, instead } of opNodeForeign) {
    const name = flag.endsWith('.') ? `${flag}*` : flag
    const row = page.split('\n').find((line) => line.includes(`\`${name}\``))
    assert.ok(row?.includes(instead.replaceAll(/--[a-z0-9-]+/gu, '`$&`')) === true, name)
    assert.ok(!opNodeAliases.some((alias) => alias.flag === flag), flag)
  }
})

test('a flag of op-node without a counterpart is reported with its alternative', () => {
  assert.throws(() => read(['--p2p.listen.tcp', '9222', '--l1.trustrpc', '--safedb.path=/x']), {
    message: [
      '3 settings are wrong:',
      '  --p2p.listen.tcp is a setting of op-node; Atoll has none',
      '      there is no gossip yet: atoll node follows L1 alone',
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
  })
})

test('variables of op-node apply if the variable of Atoll is not set', () => {
  const env = { OP_NODE_L1_BEACON: 'http://127.0.0.1:2' }
  assert.equal(read([], env).given['l1BeaconUrls'], 'http://127.0.0.1:2')
  const both = { ...env, ATOLL_L1_BEACON_URLS: 'http://127.0.0.1:3' }
  assert.equal(read([], both).given['l1BeaconUrls'], 'http://127.0.0.1:3')
})

test('variables of op-node without a counterpart are reported, but are not an error', () => {
  const names = ['L1_BEACON', 'L1_BEACON_ARCHIVER', 'L1_TRUST_RPC', 'P2P_LISTEN_TCP_PORT']
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
      what: 'OP_NODE_P2P_LISTEN_TCP_PORT is a setting of op-node; Atoll has none',
      right: 'there is no gossip yet: atoll node follows L1 alone',
    },
  ])
})

test('a value that cannot be converted is reported, not ignored', () => {
  assert.throws(() => read(['--syncmode=fast']), /--sync-mode is "fast"/)
  assert.throws(() => read(['--l1.rpc-rate-limit=0.5']), /--l1-rate-limit is "0.5"/)
  assert.throws(() => read(['--l1.http-poll-interval=soon']), /--l1-poll-ms is "soon"/)
})

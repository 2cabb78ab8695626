import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { describeSettings, readSettings } from '#runtime/settings/settings.ts'
import { nodeSettings } from './node-settings.ts'
import { opNodeAliases } from './op-node-aliases.ts'

const required = ['--l1-rpc-urls=http://127.0.0.1:1', '--jwt-secret-file=package.json']

function given(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const source = { args: [...required, ...args], env, aliases: opNodeAliases }
  return readSettings(nodeSettings, source).given
}

test('each alias is of a setting that there is, and stands in the docs', async () => {
  const known = new Map(describeSettings(nodeSettings).map(({ key, flag }) => [key, flag]))
  const page = await readFile(new URL('../../docs/operations.md', import.meta.url), 'utf8')
  for (const { flag, variable, key } of opNodeAliases) {
    const ours = known.get(key)
    assert.ok(ours !== undefined, key)
    const row = page.split('\n').find((line) => line.includes(`\`${flag}\``))
    assert.ok(row?.includes(variable) === true && row.includes(`\`${ours}\``), flag)
  }
})

test('flags of op-node are taken, in our form', () => {
  const { l1PollMs, syncMode, engineTimeoutMs } = given([
    '--l1.http-poll-interval=1m30s',
    '--syncmode',
    'execution-layer',
    '--l2.engine-rpc-timeout=500ms',
  ])
  assert.deepEqual(
    { l1PollMs, syncMode, engineTimeoutMs },
    {
      l1PollMs: '90000',
      syncMode: 'el',
      engineTimeoutMs: '500',
    },
  )
})

test('variables of op-node are taken, where ours are not set', () => {
  const env = { OP_NODE_L1_BEACON: 'http://127.0.0.1:2' }
  assert.equal(given([], env)['l1BeaconUrls'], 'http://127.0.0.1:2')
  const both = { ...env, ATOLL_L1_BEACON_URLS: 'http://127.0.0.1:3' }
  assert.equal(given([], both)['l1BeaconUrls'], 'http://127.0.0.1:3')
})

test('a value that has no form of ours is a mistake, not passed over', () => {
  assert.throws(() => given(['--syncmode=fast']), /--sync-mode is "fast"/)
  assert.throws(() => given(['--l1.http-poll-interval=soon']), /--l1-poll-ms is "soon"/)
})

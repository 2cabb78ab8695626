import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { isUsual, servicesFor } from './node-services.ts'
import { checkSequencerSettings, conductorUrlOf, sequencerWarnings } from './sequencer-settings.ts'

const enabled = { sequencerEnabled: 'true' }

test('only a node with --sequencer-enabled runs the sequencer', () => {
  const runs = (given: Readonly<Record<string, string>>) =>
    servicesFor(given).some(({ name }) => name === 'sequencer')
  assert.ok(runs(enabled))
  assert.ok(!runs({}))
  assert.ok(!runs({ sequencerEnabled: 'false', conductorRpcUrl: 'http://a' }))
  assert.deepEqual(
    ['engine', 'gossip', 'sequencer', 'rpc'].map((name) => isUsual(name)),
    [true, true, false, true],
  )
})

test('op-conductor is used if its URL is given or it is switched on; if it is switched off, the URL has no effect', () => {
  const conductorRpcUrl = 'http://conductor:8547'
  const usual = 'http://127.0.0.1:8547'
  assert.equal(conductorUrlOf({}), undefined)
  assert.equal(conductorUrlOf({ conductorRpcUrl }), conductorRpcUrl)
  assert.equal(conductorUrlOf({ conductorEnabled: 'true' }), usual)
  assert.equal(conductorUrlOf({ conductorEnabled: 'true', conductorRpcUrl }), conductorRpcUrl)
  assert.equal(conductorUrlOf({ conductorEnabled: 'false' }), undefined)
  assert.equal(conductorUrlOf({ conductorEnabled: 'false', conductorRpcUrl }), undefined)
})

test('if the node has no key to sign blocks, it warns that its blocks will not reach peers', () => {
  const noKey = /will not reach peers: .* set --p2p-sequencer-key-file or --signer-url/
  assert.match(sequencerWarnings(enabled).join(), noKey)
  assert.deepEqual(sequencerWarnings({ ...enabled, p2pSequencerKeyFile: 'key.hex' }), [])
  assert.deepEqual(sequencerWarnings({ ...enabled, signerUrl: 'https://signer' }), [])
  assert.deepEqual(sequencerWarnings({ ...enabled, p2pDisable: 'true' }), [])
  assert.deepEqual(sequencerWarnings({ sequencerStopped: 'true' }), [])
})

test('if the sequencer waits for a start and no client can start it, the node warns', () => {
  const signed = { ...enabled, p2pSequencerKeyFile: 'key.hex' }
  const token = { rpcAdminTokenFile: 'token.hex' }
  for (const given of [{ sequencerStopped: 'true' }, { conductorEnabled: 'true' }]) {
    const [warning = ''] = sequencerWarnings({ ...signed, ...given })
    assert.match(warning, /no client can start .* --rpc-admin-token-file/)
    assert.deepEqual(sequencerWarnings({ ...signed, ...given, ...token }), [])
    const withoutRpc = { ...signed, ...given, ...token, rpcDisable: 'true' }
    assert.deepEqual(sequencerWarnings(withoutRpc), [warning])
  }
})

test('a URL of op-conductor that has no effect is a warning', () => {
  const given = {
    ...enabled,
    p2pSequencerKeyFile: 'key.hex',
    conductorEnabled: 'false',
    conductorRpcUrl: 'http://conductor:8547',
  }
  assert.match(sequencerWarnings(given).join(), /^op-conductor is not used/)
})

test('op-conductor without gossip is a warning', () => {
  const given = { ...enabled, rpcAdminTokenFile: 'token.hex', p2pDisable: 'true' }
  assert.deepEqual(sequencerWarnings(given), [])
  const [warning = '', ...others] = sequencerWarnings({ ...given, conductorEnabled: 'true' })
  assert.match(warning, /^op-conductor will not start the sequencer.* --p2p-disable$/)
  assert.deepEqual(others, [])
})

const folder = mkdtempSync(join(tmpdir(), 'atoll-sequencer-settings-'))
test.after(() => rmSync(folder, { recursive: true }))
const secret = join(folder, 'secret.hex')
writeFileSync(secret, '01'.repeat(32))
const builderUrl = 'http://builder:8551'
const signer = { signerUrl: 'https://signer', signerAddress: `0x${'1a'.repeat(20)}` }

const contradictions: readonly (readonly [Readonly<Record<string, string>>, RegExp])[] = [
  [{ signerUrl: 'https://signer' }, /--signer-url needs --signer-address/],
  [{ ...signer, p2pSequencerKeyFile: secret }, /--signer-url are both given/],
  [{ builderUrl }, /--builder-url and --builder-jwt-secret-file belong together/],
  [{ builderJwtSecretFile: secret }, /--builder-url and --builder-jwt-secret-file belong together/],
  [
    { builderUrl, builderJwtSecretFile: secret, builderModule: './builder.ts' },
    /--builder-module and --builder-url are both given/,
  ],
]
for (const [given, message] of contradictions)
  test(`a node does not start with settings that contradict each other: ${Object.keys(given).join(', ')}`, () => {
    assert.throws(() => checkSequencerSettings({ ...enabled, ...given }), {
      code: 'settings',
      message,
    })
  })

test('settings of services that a node does not run may contradict each other', () => {
  checkSequencerSettings({ ...enabled, ...signer, builderUrl, builderJwtSecretFile: secret })
  checkSequencerSettings({ builderUrl, l1RpcUrls: 'http://l1' })
  checkSequencerSettings({ signerUrl: 'https://signer', p2pDisable: 'true' })
})

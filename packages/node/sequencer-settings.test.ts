import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isUsual, servicesFor } from './node-services.ts'
import { conductorUrlOf, sequencerWarnings } from './sequencer-settings.ts'

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

test('op-conductor is used if its URL is given or it is switched on, unless it is switched off', () => {
  const conductorRpcUrl = 'http://conductor:8547'
  const usual = 'http://127.0.0.1:8547'
  assert.equal(conductorUrlOf({}), undefined)
  assert.equal(conductorUrlOf({ conductorRpcUrl }), conductorRpcUrl)
  assert.equal(conductorUrlOf({ conductorEnabled: 'true' }), usual)
  assert.equal(conductorUrlOf({ conductorEnabled: 'true', conductorRpcUrl }), conductorRpcUrl)
  assert.equal(conductorUrlOf({ conductorEnabled: 'false' }), undefined)
  assert.equal(conductorUrlOf({ conductorEnabled: 'false', conductorRpcUrl }), undefined)
})

test('without a key for its blocks, the node warns that they will not reach peers', () => {
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

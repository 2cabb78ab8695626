import assert from 'node:assert/strict'
import { test } from 'node:test'
import { publicLimits } from '#libp2p/open-host.ts'
import { PeerGate } from '#libp2p/peer-gate.ts'
import { systemClock } from '#runtime/clock.ts'
import { config as settingsSchema } from '#services/gossip/config.ts'
import { configOf } from '#test/fakes/block-messages.ts'
import { keySigner } from '#services/gossip/signing/block-signer.ts'
import { checkKeys, checkNumbers, networkSettings } from './network-settings.ts'

const settingsOf = (given: Readonly<Record<string, string>>) =>
  settingsSchema.parse({ network: 'op-mainnet', dataDir: '/nowhere', ...given })

test('numbers of peers that contradict each other are refused, and the error names both settings', () => {
  checkNumbers(settingsOf({}))
  checkNumbers(settingsOf({ p2pPeersLo: '30', p2pMeshDlo: '8', p2pMeshDhi: '8' }))
  const wrong: readonly (readonly [Readonly<Record<string, string>>, RegExp])[] = [
    [{ p2pPeersLo: '31' }, /--p2p-peers-lo \(31\) is above --p2p-peers-hi \(30\)/],
    [{ p2pMeshDlo: '9' }, /--p2p-mesh-dlo \(9\) is above --p2p-mesh-d \(8\)/],
    [{ p2pMeshDhi: '7' }, /--p2p-mesh-d \(8\) is above --p2p-mesh-dhi \(7\)/],
  ]
  for (const [given, message] of wrong)
    assert.throws(() => checkNumbers(settingsOf(given)), { code: 'settings', message })
})

test('the key of the host must not be the key of the sequencer', () => {
  const key = (byte: number) => new Uint8Array(32).fill(byte)
  checkKeys(key(1), undefined)
  checkKeys(key(1), keySigner(10n, key(2)))
  const message = /--p2p-sequencer-key-file is also the key of the host/
  assert.throws(() => checkKeys(key(1), keySigner(10n, key(1))), { code: 'settings', message })
})

test('the limit on connections is twice the limit on peers, but never below the default', () => {
  const parts = {
    config: configOf(4),
    key: new Uint8Array(32).fill(1),
    gate: new PeerGate(systemClock),
    clock: systemClock,
    onDropped: () => undefined,
    onRpcDropped: () => undefined,
    onFailure: () => undefined,
  }
  const limitOf = (p2pPeersHi: string) =>
    networkSettings(settingsOf({ p2pPeersHi }), parts).limits.maxConnections
  assert.equal(limitOf('50'), publicLimits.maxConnections)
  assert.equal(limitOf('51'), 102)
})

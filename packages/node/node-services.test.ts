import assert from 'node:assert/strict'
import { test } from 'node:test'
import { servicesFor } from './node-services.ts'

test('a node runs flashblock-p2p if it makes flashblocks, has other builders, or follows a stream', () => {
  const runs = (given: Readonly<Record<string, string>>) =>
    servicesFor(given).some(({ name }) => name === 'flashblock-p2p')
  assert.ok(!runs({}))
  assert.ok(!runs({ flashblockIntervalMs: '0' }))
  assert.ok(runs({ flashblockIntervalMs: '250' }))
  assert.ok(runs({ flashblockKnownPeers: '/ip4/192.0.2.1/tcp/9009/p2p/12D3KooW' }))
  assert.ok(runs({ flashblockFollow: 'ws://localhost:1111' }))
})

import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { openHost, publicLimits } from '#libp2p/open-host.ts'
import { PeerGate } from '#libp2p/peer-gate.ts'
import { systemClock } from '#runtime/clock.ts'
import { forgetGone } from './forget-gone.ts'

async function hostOf(t: TestContext, key: number) {
  const host = await openHost(
    {
      key: new Uint8Array(32).fill(key),
      listen: ['/ip4/127.0.0.1/tcp/0'],
      announce: [],
      agent: 'atoll/test',
      limits: { ...publicLimits, maxInboundPerSecond: 1_000 },
      gate: new PeerGate(systemClock),
    },
    {},
  )
  t.after(() => host.stop())
  return host
}

test('peers that are not connected are removed from the store of libp2p', async (t) => {
  const host = await hostOf(t, 1)
  const [gone, there] = [await hostOf(t, 2), await hostOf(t, 3)]
  for (const peer of [gone, there]) await host.dial(peer.getMultiaddrs())
  await host.hangUp(gone.peerId)
  const stored = async () => (await host.peerStore.all()).map(({ id }) => id.toString())
  assert.equal((await stored()).length, 2)
  await forgetGone(host)
  assert.deepEqual(await stored(), [there.peerId.toString()])
})

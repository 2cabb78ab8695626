import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { bootnodeProblem } from '#libp2p/bootnode-problem.ts'
import { parseRecord } from '#protocol/p2p/enr-text.ts'
import { systemClock } from '#runtime/clock.ts'
import { config as settingsSchema } from '#services/gossip/config.ts'
import { configOf } from '#test/fakes/block-messages.ts'
import { hostOn } from '#test/fakes/gossip-world.ts'
import { freeUdpPort } from '#test/fakes/free-port.ts'
import { bootnodesFor } from './bootnodes.ts'
import { chainPeer } from './chain-peer.ts'
import { openOwnDiscovery } from './own-discovery.ts'

/** A host of chain 10 or of another chain, with its discovery. */
async function nodeOf(
  t: TestContext,
  number: number,
  { chainId = 10n, ...given }: { readonly chainId?: bigint } & Record<string, unknown> = {},
) {
  const key = new Uint8Array(32).fill(number)
  const config = { ...configOf(4), l2ChainId: chainId, l1ChainId: 900n }
  const network = await hostOn(t, { key, config })
  const settings = settingsSchema.parse({
    network: 'op-mainnet',
    dataDir: '/nowhere',
    p2pListenIp: '127.0.0.1',
    p2pListenUdp: String(await freeUdpPort()),
    ...given,
  })
  const parts = { config, key, clock: systemClock, network }
  const store = { records: () => [] }
  const discovery = await openOwnDiscovery(settings, {
    ...parts,
    store,
    log: { debug: () => undefined },
    searchMs: 500,
  })
  t.after(() => discovery.close())
  return { network, discovery }
}

test('a node finds the peers of its chain, and dials them at their address', async (t) => {
  const boot = await nodeOf(t, 150, { chainId: 1n })
  const p2pBootnodes = boot.discovery.record ?? ''
  const nodes = [
    await nodeOf(t, 151, { p2pBootnodes }),
    await nodeOf(t, 152, { p2pBootnodes }),
    await nodeOf(t, 153, { p2pBootnodes, chainId: 11n }),
  ]
  for (const { discovery } of nodes) await discovery.find()
  const [first, second] = nodes
  assert.ok(first && second)
  const found = new Map<string, readonly string[]>()
  for (let search = 0; search < 10 && found.size === 0; search++)
    for (const record of (await first.discovery.find()) ?? []) {
      const peer = chainPeer(record, 10n)
      if (peer !== undefined && peer.id !== first.network.peerId) found.set(peer.id, peer.addresses)
    }
  assert.deepEqual([...found], [[second.network.peerId, second.network.addresses]])
  await first.network.dial(found.get(second.network.peerId) ?? [])
  assert.equal(first.network.peers().length, 1)
})

test('the record of a node has an address only if the node knows its own address', async (t) => {
  const advertised = { p2pAdvertiseIp: '192.0.2.7', p2pAdvertiseTcp: '1000', p2pAdvertiseUdp: '0' }
  const { discovery, network } = await nodeOf(t, 155, advertised)
  const record = parseRecord(discovery.record ?? '')
  assert.deepEqual(chainPeer(record, 10n), {
    id: network.peerId,
    addresses: [`/ip4/192.0.2.7/tcp/1000/p2p/${network.peerId}`],
  })
  const { discovery: anywhere } = await nodeOf(t, 156, { p2pListenIp: '0.0.0.0' })
  assert.equal(chainPeer(parseRecord(anywhere?.record ?? ''), 10n), undefined)
})

test('the built-in bootnodes are valid, also as values of the setting', () => {
  for (const [l1ChainId, count] of [
    [1n, 24],
    [11_155_111n, 8],
    [900n, 0],
  ] as const) {
    const bootnodes = bootnodesFor(l1ChainId)
    assert.equal(bootnodes.length, count)
    for (const bootnode of bootnodes) {
      assert.equal(bootnodeProblem(bootnode), undefined, bootnode)
      assert.ok(settingsSchema.shape.p2pBootnodes.safeParse(bootnode).success, bootnode)
    }
  }
})

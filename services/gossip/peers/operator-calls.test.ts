import assert from 'node:assert/strict'
import { test } from 'node:test'
import { PeerGate } from '#libp2p/peer-gate.ts'
import { systemClock } from '#runtime/clock.ts'
import { GossipWorld, hostOn, join } from '#test/fakes/gossip-world.ts'
import { maxProtected } from './peer-care.ts'
import { PeerStore } from './peer-store.ts'

test('operators see the host and its peers, with agent, direction, latency and topics', async (t) => {
  const world = await GossipWorld.start(t)
  const peer = await hostOn(t, { agent: 'other/1' })
  await join(world, peer)
  await world.until(async () => (await world.peers()).peers[0]?.agent === 'other/1')
  const { self, peers, topicPeers, known, table } = await world.peers()
  assert.deepEqual([self.id, self.addresses], [world.network.peerId, world.network.addresses])
  assert.ok(self.protocols.some((protocol) => protocol.startsWith('/meshsub/')))
  const [first] = peers
  assert.deepEqual(
    [first?.id, first?.isConnected, first?.direction, first?.gossips, first?.isProtected],
    [peer.peerId, true, 'inbound', true, false],
  )
  assert.deepEqual([topicPeers, known, table], [[1, 1, 1, 1], 1, undefined])
})

test('texts that a peer announces are shown without characters that control a terminal', async (t) => {
  const world = await GossipWorld.start(t)
  const peer = await hostOn(t, { agent: '\u001B[2Jother\n' })
  await join(world, peer)
  await world.until(async () => (await world.peers()).peers[0]?.agent === '\uFFFD[2Jother\uFFFD')
})

test('an operator connects, protects, blocks and disconnects peers', async (t) => {
  const gate = new PeerGate(systemClock)
  const store = new PeerStore(':memory:', 10n)
  const world = await GossipWorld.start(t, { network: { gate }, ports: { gate, store } })
  const peer = await hostOn(t)
  const [address = ''] = peer.addresses
  const ids = async () => (await world.peers()).peers.map(({ id }) => id)
  assert.match(String(await world.change('connect', '/ip4/10.0.0.1/tcp/1')), /^bad peer address: /)
  assert.equal(await world.change('connect', address), undefined)
  assert.deepEqual(await ids(), [peer.peerId])
  assert.equal(await world.change('protect', peer.peerId), undefined)
  await world.until(async () => (await world.peers()).peers[0]?.isProtected === true)
  await world.change('unprotect', peer.peerId)
  await world.until(async () => (await world.peers()).peers[0]?.isProtected === false)

  await world.change('block-peer', peer.peerId)
  await world.change('block-ip', '203.0.113.7')
  await world.change('block-subnet', '203.0.113.0/24')
  assert.match(String(await world.change('block-subnet', '203.0.113.0')), /is not a subnet/)
  const { blockedPeers, blockedIps, blockedSubnets } = await world.peers()
  assert.deepEqual(
    [blockedPeers, blockedIps, blockedSubnets],
    [[peer.peerId], ['203.0.113.7'], ['203.0.113.0/24']],
  )
  // As with op-node, the blocked peers, IPs and subnets are stored, so that they stay blocked after a restart.
  assert.deepEqual(store.blocked(), gate.blocked)
  // Blocking a peer closes its connection. As with op-node, disconnecting the peer unblocks it.
  assert.deepEqual(await ids(), [])
  assert.equal(await world.change('disconnect', peer.peerId), undefined)
  assert.deepEqual([await ids(), (await world.peers()).blockedPeers], [[], []])
  await world.change('block-peer', peer.peerId)
  assert.match(String(await world.change('connect', address)), /^the peer is blocked or banned; /)
  for (const change of ['unblock-peer', 'unblock-ip', 'unblock-subnet'] as const) {
    const names = {
      'unblock-peer': peer.peerId,
      'unblock-ip': '203.0.113.7',
      'unblock-subnet': '203.0.113.0/24',
    }
    await world.change(change, names[change])
  }
  const after = await world.peers()
  assert.deepEqual([after.blockedPeers, after.blockedIps, after.blockedSubnets], [[], [], []])
  assert.deepEqual(store.blocked(), { peers: [], ips: [], subnets: [] })
})

test('if a blocked peer cannot be disconnected, it is blocked and stored nevertheless', async (t) => {
  const gate = new PeerGate(systemClock)
  const store = new PeerStore(':memory:', 10n)
  const world = await GossipWorld.start(t, { network: { gate }, ports: { gate, store } })
  // The disconnect fails, since this is not the id of a peer.
  assert.equal(await world.change('block-peer', 'p1'), undefined)
  assert.deepEqual(store.blocked().peers, ['p1'])
})

test('a peer cannot be protected beyond the limit, and the refusal names the limit', async (t) => {
  const world = await GossipWorld.start(t)
  for (let peer = 0; peer < maxProtected; peer++)
    assert.equal(await world.change('protect', `p${peer}`), undefined)
  assert.match(String(await world.change('protect', 'one more')), /^1000 peers are protected/)
  assert.equal(await world.change('protect', 'p0'), undefined)
  await world.change('unprotect', 'p1')
  assert.equal(await world.change('protect', 'one more'), undefined)
})

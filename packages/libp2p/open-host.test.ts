import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { test, type TestContext } from 'node:test'
import { gossipsub, type GossipSub, StrictNoSign, TopicValidatorResult } from '@libp2p/gossipsub'
import type { PeerId, ServiceMap } from '@libp2p/interface'
import { openGossipData } from '#protocol/p2p/gossip-data.ts'
import { messageId } from '#protocol/p2p/message-id.ts'
import { peerIdOf, publicKeyOf } from '#protocol/p2p/network-key.ts'
import { compress } from '#protocol/p2p/snappy-block.ts'
import { systemClock } from '#runtime/clock.ts'
import { sha256 } from '#runtime/crypto/sha256.ts'
import { floodIdentify } from '#test/fakes/identify-flood.ts'
import { maxKeptAddresses, maxKeptProtocols } from './limited-peer-store.ts'
import {
  type Host,
  type HostSettings,
  maxIdentifyBytes,
  openHost,
  publicLimits,
} from './open-host.ts'
import { PeerGate } from './peer-gate.ts'

let made = 0

/** A host on loopback with a key of its own, which stops when the test ends. */
async function hostOf<Services extends ServiceMap>(
  t: TestContext,
  settings: Partial<HostSettings> = {},
  services = {} as Parameters<typeof openHost<Services>>[1],
): Promise<Host<Services>> {
  const all: HostSettings = {
    key: new Uint8Array(32).fill(++made),
    listen: ['/ip4/127.0.0.1/tcp/0'],
    announce: [],
    agent: 'atoll/test',
    // All hosts of the tests have the same IP address.
    limits: { ...publicLimits, maxInboundPerSecond: 1_000 },
    gate: new PeerGate(systemClock),
    ...settings,
  }
  const host = await openHost<Services>(all, services)
  t.after(() => host.stop())
  return host
}

const dial = (from: Host<ServiceMap>, to: Host<ServiceMap>) => from.dial(to.getMultiaddrs())

/** Waits until a condition holds, for ten seconds at most. */
async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  const endMs = performance.now() + 10_000
  while (!(await holds())) {
    assert.ok(performance.now() < endMs, `not within ten seconds: ${holds.toString()}`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

test('two hosts connect by noise and yamux, identify each other and answer pings', async (t) => {
  const [one, two] = [await hostOf(t), await hostOf(t, { agent: 'optimism' })]
  const connection = await dial(one, two)
  assert.equal(connection.encryption, '/noise')
  assert.equal(connection.multiplexer, '/yamux/1.0.0')
  assert.equal(two.peerId.toString(), peerIdOf(publicKeyOf(new Uint8Array(32).fill(made))))
  await until(async () => (await one.peerStore.get(two.peerId)).metadata.has('AgentVersion'))
  const { metadata, protocols } = await one.peerStore.get(two.peerId)
  assert.equal(new TextDecoder().decode(metadata.get('AgentVersion')), 'optimism')
  for (const protocol of ['/ipfs/id/1.0.0', '/ipfs/ping/1.0.0'])
    assert.ok(protocols.includes(protocol))
  assert.ok((await one.services.ping.ping(two.peerId)) >= 0)
})

test("a host with a builder's ed25519 key has its peer id, and connects to a host with a secp256k1 key", async (t) => {
  const publicKey = '8a88e3dd7409f195fd52db2d3cba5d72ca6709bf1d94121bf3748801b40f6f5c'
  const key = Buffer.from('01'.repeat(32) + publicKey, 'hex')
  const [builder, other] = [await hostOf(t, { key }), await hostOf(t)]
  const peerId = '12D3KooWK99VoVxNE7XzyBwXEzW7xhK7Gpv85r9F3V3fyKSUKPH5'
  assert.equal(builder.peerId.toString(), peerId)
  assert.equal((await dial(other, builder)).remotePeer.toString(), peerId)
  assert.ok((await other.services.ping.ping(builder.peerId)) >= 0)
})

test('a host announces the configured addresses', async (t) => {
  const host = await hostOf(t, { announce: ['/ip4/1.2.3.4/tcp/9222'] })
  const shown = host.getMultiaddrs().map(String)
  assert.deepEqual(shown, [`/ip4/1.2.3.4/tcp/9222/p2p/${host.peerId.toString()}`])
})

test('a blocked peer or address is neither dialed nor accepted', async (t) => {
  const gate = new PeerGate(systemClock)
  const [guarded, other] = [await hostOf(t, { gate }), await hostOf(t)]
  gate.blockPeer(other.peerId.toString())
  await assert.rejects(dial(guarded, other), { name: 'DialDeniedError' })
  // For the dialer the connection may be open for a moment, since it is refused only after the handshake.
  await Promise.allSettled([dial(other, guarded)])
  await until(() => other.getConnections().length === 0)
  assert.equal(guarded.getConnections().length, 0)
  gate.unblockPeer(other.peerId.toString())
  gate.blockSubnet('127.0.0.0/8')
  await assert.rejects(dial(guarded, other))
  await assert.rejects(dial(other, guarded))
  gate.unblockSubnet('127.0.0.0/8')
  assert.equal((await dial(other, guarded)).status, 'open')
})

test('connections beyond the limit are refused', async (t) => {
  const limits = { ...publicLimits, maxInboundPerSecond: 1_000, maxConnections: 2 }
  const full = await hostOf(t, { limits })
  for (let peer = 0; peer < 2; peer++) await dial(await hostOf(t), full)
  await until(() => full.getConnections().length === 2)
  await assert.rejects(dial(await hostOf(t), full))
  assert.equal(full.getConnections().length, 2)
})

/** The TCP port on which a host listens. */
function portOf(host: Host<ServiceMap>): number {
  const [address] = host.getMultiaddrs()
  return Number(address?.getComponents().find(({ name }) => name === 'tcp')?.value)
}

/**
 * Opens a connection, and sends the header of multistream-select. A host that serves the connection answers with its
 * own header.
 */
function openSocket(host: Host<ServiceMap>, header = '\u0013/multistream/1.0.0\n') {
  const socket = connect(portOf(host), '127.0.0.1')
  socket.on('error', () => undefined)
  socket.write(header)
  const outcome = new Promise<'served' | 'refused'>((resolve) => {
    socket.once('data', () => resolve('served'))
    socket.once('close', () => resolve('refused'))
  })
  return { socket, outcome }
}

test('connections of one address above the rate limit are refused', async (t) => {
  const host = await hostOf(t, { limits: { ...publicLimits, maxInboundPerSecond: 2 } })
  const sockets = Array.from({ length: 8 }, () => openSocket(host))
  const outcomes = await Promise.all(sockets.map(({ outcome }) => outcome))
  for (const { socket } of sockets) socket.destroy()
  const served = outcomes.filter((outcome) => outcome === 'served').length
  assert.ok(served <= 4 && served < outcomes.length, outcomes.join(' '))
})

test('beyond the limit on incomplete handshakes, inbound connections are refused until other connections end', async (t) => {
  const limits = { ...publicLimits, maxInboundPerSecond: 1_000, maxPendingInbound: 2 }
  const host = await hostOf(t, { limits })
  const [first, second] = [openSocket(host), openSocket(host)]
  assert.deepEqual(await Promise.all([first.outcome, second.outcome]), ['served', 'served'])
  const third = openSocket(host)
  assert.equal(await third.outcome, 'refused')
  first.socket.destroy()
  await until(async () => {
    const { socket, outcome } = openSocket(host)
    const isServed = (await outcome) === 'served'
    socket.destroy()
    return isServed
  })
  second.socket.destroy()
})

test('if an address to listen on is not over TCP or is in use, the error names the address', async (t) => {
  for (const address of ['127.0.0.1:9222', '/ip4/127.0.0.1/udp/9222', '/ip4/1.2.3/tcp/1', '']) {
    const message = /is not a multiaddr over TCP, such as/
    await assert.rejects(hostOf(t, { listen: [address] }), { code: 'settings', message })
    await assert.rejects(hostOf(t, { announce: [address] }), { code: 'settings', message })
  }
  const host = await hostOf(t)
  const listen = host.getMultiaddrs().map((each) => each.decapsulate('/p2p').toString())
  await assert.rejects(hostOf(t, { listen }), {
    code: 'p2p-port',
    message: /cannot listen on \/ip4\/127.0.0.1\/tcp\/\d+: another process has this port$/,
  })
  const elsewhere = hostOf(t, { listen: ['/ip4/192.0.2.1/tcp/9222'] })
  await assert.rejects(elsewhere, { code: 'p2p-port', message: /192\.0\.2\.1.*: EADDRNOTAVAIL: / })
})

const topic = '/optimism/10/3/blocks'

const gossip = () => ({
  gossip: gossipsub({
    globalSignaturePolicy: StrictNoSign,
    allowPublishToZeroTopicPeers: true,
    maxInboundDataLength: 16 * 2 ** 20,
    msgIdFn: ({ data }) => messageId(openGossipData(data), { form: 'op-node', topic, sha256 }),
  }),
})

test('large gossip messages arrive once each, and only if they are valid', async (t) => {
  const [one, two] = [
    await hostOf<{ gossip: GossipSub }>(t, {}, gossip()),
    await hostOf<{ gossip: GossipSub }>(t, {}, gossip()),
  ]
  const seen: number[] = []
  two.services.gossip.topicValidators.set(topic, (_peer: PeerId, { data }) => {
    const opened = openGossipData(data)
    seen.push(opened.bytes.length)
    return opened.kind === 'raw' ? TopicValidatorResult.Reject : TopicValidatorResult.Accept
  })
  const accepted: number[] = []
  two.services.gossip.addEventListener('message', ({ detail }) =>
    accepted.push(openGossipData(detail.data).bytes.length),
  )
  for (const { services } of [one, two]) services.gossip.subscribe(topic)
  await dial(one, two)
  await until(() => one.services.gossip.getSubscribers(topic).length === 1)
  const noise = Uint8Array.from(
    { length: 3 * 2 ** 20 },
    (_, at) => (at * at * 2_654_435_761) >>> 13,
  )
  await one.services.gossip.publish(topic, compress(noise))
  await one.services.gossip.publish(topic, Uint8Array.of(1, 2, 3))
  await one.services.gossip.publish(topic, compress(new Uint8Array(100)))
  await until(() => accepted.includes(100))
  assert.deepEqual(
    accepted.toSorted((left, right) => left - right),
    [100, noise.length],
  )
  assert.deepEqual(
    seen.toSorted((left, right) => left - right),
    [3, 100, noise.length],
  )
})

test('the addresses and protocols that a peer announces are limited', async (t) => {
  const [one, two] = [await hostOf(t), await hostOf(t)]
  await floodIdentify(two, maxIdentifyBytes)
  await dial(one, two)
  const stored = async () => (await one.peerStore.get(two.peerId)).protocols.length > 0
  await until(stored)
  const { addresses, protocols } = await one.peerStore.get(two.peerId)
  assert.equal(addresses.length, maxKeptAddresses)
  assert.equal(protocols.length, maxKeptProtocols)
})

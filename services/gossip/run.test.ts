import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import type { Payload } from '#protocol/block/payload.ts'
import { compress } from '#protocol/p2p/snappy-block.ts'
import { blocksTopic } from '#protocol/p2p/topics.ts'
import type { RejectReason } from '#protocol/p2p/validate-block.ts'
import { signerOf } from '#protocol/p2p/payload-signature.ts'
import { PeerGate } from '#libp2p/peer-gate.ts'
import { systemClock } from '#runtime/clock.ts'
import { ignoredBelow } from './network/score-params.ts'
import { openMessage } from './opening/opened-message.ts'
import { staticPeers } from './peers/known-peers.ts'
import type { OpenNetwork } from './network/open-network.ts'
import { PeerStore } from './peers/peer-store.ts'
import { keySigner } from './signing/block-signer.ts'
import { toAddress } from '#protocol/codec/hex.ts'
import { hash } from '#test/fakes/values.ts'
import { payloadOf, signedMessage, signerAddress, signerKey } from '#test/fakes/block-messages.ts'
import { control } from '#test/fakes/gossip-frames.ts'
import { blockData, GossipWorld, hostOn, join } from '#test/fakes/gossip-world.ts'
import { rawGossipPeer } from '#test/fakes/raw-gossip-peer.ts'
import { rollupConfig } from '#test/fakes/rollup-config.ts'

const topic = blocksTopic(10n, 4)

/** Another key, and its address. */
const otherKey = new Uint8Array(32).fill(2)
const otherAddress = signerOf(otherKey)

test('a valid block is stored for the engine and relayed to a second peer; invalid blocks are neither stored nor relayed, and the peers stay connected', async (t) => {
  const world = await GossipWorld.start(t)
  const [sender, behind] = [await hostOn(t), await hostOn(t)]
  const relayed: number[] = []
  behind.onBlock(({ arrival, data }) => {
    relayed.push(data.bytes.length)
    behind.judge(arrival, 'accept')
  })
  await join(world, sender)
  await join(world, behind)
  const send = (data: Uint8Array) => sender.publish(topic, data)
  await send(blockData(4, world.block(1n)))
  await world.until(() => world.received.length === 1 && relayed.length === 1)

  const { now } = world
  const broken = (changes: Partial<Payload>) => blockData(4, world.block(2n, changes))
  const invalid: Partial<Record<RejectReason, Uint8Array>> = {
    'not-snappy': Uint8Array.of(1, 2, 3),
    'too-large': Uint8Array.of(0x80, 0x80, 0x80, 0x0a),
    'too-small': compress(new Uint8Array(65)),
    'bad-signature': compress(new Uint8Array(100)),
    'wrong-signer': blockData(4, world.block(2n), { key: otherKey }),
    malformed: blockData(3, payloadOf(3, { number: 2n, timestamp: now })),
    'too-old': broken({ timestamp: now - 61n }),
    'too-new': broken({ timestamp: now + 60n }),
    'wrong-hash': broken({ blockHash: hash(7) }),
    'excess-blob-gas': broken({ excessBlobGas: 1n }),
  }
  for (const data of Object.values(invalid)) await send(data)
  // A block of another chain: the signature yields another signer.
  await send(blockData(4, world.block(3n), { chainId: 11n }))
  await world.until(async () => {
    const counts = await world.outcomes()
    const areAll = Object.keys(invalid).every((reason) => (counts[reason] ?? 0) > 0)
    return areAll && counts['wrong-signer'] === 2
  })
  const { accepted, 'wrong-signer': wrong, ...others } = await world.outcomes()
  assert.deepEqual([accepted, wrong], [1, 2])
  assert.deepEqual(new Set(Object.values(others)), new Set([1]))

  await send(blockData(4, world.block(4n)))
  await world.until(() => world.received.length === 2 && relayed.length === 2)
  assert.deepEqual(
    world.received.map(({ number }) => number),
    [1n, 4n],
  )
  assert.equal(world.network.peers().length, 2)
})

test('a large block is opened on another thread, and has the same outcome as a small block', async (t) => {
  const world = await GossipWorld.start(t)
  const [sender, other, behind] = [await hostOn(t), await hostOn(t), await hostOn(t)]
  const relayed: number[] = []
  behind.onBlock(({ arrival, data }) => {
    relayed.push(data.bytes.length)
    behind.judge(arrival, 'accept')
  })
  for (const peer of [sender, other, behind]) await join(world, peer)
  let threads = 0
  const count = () => threads++
  process.on('worker', count)
  t.after(() => process.off('worker', count))
  const large = { transactions: [new Uint8Array(300_000)] }
  const block = world.block(1n, large)
  const data = blockData(4, block)
  await Promise.all([sender, other].map((peer) => peer.publish(topic, data)))
  await world.until(() => world.received.length === 1 && relayed.length === 1)
  assert.deepEqual(world.received, [block])
  assert.deepEqual(relayed, [signedMessage(4, block).length])
  await sender.publish(topic, blockData(4, world.block(2n, large), { key: otherKey }))
  await world.until(async () => (await world.outcomes())['wrong-signer'] === 1)
  assert.deepEqual(await world.outcomes(), { accepted: 1, 'wrong-signer': 1 })
  const scoreOf = (peer: OpenNetwork) =>
    world.network.peers().find(({ id }) => id === peer.peerId)?.score ?? 0
  await world.until(() => scoreOf(sender) < 0)
  assert.equal(scoreOf(other), 0)
  // The host `behind` is in the same process, and starts a thread, too.
  assert.ok(threads >= 2, String(threads))
})

test('the seventh block of a height is rejected', async (t) => {
  const world = await GossipWorld.start(t)
  const sender = await hostOn(t)
  await join(world, sender)
  for (let gasUsed = 1n; gasUsed <= 7n; gasUsed++)
    await sender.publish(topic, blockData(4, world.block(1n, { gasUsed })))
  await world.until(async () => (await world.outcomes())['too-many-at-height'] === 1)
  assert.equal((await world.outcomes())['accepted'], 6)
  await world.until(() => world.received.length === 6)
})

test('a block is accepted only on the topic of the fork at its time, and not on the topic of an earlier fork', async (t) => {
  const start = 1_700_000_000n
  // The clock of BusWorld starts at `start`.
  const config = rollupConfig({
    l2ChainId: 10n,
    hardforkTimes: {
      canyon: start - 40n,
      ecotone: start - 20n,
      isthmus: start + 4n,
      jovian: start + 4n,
    },
  })
  const world = await GossipWorld.start(t, { config })
  const sender = await hostOn(t)
  await join(world, sender)
  const times = [
    [1, start - 50n],
    [2, start - 30n],
    [3, start - 10n],
    [4, start + 4n],
  ] as const
  for (const [version, timestamp] of times) {
    const payload = payloadOf(version, { number: BigInt(version), timestamp })
    await sender.publish(blocksTopic(10n, version), blockData(version, payload))
  }
  await world.until(() => world.received.length === 4)
  assert.deepEqual(
    world.received.map(({ number }) => number).toSorted((left, right) => Number(left - right)),
    [1n, 2n, 3n, 4n],
  )
  // After the switch, a block of the new fork is sent on the topic of the old fork.
  await sender.publish(
    blocksTopic(10n, 3),
    blockData(3, payloadOf(3, { number: 5n, timestamp: start + 5n })),
  )
  await world.until(async () => (await world.outcomes())['wrong-topic'] === 1)
})

test('before the signer is known, blocks are ignored; a new signer is accepted immediately, and the old signer stays accepted until a block of the new signer arrives', async (t) => {
  const world = await GossipWorld.start(t)
  const sender = await hostOn(t)
  await join(world, sender)
  await world.sign(toAddress(new Uint8Array(20)))
  assert.match(world.status.wait?.what ?? '', /unsafe block signer/)
  await sender.publish(topic, blockData(4, world.block(1n)))
  await world.until(async () => (await world.outcomes())['signer-unknown'] === 1)
  await world.sign(signerAddress)
  assert.equal(world.status.wait, undefined)
  await world.sign(otherAddress)
  await sender.publish(topic, blockData(4, world.block(2n)))
  await world.until(() => world.received.length === 1)
  await sender.publish(topic, blockData(4, world.block(3n), { key: otherKey }))
  await world.until(() => world.received.length === 2)
  await sender.publish(topic, blockData(4, world.block(4n)))
  await world.until(async () => (await world.outcomes())['wrong-signer'] === 1)
})

test('a message on a topic of another chain is refused: a peer that requests the message by its id does not get it', async (t) => {
  const world = await GossipWorld.start(t)
  const other = blocksTopic(11n, 4)
  const peer = await rawGossipPeer(t, world.network.addresses, [topic, other])
  await world.until(() => peer.inbound !== undefined)
  const foreign = blockData(4, world.block(1n), { chainId: 11n })
  const own = blockData(4, world.block(2n))
  const messages = [
    { topic: other, data: foreign },
    { topic, data: own },
  ]
  peer.send({ messages })
  await world.until(() => world.received.length === 1)
  const messageIDs = messages.map(
    ({ topic: on, data }) => openMessage(on, data, { form: 'op-node' }).id,
  )
  peer.send({ control: control({ iwant: [{ messageIDs }] }) })
  await world.until(() => peer.hasHeard(own))
  assert.ok(!peer.hasHeard(foreign))
  assert.deepEqual(await world.outcomes(), { accepted: 1 })
})

test('a block is accepted however far above the head it is', async (t) => {
  const world = await GossipWorld.start(t)
  const sender = await hostOn(t)
  await join(world, sender)
  await sender.publish(topic, blockData(4, world.block(1_000_000n)))
  await world.until(() => world.received.length === 1)
  await world.pass(2_000)
  assert.deepEqual(Object.keys(await world.outcomes()), ['accepted'])
  assert.match(world.status.progress ?? '', /^1 peer; the highest block from peers is 1000000$/)
  assert.equal(await world.metric('atoll_gossip_highest_block_number'), 1_000_000)
})

test('an own block is signed and sent to the peers once; if a block has a wrong hash or another signer, it is not sent', async (t) => {
  const world = await GossipWorld.start(t, { ports: { blockSigner: keySigner(10n, signerKey) } })
  const reader = await hostOn(t)
  const heard: (readonly [version: number, bytes: number])[] = []
  reader.onBlock(({ arrival, version, data }) => {
    heard.push([version, data.bytes.length])
    reader.judge(arrival, 'accept')
  })
  await join(world, reader)
  const payload = world.block(1n)
  const both = await Promise.all([world.publish(payload), world.publish(payload)])
  assert.deepEqual(both, [
    { peers: 1, wasPublished: false },
    { peers: 0, wasPublished: true },
  ])
  assert.deepEqual(await world.publish(payload), { peers: 0, wasPublished: true })
  await world.until(() => heard.length === 1)
  assert.deepEqual(heard, [[4, signedMessage(4, payload).length]])
  await assert.rejects(world.publish({ ...payload, number: 2n, blockHash: hash(2) }), {
    code: 'publish-refused',
    message: /its hash does not match its fields/,
  })
  await world.sign(otherAddress)
  await assert.rejects(world.publish(world.block(3n)), {
    code: 'publish-refused',
    message: /but the chain's signer is 0x5050/,
  })
  await world.pass(50)
  assert.equal(heard.length, 1)
  assert.equal(world.received.length, 0)
})

test('without a key, gossip says which setting it lacks', async (t) => {
  const world = await GossipWorld.start(t)
  const message = /--p2p-sequencer-key-file/
  await assert.rejects(world.publish(world.block(1n)), { code: 'publish-refused', message })
})

/** A host that can be started again with the same key, at the same address. */
const restartable = async (t: TestContext, key: number, listen = '/ip4/127.0.0.1/tcp/0') =>
  hostOn(t, { key: new Uint8Array(32).fill(key), listen: [listen] })

test('a static peer is dialed, and dialed again when it returns at its address', async (t) => {
  const first = await restartable(t, 100)
  const [address = ''] = first.addresses
  const known = staticPeers([address])
  const world = await GossipWorld.start(t, { ports: { staticPeers: known } })
  const isConnected = () => world.network.peers().length === 1
  await world.until(isConnected)
  await first.close()
  await world.until(() => !isConnected())
  await restartable(t, 100, address.slice(0, address.indexOf('/p2p/')))
  await world.until(isConnected)
})

test('peers of an earlier run are dialed, and a ban outlasts the run', async (t) => {
  const store = new PeerStore(':memory:', 10n)
  const [good, bad] = [await hostOn(t), await hostOn(t)]
  const gate = new PeerGate(systemClock)
  // The peer gates use the clock of the machine, which is years ahead of the simulated clock of gossip.
  const limits = { lo: 20, hi: 30, graceMs: 0, banBelow: -100, banMs: 20 * 31_536_000_000 }
  const world = await GossipWorld.start(t, { ports: { store, gate, limits }, network: { gate } })
  await join(world, good)
  await join(world, bad)
  await world.until(() => store.peers().length === 2)
  for (let number = 1n; number <= 4n; number++)
    await bad.publish(topic, blockData(4, world.block(number), { key: otherKey }))
  await world.until(() => world.network.peers().length === 1)
  const [ban] = store.bans()
  assert.equal(ban?.name, bad.peerId)
  assert.match(ban.reason, /^score -1\d\d: (4|3\.9) invalid messages$/)
  await assert.rejects(world.network.dial(bad.addresses))
  const again = new PeerGate(systemClock, { bans: store.bans() })
  const next = await GossipWorld.start(t, {
    ports: { store, gate: again, limits },
    network: { gate: again },
  })
  await next.until(() => next.network.peers().length === 1)
  assert.equal(next.network.peers()[0]?.id, good.peerId)
  assert.deepEqual((await next.peers()).bans, [ban])
  assert.equal(await next.change('unblock-peer', bad.peerId), undefined)
  assert.deepEqual(store.bans(), [])
  await next.network.dial(bad.addresses)
})

test('honest peers lose no score for blocks of a wrong age, and are not ignored if the execution client refuses all blocks', async (t) => {
  const world = await GossipWorld.start(t)
  const peer = await hostOn(t)
  await join(world, peer)
  const { now } = world
  for (const timestamp of [now - 61n, now - 100n, now + 6n, now + 60n])
    await peer.publish(topic, blockData(4, world.block(1n, { timestamp })))
  await world.until(async () => (await world.outcomes())['too-new'] === 2)
  const score = () => world.network.peers()[0]?.score ?? assert.fail('the peer is gone')
  assert.equal(score(), 0)
  for (let number = 1n; number <= 10n; number++) {
    const payload = world.block(number)
    await peer.publish(topic, blockData(4, payload))
    await world.until(() => world.received.length === Number(number))
    await world.refuse(payload)
  }
  await world.until(() => score() < 0)
  assert.ok(score() >= ignoredBelow)
  await peer.publish(topic, blockData(4, world.block(11n)))
  await world.until(() => world.received.length === 11)
})

test('if a peer sends invalid blocks, it is banned for its score', async (t) => {
  const world = await GossipWorld.start(t)
  const [honest, hostile] = [await hostOn(t), await hostOn(t)]
  await join(world, honest)
  await join(world, hostile)
  for (let number = 1n; number <= 4n; number++)
    await hostile.publish(topic, blockData(4, world.block(number), { key: otherKey }))
  await world.until(() => world.network.peers().every(({ id }) => id !== hostile.peerId))
  await honest.publish(topic, blockData(4, world.block(9n)))
  await world.until(() => world.received.length === 1)
})

test('if a block was sent before a restart, it is not sent again', async (t) => {
  const store = new PeerStore(':memory:', 10n)
  const ports = { store, blockSigner: keySigner(10n, signerKey) }
  const world = await GossipWorld.start(t, { ports })
  const payload = world.block(1n)
  assert.deepEqual(await world.publish(payload), { peers: 0, wasPublished: false })
  const next = await GossipWorld.start(t, { ports })
  assert.deepEqual(await next.publish(payload), { peers: 0, wasPublished: true })
})

test('a peer can request a block by its number', async (t) => {
  const world = await GossipWorld.start(t)
  const asker = await hostOn(t)
  await join(world, asker)
  const large = Array.from({ length: 40 }, (_, at) => new Uint8Array(50_000).fill(at))
  const payload = world.block(7n, { transactions: large })
  world.blocks.set(7n, payload)
  const ask = (number: bigint, blockHash = payload.blockHash) =>
    world.settle(asker.request(world.network.peerId, { number, hash: blockHash }))
  assert.deepEqual(await ask(7n), { kind: 'payload', payload })
  assert.deepEqual(await ask(8n), { kind: 'not-found' })
  assert.deepEqual(await ask(1_000_000_000_000n), { kind: 'out-of-range' })
  await assert.rejects(ask(7n, hash(1)), /an answer with another block/)
  await world.until(() => asker.peers().some(({ servesPayloads }) => servesPayloads))
})

test('if a peer sends too many requests, they are delayed', async (t) => {
  const world = await GossipWorld.start(t)
  const asker = await hostOn(t)
  await join(world, asker)
  const wanted = { number: 8n, hash: hash(1) }
  let answered = 0
  const asks = Array.from({ length: 16 }, async () => {
    await asker.request(world.network.peerId, wanted)
    answered++
  })
  // Libp2p refuses more than 16 streams at a time.
  await world.until(() => answered >= 15)
  await world.settle(Promise.all(asks))
  assert.equal(answered, 16)
})

test('a gap below a block of gossip is filled from a peer if the setting is on', async (t) => {
  const world = await GossipWorld.start(t, { ports: { fetches: true } })
  const sender = await hostOn(t)
  let parent = hash(10)
  for (let number = 11n; number <= 13n; number++) {
    const payload = world.block(number, { parentHash: parent })
    parent = payload.blockHash
    world.blocks.set(number, payload)
  }
  await sender.serve(async (_peer, number) => {
    const payload = world.blocks.get(number)
    return payload === undefined ? { kind: 'not-found' } : { kind: 'payload', payload }
  })
  await join(world, sender)
  await world.moveHead(10n)
  const newest = world.blocks.get(13n)
  assert.ok(newest)
  await sender.publish(topic, blockData(4, newest))
  await world.until(() => world.received.length === 3)
  assert.deepEqual(
    world.received.map(({ number }) => number),
    [13n, 12n, 11n],
  )
})

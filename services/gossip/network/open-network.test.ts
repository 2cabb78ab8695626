import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { test, type TestContext } from 'node:test'
import { maxGossipBytes } from '#protocol/p2p/gossip-data.ts'
import { joined } from '#protocol/codec/joined.ts'
import { compress } from '#protocol/p2p/snappy-block.ts'
import { blocksTopic, blocksTopics } from '#protocol/p2p/topics.ts'
import { systemClock } from '#runtime/clock.ts'
import { control, frame, prefixed } from '#test/fakes/gossip-frames.ts'
import { hostOn } from '#test/fakes/gossip-world.ts'
import { rawGossipPeer, type RawGossipPeer } from '#test/fakes/raw-gossip-peer.ts'
import { maxOutboundBytes } from './gossip-options.ts'
import type { Verdict } from '#services/gossip/ports.ts'

const topic = blocksTopic(10n, 4)
const topics = [...blocksTopics(10n).keys()]

/** A message whose content differs at each call. */
const newMessage = () => ({ topic, data: compress(randomBytes(100)) })

const times = <Value>(count: number, make: () => Value) => Array.from({ length: count }, make)

/** Waits until a condition holds, for five seconds at most. */
async function until(holds: () => boolean): Promise<void> {
  const endMs = performance.now() + 5_000
  while (!holds()) {
    assert.ok(performance.now() < endMs, `not within five seconds: ${holds.toString()}`)
    await sleep(2)
  }
}

/** A host whose clock does not move. The host gives each message the same verdict, and counts its messages. */
async function judgingHost(t: TestContext, verdict: Verdict) {
  const seen = {
    judged: 0,
    busy: 0,
    'control-rate': 0,
    malformed: 0,
    'rpc-rate': 0,
    'too-large': 0,
  }
  const network = await hostOn(t, {
    clock: { ...systemClock, monotonicMs: () => 0 },
    onDropped: (version, outcome) => {
      assert.deepEqual([version, outcome], [4, 'busy'])
      seen.busy++
    },
    onRpcDropped: (reason) => seen[reason]++,
  })
  network.onBlock(({ arrival }) => {
    seen.judged++
    network.judge(arrival, verdict)
  })
  const join = () => rawGossipPeer(t, network.addresses, topics)
  return { network, seen, join }
}

test('the 65th message of a burst of one peer is dropped before it is opened; messages of other peers are not dropped', async (t) => {
  const { seen, join } = await judgingHost(t, 'accept')
  const [peer, other] = [await join(), await join()]
  for (let sent = 0; sent < 64; sent += 32) peer.send({ messages: times(32, newMessage) })
  await until(() => seen.judged === 64)
  assert.equal(seen.busy, 0)
  peer.send({ messages: [newMessage()] })
  await until(() => seen.busy === 1)
  other.send({ messages: [newMessage()] })
  await until(() => seen.judged === 65)
  assert.equal(seen.busy, 1)
})

test('copies of a message count towards the limit', async (t) => {
  const { seen, join } = await judgingHost(t, 'accept')
  const peer = await join()
  const one = newMessage()
  peer.send({ messages: times(64, () => one) })
  peer.send({ messages: [one] })
  await until(() => seen.busy === 1)
  assert.equal(seen.judged, 1)
})

test('an RPC may have 64 messages, and an RPC with 65 is dropped as a whole', async (t) => {
  const { seen, join } = await judgingHost(t, 'accept')
  const peer = await join()
  peer.send({ messages: times(65, newMessage) })
  peer.send({ messages: times(64, newMessage) })
  await until(() => seen.judged === 64)
  assert.equal(seen.busy, 0)
})

/** A control message that asks for messages by their ids. */
const iwant = (count: number) =>
  control({ iwant: [{ messageIDs: times(count, () => randomBytes(20)) }] })

test('a control message that has the 1,025th control entry of a burst is dropped, but the messages in the same RPC pass', async (t) => {
  const { network, seen, join } = await judgingHost(t, 'accept')
  const peer = await join()
  await until(() => network.peers().some(({ meshes }) => meshes.length === 4))
  // The four topics of the first RPC count too.
  peer.send({ control: iwant(1_024 - 4 - 1) })
  peer.send({ messages: [newMessage()] })
  await until(() => seen.judged === 1)
  assert.equal(seen['control-rate'], 0)
  const [topicID = ''] = topics
  peer.send({ control: control({ prune: [{ topicID, peers: [] }] }), messages: [newMessage()] })
  await until(() => seen.judged === 2)
  assert.equal(seen['control-rate'], 1)
  assert.equal(network.peers()[0]?.meshes.length, 4)
})

test('an RPC may have 16 control entries of a kind, and an RPC with 17 is dropped as a whole', async (t) => {
  const { seen, join } = await judgingHost(t, 'accept')
  const peer = await join()
  const prune = (count: number) =>
    control({ prune: times(count, () => ({ topicID: 'another', peers: [] })) })
  peer.send({ control: prune(17), messages: [newMessage()] })
  peer.send({ control: prune(16), messages: [newMessage()] })
  await until(() => seen.judged === 1)
  await sleep(50)
  assert.equal(seen.judged, 1)
})

test('if a peer sends an RPC beyond 10 MiB, it is disconnected immediately', async (t) => {
  const { network, seen, join } = await judgingHost(t, 'accept')
  const peer = await join()
  await until(() => network.peers().length === 1)
  peer.send({ messages: [{ topic, data: new Uint8Array(maxGossipBytes) }] })
  await until(() => seen['too-large'] === 1)
  await until(() => network.peers().length === 0)
  const again = await join()
  again.send({ messages: [newMessage()] })
  await until(() => seen.judged === 1)
  assert.equal(seen['too-large'], 1)
})

test('a peer that sends 2 MiB of empty RPCs is disconnected after 20 of them, and another peer is not delayed', async (t) => {
  const { network, seen, join } = await judgingHost(t, 'accept')
  const [peer, other] = [await join(), await join()]
  await until(() => network.peers().length === 2)
  peer.stream.send(new Uint8Array(19))
  peer.send({ messages: [newMessage()] })
  await until(() => seen.judged === 1)
  assert.equal(seen['rpc-rate'], 0)
  peer.stream.send(new Uint8Array(2 ** 21))
  await until(() => seen['rpc-rate'] === 1)
  other.send({ messages: [newMessage()] })
  await until(() => seen.judged === 2)
  await until(() => network.peers().length === 1)
  assert.equal(seen['rpc-rate'], 1)
})

test('malformed RPCs count like empty RPCs', async (t) => {
  const { seen, join } = await judgingHost(t, 'accept')
  const peer = await join()
  // Two bytes: a field that ends too early.
  const malformed = Uint8Array.of(2, 0x0a, 0x7f)
  peer.stream.send(joined(times(30, () => malformed)))
  await until(() => seen['rpc-rate'] === 1)
  // The RPC with which the peer subscribed costs one, so the twentieth malformed RPC exceeds the limit.
  assert.equal(seen.malformed, 20)
})

test('if a peer opens another stream, its earlier stream is aborted', async (t) => {
  const { seen, join } = await judgingHost(t, 'accept')
  const peer = await join()
  peer.send({ messages: [newMessage()] })
  await until(() => seen.judged === 1)
  // An RPC that is not finished.
  peer.stream.send(prefixed(new Uint8Array(2 ** 20)).subarray(0, 2 ** 19))
  const second = await peer.openStream()
  second.send(frame({ messages: [newMessage()] }))
  await until(() => seen.judged === 2)
  await until(() => peer.stream.status !== 'open')
  assert.equal(second.status, 'open')
})

test('if the score of a peer is too low, its messages are dropped before they are opened', async (t) => {
  const { network, seen, join } = await judgingHost(t, 'reject')
  const scoreOf = ({ id }: RawGossipPeer) =>
    network.peers().find((found) => found.id === id)?.score ?? 0
  // Gossipsub itself checks the scores once a second. If this check comes before the last RPC below, gossipsub drops
  // that RPC, and the test is repeated with another peer.
  for (let peers = 1; seen.busy === 0; peers++) {
    assert.ok(peers <= 8, 'gossipsub dropped the RPCs of eight peers itself')
    const peer = await join()
    const before = seen.judged
    // Two rejected messages lower the score to -40, at which the peer is not ignored yet.
    peer.send({ messages: times(2, newMessage) })
    await until(() => scoreOf(peer) === -40)
    peer.send({ messages: [newMessage()] })
    await until(() => seen.judged === before + 3)
    await until(() => scoreOf(peer) < -40)
    peer.send({ messages: [newMessage()] })
    await sleep(200)
    assert.equal(seen.judged, before + 3)
  }
})

test('up to 8 MiB wait until a peer reads; beyond that, the stream to the peer is closed', async (t) => {
  const { network, join } = await judgingHost(t, 'accept')
  const peer = await join()
  assert.equal(maxOutboundBytes, 8 * 2 ** 20)
  await until(() => network.peers().some(({ meshes }) => meshes.length === 4))
  // The stream to the peer is open once a block reaches the peer.
  let recipients = 0
  while (recipients === 0) {
    recipients = await network.publish(topic, compress(randomBytes(100)))
    await sleep(5)
  }
  await until(() => peer.inbound !== undefined)
  peer.inbound?.pause()
  const send = () => network.publish(topic, compress(randomBytes(3_900_000)))
  assert.equal(await send(), 1)
  assert.equal(await send(), 1)
  await sleep(100)
  assert.equal(peer.inbound?.status, 'open')
  await send()
  await until(() => peer.inbound?.status !== 'open')
})

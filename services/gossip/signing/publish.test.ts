import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { signerOf } from '#protocol/p2p/payload-signature.ts'
import { systemClock } from '#runtime/clock.ts'
import { signerAddress } from '#test/fakes/block-messages.ts'
import { blockData, GossipWorld, hostOn, join } from '#test/fakes/gossip-world.ts'
import { FakeSigner, signerAnswers } from '#test/fakes/remote-signer.ts'
import { blocksTopic } from '#protocol/p2p/topics.ts'
import { RemoteSigner } from './remote-signer.ts'

/** The reason if the server does not run. A server that ends may also close a connection after the request is sent. */
const down = /(?:ECONNREFUSED|ECONNRESET|other side closed)/

const otherAddress = signerOf(new Uint8Array(32).fill(2))

/** Gossip with a remote signer. `publish` calls gossip with a deadline that even a slow machine does not exceed. */
async function start(t: TestContext, timeoutMs = 10_000) {
  const server = await FakeSigner.start(t)
  const blockSigner = await RemoteSigner.open({
    url: server.url,
    address: signerAddress,
    l2ChainId: 10n,
    headers: {},
    tlsFiles: { caFile: undefined, certFile: undefined, keyFile: undefined },
    timeoutMs,
    clock: systemClock,
  })
  t.after(() => blockSigner.close())
  const world = await GossipWorld.start(t, { ports: { blockSigner } })
  const publish = (number: bigint) => world.publish(world.block(number), 120_000)
  return { server, world, publish }
}

test('a peer accepts a block that a remote signer signed', async (t) => {
  const { world, publish } = await start(t)
  const peer = await GossipWorld.start(t)
  await join(world, peer.network)
  assert.deepEqual(await publish(1n), { peers: 1, wasPublished: false })
  await peer.until(() => peer.received.length === 1)
  assert.deepEqual(await peer.outcomes(), { accepted: 1 })
  assert.deepEqual(await world.signatures(), { signed: 1 })
  assert.deepEqual(world.status.notices, [])
})

test('a block that the signer does not sign is refused for now, the status says why, and a repeat is published', async (t) => {
  const { server, world, publish } = await start(t)
  server.answer = signerAnswers['fails with 500']
  const reason = /the signer http:\/\/127\.0\.0\.1:\d+ failed: .*HTTP status 500: out of order/
  await assert.rejects(publish(1n), {
    code: 'signer-failed',
    severity: 'temporary',
    message: reason,
  })
  assert.match(world.status.notices?.join() ?? '', /^the last block .* was not published: /)
  assert.match(world.status.notices?.join() ?? '', reason)
  server.stop()
  await assert.rejects(publish(1n), { code: 'signer-failed', message: down })
  assert.match(world.status.notices?.join() ?? '', down)
  await server.listen()
  server.answer = signerAnswers.signs
  assert.deepEqual(await publish(1n), { peers: 0, wasPublished: false })
  assert.deepEqual(world.status.notices, [])
  assert.deepEqual(await world.signatures(), { refused: 1, unreachable: 1, signed: 1 })
})

test('a block that the signer signs with another key is not sent, and not repeated', async (t) => {
  const { server, world, publish } = await start(t)
  const peer = await GossipWorld.start(t)
  await join(world, peer.network)
  server.answer = signerAnswers['has a wrong key']
  const message = /it signs as 0x5050.*, but --signer-address is 0x1a64/
  await assert.rejects(publish(1n), { code: 'publish-refused', severity: 'critical', message })
  assert.match(world.status.notices?.join() ?? '', message)
  server.answer = signerAnswers.signs
  await publish(2n)
  await peer.until(() => peer.received.length === 1)
  assert.deepEqual(await peer.outcomes(), { accepted: 1 })
  assert.deepEqual(await world.signatures(), { 'wrong-key': 1, signed: 1 })
})

test('if the account of the signer is not the signer of the chain, the signer gets no request, and the status shows the problem', async (t) => {
  const { server, world, publish } = await start(t)
  await world.sign(otherAddress)
  const message = /--signer-address is 0x1a64.*, but the chain's signer is 0x5050/
  assert.match(world.status.notices?.join() ?? '', message)
  await assert.rejects(publish(1n), { code: 'publish-refused', message })
  assert.equal(server.seen.length, 0)
})

test('while the signer hangs, gossip relays blocks, at most 16 blocks wait, and later blocks are signed', async (t) => {
  const { server, world, publish } = await start(t, 1_000)
  server.answer = signerAnswers.hangs
  const waiting = Array.from({ length: 16 }, (_, at) => publish(BigInt(at + 1)))
  const ended = Promise.allSettled(waiting)
  await assert.rejects(publish(17n), {
    code: 'signer-failed',
    message: /16 blocks wait for the signer/,
  })
  const peer = await hostOn(t)
  await join(world, peer)
  await peer.publish(blocksTopic(10n, 4), blockData(4, world.block(100n)))
  await world.until(() => world.received.length === 1)
  const results = await world.settle(ended)
  for (const result of results) {
    assert.ok(result.status === 'rejected')
    assert.match(String(result.reason), /signer-failed: block .*no answer in 1000 ms/)
  }
  server.answer = signerAnswers.signs
  assert.deepEqual(await publish(17n), { peers: 1, wasPublished: false })
})

test('a node that has to sign nothing shows whether the signer answers, and does not forget a wrong key', async (t) => {
  const { server, world, publish } = await start(t)
  // After a minute without peers, there is a notice about peers, too.
  const notices = () =>
    (world.status.notices ?? []).filter((text) => !text.startsWith('gossip knows no peer')).join()
  const nextCheck = async (expected: RegExp) => {
    const { length } = server.checks
    await world.pass(30_000)
    if (server.isUp) await world.until(() => server.checks.length > length)
    await world.until(() => expected.test(notices()))
  }
  const startedAt = world.now
  await world.until(() => server.checks.length === 1)
  assert.ok(world.now - startedAt < 25n, 'the first check is that of the start')
  assert.equal(notices(), '')
  server.stop()
  await nextCheck(
    new RegExp(`^blocks of the sequencer cannot be signed: the signer .* failed: .*${down.source}`),
  )
  await assert.rejects(publish(1n), { code: 'signer-failed' })
  await world.until(() => notices().includes('the last block of the sequencer was not published'))
  await server.listen()
  await nextCheck(/^$/)
  server.answer = signerAnswers['has a wrong key']
  await assert.rejects(publish(1n), { code: 'publish-refused' })
  await nextCheck(/it signs as 0x5050/)
  server.answer = signerAnswers.signs
  await publish(1n)
  await world.until(() => notices() === '')
})

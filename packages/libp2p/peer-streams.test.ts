import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { test, type TestContext } from 'node:test'
import {
  builderHost,
  builderOn,
  type BuilderOptions,
  bytesOf,
  compat,
  hostPair,
  idOf,
  native,
  rawBuilder,
  type TestBuilder,
  until,
} from '#test/fakes/builder-peers.ts'
import { maxLineBytes } from './line-frames.ts'

/** Builders that know each other. */
async function builders(
  t: TestContext,
  count: number,
  options: BuilderOptions = {},
): Promise<readonly TestBuilder[]> {
  const hosts = await Promise.all(Array.from({ length: count }, () => builderHost(t)))
  const all = await Promise.all(
    hosts.map((host) =>
      builderOn(t, { host, known: hosts.filter((each) => each !== host), ...options }),
    ),
  )
  await until(() => all.every((builder) => builder.isLinked()))
  return all
}

test('two peers have one connection with a stream in each direction, and exchange messages', async (t) => {
  const [one, two] = (await builders(t, 2)) as [TestBuilder, TestBuilder]
  assert.equal(
    one.streams.send(() => bytesOf('to two')),
    1,
  )
  assert.equal(
    two.streams.send(() => bytesOf('to one')),
    1,
  )
  await until(() => one.messages.length === 1 && two.messages.length === 1)
  assert.deepEqual([one.messages, two.messages], [['to one'], ['to two']])
  assert.deepEqual(one.events, [{ kind: 'connected', protocolId: compat.id }])
  assert.deepEqual([one.count('sent'), one.count('received'), one.count('duplicate')], [1, 1, 0])
})

test('a message reaches all of three peers unchanged, and is encoded once', async (t) => {
  const seen: Buffer[] = []
  const [one, two, three] = (await builders(t, 3, {
    protocols: [native, compat],
    onMessage: (_id, _protocol, message) => seen.push(Buffer.from(message)),
  })) as [TestBuilder, TestBuilder, TestBuilder]
  const message = randomBytes(2_000_000)
  let encoded = 0
  const sent = one.streams.send((id) => {
    assert.equal(id, native.id)
    encoded++
    return message
  })
  assert.deepEqual([sent, encoded], [2, 1])
  await until(() => seen.length === 2)
  assert.ok(seen.every((each) => each.equals(message)))
  assert.equal(
    two.streams.sendTo(idOf(three.host), () => bytesOf('only three')),
    true,
  )
  await until(() => seen.length === 3)
  assert.equal(three.count('received'), 2)
  assert.equal(one.count('received'), 0)
})

test('a message that a protocol does not have is not sent', async (t) => {
  const [one] = (await builders(t, 2)) as [TestBuilder]
  assert.equal(
    one.streams.send(() => undefined),
    0,
  )
  assert.equal(
    one.streams.sendTo('not a known peer', () => bytesOf('lost')),
    false,
  )
  assert.throws(() => one.streams.send(() => bytesOf('two\nlines')), RangeError)
  assert.throws(() => one.streams.send(() => new Uint8Array(maxLineBytes + 1)), RangeError)
})

test('a peer that never reads does not delay another peer, and is disconnected', async (t) => {
  const [host, high] = await hostPair(t)
  const intervalMs = 400
  const stalled = await rawBuilder(high, (stream) => stream.pause())
  high.addEventListener('connection:open', ({ detail }) => void detail.newStream(compat.id))
  const reader = await builderHost(t)
  const sender = await builderOn(t, { host, known: [stalled.host, reader], intervalMs })
  const other = await builderOn(t, { host: reader, known: [host] })
  await until(() => sender.isLinked())
  const delaysMs: number[] = []
  // The window of a stream is 256 KiB at first, so that the second message stalls.
  for (let sent = 1; !sender.reasons().includes('stalled'); sent++) {
    const fromMs = performance.now()
    sender.streams.send(() => bytesOf(`${sent}`.padStart(200_000)))
    await until(() => other.messages.length === sent)
    delaysMs.push(performance.now() - fromMs)
    await sleep(50)
  }
  t.diagnostic(`${delaysMs.length} messages, at most ${Math.round(Math.max(...delaysMs))} ms`)
  assert.ok(delaysMs.length > 8)
  assert.ok(delaysMs.filter((delayMs) => delayMs > intervalMs).length < delaysMs.length / 10)
  assert.ok(sender.count('write-timeout') >= 8)
  assert.ok(sender.count('replaced') > 0)
  assert.deepEqual(other.reasons(), [])
})

test('the messages before the end of the streams still arrive', async (t) => {
  const [one, two] = (await builders(t, 2)) as [TestBuilder, TestBuilder]
  one.streams.send(() => bytesOf('the last one'.padEnd(1_000_000)))
  await one.streams.close()
  assert.deepEqual(one.reasons(), ['closed-here'])
  await until(() => two.reasons().length === 1)
  assert.deepEqual(two.reasons(), ['closed-by-peer'])
  assert.equal(two.messages[0]?.length, 1_000_000)
  assert.equal(
    one.streams.send(() => bytesOf('too late')),
    0,
  )
})

test('after the streams are closed, nothing is dialed, and the protocols are not served', async (t) => {
  const [low, high] = await hostPair(t)
  const one = await builderOn(t, { host: low, known: [high] })
  await one.streams.close()
  await rawBuilder(high)
  const connection = await high.dial(low.getMultiaddrs())
  await assert.rejects(connection.newStream(compat.id))
  assert.deepEqual([one.events, low.getConnections().length], [[], 1])
})

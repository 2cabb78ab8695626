import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import type { Stream } from '@libp2p/interface'
import { DecodeError } from '#protocol/codec/decode-error.ts'
import { systemClock } from '#runtime/clock.ts'
import {
  type BuilderHost,
  builderOn,
  type BuilderOptions,
  bytesOf,
  compat,
  fasterClock,
  hostPair,
  idOf,
  native,
  rawBuilder,
  until,
} from '#test/fakes/builder-peers.ts'
import { maxInboundStreams } from './peer-streams.ts'

/** A builder, and a raw peer that is connected to it and has opened a stream. */
async function builderAndRaw(t: TestContext, options: BuilderOptions = {}) {
  const [low, high] = await hostPair(t)
  // The raw peer dials, so that the builder waits for it.
  const raw = await rawBuilder(low)
  const builder = await builderOn(t, { host: high, known: [low], ...options })
  const open = await raw.connect(high)
  const stream = await open()
  await until(() => builder.isLinked())
  return { builder, raw, open, stream }
}

/** Writes bytes at the pace of the reader, or until the stream ends. */
async function write(stream: Stream, bytes: Uint8Array): Promise<void> {
  const chunkBytes = 60_000
  for (let at = 0; at < bytes.length && stream.status === 'open'; at += chunkBytes) {
    stream.send(bytes.subarray(at, at + chunkBytes))
    while (stream.writeBufferLength > 0) await new Promise((resolve) => setImmediate(resolve))
  }
}

test('two messages in one chunk both arrive, and a message in several chunks arrives once', async (t) => {
  const { builder, stream } = await builderAndRaw(t)
  stream.send(bytesOf('one\ntwo\r\nthr'))
  await until(() => builder.messages.length === 2)
  stream.send(bytesOf('ee\n'))
  await until(() => builder.messages.length === 3)
  assert.deepEqual(builder.messages, ['one', 'two', 'three'])
  assert.equal(builder.count('received'), 3)
})

test('all streams of a peer are read, and their messages do not mix', async (t) => {
  const { builder, open, stream } = await builderAndRaw(t)
  const second = await open()
  stream.send(bytesOf('fir'))
  second.send(bytesOf('second\n'))
  await until(() => builder.messages.length === 1)
  stream.send(bytesOf('st\n'))
  await until(() => builder.messages.length === 2)
  assert.deepEqual(builder.messages, ['second', 'first'])
})

test('a peer cannot open more streams than the limit', async (t) => {
  const { open, stream } = await builderAndRaw(t)
  const more = await Promise.all(Array.from({ length: maxInboundStreams }, open))
  await until(() => more.some(({ status }) => status !== 'open'))
  const openStreams = [stream, ...more].filter(({ status }) => status === 'open')
  assert.equal(openStreams.length, maxInboundStreams)
})

test('a line of 10 MB arrives, and a line of 17 MiB closes the connection', async (t) => {
  const { builder, stream } = await builderAndRaw(t)
  await write(stream, Buffer.concat([Buffer.alloc(10_000_000, 'a'), Buffer.from('\n')]))
  await until(() => builder.messages.length === 1)
  assert.equal(builder.messages[0]?.length, 10_000_000)
  await write(stream, Buffer.alloc(17 * 2 ** 20, 'b'))
  await until(() => builder.events.length === 2)
  const event = builder.events.at(-1)
  assert.ok(event?.kind === 'disconnected' && event.reason === 'malformed')
  assert.match(event.detail, /malformed message: a line is longer than 16777216 bytes/)
  await until(() => stream.status !== 'open')
  assert.equal(builder.messages.length, 1)
})

test('a message that the receiver cannot decode closes the connection, and the rest of its chunk is not read', async (t) => {
  const seen: string[] = []
  const { builder, stream } = await builderAndRaw(t, {
    onMessage: (_id, _protocol, message) => {
      const text = Buffer.from(message).toString()
      seen.push(text)
      if (text === 'bad') throw new DecodeError('there is no block')
    },
  })
  stream.send(bytesOf('good\nbad\nlater\n'))
  await until(() => builder.events.length === 2)
  assert.deepEqual(builder.events.at(-1), {
    kind: 'disconnected',
    reason: 'malformed',
    detail: 'the peer sent a malformed message: there is no block',
  })
  assert.deepEqual(seen, ['good', 'bad'])
})

test('after the receiver refused a message, the rest of its chunk is not read', async (t) => {
  const { builder, raw, stream } = await builderAndRaw(t, {
    onMessage: (id, _protocol, message) => {
      builder.messages.push(Buffer.from(message).toString())
      if (message.length === 3) builder.streams.refuse(id, 'the block is invalid')
    },
  })
  stream.send(bytesOf('good\nbad\nlater\n'))
  await until(() => raw.host.getConnections().length === 0)
  assert.deepEqual([builder.messages, builder.reasons()], [['good', 'bad'], ['malformed']])
})

test('what a peer writes back on the stream to it is discarded', async (t) => {
  const { builder, raw, stream } = await builderAndRaw(t)
  await until(() => raw.inbound.length === 1)
  const [back] = raw.inbound as [Stream]
  // More than libp2p buffers for a stream that is not read.
  await write(back, Buffer.alloc(6 * 2 ** 20, 'back\n'))
  const heard: string[] = []
  back.addEventListener('message', ({ data }) =>
    heard.push(Buffer.from(data.subarray()).toString()),
  )
  assert.equal(
    builder.streams.send(() => bytesOf('still sent')),
    1,
  )
  stream.send(bytesOf('still read\n'))
  await until(() => heard.length > 0 && builder.messages.length > 0)
  assert.deepEqual([heard, builder.messages], [['still sent\n'], ['still read']])
  assert.equal(builder.events.length, 1)
})

test('if the stream of a peer ends and no new one is opened in time, the connection is closed', async (t) => {
  const { builder, open, stream } = await builderAndRaw(t, { clock: fasterClock(3) })
  await stream.close()
  await until(() => builder.streams.peers()[0]?.inboundStreams === 0)
  const second = await open()
  second.send(bytesOf('in time\n'))
  await until(() => builder.messages.length === 1)
  assert.deepEqual(builder.reasons(), [])
  second.abort(new Error('reset'))
  await until(() => builder.reasons().length === 1)
  assert.deepEqual(builder.reasons(), ['no-inbound-stream'])
})

test('if a peer opens no stream at all, the connection is closed', async (t) => {
  const [low, high] = await hostPair(t)
  const raw = await rawBuilder(low)
  const builder = await builderOn(t, { host: high, known: [low], clock: fasterClock(5) })
  await raw.connect(high)
  await until(() => builder.reasons().length === 1)
  assert.deepEqual(builder.reasons(), ['no-inbound-stream'])
})

test('a peer that supports no protocol of this host is not connected', async (t) => {
  const [low, high] = await hostPair(t)
  const builder = await builderOn(t, { host: low, known: [high] })
  await until(() => builder.events.length > 0)
  const [event] = builder.events
  assert.ok(event?.kind === 'failed')
  assert.match(event.detail, /no stream to the peer could be opened: .*\/test\/lines/)
  assert.equal(
    builder.streams.send(() => bytesOf('not sent')),
    0,
  )
})

test('the first protocol that the peer supports is used, and each side selects for itself', async (t) => {
  const [low, high] = await hostPair(t)
  const both = [native, compat]
  const options = { protocols: both, clock: systemClock }
  const one = await builderOn(t, { host: low, known: [high], ...options })
  const two = await builderOn(t, { host: high, known: [low], ...options })
  await until(() => one.isLinked() && two.isLinked())
  assert.deepEqual(one.streams.peers(), [
    { id: idOf(high), inboundStreams: 1, protocolId: native.id },
  ])
  one.streams.send((id) => bytesOf(`${id}\nin a frame`))
  await until(() => two.messages.length === 1)
  assert.deepEqual(two.messages, [`${native.id}\nin a frame`])
})

/** Streams of a protocol that a host opened or accepted. */
const streamsOf = (host: BuilderHost, protocol: string) =>
  host
    .getConnections()
    .flatMap(({ streams }) => streams.filter((each) => each.protocol === protocol))

test('with a peer that has only the second protocol, messages are sent in the second protocol', async (t) => {
  const [low, high] = await hostPair(t)
  const one = await builderOn(t, { host: low, known: [high], protocols: [native, compat] })
  const two = await builderOn(t, { host: high, known: [low], protocols: [compat] })
  await until(() => one.isLinked() && two.isLinked())
  one.streams.send((id) => bytesOf(`from one on ${id}`))
  two.streams.send((id) => bytesOf(`from two on ${id}`))
  await until(() => one.messages.length === 1 && two.messages.length === 1)
  assert.deepEqual(
    [one.messages, two.messages],
    [[`from two on ${compat.id}`], [`from one on ${compat.id}`]],
  )
  assert.equal(streamsOf(low, native.id).length, 0)
  assert.equal(streamsOf(low, compat.id).length, 2)
})

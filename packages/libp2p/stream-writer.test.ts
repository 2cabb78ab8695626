import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import type { Stream } from '@libp2p/interface'
import { systemClock } from '#runtime/clock.ts'
import { builderHost, bytesOf, until } from '#test/fakes/builder-peers.ts'
import { maxQueuedMessages } from './message-queue.ts'
import { maxWriteTimeouts, StreamWriter, type WriterOptions } from './stream-writer.ts'

const protocol = '/test/writer'

/** A writer to a stream, and the other side of the stream, with everything that the writer reported. */
async function writerTo(t: TestContext, options: Partial<WriterOptions> = {}) {
  const [near, far] = [await builderHost(t), await builderHost(t)]
  const arrived = Promise.withResolvers<Stream>()
  await far.handle(protocol, (stream) => {
    stream.pause()
    arrived.resolve(stream)
  })
  const stream = await near.dialProtocol(far.getMultiaddrs(), protocol)
  const counts: string[] = []
  const failures: string[] = []
  const writer = new StreamWriter(stream, {
    clock: systemClock,
    queue: 'ordered',
    timeoutMs: 60_000,
    onCount: (what) => counts.push(what),
    onFailure: (problem) => failures.push(problem),
    ...options,
  })
  const reader = await arrived.promise
  const received: Uint8Array[] = []
  reader.addEventListener('message', ({ data }) => received.push(data.subarray()))
  return {
    writer,
    reader,
    counts,
    failures,
    received: () => Buffer.concat(received),
    count: (what: string) => counts.filter((each) => each === what).length,
  }
}

/** A message that does not fit the window of a stream, so that it is written only if the peer reads. */
const large = (value: number) => new Uint8Array(1_000_000).fill(value)

test('messages arrive in their order, while the reader reads and after it stalled', async (t) => {
  const { writer, reader, received, count } = await writerTo(t)
  writer.push(large(1))
  for (const value of [2, 3, 4]) writer.push(large(value))
  reader.resume()
  await until(() => count('sent') === 4)
  writer.push(bytesOf('end'))
  await until(() => received().length === 4_000_003)
  assert.deepEqual(
    [0, 1, 2, 3].map((at) => received()[at * 1_000_000 + 500_000]),
    [1, 2, 3, 4],
  )
  assert.equal(received().subarray(-3).toString(), 'end')
})

test('while a reader stalls, only the newest message waits, and messages are not written in part', async (t) => {
  const { writer, reader, received, count } = await writerTo(t, { queue: 'latest' })
  for (const value of [1, 2, 3, 4]) writer.push(large(value))
  assert.equal(count('replaced'), 2)
  reader.resume()
  await until(() => count('sent') === 2)
  await until(() => received().length === 2_000_000)
  assert.deepEqual([received()[0], received()[999_999]], [1, 1])
  assert.deepEqual([received()[1_000_000], received()[1_999_999]], [4, 4])
})

test('back-pressure also works after the first time that the stream was full', async (t) => {
  const { writer, reader, count } = await writerTo(t, { queue: 'latest' })
  reader.resume()
  writer.push(large(1))
  await until(() => count('sent') === 1)
  reader.pause()
  // The window has grown by now, so that the first of these messages may be passed.
  for (let value = 2; value < 40; value++) {
    writer.push(large(value))
    await new Promise((resolve) => setImmediate(resolve))
  }
  assert.ok(count('replaced') > 0)
})

test('a reader that does not read a message within a number of timeouts counts as stalled, once', async (t) => {
  const { writer, failures, count } = await writerTo(t, { timeoutMs: 10 })
  writer.push(large(1))
  await until(() => failures.length > 0)
  assert.equal(count('write-timeout'), maxWriteTimeouts)
  writer.push(large(2))
  assert.deepEqual(failures, ['stalled'])
  assert.equal(count('sent'), 0)
})

test('more messages than the limit are a failure', async (t) => {
  const { writer, failures } = await writerTo(t)
  writer.push(large(1))
  for (let value = 0; value < maxQueuedMessages; value++) writer.push(bytesOf('waits'))
  assert.deepEqual(failures, [])
  writer.push(bytesOf('one too many'))
  assert.deepEqual(failures, ['queue-full'])
})

test('a stream that the peer resets is a failure', async (t) => {
  const { writer, reader, failures, count } = await writerTo(t)
  writer.push(large(1))
  reader.abort(new Error('reset'))
  await until(() => failures.length > 0)
  writer.push(large(2))
  assert.deepEqual([failures, count('sent')], [['stream-failed'], 0])
})

test('after the writer is closed, waiting messages are not sent', async (t) => {
  const { writer, reader, received } = await writerTo(t)
  for (const value of [1, 2]) writer.push(large(value))
  writer.close()
  reader.resume()
  await until(() => received().length === 1_000_000)
  writer.push(large(3))
  assert.equal(received().length, 1_000_000)
})

import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import type { Stream } from '@libp2p/interface'
import { systemClock } from '#runtime/clock.ts'
import { openHost, publicLimits } from './open-host.ts'
import { PeerGate } from './peer-gate.ts'
import { readBytes, readToEnd, writeAll } from './stream-bytes.ts'

const protocol = '/test/1'
let made = 200

/** A stream from one host to another. */
async function streamPair(t: TestContext): Promise<readonly [Stream, Stream]> {
  const open = () =>
    openHost(
      {
        key: new Uint8Array(32).fill(++made),
        listen: ['/ip4/127.0.0.1/tcp/0'],
        announce: [],
        agent: 'atoll/test',
        limits: publicLimits,
        gate: new PeerGate(systemClock),
      },
      {},
    )
  const [one, two] = [await open(), await open()]
  t.after(async () => {
    await one.stop()
    await two.stop()
  })
  const arrived = Promise.withResolvers<Stream>()
  await two.handle(protocol, (stream) => arrived.resolve(stream))
  const stream = await one.dialProtocol(two.getMultiaddrs(), protocol)
  return [stream, await arrived.promise]
}

const limits = { timeoutMs: 5_000 }
const chunks = (count: number, size: number) =>
  Array.from({ length: count }, (_, at) => new Uint8Array(size).fill(at))

test('the written bytes are read in one piece, in both directions', async (t) => {
  const [near, far] = await streamPair(t)
  const data = chunks(20, 100_000)
  const read = readToEnd(far, 2_000_000, limits)
  await writeAll(near, data, limits)
  assert.deepEqual(Buffer.from(await read), Buffer.concat(data))
  const answer = readToEnd(near, 10, limits)
  await writeAll(far, [Uint8Array.of(1, 2)], limits)
  assert.deepEqual([...(await answer)], [1, 2])
})

test('a given number of bytes is read even if the stream does not end after them; fewer bytes are an error', async (t) => {
  const [near, far] = await streamPair(t)
  near.send(Uint8Array.of(1, 2, 3, 4, 5))
  assert.deepEqual([...(await readBytes(far, 3, limits))], [1, 2, 3])
  // Bytes that a peer sends after its request must not pile up while the peer waits for the answer.
  await Promise.allSettled([writeAll(near, chunks(16, 65_536), limits)])
  assert.equal(far.readBufferLength, 0)
  assert.equal(far.status, 'open')
  await writeAll(far, [Uint8Array.of(9)], limits)
  const [short, end] = await streamPair(t)
  const read = readBytes(end, 3, limits)
  await writeAll(short, [Uint8Array.of(1)], limits)
  await assert.rejects(read, /the stream ended after 1 bytes/)
})

test('more bytes than the limit are refused while they arrive', async (t) => {
  const [near, far] = await streamPair(t)
  const read = readToEnd(far, 1_000_000, limits)
  const written = Promise.allSettled([writeAll(near, chunks(100, 100_000), { timeoutMs: 500 })])
  await assert.rejects(read, /more than 1000000 bytes/)
  near.abort(new Error('done'))
  await written
})

test('if a stream stalls, reading it fails after the timeout', async (t) => {
  const [near, far] = await streamPair(t)
  near.send(Uint8Array.of(1))
  await assert.rejects(readBytes(far, 8, { timeoutMs: 50 }))
})

test('the writer waits for a reader that does not read, and fails after the timeout', async (t) => {
  const [near, far] = await streamPair(t)
  far.pause()
  let made = 0
  function* endless(): Generator<Uint8Array> {
    for (; made < 10_000; made++) yield new Uint8Array(65_536)
  }
  await assert.rejects(writeAll(near, endless(), { timeoutMs: 300 }))
  // Only the window of yamux and the send buffer of the host are filled.
  assert.ok(made * 65_536 < 16 * 2 ** 20, `${made} chunks were made`)
  near.abort(new Error('done'))
})

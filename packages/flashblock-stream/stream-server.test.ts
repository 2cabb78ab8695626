import assert from 'node:assert/strict'
import { once } from 'node:events'
import { test, type TestContext } from 'node:test'
import { brotliDecompressSync } from 'node:zlib'
import { WebSocket } from 'ws'
import type { Flashblock } from '#protocol/flashblock/flashblock.ts'
import { systemClock } from '#runtime/clock.ts'
import {
  filledHash,
  flashblocksOf,
  onStream,
  sampleBase,
  samplePayloadId,
  streamText,
} from '#test/fakes/flashblocks.ts'
import { Queue } from '#test/fakes/queue.ts'
import { handshake, openDeafSocket } from '#test/fakes/web-socket-client.ts'
import { VirtualClock } from '#test/simulator/virtual-clock.ts'
import {
  type FlashblockServer,
  serveFlashblocks,
  streamLimits,
  type StreamRefusal,
  type StreamServerOptions,
} from './stream-server.ts'

const number = sampleBase.number
const flashblocks = flashblocksOf([1, 2, 3])
const next = flashblocksOf([1, 1], { ...sampleBase, number: number + 1n })

async function serve(t: TestContext, options: Partial<StreamServerOptions> = {}) {
  const refused = new Queue<StreamRefusal>()
  const server = await serveFlashblocks({
    host: '127.0.0.1',
    port: 0,
    clock: systemClock,
    onRefused: (why) => refused.push(why),
    ...options,
  })
  t.after(() => server.close())
  const publish = (list: readonly Flashblock[], of = number) => {
    for (const flashblock of list) server.publish(onStream(flashblock, of), of)
  }
  return { server, refused, publish, url: `ws://127.0.0.1:${server.port}` }
}

/** A client that reads everything. */
async function connect(t: TestContext, url: string) {
  const socket = new WebSocket(url)
  t.after(() => socket.terminate())
  const messages = new Queue<{ readonly data: Buffer; readonly isBinary: boolean }>()
  socket.on('message', (data: Buffer, isBinary) => messages.push({ data, isBinary }))
  const closed = new Promise<string>((resolve) => {
    socket.on('close', (code, reason) => resolve(`${code} ${reason.toString()}`))
  })
  await once(socket, 'open')
  const nextText = async () => (await messages.next()).data.toString()
  const nextPlace = async () => {
    const { index, metadata } = JSON.parse(await nextText()) as {
      readonly index: number
      readonly metadata: { readonly block_number: number }
    }
    return `${BigInt(metadata.block_number) - number}.${index}`
  }
  /** Places of the next flashblocks, as block and index, counted from the sample block. */
  const places = async (count: number) => {
    const all: string[] = []
    while (all.length < count) all.push(await nextPlace())
    return all.join(' ')
  }
  return { socket, messages, closed, nextText, places }
}

/** Waits until the server has so many clients. A closed connection reaches the server a moment later. */
async function untilClients(server: FlashblockServer, count: number): Promise<void> {
  while (server.clients !== count) await new Promise(setImmediate)
}

test('each client gets the text of op-rbuilder, at / and at /ws, and nothing from before', async (t) => {
  const { publish, url } = await serve(t)
  publish(flashblocks.slice(0, 1))
  const clients = [await connect(t, url), await connect(t, `${url}/ws`)]
  publish(flashblocks.slice(1))
  for (const { messages } of clients)
    for (const flashblock of flashblocks.slice(1)) {
      const { data, isBinary } = await messages.next()
      assert.equal(isBinary, false)
      assert.equal(data.toString(), streamText(flashblock))
    }
})

test('a client gets brotli in binary frames only if it asks for it', async (t) => {
  const { publish, url } = await serve(t)
  const { messages } = await connect(t, `${url}/?brotli`)
  const { nextText } = await connect(t, url)
  publish(flashblocks)
  for (const flashblock of flashblocks) {
    const { data, isBinary } = await messages.next()
    assert.equal(isBinary, true)
    assert.equal(brotliDecompressSync(data).toString(), streamText(flashblock))
    assert.equal(await nextText(), streamText(flashblock))
  }
})

test('the current block is replayed from index 0, and new flashblocks follow without a gap', async (t) => {
  const { publish, url } = await serve(t)
  publish(flashblocks)
  publish(next.slice(0, 1), number + 1n)
  const late = await connect(t, `${url}/?replay=current`)
  const packed = await connect(t, `${url}/ws?replay=current&brotli`)
  publish(next.slice(1), number + 1n)
  assert.equal(await late.places(2), '1.0 1.1')
  for (const flashblock of next)
    assert.equal(
      brotliDecompressSync((await packed.messages.next()).data).toString(),
      streamText(flashblock, number + 1n),
    )
})

test('a client that comes back resumes after the last flashblock that it has', async (t) => {
  const { publish, url } = await serve(t)
  publish(flashblocks)
  publish(next.slice(0, 1), number + 1n)
  const after = (index: number) =>
    connect(t, `${url}/ws?block_number=${number}&flashblock_index=${index}`)
  const clients = [await after(0), await after(2)]
  publish(next.slice(1), number + 1n)
  assert.equal(await clients[0]?.places(4), '0.1 0.2 1.0 1.1')
  assert.equal(await clients[1]?.places(2), '1.0 1.1')
})

test('retractions come on their own path only', async (t) => {
  const { publish, server, url } = await serve(t)
  const listener = await connect(t, `${url}/ws/events`)
  const reader = await connect(t, url)
  const reason = 'the parent was replaced'
  const retraction = { payloadId: samplePayloadId, number, index: 2, reason }
  server.retract({ ...retraction, transactions: [filledHash(7)] })
  publish(flashblocks.slice(0, 1))
  assert.equal(await reader.nextText(), streamText(flashblocks[0] ?? assert.fail()))
  assert.deepEqual(JSON.parse(await listener.nextText()), {
    event: 'retracted',
    payload_id: samplePayloadId,
    index: 2,
    block_number: Number(number),
    transactions: [filledHash(7)],
    reason,
  })
  assert.equal(listener.messages.length, 0)
})

test('client 257 is refused with 1013 and a reason, and finds a place when another client leaves', async (t) => {
  assert.equal(streamLimits.maxClients, 256)
  const { publish, refused, server, url } = await serve(t)
  const clients: Awaited<ReturnType<typeof connect>>[] = []
  while (clients.length < 256)
    clients.push(await connect(t, clients.length % 2 === 0 ? url : `${url}/ws/events`))
  assert.equal(server.clients, 256)
  const { closed } = await connect(t, url)
  assert.equal(await closed, '1013 subscriber limit reached, please try again later')
  assert.equal(await refused.next(), 'full')
  clients[0]?.socket.close()
  await untilClients(server, 255)
  const another = await connect(t, url)
  publish(flashblocks.slice(0, 1))
  assert.equal(await another.nextText(), streamText(flashblocks[0] ?? assert.fail()))
})

/** A flashblock of about a MiB of JSON. */
function largeFlashblock(index: number): Flashblock {
  const [, second] = flashblocks
  if (second === undefined) throw new Error('no sample')
  const transactions = [new Uint8Array(512 * 1024).fill(index)]
  return { ...second, index, diff: { ...second.diff, transactions } }
}

for (const [what, limits] of [
  ['messages', { maxUnsentMessages: 8, maxUnsentBytes: Infinity }],
  ['bytes', { maxUnsentMessages: Infinity, maxUnsentBytes: 8 * 1024 * 1024 }],
] as const)
  test(`a client with too many unsent ${what} is closed with 1013: no message is skipped, and others get all`, async (t) => {
    const { publish, refused, server, url } = await serve(t, { limits })
    const slow = await connect(t, url)
    const reader = await connect(t, url)
    slow.socket.pause()
    let published = 0
    while (refused.length === 0) {
      publish([largeFlashblock(published)])
      assert.equal(await reader.places(1), `0.${published}`)
      published++
      assert.ok(published < 256, 'the client is not closed')
    }
    assert.equal(await refused.next(), 'slow')
    // The client reads again: all flashblocks before the close, and the reason.
    slow.socket.resume()
    assert.equal(await slow.closed, '1013 the client reads too slowly')
    const got = slow.messages.length
    assert.ok(got < published, 'the last flashblock is not sent')
    const indices = Array.from({ length: got }, (_, at) => `0.${at}`).join(' ')
    assert.equal(await slow.places(got), indices)
    await untilClients(server, 1)
    publish([largeFlashblock(published)])
    assert.equal(await reader.places(1), `0.${published}`)
  })

test(`${streamLimits.maxUnsentMessages} messages may be unsent, and not one more`, async (t) => {
  const { publish, refused, url } = await serve(t)
  const [one = assert.fail()] = flashblocks
  const most = Array.from({ length: streamLimits.maxUnsentMessages }, () => one)
  const { closed, places } = await connect(t, url)
  // All within one turn of the event loop, in which nothing is sent.
  publish(most)
  await places(most.length)
  assert.equal(refused.length, 0)
  publish([...most, one])
  assert.equal(await refused.next(), 'slow')
  await places(most.length)
  assert.equal(await closed, '1013 the client reads too slowly')
})

test('a client that never reads is ended although it does not answer the close', async (t) => {
  const { publish, refused, server, url } = await serve(t, { limits: { maxUnsentMessages: 4 } })
  await openDeafSocket(t, url, [])
  const reader = await connect(t, url)
  await untilClients(server, 2)
  for (let index = 0; refused.length === 0; index++) {
    publish([largeFlashblock(index % 256)])
    await reader.messages.next()
  }
  assert.equal(await refused.next(), 'slow')
  await untilClients(server, 1)
})

test('clients get a ping each 15 s, and one that answers none of them is ended 30 s later', async (t) => {
  const clock = new VirtualClock(0)
  const { refused, server, url } = await serve(t, { clock })
  const { socket } = await connect(t, url)
  socket.pause()
  await clock.run(14_999, () => false)
  const pinged = once(socket, 'ping')
  await clock.run(1, () => false)
  socket.resume()
  await pinged
  socket.terminate()
  await untilClients(server, 0)
  await openDeafSocket(t, url, [])
  await untilClients(server, 1)
  await clock.run(44_999, () => false)
  assert.equal(refused.length, 0)
  await clock.run(2, () => false)
  assert.equal(await refused.next(), 'silent')
  await untilClients(server, 0)
})

test('the replay of a large block does not count as slow reading', async (t) => {
  const { publish, url } = await serve(t, { limits: { maxUnsentMessages: 1 } })
  const large = Array.from({ length: 20 }, (_, index) => largeFlashblock(index))
  publish([flashblocks[0] ?? assert.fail(), ...large.slice(1)])
  const late = await connect(t, `${url}/?replay=current`)
  publish([largeFlashblock(20)])
  assert.match(await late.places(21), /^0\.0 0\.1 .* 0\.20$/)
})

test('bad requests get an HTTP error that says what to do', async (t) => {
  const { refused, url } = await serve(t)
  const socket = new WebSocket(`${url}/?replay=all`)
  socket.on('error', () => undefined)
  const [, response] = (await once(socket, 'unexpected-response')) as [
    unknown,
    AsyncIterable<Buffer> & { readonly statusCode: number },
  ]
  assert.equal(response.statusCode, 400)
  let body = ''
  for await (const chunk of response) body += chunk.toString()
  assert.equal(body, 'replay: want replay=current\n')
  assert.equal(await refused.next(), 'bad-request')
  const page = await fetch(url.replace('ws:', 'http:'))
  assert.equal(page.status, 426)
  assert.match(await page.text(), /use a URL that begins with ws:/)
  assert.match(await handshake(url, { 'sec-websocket-version': '7' }), /^HTTP\/1\.1 400 /)
})

test('a client may send small messages, which have no meaning; a large one ends its connection', async (t) => {
  const { publish, refused, url } = await serve(t)
  const { closed, nextText, socket } = await connect(t, url)
  socket.send('x'.repeat(1_024))
  socket.ping()
  await once(socket, 'pong')
  publish(flashblocks.slice(0, 1))
  assert.equal(await nextText(), streamText(flashblocks[0] ?? assert.fail()))
  socket.send('x'.repeat(1_025))
  assert.match(await closed, /^1009/)
  assert.equal(await refused.next(), 'bad-frame')
})

test('a client that floods with pings and reads no pongs is ended', async (t) => {
  const { refused, server, url } = await serve(t)
  const socket = await openDeafSocket(t, url, [])
  await untilClients(server, 1)
  const payload = Buffer.alloc(125)
  // A masked ping of 125 bytes.
  const ping = Buffer.concat([Buffer.from([0x89, 0xfd, 0, 0, 0, 0]), payload])
  const many = Buffer.concat(Array.from({ length: 1_000 }, () => ping))
  while (refused.length === 0) {
    socket.write(many)
    await new Promise(setImmediate)
  }
  assert.equal(await refused.next(), 'flood')
})

test('a stopped server closes its clients with a reason', async (t) => {
  const { server, url } = await serve(t)
  const { closed } = await connect(t, url)
  await server.close()
  assert.equal(await closed, '1001 the server stops')
})

test('a port that is in use is named', async (t) => {
  const { server } = await serve(t)
  await assert.rejects(
    serveFlashblocks({ host: '127.0.0.1', port: server.port, clock: systemClock }),
    { code: 'rpc-port', message: /cannot serve flashblocks on 127\.0\.0\.1:\d+: another process/ },
  )
})

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { test, type TestContext } from 'node:test'
import { brotliCompressSync } from 'node:zlib'
import type { WebSocket } from 'ws'
import { systemClock } from '#runtime/clock.ts'
import { flashblocksOf, streamText } from '#test/fakes/flashblocks.ts'
import { Queue } from '#test/fakes/queue.ts'
import { serveWebSockets } from '#test/fakes/web-socket-server.ts'
import { VirtualClock } from '#test/simulator/virtual-clock.ts'
import {
  type ArrivedFlashblock,
  StreamClient,
  type StreamClientOptions,
  type StreamEvent,
} from './stream-client.ts'
import { maxFrameBytes } from './stream-frame.ts'

const flashblocks = flashblocksOf([1, 2, 3])
const [text = '', secondText = '', thirdText = ''] = flashblocks.map((each) => streamText(each))

/** Follows a stream until the test ends. */
function follow(t: TestContext, url: string, options: Partial<StreamClientOptions> = {}) {
  const arrived = new Queue<ArrivedFlashblock>()
  const events = new Queue<StreamEvent>()
  const client = new StreamClient({
    url,
    clock: systemClock,
    onFlashblock: (flashblock) => arrived.push(flashblock),
    onEvent: (event) => events.push(event),
    random: () => 0,
    ...options,
  })
  t.after(() => client.stop())
  /** The next event of a kind; those before it are passed over. */
  const next = async <Kind extends StreamEvent['kind']>(kind: Kind) => {
    for (;;) {
      const event = await events.next()
      if (event.kind === kind) return event as StreamEvent & { readonly kind: Kind }
    }
  }
  const nextIndex = async () => (await arrived.next()).flashblock.index
  return { client, arrived, events, next, nextIndex }
}

test('flashblocks of text frames, binary frames and brotli arrive in order, with their time', async (t) => {
  const url = await serveWebSockets(t, (socket) => {
    socket.send(text)
    socket.send(Buffer.from(secondText))
    socket.send(brotliCompressSync(thirdText))
  })
  const begunMs = Date.now()
  const { arrived, nextIndex } = follow(t, url)
  const first = await arrived.next()
  assert.equal(first.flashblock.index, 0)
  assert.deepEqual(first.flashblock.diff.transactions, flashblocks[0]?.diff.transactions)
  assert.ok(first.arrivedUnixMs >= begunMs && first.arrivedUnixMs <= Date.now())
  assert.ok(first.arrivedMs <= performance.now())
  assert.deepEqual([await nextIndex(), await nextIndex()], [1, 2])
})

test('malformed frames are counted by flaw and reported, and the stream goes on', async (t) => {
  const url = await serveWebSockets(t, (socket) => {
    for (const malformed of ['{', '{}', '{"index":0}', Buffer.from('no brotli'), text])
      socket.send(malformed)
  })
  const { client, next, nextIndex } = follow(t, url)
  for (const flaw of ['not-json', 'not-flashblock', 'not-flashblock', 'not-brotli'])
    assert.equal((await next('malformed')).flaw, flaw)
  assert.equal(await nextIndex(), 0)
  assert.deepEqual(Object.fromEntries(client.malformed), {
    'not-json': 1,
    'not-flashblock': 2,
    'not-brotli': 1,
  })
})

test('a frame of the maximum size is read, and one byte more ends the connection by name', async (t) => {
  const url = await serveWebSockets(t, (socket) => {
    socket.send(' '.repeat(maxFrameBytes - text.length) + text)
    socket.send(' '.repeat(maxFrameBytes - text.length + 1) + text)
  })
  const { client, next, nextIndex } = follow(t, url)
  assert.equal(await nextIndex(), 0)
  assert.equal((await next('malformed')).flaw, 'too-large')
  assert.match((await next('disconnected')).reason, /a frame has more than 16777216 bytes/)
  assert.equal(client.malformed.get('too-large'), 1)
  // The client is back.
  assert.equal(await nextIndex(), 0)
})

test('a server that falls silent is left, and followed again when it answers again', async (t) => {
  let connections = 0
  const serve = (socket: WebSocket) => {
    connections++
    // The first connection answers one ping, and then nothing.
    let pings = 0
    socket.on('ping', (payload: Buffer) => {
      if (connections > 1 || pings++ === 0) socket.pong(payload)
    })
    socket.send(connections === 1 ? text : secondText)
  }
  const url = await serveWebSockets(t, serve, { autoPong: false })
  const times = { pingPeriodMs: 20, pongTimeoutMs: 2_000 }
  const { next, nextIndex } = follow(t, url, { times })
  assert.equal(await nextIndex(), 0)
  assert.match((await next('disconnected')).reason, /silent: it did not answer a ping in 2000 ms/)
  assert.equal(await nextIndex(), 1)
})

test('a server that answers no pings is followed as long as it sends flashblocks', async (t) => {
  const stop = new AbortController()
  t.after(() => stop.abort())
  const url = await serveWebSockets(
    t,
    (socket) => {
      let left = 20
      const timer = setInterval(() => {
        if (left-- > 0) socket.send(text)
      }, 50)
      stop.signal.addEventListener('abort', () => clearInterval(timer))
    },
    { autoPong: false },
  )
  const times = { pingPeriodMs: 20, pongTimeoutMs: 900 }
  const { events, arrived, next } = follow(t, url, { times })
  await next('connected')
  for (let count = 0; count < 20; count++) await arrived.next()
  // 20 flashblocks take longer than the timeout.
  assert.equal(events.length, 0)
  assert.match((await next('disconnected')).reason, /silent/)
})

test('pauses double from 10 ms to 5 s, half of them random, and begin again after a flashblock', async (t) => {
  const closed = createServer()
  await once(closed.listen(0, '127.0.0.1'), 'listening')
  const { port } = closed.address() as AddressInfo
  await once(closed.close(), 'close')
  const clock = new VirtualClock(0)
  let isSlow = false
  const random = () => (isSlow ? 1 : 0)
  const { events, next } = follow(t, `ws://127.0.0.1:${port}`, { clock, random })
  const pauses: number[] = []
  while (pauses.length < 11) {
    // Without a flashblock, the pauses grow. The clock moves only when an attempt has failed.
    while (events.length === 0) await new Promise(setImmediate)
    const { reason, retryMs } = await next('disconnected')
    assert.match(reason, /ECONNREFUSED/)
    pauses.push(retryMs)
    isSlow = pauses.length > 9
    await clock.run(retryMs, () => false)
  }
  assert.deepEqual(pauses, [5, 10, 20, 40, 80, 160, 320, 640, 1_280, 2_500, 5_000])
})

test('a server that closes each connection after a flashblock is connected again at once', async (t) => {
  const url = await serveWebSockets(t, (socket) => {
    socket.send(text)
    socket.close(1013, 'try again later')
  })
  const { next } = follow(t, url)
  for (let count = 0; count < 4; count++) {
    const { reason, retryMs } = await next('disconnected')
    assert.equal(reason, 'the server closed the connection with code 1013: try again later')
    assert.equal(retryMs, 5)
  }
})

test('a server that accepts connections and says nothing is left after the timeout', async (t) => {
  const mute = createServer((socket) => {
    t.after(() => socket.destroy())
    socket.on('error', () => undefined)
  })
  await once(mute.listen(0, '127.0.0.1'), 'listening')
  t.after(() => mute.close())
  const url = `ws://127.0.0.1:${(mute.address() as AddressInfo).port}`
  const { next } = follow(t, url, { times: { connectTimeoutMs: 100 } })
  assert.equal((await next('disconnected')).reason, 'no connection within 100 ms')
})

test('a refusal is named, and no key of the URL is shown', async (t) => {
  const url = await serveWebSockets(t, () => undefined, { verifyClient: () => false })
  const { client, next } = follow(t, `${url}/ws/0123456789abcdef`)
  const { reason } = await next('disconnected')
  assert.equal(reason, 'Unexpected server response: 401')
  assert.equal(client.name, url)
})

test('a server that floods with pings and reads no pongs is left', async (t) => {
  const url = await serveWebSockets(t, (socket) => {
    socket.pause()
    const payload = Buffer.alloc(125)
    const flood = () => {
      for (let count = 0; count < 2_000; count++) socket.ping(payload)
      if (socket.readyState === socket.OPEN) setImmediate(flood)
    }
    flood()
  })
  const times = { pingPeriodMs: 60_000, pongTimeoutMs: 60_000 }
  const { next } = follow(t, url, { times })
  const { reason } = await next('disconnected')
  assert.match(reason, /sends pings, and does not read the answers/)
})

test('a stopped client connects no more and reports nothing', async (t) => {
  let connections = 0
  const opened = new Queue<WebSocket>()
  const url = await serveWebSockets(t, (socket) => {
    connections++
    opened.push(socket)
  })
  const { arrived, client, events, next } = follow(t, url)
  await next('connected')
  client.stop()
  const socket = await opened.next()
  if (socket.readyState !== socket.CLOSED) await once(socket, 'close')
  const stillborn = follow(t, url)
  stillborn.client.stop()
  await new Promise((resolve) => setTimeout(resolve, 50))
  assert.deepEqual(
    [connections, events.length, stillborn.events.length, arrived.length],
    [1, 0, 0, 0],
  )
})

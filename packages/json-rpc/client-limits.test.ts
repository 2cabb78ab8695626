import assert from 'node:assert/strict'
import { once } from 'node:events'
import { request } from 'node:http'
import { connect } from 'node:net'
import { test, type TestContext } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Clock, systemClock } from '#runtime/clock.ts'
import { handshake, openDeafSocket, openSocket } from '#test/fakes/web-socket-client.ts'
import type { Refusal } from './clients.ts'
import { answerTimeoutMs, type JsonRpcServerOptions, serveJsonRpc } from './json-rpc-server.ts'

async function served(t: TestContext, options: Partial<JsonRpcServerOptions>) {
  const server = await serveJsonRpc({
    host: '127.0.0.1',
    port: 0,
    clock: systemClock,
    methods: { echo: (params) => params, hang: () => new Promise(() => undefined) },
    ...options,
  })
  t.after(() => server.close())
  const post = async (method: string, signal?: AbortSignal) => {
    const response = await fetch(server.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method }),
      ...(signal !== undefined && { signal }),
    })
    return `${response.status} ${await response.text()}`
  }
  return { server, post }
}

test('the requests and WebSockets of one client are limited', async (t) => {
  const { server, post } = await served(t, { limits: { maxRequestsPerClient: 2 } })
  const hanging = new AbortController()
  const refused = '429 too many requests of this address at once'
  const socket = await openSocket(t, server.url.replace('http', 'ws'))
  assert.match(await post('echo'), /^200 /)
  const open = assert.rejects(post('hang', hanging.signal))
  while ((await post('echo')) !== refused) await sleep(5)
  assert.match(await handshake(server.url), /^HTTP\/1\.1 429 /)
  // Each request that ends makes room for another request.
  hanging.abort()
  await open
  while ((await post('echo')) === refused) await sleep(5)
  socket.socket.close()
  await socket.closed
})

test('pages answer GET with JSON', async (t) => {
  let status = 200
  const pages = { '/healthz': () => ({ status, json: { version: '1' } }) }
  const { server } = await served(t, { pages })
  const read = async (method: string) => {
    const response = await fetch(`${server.url}/healthz`, { method })
    return [response.status, await response.text()]
  }
  assert.deepEqual(await read('GET'), [200, '{"version":"1"}'])
  status = 503
  assert.deepEqual(await read('GET'), [503, '{"version":"1"}'])
  assert.equal((await read('POST'))[0], 404)
})

/** Opens a connection and sends text. `received` returns the answer so far, and `closed` resolves with all of it. */
function connected(t: TestContext, { url }: { readonly url: string }, text: string) {
  const socket = connect(Number(new URL(url).port), '127.0.0.1')
  t.after(() => socket.destroy())
  let received = ''
  socket
    .on('error', () => undefined)
    .on('data', (data) => {
      received += String(data)
    })
  socket.write(text)
  const closed = once(socket, 'close').then(() => received)
  return { socket, closed, received: () => received }
}

function requestOf(method: string, length?: number): string {
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method })
  const size = length ?? body.length
  return `POST / HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: ${size}\r\n\r\n${body}`
}

/** A server, and the reasons of its refusals. */
async function refusing(t: TestContext, options: Partial<JsonRpcServerOptions>) {
  const refused: string[] = []
  // A refusal may also end other requests on the same connection.
  const onRefused = (why: Refusal) => {
    if (why !== 'hung-up') refused.push(why)
  }
  return { ...(await served(t, { ...options, onRefused })), refused }
}

test('if a connection has more unanswered requests than the limit, it is closed', async (t) => {
  const { server, refused } = await refusing(t, {})
  const few = connected(t, server, requestOf('echo').repeat(8))
  while (few.received().split('"result"').length < 9) await sleep(5)
  assert.deepEqual(refused, [])
  await connected(t, server, requestOf('hang').repeat(9)).closed
  assert.deepEqual(refused, ['too-many-pipelined'])
})

test('the bytes of incomplete bodies are limited for each client', async (t) => {
  const { server, post, refused } = await refusing(t, { limits: { maxBytesPerClient: 300 } })
  const first = connected(t, server, `${requestOf('echo', 1_000)}${' '.repeat(240)}`)
  while (!(await post('echo')).startsWith('429')) await sleep(5)
  assert.match(await post('echo'), /-32005.*too many bytes of this address at once/)
  first.socket.destroy()
  while ((await post('echo')).startsWith('429')) await sleep(5)
  assert.ok(refused.every((why) => why === 'too-many-bytes'))
})

test('if an answer exceeds the memory of its client, the client gets an error', async (t) => {
  const methods = { large: () => 'x'.repeat(1_000) }
  const { post, refused } = await refusing(t, { methods, limits: { maxBytesPerClient: 1_000 } })
  assert.match(await post('large'), /-32005.*read the answers first/)
  assert.deepEqual(refused, ['too-many-bytes'])
})

test('if an answer is not read in time, the connection ends', async (t) => {
  const ends = new Set<() => void>()
  const after: Clock['after'] = (delayMs, run) => {
    if (delayMs !== answerTimeoutMs) return systemClock.after(delayMs, run)
    ends.add(run)
    return () => ends.delete(run)
  }
  const methods = { echo: () => 1, large: () => 'x'.repeat(20_000_000) }
  const clock = { ...systemClock, after }
  const { server, post, refused } = await refusing(t, { methods, clock })
  assert.match(await post('echo'), /^200/)
  // The timeout of an answer that was read is cancelled.
  while (ends.size > 0) await sleep(5)
  const { socket } = connected(t, server, requestOf('large'))
  socket.pause()
  while (ends.size === 0) await sleep(5)
  await sleep(50)
  for (const end of ends) end()
  assert.deepEqual(refused, ['not-read'])
  socket.resume()
  await once(socket, 'close')
})

test('headers that are too long, and bytes that are not a request, are refused with a status', async (t) => {
  const { server, refused } = await refusing(t, {})
  const large = `GET / HTTP/1.1\r\nx: ${'y'.repeat(20_000)}`
  assert.match(await connected(t, server, large).closed, /^HTTP\/1\.1 431 /)
  assert.match(await connected(t, server, 'hello\r\n\r\n').closed, /^HTTP\/1\.1 400 /)
  assert.deepEqual(refused, ['too-large', 'not-http'])
})

test('if a client has too many refusals, it is banned, and each of its connections is closed', async (t) => {
  const authorize = () => 'wrong token'
  const limits = { maxRefusalsPerClient: 2 }
  const { server, refused } = await refusing(t, { authorize, limits })
  // The usual loopback address is never banned, so the client uses another loopback address.
  const options = { method: 'POST', localAddress: '127.0.0.66' }
  const statusOf = () =>
    new Promise<number | undefined>((resolve, reject) => {
      const asking = request(server.url, options, (response) => {
        response.resume()
        resolve(response.statusCode)
      })
      asking.once('error', reject)
      asking.end('{}')
    })
  for (let times = 0; times < 2; times++) assert.equal(await statusOf(), 401)
  await assert.rejects(statusOf())
  await assert.rejects(statusOf())
  assert.deepEqual(refused, ['bad-token', 'bad-token', 'bad-token', 'banned'])
})

test('if a client hangs up, the calls of its batch end', async (t) => {
  let calls = 0
  const leave = new AbortController()
  const count = () => {
    if (++calls === 3) leave.abort()
    return sleep(5)
  }
  const refused: string[] = []
  const onRefused = (why: Refusal) => void refused.push(why)
  const { server, post } = await served(t, { methods: { count, echo: () => 1 }, onRefused })
  const one = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'count' })
  const body = `[${Array.from({ length: 500 }, () => one).join()}]`
  const headers = { 'content-type': 'application/json' }
  await assert.rejects(fetch(server.url, { method: 'POST', headers, body, signal: leave.signal }))
  await sleep(100)
  const after = calls
  await sleep(100)
  assert.match(await post('echo'), /^200/)
  assert.equal(calls, after)
  assert.ok(calls < 50)
  assert.deepEqual(refused, ['hung-up'])
})

/** A masked frame without data. */
const frame = (first: number) => Buffer.from([first, 0x80, 0, 0, 0, 0])

for (const [what, count, first, expected] of [
  ['pings up to the limit are answered', 3, 0x89, []],
  ['one ping too many ends the connection', 4, 0x89, ['too-many-pings']],
  ['one pong too many ends the connection', 4, 0x8a, ['too-many-pings']],
  ['a compressed frame ends the connection', 1, 0xc1, ['bad-frame']],
] as const)
  test(what, async (t) => {
    const { server, post, refused } = await refusing(t, { limits: { maxControlFrames: 3 } })
    const socket = await openDeafSocket(t, server.url, [])
    socket.resume()
    const pongs: number[] = []
    socket.on('data', (data: Buffer) => pongs.push(...data.filter((byte) => byte === 0x8a)))
    for (let times = 0; times < count; times++) socket.write(frame(first))
    if (expected.length > 0) await once(socket, 'close')
    else while (pongs.length < count) await sleep(5)
    assert.match(await post('echo'), /^200/)
    assert.deepEqual(refused, expected)
  })

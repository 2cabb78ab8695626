import assert from 'node:assert/strict'
import { EventEmitter, once } from 'node:events'
import { connect as connectTcp } from 'node:net'
import { Readable } from 'node:stream'
import { test, type TestContext } from 'node:test'
import fc from 'fast-check'
import { Agent, request } from 'undici'
import { systemClock } from '#runtime/clock.ts'
import type { Methods } from './json-rpc-dispatch.ts'
import { type JsonRpcServerOptions, serveJsonRpc } from './json-rpc-server.ts'
import { createToken } from './jwt.ts'

const secret = new Uint8Array(32).fill(7)

interface Sent {
  readonly method?: 'POST' | 'GET' | 'OPTIONS' | 'PUT'
  readonly body?: string | Uint8Array
  readonly headers?: Readonly<Record<string, string>>
  readonly path?: string
}

async function served(t: TestContext, options: Partial<JsonRpcServerOptions> = {}) {
  const logged: unknown[] = []
  const log = (fields: unknown) => logged.push(fields)
  const server = await serveJsonRpc({
    host: '127.0.0.1',
    port: 0,
    clock: systemClock,
    methods: { echo: (params) => params, hang: () => new Promise(() => undefined) },
    log: { error: log, warn: log },
    ...options,
  })
  t.after(() => server.close())
  const dispatcher = new Agent()
  t.after(() => dispatcher.destroy())
  const send = async ({ method = 'POST', body, headers, path = '/' }: Sent) => {
    const response = await request(`${server.url}${path}`, {
      method,
      headers: { 'content-type': 'application/json', ...headers },
      dispatcher,
      ...(body !== undefined && { body }),
    })
    const text = await response.body.text()
    return { status: response.statusCode, headers: response.headers, text }
  }
  return { server, send, logged }
}

function call(params: unknown = [], method = 'echo'): string {
  return JSON.stringify({ jsonrpc: '2.0', id: 1, method, params })
}

/** Error code of an answer. */
function codeOf(text: string): unknown {
  return (JSON.parse(text) as { error?: { code?: unknown } }).error?.code
}

test('a call is answered', async (t) => {
  const { send } = await served(t)
  const { status, headers, text } = await send({ body: call([1]) })
  assert.deepEqual([status, text], [200, '{"jsonrpc":"2.0","id":1,"result":[1]}'])
  assert.match(String(headers['content-type']), /^application\/json/)
})

test('params arrive as they were sent', async (t) => {
  const { send } = await served(t)
  const params = ['5', 5, null, false, '', { '': [], toString: 1 }, 1e21, 'Grüße\u0000\ud83d\ude00']
  const { text } = await send({ body: call(params) })
  assert.deepEqual((JSON.parse(text) as { result: unknown }).result, params)
})

test('notifications get status 204', async (t) => {
  const { send } = await served(t)
  const notification = '{"jsonrpc":"2.0","method":"echo"}'
  for (const body of [notification, `[${notification},${notification}]`]) {
    const { status, text } = await send({ body })
    assert.deepEqual([status, text], [204, ''])
  }
})

test('a body may be as large as the limit, and not larger', async (t) => {
  const { send } = await served(t, { limits: { maxRequestBytes: 200 } })
  const padded = (length: number) => call(['x'.repeat(length - call(['']).length)])
  assert.equal((await send({ body: padded(200) })).status, 200)
  const refused = await send({ body: padded(201) })
  assert.deepEqual([refused.status, codeOf(refused.text)], [413, -32_600])
  // The limit counts bytes: 99 letters of two bytes each, in quotes, are 200 bytes.
  assert.equal((await send({ body: `"${'ü'.repeat(99)}"` })).status, 200)
  assert.equal((await send({ body: `"${'ü'.repeat(100)}"` })).status, 413)
})

test('the limit on a body also applies if its length is not announced', async (t) => {
  const { server } = await served(t, { limits: { maxRequestBytes: 200 } })
  const post = async (length: number) => {
    const { statusCode, body } = await request(server.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: Readable.from(Array.from({ length }, () => ' ')),
    })
    return [statusCode, codeOf(await body.text())]
  }
  assert.deepEqual(await post(200), [200, -32_700])
  assert.deepEqual(await post(201), [413, -32_600])
})

test('batches and nesting have limits', async (t) => {
  const { send } = await served(t, { limits: { maxBatchCalls: 2, maxDepth: 3 } })
  const batch = async (calls: number) =>
    (await send({ body: `[${Array.from({ length: calls }, () => call()).join(',')}]` })).text
  assert.equal((JSON.parse(await batch(2)) as unknown[]).length, 2)
  assert.equal(codeOf(await batch(3)), -32_600)
  assert.equal(codeOf((await send({ body: call([[]]) })).text), undefined)
  assert.equal(codeOf((await send({ body: call([[[]]]) })).text), -32_700)
})

for (const [what, sent, status, answer] of [
  ['GET describes the server', { method: 'GET' }, 200, /^JSON-RPC 2\.0/],
  ['another path is not found', { path: '/x', body: call() }, 404, /^JSON-RPC is at \//],
  ['another verb is not found', { method: 'PUT', body: call() }, 404, /^JSON-RPC is at \//],
  ['text is refused', { headers: { 'content-type': 'text/plain' }, body: call() }, 415, /Type/],
  ['an empty body is not JSON', { body: '' }, 200, /-32700/],
  ['a missing body is not JSON', {}, 200, /-32700/],
] as const) {
  test(what, async (t) => {
    const { send, logged } = await served(t)
    const response = await send(sent)
    assert.equal(response.status, status)
    assert.match(response.text, answer)
    assert.deepEqual(logged, [])
  })
}

test('without a valid token the answer is status 401 with the reason in plain text', async (t) => {
  const now = 1_700_000_000_000
  const { send } = await served(t, {
    jwtSecret: secret,
    clock: { ...systemClock, now: () => now },
  })
  const ask = async (authorization: string | undefined) => {
    const headers = authorization === undefined ? {} : { authorization }
    const { status, text } = await send({ body: call(), headers })
    return status === 200 ? 'good' : `${status} ${text}`
  }
  const made = async (unixMs: number, key = secret) => `Bearer ${await createToken(key, unixMs)}`
  assert.equal(await ask(await made(now + 60_000)), 'good')
  assert.equal(await ask(await made(now - 60_000)), 'good')
  assert.equal(await ask(undefined), '401 missing token')
  assert.equal(await ask(await made(now - 61_000)), '401 stale token')
  assert.equal(await ask(await made(now + 61_000)), '401 future token')
  assert.equal(await ask(await made(now, new Uint8Array(32))), '401 signature is invalid')
  assert.equal((await send({ method: 'GET' })).status, 401)
})

test('a JWT secret that is not 32 bytes long is an error', async () => {
  const jwtSecret = new Uint8Array(31)
  const options = { host: '127.0.0.1', port: 0, clock: systemClock, methods: {}, jwtSecret }
  await assert.rejects(serveJsonRpc(options), RangeError)
})

test('if the origin of a page is listed, the preflight and the answer allow its calls', async (t) => {
  const { send } = await served(t, { cors: ['https://a.example'], jwtSecret: secret })
  const from = (origin: string) => send({ method: 'OPTIONS', headers: { origin } })
  const allowed = await from('https://a.example')
  assert.equal(allowed.status, 204)
  assert.equal(allowed.headers['access-control-allow-origin'], 'https://a.example')
  assert.match(String(allowed.headers['access-control-allow-headers']), /content-type/)
  assert.match(String(allowed.headers['access-control-allow-methods']), /POST/)
  assert.equal((await from('https://b.example')).headers['access-control-allow-origin'], undefined)
  // A page can read why its token is refused.
  const refused = await send({ body: call(), headers: { origin: 'https://a.example' } })
  assert.equal(refused.status, 401)
  assert.equal(refused.headers['access-control-allow-origin'], 'https://a.example')
})

test('if no origins are allowed, the answer to a preflight allows nothing', async (t) => {
  const { send } = await served(t)
  const { status, headers } = await send({ method: 'OPTIONS', headers: { origin: 'https://a' } })
  const names = Object.keys(headers).filter((name) => name.startsWith('access-control'))
  assert.deepEqual([status, names], [204, []])
})

test('if the origin of a page is not allowed, its call is refused', async (t) => {
  const { send } = await served(t, { cors: ['https://a.example'] })
  const { send: sendClosed } = await served(t)
  const headers = { origin: 'https://b.example' }
  for (const ask of [send, sendClosed]) {
    const { status, text } = await ask({ body: call(), headers })
    assert.deepEqual([status, text], [403, 'origin not allowed'])
  }
  const allowed = await send({ body: call(), headers: { origin: 'https://a.example' } })
  assert.equal(allowed.status, 200)
})

test('an unknown host name is refused, unless there is a JWT secret', async (t) => {
  const headers = { host: 'evil.example' }
  const { send } = await served(t)
  const { status, text } = await send({ body: call(), headers })
  assert.deepEqual([status, text], [403, 'invalid host specified'])
  assert.equal((await send({ body: call(), headers: { host: 'localhost:1' } })).status, 200)
  const { send: sendWide } = await served(t, { allowedHosts: ['evil.example'] })
  assert.equal((await sendWide({ body: call(), headers })).status, 200)
  const { send: sendToken } = await served(t, { jwtSecret: secret })
  assert.equal((await sendToken({ body: call(), headers })).status, 401)
  const authorization = `Bearer ${await createToken(secret, systemClock.now())}`
  const answer = await sendToken({ body: call(), headers: { ...headers, authorization } })
  assert.equal(answer.status, 200)
})

test('a connection over the limit is closed; after another connection ends, a new connection is served', async (t) => {
  const { server } = await served(t, { limits: { maxConnections: 2 } })
  const { port } = new URL(server.url)
  const open = () => {
    const socket = connectTcp(Number(port), '127.0.0.1')
    const isServed = new Promise<boolean>((resolve) => {
      socket.once('data', () => resolve(true))
      socket.once('close', () => resolve(false))
      socket.on('error', () => resolve(false))
    })
    socket.write('GET / HTTP/1.1\r\nhost: localhost\r\n\r\n')
    t.after(() => socket.destroy())
    return { socket, isServed }
  }
  const first = open()
  assert.equal(await first.isServed, true)
  assert.equal(await open().isServed, true)
  assert.equal(await open().isServed, false)
  const closed = new Promise((resolve) => first.socket.once('close', resolve))
  first.socket.end()
  await closed
  assert.equal(await open().isServed, true)
})

test('concurrent requests are limited; an aborted request does not count', async (t) => {
  const arrivals = new EventEmitter()
  const hang = () => {
    arrivals.emit('call')
    return new Promise(() => undefined)
  }
  const methods: Methods = { echo: (params) => params, hang }
  const { server, send } = await served(t, { methods, limits: { maxHttpRequests: 2 } })
  const hanging = new AbortController()
  const headers = { 'content-type': 'application/json' }
  const given = { method: 'POST', headers, body: call([], 'hang'), signal: hanging.signal }
  const arrived = once(arrivals, 'call')
  const givenUp = assert.rejects(fetch(server.url, given))
  await arrived
  assert.equal((await send({ body: call() })).status, 200)
  const second = once(arrivals, 'call')
  const over = assert.rejects(send({ body: call([], 'hang') }))
  await second
  const refused = await send({ body: call() })
  assert.deepEqual([refused.status, refused.text], [503, 'too many requests at once'])
  hanging.abort()
  await givenUp
  while ((await send({ body: call() })).status !== 200);
  await server.close()
  await over
})

test('if several requests arrive together, each is counted only after its token is accepted', async (t) => {
  const methods: Methods = { slow: () => new Promise((answer) => setTimeout(answer, 100, 'late')) }
  const { server } = await served(t, { jwtSecret: secret, methods, limits: { maxHttpRequests: 1 } })
  const token = await createToken(secret, systemClock.now())
  /** Statuses of requests that arrive in one segment: the server reads all of them in one turn. */
  const statuses = async (...tokens: readonly string[]) => {
    const body = call([], 'slow')
    const head = (authorization: string) =>
      `POST / HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\nauthorization: Bearer ${authorization}\r\ncontent-length: ${body.length}\r\n\r\n${body}`
    const socket = connectTcp(Number(new URL(server.url).port), '127.0.0.1')
    t.after(() => socket.destroy())
    let text = ''
    const isDone = new Promise<void>((resolve) => {
      socket.on('data', (data) => {
        text += String(data)
        if (text.split('HTTP/1.1 ').length > tokens.length) resolve()
      })
    })
    socket.write(tokens.map(head).join(''))
    await isDone
    return [...text.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status)
  }
  assert.deepEqual(await statuses(token, token), ['200', '503'])
  assert.deepEqual(await statuses('wrong', token), ['401', '200'])
})

test('the server still answers after a client disconnects during its request or answer', async (t) => {
  const { server, send, logged } = await served(t)
  const head =
    'POST / HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length:'
  const hanging = call([], 'hang')
  for (const text of [`${head} 100\r\n\r\n{`, `${head} ${hanging.length}\r\n\r\n${hanging}`, 'x']) {
    const socket = connectTcp(Number(new URL(server.url).port), '127.0.0.1')
    await new Promise((resolve) => socket.write(text, resolve))
    await send({ body: call() })
    socket.resetAndDestroy()
  }
  assert.equal((await send({ body: call() })).status, 200)
  assert.deepEqual(logged, [])
})

test('if the address is taken, the server fails with a fault', async (t) => {
  const { server } = await served(t)
  const port = Number(new URL(server.url).port)
  const options = { host: '127.0.0.1', port, clock: systemClock, methods: {} }
  const named = { ...options, name: { what: 'the Engine API', portFlag: '--engine-port' } }
  await assert.rejects(serveJsonRpc(named), {
    code: 'rpc-port',
    message: `rpc-port: cannot serve the Engine API on 127.0.0.1:${port}: another process has this port; choose another with --engine-port`,
  })
  await assert.rejects(serveJsonRpc(options), { code: 'rpc-port', severity: 'critical' })
})

test('the server stops within a second, despite hanging calls and open connections', async (t) => {
  const { server, send } = await served(t)
  const idle = connectTcp(Number(new URL(server.url).port), '127.0.0.1')
  await new Promise((resolve) => idle.once('connect', resolve))
  idle.on('error', () => undefined)
  await send({ body: call() })
  const hanging = assert.rejects(send({ body: call([], 'hang') }))
  await send({ body: call() })
  const startedAt = performance.now()
  await server.close()
  assert.ok(performance.now() - startedAt < 1_000)
  await hanging
})

const fuzzed = Number(process.env['ATOLL_FUZZ_INPUTS'] ?? 10_000)

/** Bodies from arbitrary bytes to almost valid requests. */
const bodies: fc.Arbitrary<string | Uint8Array> = (() => {
  const name = fc.constantFrom('echo', 'bigint', 'throw', 'nope', '__proto__', 'constructor')
  const member = fc.oneof(name, fc.constantFrom('2.0', null, 1, {}, []), fc.jsonValue())
  const almost = fc.record(
    {
      jsonrpc: fc.oneof({ weight: 5, arbitrary: fc.constant('2.0') }, member),
      id: member,
      method: fc.oneof(name, member),
      params: fc.oneof(fc.array(fc.jsonValue(), { maxLength: 3 }), member),
    },
    { requiredKeys: [] },
  )
  const text = fc
    .oneof(almost, fc.array(almost, { maxLength: 8 }), fc.jsonValue())
    .map((value) => JSON.stringify(value))
  const cut = fc
    .tuple(text, fc.nat(200), fc.string({ maxLength: 3 }))
    .map(([whole, at, noise]) => whole.slice(0, at) + noise + whole.slice(at + 1))
  const brackets = fc
    .array(fc.constantFrom('[', '{', ']', '}', '"', '\\', ',', ':', '"__proto__"', '1'), {
      maxLength: 150,
    })
    .map((parts) => parts.join(''))
  return fc.oneof(
    fc.uint8Array({ maxLength: 300 }),
    fc.string({ unit: 'binary' }),
    text,
    cut,
    brackets,
  )
})()

function checkAnswer(answer: unknown): void {
  assert.ok(typeof answer === 'object' && answer !== null)
  const { jsonrpc, id, error, ...rest } = answer as Record<string, unknown>
  assert.equal(jsonrpc, '2.0')
  assert.ok(id === null || typeof id === 'string' || typeof id === 'number')
  if (error === undefined) assert.deepEqual(Object.keys(rest), ['result'])
  else assert.ok(Number.isInteger((error as { code: unknown }).code))
}

test(`${fuzzed} arbitrary bodies get an answer or an HTTP error, and the server keeps running`, async (t) => {
  const { send } = await served(t, {
    limits: { maxRequestBytes: 1_000, maxDepth: 20, maxBatchCalls: 6 },
    methods: {
      echo: (params) => params,
      bigint: () => 1n,
      throw: () => {
        throw new Error('broken')
      },
    },
  })
  const seen = new Set<number>()
  const check = fc.asyncProperty(bodies, async (body) => {
    const { status, text } = await send({ body })
    seen.add(status)
    if (status === 204) assert.equal(text, '')
    if (status !== 200) return
    const answer: unknown = JSON.parse(text)
    if (Array.isArray(answer)) assert.ok(answer.length > 0)
    for (const item of Array.isArray(answer) ? answer : [answer]) checkAnswer(item)
  })
  await fc.assert(check, { seed: 1, numRuns: fuzzed })
  assert.deepEqual(
    [...seen].toSorted((a, b) => a - b),
    [200, 204, 413],
  )
  assert.equal((await send({ body: call([1]) })).text, '{"jsonrpc":"2.0","id":1,"result":[1]}')
})

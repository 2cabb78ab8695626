import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { test, type TestContext } from 'node:test'
import { Agent, request } from 'undici'
import { systemClock } from '#runtime/clock.ts'
import type { Refusal } from './clients.ts'
import { type JsonRpcServerOptions, serveJsonRpc } from './json-rpc-server.ts'

/**
 * Content types: requests with the first type are answered without fastify, requests with the second type by fastify.
 */
const types = ['application/json', 'application/json;charset=utf-8']

async function served(t: TestContext, options: Partial<JsonRpcServerOptions> = {}) {
  const refused: Refusal[] = []
  const server = await serveJsonRpc({
    host: '127.0.0.1',
    port: 0,
    clock: systemClock,
    methods: {
      echo: (params) => params,
      hang: () => new Promise(() => undefined),
      break: () => {
        throw new Error('by the test')
      },
    },
    allowedHosts: '*',
    onRefused: (why) => refused.push(why),
    ...options,
  })
  t.after(() => server.close())
  const dispatcher = new Agent()
  t.after(() => dispatcher.destroy())
  const send = async (type: string, body: string) => {
    const response = await request(server.url, {
      method: 'POST',
      headers: { 'content-type': type },
      dispatcher,
      body,
    })
    const headers = { ...response.headers, date: '' }
    return { status: response.statusCode, headers, text: await response.body.text() }
  }
  return { server, send, refused }
}

const call = (method: string, params: unknown = []) =>
  JSON.stringify({ jsonrpc: '2.0', id: 1, method, params })

test('an answer without fastify has the same status, headers and bytes as an answer by fastify', async (t) => {
  const { send, refused } = await served(t, { limits: { maxRequestBytes: 1_000 } })
  const bodies = [
    call('echo', ['ä', { a: 1 }]),
    call('break'),
    call('missing'),
    '{"jsonrpc":"2.0","method":"echo"}',
    `[${call('echo')},${call('missing')}]`,
    '{',
    '',
    '[]',
    call('echo', ['x'.repeat(1_000)]),
  ]
  for (const body of bodies) {
    const [direct, byFastify] = [await send(types[0] ?? '', body), await send(types[1] ?? '', body)]
    assert.deepEqual(direct, byFastify, body)
  }
  assert.deepEqual(refused, [
    'not-json',
    'not-json',
    'not-json',
    'not-json',
    'too-large',
    'too-large',
  ])
})

test('a client that hangs up during its request is reported as a refusal, and its request no longer counts toward the limits', async (t) => {
  const limits = { maxHttpRequests: 1, maxRequestsPerClient: 1 }
  const { server, send, refused } = await served(t, { limits })
  const { port } = new URL(server.url)
  const head = `POST / HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n`
  for (const rest of [
    'content-length: 100\r\n\r\n{"half',
    `content-length: ${call('hang').length}\r\n\r\n${call('hang')}`,
  ])
    for (let times = 0; times < 3; times++) {
      const socket = connect(Number(port), '127.0.0.1')
      socket.write(head + rest)
      await new Promise((resolve) => setTimeout(resolve, 30))
      assert.equal((await send(types[0] ?? '', call('echo'))).status, 503, 'the place is taken')
      socket.destroy()
      await new Promise((resolve) => setTimeout(resolve, 30))
      assert.equal((await send(types[0] ?? '', call('echo'))).status, 200)
    }
  assert.equal(refused.filter((why) => why === 'hung-up').length, 6)
})

for (const type of types)
  test(`after a client hangs up, its pipelined requests no longer count toward its limit (${type})`, async (t) => {
    const { server, send } = await served(t, { limits: { maxRequestsPerClient: 8 } })
    const body = call('hang')
    const one = `POST / HTTP/1.1\r\nhost: x\r\ncontent-type: ${type}\r\ncontent-length: ${body.length}\r\n\r\n${body}`
    for (let times = 0; times < 3; times++) {
      const socket = connect(Number(new URL(server.url).port), '127.0.0.1')
      socket.write(one.repeat(8))
      await new Promise((resolve) => setTimeout(resolve, 50))
      assert.equal((await send(type, call('echo'))).status, 429, 'all places are taken')
      socket.destroy()
      await new Promise((resolve) => setTimeout(resolve, 50))
      assert.equal((await send(type, call('echo'))).status, 200)
    }
  })

for (const cors of ['*', ['https://a.example'], [], ['https://a.example', '*'], undefined] as const)
  test(`an answer without fastify has the CORS headers of fastify: ${JSON.stringify(cors)}`, async (t) => {
    const { send } = await served(t, cors === undefined ? {} : { cors })
    for (const body of [call('echo'), '{"jsonrpc":"2.0","method":"echo"}', '{'])
      assert.deepEqual(await send(types[0] ?? '', body), await send(types[1] ?? '', body))
  })

test('the bytes of a client are limited', async (t) => {
  const { send, refused } = await served(t, { limits: { maxBytesPerClient: 500 } })
  const answers = [await send(types[0] ?? '', call('echo', ['x'.repeat(500)]))]
  answers.push(await send(types[1] ?? '', call('echo', ['x'.repeat(500)])))
  assert.deepEqual(answers[0], answers[1])
  assert.equal(answers[0]?.status, 429)
  assert.deepEqual(refused, ['too-many-bytes', 'too-many-bytes'])
  assert.equal((await send(types[0] ?? '', call('echo'))).status, 200)
})

test('a stopping server does not answer further requests, and ends within a second', async (t) => {
  const { server, send } = await served(t)
  const hanging = send(types[0] ?? '', call('hang'))
  const ended = assert.rejects(hanging)
  await new Promise((resolve) => setTimeout(resolve, 50))
  const startedMs = performance.now()
  await server.close()
  assert.ok(performance.now() - startedMs < 1_000)
  await ended
})

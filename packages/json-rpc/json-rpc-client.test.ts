import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import type { ServerResponse } from 'node:http'
import { type Clock, systemClock } from '#runtime/clock.ts'
import { Fault } from '#runtime/fault.ts'
import { serveHttp } from '#test/fakes/http-server.ts'
import type { EndpointOptions } from './endpoint.ts'
import { defaultMaxBatch, JsonRpcClient, roundBackoff } from './json-rpc-client.ts'

interface Call {
  readonly id: number
  readonly method: string
  readonly params: readonly unknown[]
}

/** A clock that notes pauses and ends them immediately. */
function quickClock(): { clock: Clock; pauses: number[] } {
  const pauses: number[] = []
  const after: Clock['after'] = (delayMs, run) => {
    pauses.push(delayMs)
    return systemClock.after(0, run)
  }
  return { clock: { ...systemClock, after }, pauses }
}

function client(
  t: TestContext,
  endpoints: readonly EndpointOptions[],
  { rounds = 3, timeoutMs = 2_000 } = {},
) {
  const { clock, pauses } = quickClock()
  const failures: string[] = []
  const onFailure = ({ code }: Fault) => failures.push(code)
  const rpc = new JsonRpcClient({ endpoints, rounds, timeoutMs, clock, onFailure })
  t.after(() => rpc.close())
  return { rpc, pauses, failures }
}

/** A server that answers each call with a result derived from it. */
function echo(t: TestContext, seen: Call[][] = []): Promise<string> {
  return serveHttp(t, ({ body }, response) => {
    const request = JSON.parse(body) as Call | Call[]
    const calls = Array.isArray(request) ? request : [request]
    seen.push(calls)
    const answers = calls.map(({ id, method }) => ({ jsonrpc: '2.0', id, result: method }))
    // A server may answer the calls of a batch in another order.
    response.end(JSON.stringify(Array.isArray(request) ? answers.toReversed() : answers[0]))
  })
}

/** A server with one planned answer per request. The last answer repeats. */
function script(
  t: TestContext,
  ...answers: readonly ((response: ServerResponse, id: number) => void)[]
) {
  let requests = 0
  const url = serveHttp(t, ({ body }, response) => {
    const answer = answers[Math.min(requests++, answers.length - 1)]
    answer?.(response, (JSON.parse(body) as Call).id)
  })
  return url.then((ready) => ({ url: ready, requests: () => requests }))
}

const ok = (response: ServerResponse, id: number) =>
  void response.end(JSON.stringify({ jsonrpc: '2.0', id, result: 'ok' }))
const status =
  (code: number, headers: Record<string, string> = {}) =>
  (response: ServerResponse) =>
    void response.writeHead(code, headers).end('<html>try later</html>')
const text = (body: string) => (response: ServerResponse) => void response.end(body)

test('a call sends its parameters, and returns the result', async (t) => {
  const seen: Call[][] = []
  const { rpc } = client(t, [{ url: await echo(t, seen) }])
  assert.equal(await rpc.call('eth_chainId', ['0x1', true]), 'eth_chainId')
  assert.deepEqual(seen[0]?.[0]?.params, ['0x1', true])
})

test('if the answer to a call is an error, the call fails with this error and is not retried', async (t) => {
  const answer = { error: { code: -38_001, message: 'Unknown payload', data: { id: '0x1' } } }
  const { url, requests } = await script(t, (response, id) => {
    response.end(JSON.stringify({ jsonrpc: '2.0', id, ...answer }))
  })
  const { rpc } = client(t, [{ url }])
  await assert.rejects(rpc.call('engine_getPayloadV4', []), {
    name: 'JsonRpcError',
    code: -38_001,
    message: 'Unknown payload',
    data: { id: '0x1' },
  })
  assert.equal(requests(), 1)
})

test('a batch is sent in one request, and its answers are returned in the order of its calls', async (t) => {
  const seen: Call[][] = []
  const { rpc } = client(t, [{ url: await echo(t, seen) }])
  const calls = ['a', 'b', 'c'].map((method) => ({ method, params: [] }))
  const answers = await rpc.batch(calls)
  assert.deepEqual(answers, [{ result: 'a' }, { result: 'b' }, { result: 'c' }])
  assert.equal(seen.length, 1)
})

for (const excess of [0, 1]) {
  test(`${defaultMaxBatch + excess} calls of a batch are sent in ${1 + excess} requests`, async (t) => {
    const seen: Call[][] = []
    const { rpc } = client(t, [{ url: await echo(t, seen) }])
    const calls = Array.from({ length: defaultMaxBatch + excess }, (_, at) => {
      return { method: String(at), params: [] }
    })
    const answers = await rpc.batch(calls)
    assert.deepEqual(
      answers.map((answer) => 'result' in answer && answer.result),
      calls.map(({ method }) => method),
    )
    assert.equal(seen.length, 1 + excess)
  })
}

test('if one call of a batch fails, the other calls do not fail', async (t) => {
  const url = await serveHttp(t, ({ body }, response) => {
    const [first, second] = JSON.parse(body) as Call[]
    const error = { code: 3, message: 'execution reverted' }
    response.end(
      JSON.stringify([
        { id: first?.id, error },
        { id: second?.id, result: null },
      ]),
    )
  })
  const { rpc } = client(t, [{ url }])
  const [first, second] = await rpc.batch([
    { method: 'a', params: [] },
    { method: 'b', params: [] },
  ])
  assert.ok(first !== undefined && 'error' in first && first.error.code === 3)
  assert.deepEqual(second, { result: null })
})

test('the error for a whole batch is the answer to each of its calls', async (t) => {
  const { url } = await script(
    t,
    text('{"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"no batches"}}'),
  )
  const { rpc } = client(t, [{ url }])
  const answers = await rpc.batch([
    { method: 'a', params: [] },
    { method: 'b', params: [] },
  ])
  for (const answer of answers) assert.ok('error' in answer && answer.error.code === -32_600)
})

for (const [name, answer, code] of [
  ['a status of 500', status(500), 'rpc-status'],
  ['a status of 429', status(429), 'rpc-status'],
  ['a rate limit as an error', limited, 'rpc-limited'],
  ['a page of HTML', text('<html>'), 'rpc-response'],
  ['an empty body', text(''), 'rpc-response'],
  ['JSON that is not an answer', text('{"jsonrpc":"2.0"}'), 'rpc-response'],
  ['the answer to another call', text('{"id":999,"result":1}'), 'rpc-response'],
  ['a number', text('7'), 'rpc-response'],
  ['an error without a code', badError, 'rpc-response'],
] as const) {
  test(`if the answer is ${name}, the call is retried, and the failure is reported as ${code}`, async (t) => {
    const { url, requests } = await script(t, answer, answer, ok)
    const { rpc, failures, pauses } = client(t, [{ url }])
    assert.equal(await rpc.call('x', []), 'ok')
    assert.deepEqual(failures, [code, code])
    assert.equal(requests(), 3)
    assert.deepEqual(pauses, [roundBackoff.firstMs, 2 * roundBackoff.firstMs])
  })
}

function limited(response: ServerResponse, id: number): void {
  response.end(JSON.stringify({ id, error: { code: -32_005, message: 'limit exceeded' } }))
}

function badError(response: ServerResponse, id: number): void {
  response.end(JSON.stringify({ id, error: { message: 'no code' } }))
}

test('after an HTTP status such as 401 a call is not retried, and the error quotes the text of the answer', async (t) => {
  const { url } = await script(t, (response) => response.writeHead(401).end('stale\n token'))
  const { rpc, failures } = client(t, [{ url }])
  await assert.rejects(rpc.call('eth_chainId', []), { message: /HTTP status 401: stale token/ })
  assert.deepEqual(failures, ['rpc-status'])
})

test('only the beginning of an error page is quoted', async (t) => {
  const { url } = await script(t, (response) => response.writeHead(404).end('x'.repeat(100_000)))
  const { rpc } = client(t, [{ url }])
  const isShort = ({ message }: Error) => message.length < 400
  await assert.rejects(rpc.call('eth_chainId', []), (error: Error) => isShort(error))
})

test('if a lease is lost between two attempts, the call ends', async (t) => {
  const { url } = await script(t, (response) => response.writeHead(500).end())
  const { rpc, failures } = client(t, [{ url }])
  let attempts = 0
  const guard = () => {
    if (++attempts === 2) throw new Fault('lease-expired')
  }
  await assert.rejects(rpc.call('engine_newPayloadV4', [], { guard }), { code: 'lease-expired' })
  assert.equal(failures.length, 1)
})

test('after the last attempt, a call throws its last failure', async (t) => {
  const { url, requests } = await script(t, status(503))
  const { rpc } = client(t, [{ url }], { rounds: 2 })
  await assert.rejects(rpc.call('x', []), { code: 'rpc-status', severity: 'temporary' })
  assert.equal(requests(), 2)
})

test('pauses grow up to a limit; if Retry-After asks for a longer pause, the pause is longer, up to the same limit', async (t) => {
  const growing = await script(t, status(503))
  const first = client(t, [{ url: growing.url }], { rounds: 8 })
  await assert.rejects(first.rpc.call('x', []))
  assert.deepEqual(first.pauses, [250, 500, 1_000, 2_000, 4_000, 4_000, 4_000])
  const asking = await script(t, status(429, { 'retry-after': '2' }))
  const second = client(t, [{ url: asking.url }], { rounds: 2 })
  await assert.rejects(second.rpc.call('x', []))
  assert.deepEqual(second.pauses, [2_000])
  const greedy = await script(t, status(429, { 'retry-after': '86400' }))
  const third = client(t, [{ url: greedy.url }], { rounds: 2 })
  await assert.rejects(third.rpc.call('x', []))
  assert.deepEqual(third.pauses, [roundBackoff.longestMs])
})

test('when an endpoint fails, the next endpoint is called immediately, and preferred from then on', async (t) => {
  const bad = await script(t, status(500))
  const good = await script(t, ok)
  const { rpc, pauses } = client(t, [{ url: bad.url }, { url: good.url }])
  assert.equal(await rpc.call('x', []), 'ok')
  assert.equal(await rpc.call('x', []), 'ok')
  assert.deepEqual([bad.requests(), good.requests(), pauses.length], [1, 2, 0])
})

test('if no server listens at an endpoint, the fault is `rpc-unreachable`', async (t) => {
  const { rpc, failures } = client(t, [{ url: 'http://127.0.0.1:1' }], { rounds: 1 })
  await assert.rejects(rpc.call('x', []), { code: 'rpc-unreachable' })
  assert.deepEqual(failures, ['rpc-unreachable'])
})

test('if there is no answer, the call fails with a timeout', async (t) => {
  const { url } = await script(t, () => undefined)
  const { rpc } = client(t, [{ url }], { rounds: 1, timeoutMs: 50 })
  await assert.rejects(rpc.call('x', []), { code: 'rpc-timeout' })
})

test('if an answer stops halfway, the call fails with a timeout', async (t) => {
  const { url } = await script(t, (response) => {
    response.write('{"jsonrpc":"2.0",')
  })
  const { rpc } = client(t, [{ url }], { rounds: 1, timeoutMs: 50 })
  await assert.rejects(rpc.call('x', []), { code: 'rpc-timeout' })
})

test('an aborted call ends immediately and is not retried', async (t) => {
  const { url, requests } = await script(t, () => undefined)
  const { rpc } = client(t, [{ url }])
  const stop = new AbortController()
  const call = rpc.call('x', [], { signal: stop.signal })
  setTimeout(() => stop.abort(), 20)
  await assert.rejects(call, { code: 'aborted' })
  assert.equal(requests(), 1)
  await assert.rejects(rpc.call('x', [], { signal: stop.signal }), { code: 'aborted' })
})

for (const excess of [0, 1]) {
  test(`an answer ${excess} bytes over the limit is ${excess === 0 ? 'accepted' : 'refused'}`, async (t) => {
    const body = '{"id":1,"result":"x"}'
    const { url } = await script(t, text(body))
    const maxResponseBytes = body.length - excess
    const { rpc } = client(t, [{ url, maxResponseBytes }], { rounds: 1 })
    if (excess === 0) assert.equal(await rpc.call('x', []), 'x')
    else await assert.rejects(rpc.call('x', []), { code: 'rpc-response', message: /more than/ })
  })
}

test('headers are made for each request', async (t) => {
  const tokens: (string | undefined)[] = []
  const url = await serveHttp(t, ({ body, incoming }, response) => {
    tokens.push(incoming.headers.authorization)
    ok(response, (JSON.parse(body) as Call).id)
  })
  let made = 0
  const headers = () => Promise.resolve({ authorization: `Bearer ${++made}` })
  const { rpc } = client(t, [{ url, headers }])
  await rpc.call('x', [])
  await rpc.call('x', [])
  assert.deepEqual(tokens, ['Bearer 1', 'Bearer 2'])
})

test('errors do not contain the key in the path of an endpoint', async (t) => {
  const { url } = await script(t, status(500))
  const { rpc } = client(t, [{ url: `${url}/v3/secret-key?token=secret` }], { rounds: 1 })
  await assert.rejects(rpc.call('x', []), (error: Fault) => {
    assert.doesNotMatch(JSON.stringify([error.message, error.fields]), /secret/)
    return true
  })
})

test('if there is no endpoint, a client cannot be created', () => {
  const options = { endpoints: [], timeoutMs: 1, rounds: 1, clock: systemClock }
  assert.throws(() => new JsonRpcClient(options), RangeError)
})

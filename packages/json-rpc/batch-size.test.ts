import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { serveHttp } from '#test/fakes/http-server.ts'
import { VirtualClock } from '#test/simulator/virtual-clock.ts'
import { BatchSize } from './batch-size.ts'
import { JsonRpcClient } from './json-rpc-client.ts'

interface Call {
  readonly id: number
  readonly method: string
}

type Reply = { readonly status: number; readonly body: unknown }

const ok = (body: unknown): Reply => ({ status: 200, body })
const error = (code: number, message: string) => ({ code, message })
const result = ({ id, method }: Call) => ({ jsonrpc: '2.0', id, result: method })

/** Answers of servers to a batch over their limit. */
const refusals: Readonly<Record<string, (calls: readonly Call[], limit: number) => Reply>> = {
  'one error without id': () => ok({ jsonrpc: '2.0', error: error(-32_600, 'batch too large') }),
  'one error with the id null': () =>
    ok({ jsonrpc: '2.0', id: null, error: error(-32_600, 'invalid request') }),
  'an error for each call': (calls) =>
    ok(calls.map(({ id }) => ({ id, error: error(31, 'batch of more than 3 is not allowed') }))),
  'the first answers only': (calls, limit) => ok(calls.slice(0, limit).map(result)),
  'the answer to the first call': ([first]) => ok(first && result(first)),
  'the error of a server without batches': () =>
    ok({ id: null, error: error(-32_005, 'Batched requests are not supported by this server') }),
  'status 413': () => ({ status: 413, body: 'content too large' }),
  'status 500 with an error about batches': () => ({
    status: 500,
    body: { error: error(31, 'Batch of more than 3 requests are not allowed on free tier') },
  }),
  'status 400': () => ({ status: 400, body: { error: error(-32_600, 'expected an object') } }),
}

/** A server with a limit on batches, and the sizes of the requests that it received. */
async function limited(t: TestContext, limit: number, refuse: (typeof refusals)[string]) {
  const sizes: number[] = []
  const url = await serveHttp(t, ({ body }, response) => {
    const request = JSON.parse(body) as Call | Call[]
    const calls = Array.isArray(request) ? request : [request]
    sizes.push(calls.length)
    const answers = Array.isArray(request) ? calls.map(result) : result(request)
    const reply = calls.length > limit ? refuse(calls, limit) : ok(answers)
    response.writeHead(reply.status).end(JSON.stringify(reply.body))
  })
  const clock = new VirtualClock(0)
  const rpc = new JsonRpcClient({ endpoints: [{ url }], rounds: 1, timeoutMs: 5_000, clock })
  t.after(() => rpc.close())
  const ask = async (count: number) => {
    const calls = Array.from({ length: count }, (_, at) => ({ method: String(at), params: [] }))
    const answers = await rpc.batch(calls)
    assert.deepEqual(
      answers,
      calls.map(({ method }) => ({ result: method })),
    )
  }
  return { ask, sizes, clock }
}

for (const [name, refuse] of Object.entries(refusals))
  for (const limit of [1, 2, 3, 100])
    test(`if a server takes ${limit} calls per request and answers larger requests with ${name}, all calls reach it`, async (t) => {
      const { ask, sizes } = await limited(t, limit, refuse)
      await ask(110)
      const before = sizes.length
      await ask(20)
      // The client remembers the size, so no later request is refused.
      assert.ok(
        sizes.slice(before).every((size) => size <= limit),
        sizes.join(),
      )
    })

test('a batch within the limit of the setting is one request', async (t) => {
  const { ask, sizes } = await limited(t, 1_000, () => ok([]))
  await ask(100)
  await ask(101)
  assert.deepEqual(sizes, [100, 100, 1])
})

test('if a server answers with status 503, batches do not become smaller', async (t) => {
  let isBroken = true
  const sizes: number[] = []
  const url = await serveHttp(t, ({ body }, response) => {
    const calls = JSON.parse(body) as Call[]
    sizes.push(calls.length)
    if (isBroken) response.writeHead(503).end('<html>')
    else response.end(JSON.stringify(calls.map(result)))
  })
  const clock = new VirtualClock(0)
  const rpc = new JsonRpcClient({ endpoints: [{ url }], rounds: 1, timeoutMs: 5_000, clock })
  t.after(() => rpc.close())
  const calls = ['a', 'b', 'c'].map((method) => ({ method, params: [] }))
  await assert.rejects(rpc.batch(calls), { code: 'rpc-status' })
  isBroken = false
  await rpc.batch(calls)
  assert.deepEqual(sizes, [3, 3])
})

test('if an error for a whole batch is not about batches, batches do not become smaller', async (t) => {
  let isBroken = true
  const sizes: number[] = []
  const url = await serveHttp(t, ({ body }, response) => {
    const calls = JSON.parse(body) as Call[]
    sizes.push(calls.length)
    const broken = { id: null, error: error(-32_000, 'internal error') }
    response.end(JSON.stringify(isBroken ? broken : calls.map(result)))
  })
  const clock = new VirtualClock(0)
  const rpc = new JsonRpcClient({ endpoints: [{ url }], rounds: 1, timeoutMs: 5_000, clock })
  t.after(() => rpc.close())
  const calls = ['a', 'b', 'c'].map((method) => ({ method, params: [] }))
  assert.ok((await rpc.batch(calls)).every((answer) => 'error' in answer))
  isBroken = false
  await rpc.batch(calls)
  assert.deepEqual(sizes, [3, 3])
})

/** Ways in which a server refuses calls above its rate limit. */
const rateLimits: Readonly<Record<string, (calls: readonly Call[], left: number) => Reply>> = {
  'an error for each call above the limit': (calls, left) =>
    ok(
      calls.map((call, at) =>
        at < left ? result(call) : { id: call.id, error: error(429, 'too many requests') },
      ),
    ),
  'status 429': () => ({ status: 429, body: 'slow down' }),
}

for (const [name, refuse] of Object.entries(rateLimits))
  test(`if a server answers with ${name}, a batch above the rate limit is answered in parts`, async (t) => {
    const perSecond = 10
    const clock = new VirtualClock(0)
    const window = { second: 0, calls: 0 }
    const url = await serveHttp(t, ({ body }, response) => {
      const request = JSON.parse(body) as Call | Call[]
      const calls = [request].flat()
      const second = Math.floor(clock.monotonicMs() / 1_000)
      if (window.second !== second) Object.assign(window, { second, calls: 0 })
      const left = Math.max(0, perSecond - window.calls)
      window.calls += calls.length
      const answers = Array.isArray(request) ? calls.map(result) : result(request)
      const reply = calls.length > left ? refuse(calls, left) : ok(answers)
      response.writeHead(reply.status).end(JSON.stringify(reply.body))
    })
    // Each round sends half as many calls in one request as the round before: 100, 50, 25, 12, 6.
    const rpc = new JsonRpcClient({ endpoints: [{ url }], rounds: 6, timeoutMs: 5_000, clock })
    t.after(() => rpc.close())
    const ticking = setInterval(() => void clock.run(20, () => false), 1)
    t.after(() => clearInterval(ticking))
    const calls = Array.from({ length: 100 }, (_, at) => ({ method: String(at), params: [] }))
    assert.deepEqual(
      await rpc.batch(calls),
      calls.map(({ method }) => ({ result: method })),
    )
  })

test('if a server refuses every request, it gets only a few requests for a batch', async (t) => {
  let requests = 0
  const url = await serveHttp(t, (_request, response) => {
    requests++
    response.writeHead(400).end()
  })
  const clock = new VirtualClock(0)
  const rpc = new JsonRpcClient({ endpoints: [{ url }], rounds: 1, timeoutMs: 5_000, clock })
  t.after(() => rpc.close())
  const calls = Array.from({ length: 100 }, () => ({ method: 'a', params: [] }))
  await assert.rejects(rpc.batch(calls), { code: 'rpc-status' })
  assert.equal(requests, 7)
})

test('the batch size doubles every minute up to the setting, and each refusal halves it', async () => {
  const clock = new VirtualClock(0)
  const size = new BatchSize(100, clock)
  size.refused(100)
  size.refused(50)
  assert.equal(size.current, 25)
  await clock.run(59_999, () => false)
  assert.equal(size.current, 25)
  await clock.run(1, () => false)
  assert.equal(size.current, 50)
  assert.equal(size.current, 50)
  size.refused(50)
  assert.equal(size.current, 25)
  for (const expected of [50, 100, 100]) {
    await clock.run(60_000, () => false)
    assert.equal(size.current, expected)
  }
})

test('a batch that meets a rate limit halves the current batch size for five seconds, even if the batch is small; concurrent batches of one size halve it once', async () => {
  const clock = new VirtualClock(0)
  const size = new BatchSize(100, clock)
  size.limited(100)
  for (let request = 0; request < 4; request++) size.limited(50)
  assert.equal(size.current, 25)
  const other = new BatchSize(100, clock)
  other.limited(3)
  assert.equal(other.current, 50)
  await clock.run(5_000, () => false)
  assert.equal(other.current, 100)
})

test('if a server limits the rate forever after some answers, the batch fails after a few pauses', async (t) => {
  let answered = 0
  let requests = 0
  const url = await serveHttp(t, ({ body }, response) => {
    requests++
    const calls = [JSON.parse(body) as Call | Call[]].flat()
    if (answered + calls.length > 20) {
      response.writeHead(429).end()
      return
    }
    answered += calls.length
    response.end(JSON.stringify(calls.length === 1 ? calls.map(result)[0] : calls.map(result)))
  })
  const clock = new VirtualClock(0)
  const rpc = new JsonRpcClient({ endpoints: [{ url }], rounds: 4, timeoutMs: 5_000, clock })
  t.after(() => rpc.close())
  const ticking = setInterval(() => void clock.run(50, () => false), 1)
  t.after(() => clearInterval(ticking))
  const calls = Array.from({ length: 100 }, (_, at) => ({ method: String(at), params: [] }))
  await assert.rejects(rpc.batch(calls), { code: 'rpc-status' })
  assert.ok(requests < 60, String(requests))
})

test('if concurrent batches of one size are refused, the size is halved once', () => {
  const size = new BatchSize(8, new VirtualClock(0))
  for (let request = 0; request < 4; request++) size.refused(8)
  assert.equal(size.current, 4)
})

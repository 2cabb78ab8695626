import assert from 'node:assert/strict'
import { EventEmitter, once } from 'node:events'
import { Socket } from 'node:net'
import { test, type TestContext } from 'node:test'
import type { WebSocket as ServerSocket } from '@fastify/websocket'
import { type Clock, sleep, systemClock } from '#runtime/clock.ts'
import {
  type Answer,
  handshake,
  openDeafSocket,
  openSocket,
} from '#test/fakes/web-socket-client.ts'
import { Clients } from './clients.ts'
import { JsonRpcDispatch, type Methods } from './json-rpc-dispatch.ts'
import { type JsonRpcServerOptions, pingPeriodMs, serveJsonRpc } from './json-rpc-server.ts'
import { serveSocket } from './json-rpc-socket.ts'
import { createToken } from './jwt.ts'
import { unsubscribe } from './subscriptions.ts'

/** Publishes to the subscriptions of a server, and counts them. */
function createSource() {
  const listeners = new Set<(result: unknown) => void>()
  const changes = new EventEmitter()
  const methods: Methods = {
    echo: (params) => params,
    later: ([ms]) => new Promise((resolve) => systemClock.after(Number(ms), () => resolve(ms))),
    hang: () => new Promise(() => undefined),
    eth_subscribe: (_params, { subscribe }) =>
      subscribe((notify) => {
        notify('first')
        listeners.add(notify)
        return () => {
          listeners.delete(notify)
          changes.emit('stopped')
        }
      }),
    subscribeAndFail: (_params, { subscribe }) => {
      subscribe(() => assert.fail('it was started'))
      throw new Error('after all')
    },
    breakStart: (_params, { subscribe }) =>
      subscribe(() => {
        throw new Error('it cannot start')
      }),
    eth_unsubscribe: unsubscribe,
  }
  const publish = (result: unknown) => {
    for (const notify of listeners) notify(result)
  }
  const allStopped = async () => {
    while (listeners.size > 0) await once(changes, 'stopped')
  }
  return { methods, listeners, publish, allStopped }
}

async function served(t: TestContext, options: Partial<JsonRpcServerOptions> = {}) {
  const source = createSource()
  const logged: unknown[] = []
  const log = (_fields: unknown, message?: unknown) => logged.push(message)
  const server = await serveJsonRpc({
    host: '127.0.0.1',
    port: 0,
    clock: systemClock,
    methods: source.methods,
    log: { error: log, warn: log },
    ...options,
  })
  t.after(() => server.close())
  const url = server.url.replace('http', 'ws')
  return { ...source, server, url, logged, open: () => openSocket(t, url) }
}

function call(method: string, params: unknown = [], id: unknown = 1): string {
  return JSON.stringify({ jsonrpc: '2.0', id, method, params })
}

test('a WebSocket accepts the same messages as HTTP: calls, batches, notifications, malformed requests', async (t) => {
  const { open } = await served(t)
  const { socket, next, ask } = await open()
  assert.deepEqual(await ask('echo', [1]), { jsonrpc: '2.0', id: 1, result: [1] })
  socket.send('{"jsonrpc":"2.0","method":"echo"}')
  socket.send(`[${call('echo', [1])},${call('echo', [2], 'b')}]`)
  assert.deepEqual(await next(), [
    { jsonrpc: '2.0', id: 1, result: [1] },
    { jsonrpc: '2.0', id: 'b', result: [2] },
  ])
  socket.send('{')
  assert.deepEqual(((await next()).error as { code: number }).code, -32_700)
  socket.send(Buffer.from(call('echo', ['as bytes'])))
  assert.deepEqual((await next()).result, ['as bytes'])
})

test('a slow call does not delay the next', async (t) => {
  const { open } = await served(t)
  const { socket, next } = await open()
  socket.send(call('later', [30], 'slow'))
  socket.send(call('echo', [], 'fast'))
  assert.deepEqual([(await next()).id, (await next()).id], ['fast', 'slow'])
})

test('concurrent requests are limited; further requests are handled later', async (t) => {
  let [running, most] = [0, 0]
  const work = async ([ms]: readonly unknown[]) => {
    most = Math.max(most, ++running)
    await sleep(systemClock, Number(ms))
    running--
  }
  const { open } = await served(t, { methods: { work }, limits: { maxRequestsPerSocket: 3 } })
  const { socket, next } = await open()
  for (let id = 0; id < 20; id++) socket.send(call('work', [1], id))
  const ids = new Set<unknown>()
  for (let answer = 0; answer < 20; answer++) ids.add((await next()).id)
  assert.deepEqual([ids.size, most], [20, 3])
})

test('if a message exceeds the limit, the connection ends', async (t) => {
  const { open } = await served(t, { limits: { maxMessageBytes: 100 } })
  const { socket, next, closed } = await open()
  const padded = (length: number) => call('echo', ['x'.repeat(length - call('echo', ['']).length)])
  socket.send(padded(100))
  assert.equal((await next()).id, 1)
  socket.send(padded(101))
  assert.equal(await closed, 1009)
})

test('a subscription notifies until it is ended, and its id is sent before its first notification', async (t) => {
  const { open, publish, listeners } = await served(t)
  const { next, ask, messages } = await open()
  const { result: id } = await ask('eth_subscribe', ['newHeads'])
  const expected = (result: unknown) => ({
    jsonrpc: '2.0',
    method: 'eth_subscription',
    params: { subscription: id, result },
  })
  assert.match(String(id), /^0x[0-9a-f]{32}$/)
  assert.deepEqual(await next(), expected('first'))
  publish({ number: '0x1' })
  assert.deepEqual(await next(), expected({ number: '0x1' }))
  assert.equal((await ask('eth_unsubscribe', [id])).result, true)
  assert.equal(listeners.size, 0)
  const unknown = { code: -32_000, message: 'subscription not found' }
  assert.deepEqual((await ask('eth_unsubscribe', [id])).error, unknown)
  assert.equal(((await ask('eth_unsubscribe', [5])).error as { code: number }).code, -32_602)
  assert.deepEqual(messages, [])
})

test('notifications have the given method', async (t) => {
  const { open } = await served(t, { notificationMethod: 'atoll_news' })
  const { ask, next } = await open()
  await ask('eth_subscribe')
  assert.equal(((await next()) as unknown as { method: string }).method, 'atoll_news')
})

test('a subscription that a batch creates starts after the answers to the batch are sent, and only if they contain its id', async (t) => {
  const { open, listeners } = await served(t)
  const { socket, next, ask } = await open()
  const silent = '{"jsonrpc":"2.0","method":"eth_subscribe"}'
  socket.send(`[${call('eth_subscribe')},${silent},${call('subscribeAndFail')}]`)
  const answers = (await next()) as unknown as Answer[]
  assert.equal(answers.length, 2)
  const { params } = await next()
  assert.deepEqual(params, { subscription: answers[0]?.result, result: 'first' })
  await ask('echo')
  assert.equal(listeners.size, 1)
})

test('the subscriptions of a connection have a limit', async (t) => {
  const { open } = await served(t, { limits: { maxSubscriptions: 1 } })
  const { ask, next } = await open()
  const { result: id } = await ask('eth_subscribe')
  await next()
  assert.equal(((await ask('eth_subscribe')).error as { code: number }).code, -32_005)
  await ask('eth_unsubscribe', [id])
  assert.match(String((await ask('eth_subscribe')).result), /^0x/)
})

test('over HTTP there are no subscriptions', async (t) => {
  const { server } = await served(t)
  for (const method of ['eth_subscribe', 'eth_unsubscribe']) {
    const response = await fetch(server.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: call(method, ['0x1']),
    })
    const error = { code: -32_601, message: 'notifications not supported' }
    assert.deepEqual(await response.json(), { jsonrpc: '2.0', id: 1, error })
  }
})

test('all subscriptions end with the connection, even while its requests run', async (t) => {
  const { open, listeners, allStopped } = await served(t)
  const { socket, ask, next } = await open()
  await ask('eth_subscribe')
  await next()
  await ask('eth_subscribe')
  socket.send(call('hang'))
  assert.equal(listeners.size, 2)
  socket.close()
  await allStopped()
})

test('if a client disconnects while its socket is paused, the server notices this when it next sends to the client', async (t) => {
  const { url, open, publish, listeners } = await served(t, { limits: { maxRequestsPerSocket: 2 } })
  const { ask } = await open()
  const messages = [call('eth_subscribe'), call('hang'), call('hang'), call('hang')]
  const deaf = await openDeafSocket(t, url, messages)
  while (listeners.size === 0) await ask('echo')
  deaf.destroy()
  while (listeners.size > 0) {
    publish('news')
    await ask('echo')
  }
})

test('if a subscription cannot start, the connection ends', async (t) => {
  const { open, logged } = await served(t)
  const { socket, closed } = await open()
  socket.send(call('breakStart'))
  assert.equal(await closed, 1006)
  assert.deepEqual(logged, ['JSON-RPC request failed'])
})

test('if a client does not read, it is disconnected, and other clients are not', async (t) => {
  const { url, open, publish, listeners, allStopped, logged } = await served(t, {
    limits: { maxBufferedBytes: 1_000_000 },
  })
  const { ask } = await open()
  await openDeafSocket(t, url, [call('eth_subscribe')])
  while (listeners.size === 0) await ask('echo')
  const news = 'x'.repeat(100_000)
  // The operating system buffers some megabytes before the server has to buffer any.
  for (let sent = 0; sent < 1_000 && listeners.size > 0; sent++) {
    publish(news)
    await ask('echo')
  }
  await allStopped()
  assert.deepEqual(logged, ['JSON-RPC client does not read and is disconnected'])
  assert.deepEqual((await ask('echo', [1])).result, [1])
})

for (const [waiting, outcome] of [
  [100, 'sent'],
  [101, 'disconnected'],
] as const) {
  test(`with a limit of 100 unread bytes, a client with ${waiting} is ${outcome === 'sent' ? 'answered' : outcome}`, async () => {
    const events = new EventEmitter()
    const socket = Object.assign(events, {
      OPEN: 1,
      readyState: 1,
      bufferedAmount: waiting,
      resume: () => undefined,
      send: () => events.emit('outcome', 'sent'),
      terminate: () => events.emit('outcome', 'disconnected'),
    })
    const dispatch = new JsonRpcDispatch({
      methods: {},
      clock: systemClock,
      limits: {
        maxBatchCalls: 1,
        maxDepth: 1,
        maxValues: 1,
        maxBatchAnswerLength: 1,
        maxBatchMs: 1_000,
      },
    })
    const limits = {
      maxBufferedBytes: 100,
      maxRequestsPerSocket: 2,
      maxSubscriptions: 2,
      maxControlFrames: 2,
    }
    const clients = new Clients({
      limits: {
        maxConnectionsPerClient: 1,
        maxRequestsPerClient: 1,
        maxBytesPerClient: 1_000,
        maxBytes: 1_000,
        maxRefusalsPerClient: 1,
      },
      clock: systemClock,
    })
    const options = {
      dispatch,
      limits,
      notificationMethod: 'eth_subscription',
      clients,
      client: '127.0.0.1',
      connection: new Socket(),
      clock: systemClock,
    }
    serveSocket(socket as unknown as ServerSocket, options)
    socket.emit('message', Buffer.from('{'))
    assert.deepEqual(await once(events, 'outcome'), [outcome])
  })
}

test('WebSockets have a limit, which does not affect HTTP', async (t) => {
  const { server, url, open } = await served(t, { limits: { maxSockets: 2 } })
  const first = await open()
  assert.equal((await open()).isOpen, true)
  assert.equal((await open()).isOpen, false)
  assert.equal((await handshake(url)).split('\r\n')[0], 'HTTP/1.1 503 Service Unavailable')
  assert.equal((await fetch(server.url)).status, 200)
  first.socket.close()
  await first.closed
  assert.equal((await open()).isOpen, true)
})

test('the token is checked at the handshake', async (t) => {
  const jwtSecret = new Uint8Array(32).fill(7)
  const { url } = await served(t, { jwtSecret })
  const refused = await handshake(url)
  assert.match(refused, /^HTTP\/1.1 401 /)
  assert.match(refused, /\r\n\r\nmissing token$/)
  const authorization = `Bearer ${await createToken(jwtSecret, systemClock.now())}`
  const { ask } = await openSocket(t, url, { authorization })
  assert.deepEqual((await ask('echo', [1])).result, [1])
})

test('a page of another origin opens no WebSocket', async (t) => {
  const { url } = await served(t, { cors: ['https://a.example'] })
  assert.match(await handshake(url, { origin: 'https://b.example' }), /^HTTP\/1.1 403 /)
  assert.equal((await openSocket(t, url, { origin: 'https://a.example' })).isOpen, true)
  const { url: closed } = await served(t)
  assert.match(await handshake(closed, { origin: 'https://a.example' }), /^HTTP\/1.1 403 /)
})

test('a path other than / does not accept WebSockets', async (t) => {
  const { url } = await served(t)
  assert.equal((await openSocket(t, `${url}/x`)).isOpen, false)
})

test('a client that does not answer a ping is disconnected', async (t) => {
  const periods: (() => void)[] = []
  const after: Clock['after'] = (delayMs, run) => {
    if (delayMs !== pingPeriodMs) return systemClock.after(delayMs, run)
    periods.push(run)
    return () => undefined
  }
  const { url, open, listeners, allStopped } = await served(t, { clock: { ...systemClock, after } })
  const { ask } = await open()
  await openDeafSocket(t, url, [call('eth_subscribe')])
  while (listeners.size === 0) await ask('echo')
  periods.shift()?.()
  await ask('echo')
  assert.equal(listeners.size, 1)
  periods.shift()?.()
  await allStopped()
  assert.deepEqual((await ask('echo', [1])).result, [1])
})

test('the server stops within a second, and ends all subscriptions', async (t) => {
  const { server, url, open, listeners } = await served(t)
  const { ask, closed } = await open()
  await openDeafSocket(t, url, [call('eth_subscribe'), call('hang')])
  await ask('eth_subscribe')
  while (listeners.size < 2) await ask('echo')
  const startedAt = performance.now()
  await server.close()
  assert.ok(performance.now() - startedAt < 1_000)
  assert.equal(await closed, 1001)
  assert.equal(listeners.size, 0)
})

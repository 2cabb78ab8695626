import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { systemClock } from '#runtime/clock.ts'
import { handshake, openSocket } from '#test/fakes/web-socket-client.ts'
import { type JsonRpcServerOptions, serveJsonRpc } from './json-rpc-server.ts'

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

test('requests and WebSockets of one client have a limit', async (t) => {
  const { server, post } = await served(t, { limits: { maxRequestsPerClient: 2 } })
  const hanging = new AbortController()
  const refused = '429 too many requests of this address at once'
  const socket = await openSocket(t, server.url.replace('http', 'ws'))
  assert.match(await post('echo'), /^200 /)
  const open = assert.rejects(post('hang', hanging.signal))
  while ((await post('echo')) !== refused) await sleep(5)
  assert.match(await handshake(server.url), /^HTTP\/1\.1 429 /)
  // Each that ends makes room for one.
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

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { systemClock } from '#runtime/clock.ts'
import { adminToken, errorOf, resultOf, RpcWorld } from '#test/fakes/rpc-world.ts'
import { openSocket } from '#test/fakes/web-socket-client.ts'
import {
  maxAdminRequestBytes,
  maxRequestBytes,
  maxSubscriptions,
  openServers,
} from './open-servers.ts'

test('the size of a request is limited; at the admin port, the largest block fits', async (t) => {
  const { world, replica } = await RpcWorld.started(t)
  const head = '{"jsonrpc":"2.0","id":1,"method":"optimism_version","params":[]'
  const body = (bytes: number) => `${head}${' '.repeat(bytes - head.length - 1)}}`
  const { url, adminUrl = '' } = replica.servers
  const headers = { authorization: `Bearer ${adminToken}` }
  for (const [to, most] of [
    [url, maxRequestBytes],
    [adminUrl, maxAdminRequestBytes],
  ] as const) {
    assert.equal(resultOf((await world.post(to, body(most), headers)).text), '0.1.0')
    const { status, text } = await world.post(to, body(most + 1), headers)
    assert.equal(status, 413)
    assert.match(String(errorOf(text)), /^-32600 request too large/)
  }
  const metrics = await replica.registry.metrics()
  assert.match(metrics, /atoll_rpc_refused_total\{reason="too-large"\} 2/)
})

test('the number of calls in a batch is limited, and a failed call does not fail the others', async (t) => {
  const { world, replica } = await RpcWorld.started(t)
  const calls = (count: number) =>
    Array.from({ length: count }, (_, id) => ({
      jsonrpc: '2.0',
      id,
      method: id === 1 ? 'optimism_nothing' : 'optimism_version',
    }))
  const send = async (batch: readonly unknown[]) => {
    const { text } = await world.post(replica.servers.url, JSON.stringify(batch))
    return JSON.parse(text) as unknown
  }
  const answers = (await send(calls(1_000))) as { id: number; result?: string; error?: object }[]
  assert.equal(answers.length, 1_000)
  assert.deepEqual(
    answers.filter(({ error }) => error !== undefined).map(({ id }) => id),
    [1],
  )
  const refused = (await send(calls(1_001))) as { error: { code: number } }
  assert.equal(refused.error.code, -32_600)
  assert.deepEqual(await send([]), {
    jsonrpc: '2.0',
    id: null,
    error: { code: -32_600, message: 'empty batch' },
  })
})

test('the number of subscriptions of a WebSocket is limited', async (t) => {
  const { world, replica } = await RpcWorld.started(t)
  const socket = await world.settle(openSocket(t, replica.servers.url.replace('http', 'ws')))
  for (let made = 0; made < maxSubscriptions; made++) {
    const { error } = await world.settle(socket.ask('ws_subscribe_unsafe_head'))
    assert.equal(error, undefined)
  }
  const { error } = await world.settle(socket.ask('ws_subscribe_unsafe_head'))
  assert.match(JSON.stringify(error), /-32005/)
})

test('pages of any origin may call if no origins are configured', async (t) => {
  const { world, replica } = await RpcWorld.started(t)
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'optimism_version' })
  const origin = 'https://example.org'
  const { headers } = await world.post(replica.servers.url, body, { origin })
  assert.equal(headers.get('access-control-allow-origin'), '*')
  const named = await world.replica(t, { server: { cors: ['https://other.example'] } })
  assert.equal((await world.post(named.servers.url, body, { origin })).status, 403)
  // No page may call admin methods.
  const { adminUrl = '' } = replica.servers
  assert.equal((await world.post(adminUrl, body, { origin })).status, 401)
})

test('if another process has a port, the error names the port and its flag, and no server stays open', async () => {
  const admin = { host: '127.0.0.1', port: 0, token: '' }
  const settings = {
    host: '127.0.0.1',
    port: 0,
    cors: '*',
    maxRequestsPerClient: 1,
    bansClients: true,
    admin,
  } as const
  const served = {
    methods: {},
    adminMethods: {},
    onCall: () => undefined,
    onRefused: () => undefined,
    healthz: {},
    reasonsNotReady: () => [],
  }
  const urls: string[] = []
  const note = ({ url }: { readonly url: string }) => void urls.push(url)
  const log = { info: note, warn: note, error: note } as never
  const first = await openServers(settings, served, { clock: systemClock, log })
  const { port } = new URL(first.url)
  const taken = { ...settings, admin: { ...admin, port: Number(port) } }
  await assert.rejects(
    openServers(taken, served, { clock: systemClock, log }),
    /another process has this port; choose another with --rpc-admin-port/,
  )
  await first.close()
  assert.equal(urls.length, 3)
  for (const url of urls) await assert.rejects(fetch(url))
})

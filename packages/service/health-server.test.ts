import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { Gauge } from 'prom-client'
import { serveTestHealth } from '#test/fakes/test-health.ts'
import { serveHealth } from './health-server.ts'

async function served(t: TestContext, reasons: readonly string[] = []) {
  const { health, registry } = await serveTestHealth(t, reasons)
  return {
    health,
    registry,
    get: (path: string, method = 'GET') => fetch(`${health.url}${path}`, { method }),
  }
}

test('a process that answers /healthz is alive', async (t) => {
  const { get } = await served(t, ['waits for the bus'])
  const response = await get('/healthz')
  assert.deepEqual([response.status, await response.text()], [200, 'ok\n'])
})

test('/readyz lists the reasons why a service is not ready', async (t) => {
  const ready = await (await served(t)).get('/readyz')
  assert.deepEqual([ready.status, await ready.json()], [200, { ready: true, reasons: [] }])
  const unready = await (await served(t, ['standby'])).get('/readyz?verbose')
  assert.deepEqual(
    [unready.status, await unready.json()],
    [503, { ready: false, reasons: ['standby'] }],
  )
})

test('a failing metrics collector is a status 500, and the server stays up', async (t) => {
  const { get, registry } = await served(t)
  // eslint-disable-next-line no-new -- a gauge registers itself
  new Gauge({
    name: 'atoll_broken',
    help: 'a test',
    registers: [registry],
    collect: () => {
      throw new Error('it cannot be read')
    },
  })
  const response = await get('/metrics')
  assert.deepEqual([response.status, await response.text()], [500, 'it cannot be read'])
  assert.equal((await get('/healthz')).status, 200)
})

test('/metrics serves the registry', async (t) => {
  const { get } = await served(t)
  const response = await get('/metrics')
  assert.equal(response.headers.get('content-type'), 'text/plain; version=0.0.4; charset=utf-8')
  assert.match(await response.text(), /^atoll_test_total 7$/m)
})

test('another path is not found, another method is not allowed, and a malformed path is a bad request', async (t) => {
  const { get, health } = await served(t)
  assert.equal((await get('/')).status, 404)
  assert.equal((await get('/healthz', 'POST')).status, 405)
  assert.equal((await get('/%')).status, 400)
  const malformed = { method: 'POST', body: '{', headers: { 'content-type': 'application/json' } }
  assert.equal((await fetch(`${health.url}/healthz`, malformed)).status, 405)
})

test('a port in use is reported with advice', async (t) => {
  const { health } = await served(t)
  const port = Number(new URL(health.url).port)
  const again = serveHealth({
    host: '127.0.0.1',
    port,
    portFlag: '--health-port',
    metrics: () => Promise.resolve(''),
    reasonsNotReady: () => [],
  })
  await assert.rejects(again, {
    code: 'health-port',
    message: /health and metrics .* another process .* --health-port$/,
  })
})

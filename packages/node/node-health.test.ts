import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { systemClock } from '#runtime/clock.ts'
import { serveTestHealth } from '#test/fakes/test-health.ts'
import {
  mergeMetrics,
  readHealthUrl,
  removeHealthUrl,
  serveNodeHealth,
  writeHealthUrl,
} from './node-health.ts'

/** The health of a service with one metric. */
async function service(t: TestContext, name: string, reasons: readonly string[]): Promise<string> {
  const { health, registry } = await serveTestHealth(t, reasons)
  registry.setDefaultLabels({ service: name })
  return health.url
}

async function node(t: TestContext, urls: ReadonlyMap<string, string>): Promise<string> {
  const lastMs = Date.now()
  const failing = { reason: 'bad-key: no key', failures: 3, lastMs }
  const health = await serveNodeHealth({
    host: '127.0.0.1',
    port: 0,
    services: ['da-watcher', 'engine', 'derivation'],
    urls,
    clock: systemClock,
    supervisor: {
      restarts: new Map([['engine', 3]]),
      failingOf: (name) => (name === 'engine' ? failing : undefined),
    },
  })
  t.after(() => health.close())
  return health.url
}

test('a node serves the metrics of all services, with the help of each metric only once, and the number of restarts', async (t) => {
  const url = await node(
    t,
    new Map([
      ['da-watcher', await service(t, 'da-watcher', [])],
      ['derivation', await service(t, 'derivation', [])],
      ['engine', 'http://127.0.0.1:1'],
    ]),
  )
  const text = await (await fetch(`${url}/metrics`)).text()
  assert.equal(text.split('# HELP atoll_test_total').length, 2)
  assert.equal(text.split('# TYPE atoll_test_total').length, 2)
  for (const line of [
    'atoll_test_total{service="da-watcher"} 7',
    'atoll_test_total{service="derivation"} 7',
    'atoll_node_restarts_total{service="engine"} 3',
    'atoll_node_restarts_total{service="derivation"} 0',
  ])
    assert.ok(text.split('\n').includes(line), `${line}\n${text}`)
})

test('a node is ready if all its services are ready; if a service does not answer, the reason is its last failure, or that it is starting', async (t) => {
  const ready = await service(t, 'da-watcher', [])
  const all = new Map(['da-watcher', 'engine', 'derivation'].map((name) => [name, ready]))
  assert.equal((await fetch(`${await node(t, all)}/readyz`)).status, 200)
  const url = await node(
    t,
    new Map([
      ['da-watcher', await service(t, 'da-watcher', ['waits for the heads of L1'])],
      ['engine', 'http://127.0.0.1:1'],
    ]),
  )
  const answer = await fetch(`${url}/readyz`)
  assert.equal(answer.status, 503)
  const { reasons } = (await answer.json()) as { reasons: string[] }
  assert.deepEqual(reasons, [
    'da-watcher: waits for the heads of L1',
    'engine fails again and again: bad-key: no key; 3 restarts, last 0 s ago',
    'derivation is starting',
  ])
  assert.equal((await fetch(`${url}/healthz`)).status, 200)
})

test('if several texts have samples of one metric, the merged text has the help of the metric once, followed by all samples', () => {
  const text = (value: number) =>
    `# HELP a_seconds a\n# TYPE a_seconds histogram\na_seconds_sum ${value}\n\n# HELP b b\n# TYPE b gauge\nb ${value}\n`
  assert.equal(
    mergeMetrics([text(1), '', text(2)]),
    '# HELP a_seconds a\n# TYPE a_seconds histogram\na_seconds_sum 1\na_seconds_sum 2\n\n# HELP b b\n# TYPE b gauge\nb 1\nb 2\n',
  )
})

test('the address of a node is kept in its folder until it stops', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'atoll-health-'))
  t.after(() => rm(folder, { recursive: true }))
  assert.equal(await readHealthUrl(folder), undefined)
  await writeHealthUrl(folder, 'http://127.0.0.1:7300')
  assert.equal(await readHealthUrl(folder), 'http://127.0.0.1:7300')
  for (let stops = 0; stops < 2; stops++) await removeHealthUrl(folder)
  assert.equal(await readHealthUrl(folder), undefined)
})

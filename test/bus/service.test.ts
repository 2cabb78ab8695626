import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test, type TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import { serviceStatusCodec } from '#messages/service-status.ts'
import { BusNames } from '#messages/bus-names.ts'
import { serviceStatus } from '#messages/subjects.ts'
import { connectRole } from '#bus/connect-service.ts'
import { readNewest } from '#bus/stream-store.ts'
import { runAtoll } from '#test/command/run-atoll.ts'
import { until } from './conformance/raw-client.ts'
import { certificate } from './certificate.ts'
import { requireNatsServer } from './servers.ts'

// Runs services as processes, as a supervisor does, on a bus that `atoll bus serve` serves.

const sample = fileURLToPath(new URL('../command/sample-service.ts', import.meta.url))
const atoll = fileURLToPath(new URL('../../packages/cli/atoll.js', import.meta.url))
const names = new BusNames({ chainId: 10n, node: 'main' })

let folder: string
let bus: ChildProcess
let url = ''

interface Running {
  readonly child: ChildProcess
  readonly output: () => string
  readonly code: Promise<number | null>
}

function run(file: string, args: readonly string[]): Running {
  const env = { PATH: process.env['PATH'], HOME: process.env['HOME'] }
  const stdio = ['ignore', 'pipe', 'pipe', 'ipc'] as const
  const child = spawn(process.execPath, [file, ...args], { stdio: [...stdio], env })
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (text: Buffer) => (output += text.toString()))
  const code = once(child, 'exit').then(([exitCode]) => exitCode as number | null)
  return { child, output: () => output, code }
}

before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'atoll-service-'))
  const found = await requireNatsServer()
  if (found.kind !== 'program')
    throw new Error('this test needs nats-server as a program, not in Docker')
  const served = run(atoll, [
    'bus',
    'serve',
    '--chain-id=10',
    `--data-dir=${folder}`,
    '--port=0',
    `--nats-server=${found.path}`,
  ])
  bus = served.child
  await until('the streams are there', () => served.output().includes('SAFE_AT created'))
  url = /nats-server \S+ at (\S+),/.exec(served.output())?.[1] ?? assert.fail(served.output())
})

after(async () => {
  bus.kill('SIGTERM')
  const [code] = (await once(bus, 'exit')) as [number | null]
  assert.equal(code, 0)
  rmSync(folder, { recursive: true })
})

const access = (role: string) => [
  '--chain-id=10',
  `--nats-urls=${url}`,
  `--nats-seed-file=${join(folder, 'keys', `${role}.nkey`)}`,
]

function start(t: TestContext, instance: string, ...flags: readonly string[]): Running {
  const own = ['--engine-url=http://127.0.0.1:8551', `--instance=${instance}`, '--log-format=json']
  const service = run(sample, [...access('engine'), ...own, ...flags])
  t.after(() => service.child.kill('SIGKILL'))
  return service
}

const isRunning = (service: Running) => () => service.output().includes('"msg":"running"')
const healthOf = (service: Running) =>
  /"health":"([^"]+)"/.exec(service.output())?.[1] ?? assert.fail(service.output())

test('if the node that started a service ends, the service stops', async (t) => {
  const service = start(t, 'engine-0')
  await until('the service runs', isRunning(service))
  service.child.disconnect()
  assert.equal(await service.code, 0)
  assert.match(service.output(), /the node is gone/)
})

test('SIGTERM ends a service within 2 s, and another instance takes the lease before the lease expires', async (t) => {
  const first = start(t, 'engine-0')
  await until('the first instance runs', isRunning(first))
  const second = start(t, 'engine-1')
  await until('the second instance stands by', async () => {
    const status = await statusOf('engine-1')
    return status?.phase === 'standby' && /engine-0 holds since/.test(status.wait?.what ?? '')
  })
  assert.ok(!isRunning(second)())
  first.child.kill('SIGTERM')
  const stoppedMs = performance.now()
  assert.equal(await first.code, 0)
  const tookMs = performance.now() - stoppedMs
  t.diagnostic(`ended after ${Math.round(tookMs)} ms`)
  assert.ok(tookMs < 2_000)
  await until('the second instance runs', isRunning(second))
  const takenMs = performance.now() - stoppedMs
  t.diagnostic(`taken over after ${Math.round(takenMs)} ms`)
  assert.ok(takenMs < 5_000, 'the second instance waited for the lease to expire')
})

test('a service whose shutdown hangs is ended within 2 s', async (t) => {
  const service = start(t, 'engine-2', '--stubborn')
  await until('the service runs', isRunning(service))
  service.child.kill('SIGTERM')
  const stoppedMs = performance.now()
  assert.equal(await service.code, 0)
  assert.ok(performance.now() - stoppedMs < 2_000)
})

test('a service serves health, readiness and metrics over HTTP', async (t) => {
  const service = start(t, 'engine-3')
  await until('the service runs', isRunning(service))
  const get = (path: string) => fetch(`${healthOf(service)}${path}`)
  assert.equal((await get('/healthz')).status, 200)
  const ready = await get('/readyz')
  assert.deepEqual(await ready.json(), {
    ready: false,
    reasons: ['waits for something to do; next: keeps waiting'],
  })
  const metrics = await (await get('/metrics')).text()
  for (const name of [
    'lease_remaining_seconds{service="engine"}',
    'lease_changes_total{service="engine"} 1',
    'publish_seconds_count{service="engine"',
  ])
    assert.match(metrics, new RegExp(`^atoll_bus_${name}`, 'm'))
  assert.match(metrics, /^atoll_service_ready{service="engine"} 0$/m)
  assert.match(metrics, /^process_resident_memory_bytes/m)
})

test('a service whose own code fails logs the cause once and exits with 1', async (t) => {
  const service = start(t, 'engine-4', '--fail-after-ms=100')
  assert.equal(await service.code, 1)
  assert.equal(
    service.output().match(/an invariant does not hold/g)?.length,
    2,
    'message and stack',
  )
  assert.match(service.output(), /"level":"error".*"msg":"the service failed"/)
})

test('a service without a bus waits for it, reports the wait, and stops on a signal', async (t) => {
  const service = start(t, 'engine-5', '--nats-urls=nats://127.0.0.1:1', '--health-port=0')
  await until('the service reports the wait', () => service.output().includes('waits for the bus'))
  assert.match(service.output(), /no NATS server answers at nats:\/\/127\.0\.0\.1:1/)
  const ready = await fetch(`${healthOf(service)}/readyz`)
  assert.equal(ready.status, 503)
  assert.match(await ready.text(), /waits for the bus at nats:\/\/127\.0\.0\.1:1; next: retries/)
  service.child.kill('SIGTERM')
  const stoppedMs = performance.now()
  assert.equal(await service.code, 0)
  assert.ok(performance.now() - stoppedMs < 2_000)
})

for (const [what, flags, message] of [
  [
    'a certificate that is not trusted',
    ['--tls'],
    /not-trusted[^]*name the certificate authority in --nats-ca-file/,
  ],
  [
    'a port in use',
    ['--port-of-the-bus'],
    /cannot serve NATS on .*: another process has this port; .*--port/,
  ],
] as const)
  test(`atoll bus serve exits with an error, and leaves no server behind: ${what}`, async () => {
    const data = join(folder, flags[0])
    const tls = await certificate(folder, 'serve')
    const own =
      flags[0] === '--tls'
        ? ['--port=0', `--tls-cert-file=${tls.certFile}`, `--tls-key-file=${tls.keyFile}`]
        : [`--port=${new URL(url).port}`]
    const found = await requireNatsServer()
    const program = found.kind === 'program' ? found.path : ''
    const flagsOfServe = ['--chain-id=10', `--data-dir=${data}`, `--nats-server=${program}`]
    const served = run(atoll, ['bus', 'serve', ...flagsOfServe, ...own])
    assert.equal(await served.code, 1)
    assert.match(served.output(), message)
    assert.doesNotMatch(served.output(), /at async|Node\.js v/, 'no stack')
    const { server } = JSON.parse(readFileSync(join(data, 'atoll-bus.json'), 'utf8')) as {
      readonly server?: number
    }
    if (server !== undefined) assert.throws(() => process.kill(server, 0), { code: 'ESRCH' })
  })

test('a service with the key of another service is refused as not-permitted', async (t) => {
  const service = start(t, 'engine-6', `--nats-seed-file=${join(folder, 'keys', 'rpc.nkey')}`)
  assert.equal(await service.code, 2)
  assert.match(service.output(), /not-permitted/)
})

test('atoll bus status shows streams, states, leases, and what each service waits for', async (t) => {
  const service = start(t, 'engine-7')
  await until('the service runs', isRunning(service))
  await until(
    'the engine has a status',
    async () => (await statusOf('engine-7'))?.phase === 'waiting',
  )
  const { code, out, err } = await runAtoll(['bus', 'status', ...access('operator')])
  assert.equal(code, 0, err)
  assert.match(out, /^KV_atoll_10_main_state +\d+ /m)
  assert.match(out, /^engine +engine-7 +20\d\d-/m)
  assert.match(out, /^engine +engine-7 +[\d.]+ s ago +waiting$/m)
  assert.match(out, /^engine-7 waits for something to do; next: keeps waiting$/m)
  const json = await runAtoll(['bus', 'status', '--json', ...access('operator')])
  const status = JSON.parse(json.out) as { streams: unknown[]; leases: { service: string }[] }
  assert.equal(status.streams.length, 6)
  assert.deepEqual(
    status.leases.map((lease) => lease.service),
    ['engine'],
  )
})

test('atoll bus provision --once reports existing streams as unchanged, and fails for another node', async () => {
  const args = ['bus', 'provision', ...access('provision')]
  const once_ = await runAtoll([...args, '--once'])
  assert.equal(once_.code, 0, once_.err)
  assert.match(once_.out, /^KV_atoll_10_main_state unchanged$/m)
  const wrong = await runAtoll([...args, '--once', '--node', 'other'])
  assert.equal(wrong.code, 2)
  assert.match(wrong.err, /not-permitted/)
})

async function statusOf(instance: string) {
  const operator = await connectRole('operator', {
    natsUrls: [url],
    natsSeedFile: join(folder, 'keys', 'operator.nkey'),
    natsCaFile: undefined,
    name: 'test',
    onFatal: () => undefined,
  })
  try {
    const subject = names.stateStored(serviceStatus.engine, instance)
    const stored = await readNewest(operator, names.stateStream(serviceStatus.engine), subject)
    return stored && serviceStatusCodec.decode(stored.data)
  } finally {
    await operator.close()
  }
}

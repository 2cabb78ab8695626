import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test, type TestContext } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { runAtoll } from '#test/command/run-atoll.ts'
import { stopWhenBegun } from '#test/command/stop-when-begun.ts'
import { serveHttp } from '#test/fakes/http-server.ts'
import { recordsFolder } from '#test/fakes/record-lines.ts'

const record = join(recordsFolder, 'all-forks-lagoon')
const natsServer = process.env['ATOLL_NATS_SERVER']
const program = fileURLToPath(new URL('../../packages/cli/atoll.js', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'atoll-stop-'))
after(() => rmSync(folder, { recursive: true }))
const jwtSecretFile = join(folder, 'jwt.hex')
writeFileSync(jwtSecretFile, '11'.repeat(32))

const allRun = /(?:"msg":"running"[^]*){4}/

/** Arguments of a node whose L1 and execution client do not answer. */
function nodeArgs(name: string, l1Urls = ['--l1-rpc-urls=http://127.0.0.1:1']): readonly string[] {
  return [
    'node',
    `--rollup-config=${join(record, 'rollup.json')}`,
    `--l1-chain-config=${join(record, 'l1-chain-config.json')}`,
    `--dependency-set=${join(record, 'depset.json')}`,
    ...l1Urls,
    '--engine-url=http://127.0.0.1:1',
    `--jwt-secret-file=${jwtSecretFile}`,
    `--data-dir=${join(folder, name)}`,
    '--metrics-port=0',
    '--p2p-disable',
    '--rpc-port=0',
    '--log-format=json',
    ...(natsServer === undefined ? [] : [`--nats-server=${natsServer}`]),
  ]
}

test('a stopped node and its services exit with 0, and each log line is JSON with level and time', async () => {
  const { code, lines } = await stopWhenBegun(nodeArgs('node'), {
    begun: allRun,
    signals: ['SIGTERM'],
    env: { OP_NODE_L1_TRUST_RPC: 'true' },
  })
  assert.equal(code, 0)
  const said = lines.map((line) => JSON.parse(line) as Record<'level' | 'time' | 'msg', string>)
  for (const { level, time } of said) assert.ok(level !== undefined && Date.parse(time) > 0)
  const ignored = said.find(({ msg }) => msg.startsWith('OP_NODE_L1_TRUST_RPC is a setting of'))
  assert.equal(ignored?.level, 'warn')
  assert.equal(said.at(-1)?.msg, 'stopped')
  assert.equal(said.filter(({ msg }) => msg === 'stopped').length, 5)
  assert.ok(!existsSync(join(folder, 'node', 'health-url')))
  const status = await runAtoll(['status', `--data-dir=${join(folder, 'node')}`])
  assert.equal(status.code, 4)
  assert.match(status.err, /node main of chain 904 is stopped: start it with atoll node --data-dir/)
})

test('signals to the whole process group stop each service once, and leave no NATS server behind', async (t) => {
  const { child, out, ended } = await startGroup(t, 'group')
  const server = serverOf('group')
  process.kill(-(child.pid ?? 0), 'SIGTERM')
  process.kill(-(child.pid ?? 0), 'SIGINT')
  assert.deepEqual(await ended, [0, null])
  assert.equal(out().match(/"msg":"stopped"/g)?.length, 5, out())
  assert.throws(() => process.kill(server, 0), { code: 'ESRCH' })
})

test('a second signal ends a node that hangs while it stops, and its NATS server', async (t) => {
  const { child, ended } = await startGroup(t, 'impatient')
  const server = serverOf('impatient')
  const pid = child.pid ?? 0
  const [service = 0] = childrenOf(pid).filter((one) => one !== server)
  process.kill(service, 'SIGSTOP')
  t.after(() => process.kill(service, 'SIGKILL'))
  child.kill('SIGTERM')
  await setTimeout(1_100)
  child.kill('SIGTERM')
  assert.deepEqual(await ended, [143, null])
  // After some time, init reaps a process whose parent has ended.
  await until(() => !isRunning(server))
})

test('atoll status reports that a node was killed, and exits with 4', async (t) => {
  const { child, ended } = await startGroup(t, 'killed')
  const server = serverOf('killed')
  t.after(() => process.kill(server, 'SIGKILL'))
  const status = () =>
    runAtoll(['status', '--chain-id=904', `--data-dir=${join(folder, 'killed')}`])
  assert.equal((await status()).code, 0)
  child.kill('SIGKILL')
  await ended
  let reported = await status()
  for (let tries = 0; reported.code === 0 && tries < 60; tries++) {
    await setTimeout(500)
    reported = await status()
  }
  assert.equal(reported.code, 4)
  assert.match(
    reported.out,
    /^! the node was killed, or lost its services: .*atoll node --data-dir/m,
  )
})

test('no secret of a setting appears on a command line, in a log, in the status, or in the metrics', async (t) => {
  const secret = 'sk_0123456789'
  // In its answers, the server repeats the path, the query, the headers and the body of each request.
  const url = await serveHttp(t, ({ body, incoming }, response) => {
    const { headers, rawHeaders } = incoming
    asked.add(incoming.url?.split('/').at(1) ?? '')
    response.statusCode = 400
    const text = [incoming.url, ...rawHeaders, basicOf(headers.authorization), body].join(' ')
    response.end(JSON.stringify({ message: text }))
  })
  const asked = new Set<string>()
  const at = (part: string) => url.replace('//', `//operator:${secret}@`) + `/${part}/${secret}`
  const env = {
    ATOLL_L1_RPC_URLS: at('rpc'),
    OP_NODE_L1_BEACON: at('beacon'),
    ATOLL_L1_BEACON_ARCHIVE_URLS: at('archive'),
    ATOLL_L1_BEACON_HEADER: `X-Api-Key: ${secret}`,
    ATOLL_ENGINE_URL: `${url}/engine/${secret}`,
    ATOLL_OTLP_URL: `${url}/otlp/${secret}?key=${secret}`,
    ATOLL_LOG_LEVEL: 'debug',
  }
  const args = nodeArgs('secret', []).filter((arg) => !arg.startsWith('--engine-url'))
  const { child, ended, out } = await startGroup(t, 'secret', { args, env })
  const pids = [child.pid ?? 0, ...childrenOf(child.pid ?? 0)]
  assert.equal(pids.length, 6)
  for (const pid of pids) {
    const line = readFileSync(`/proc/${pid}/cmdline`, 'utf8')
    assert.ok(line.length > 0 && !line.includes(secret), line)
  }
  // The services have received the settings: they call the endpoints.
  await until(() => asked.has('rpc') && asked.has('engine'))
  const health = readFileSync(join(folder, 'secret', 'health-url'), 'utf8').trim()
  let metrics = ''
  // A service that is still starting has no metrics.
  await until(async () => {
    metrics = await (await fetch(`${health}/metrics`)).text()
    return ['da-watcher', 'derivation', 'engine', 'rpc'].every((service) =>
      metrics.includes(`process_start_time_seconds{service="${service}"`),
    )
  })
  const ready = await fetch(`${health}/readyz`)
  assert.equal(ready.status, 503)
  const readiness = await ready.text()
  assert.match(readiness, /engine: waits for .*127\.0\.0\.1:\d+: .*HTTP status 400/)
  const status = await runAtoll([
    'status',
    '--json',
    '--chain-id=904',
    `--data-dir=${join(folder, 'secret')}`,
  ])
  assert.match(status.out, /HTTP status 400/)
  // Stops the node, since the SIGKILL at the end of the test would leave the NATS server running.
  child.kill('SIGTERM')
  assert.deepEqual(await ended, [0, null])
  for (const text of [metrics, readiness, status.out, out()])
    for (const line of text.split('\n')) {
      assert.ok(!line.includes(secret), line)
      assert.doesNotMatch(line, /Bearer ey/)
    }
})

/** The user and the password of an `Authorization` header. */
function basicOf(authorization = ''): string {
  const [, basic = ''] = /^Basic (.*)/u.exec(authorization) ?? []
  return Buffer.from(basic, 'base64').toString()
}

/** Starts a node as the leader of a process group, and waits until all of its services run. */
async function startGroup(
  t: TestContext,
  name: string,
  {
    args = nodeArgs(name),
    env = {},
  }: { readonly args?: readonly string[]; readonly env?: Readonly<Record<string, string>> } = {},
) {
  const { PATH, HOME } = process.env
  const options = { env: { PATH, HOME, ...env }, detached: true }
  const child = spawn(process.execPath, [program, ...args], options)
  const ended = once(child, 'exit')
  t.after(() => child.kill('SIGKILL'))
  let out = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (text: Buffer) => {
      out += text.toString()
    })
  await until(() => allRun.test(out))
  return { child, ended, out: () => out }
}

function serverOf(name: string): number {
  const claim = readFileSync(join(folder, name, 'bus', 'atoll-bus.json'), 'utf8')
  return (JSON.parse(claim) as { readonly server: number }).server
}

function childrenOf(pid: number): readonly number[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
  return children.trim().split(' ').map(Number)
}

function isRunning(pid: number): boolean {
  try {
    return !readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return false
    throw error
  }
}

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  for (let tries = 0; !(await holds()); tries++) {
    assert.ok(tries < 400)
    await setTimeout(50)
  }
}

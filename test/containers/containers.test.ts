import assert from 'node:assert/strict'
import { after, test, type TestContext } from 'node:test'
import * as z from 'zod'
import { runAtoll } from '#test/command/run-atoll.ts'
import { until } from '#test/interop/until.ts'
import { type ComposeProject, linesOf } from './compose-project.ts'
import { Containers } from './containers.ts'
import { findDocker } from './docker.ts'

/** Files with secrets in the folders of a container, which are all that a container may read of them. */
const secrets: Readonly<Record<string, readonly string[]>> = {
  provision: ['bus.nkey'],
  'da-watcher': ['bus.nkey'],
  derivation: ['bus.nkey'],
  engine: ['bus.nkey', 'jwt.hex'],
  gossip: ['bus.nkey', 'p2p-key.hex', 'signer.hex'],
  sequencer: ['bus.nkey'],
  'flashblock-p2p': ['builder-key.hex', 'bus.nkey'],
  rpc: ['bus.nkey'],
  'execution-client': ['jwt.hex'],
  batcher: ['batcher.hex'],
  l1: [],
  nats: [],
  'rpc-proxy': [],
  traffic: [],
}

/** Starts the containers. The images are built before. */
const up = ['up', '--no-build', '--detach'] as const

const services = Object.keys(secrets).toSorted()

/** Services without a folder that they may write. */
const writesNothing = ['batcher', 'provision', 'rpc', 'rpc-proxy', 'traffic']

const found = await findDocker()
const containers = typeof found === 'string' ? undefined : await Containers.open(found)
after(() => containers?.close())

if (typeof found === 'string')
  test('the containers of docker-compose.yml', { skip: `no containers here: ${found}` })

/** A test of the containers, which go on from one test to the next. Without Docker, there are no such tests. */
function containerTest(
  name: string,
  run: (devnet: ComposeProject, t: TestContext) => Promise<void>,
): void {
  if (containers !== undefined) test(name, (t) => run(containers.devnet, t))
}

containerTest('docker compose up starts a chain, and block 20 becomes safe', async (devnet, t) => {
  const startedMs = performance.now()
  await devnet.compose(...up)
  await devnet.untilSafe(20)
  t.diagnostic(`block 20 was safe ${secondsSince(startedMs)} after docker compose up`)
  assert.deepEqual(await devnet.services(), services)
  await devnet.untilHealthy(services)
  t.diagnostic(`the image has ${await containers?.imageMegabytes()} MB`)
})

containerTest(
  'no container runs as root, has a capability, or writes outside its volumes',
  async (devnet) => {
    for (const service of services) {
      const id = await devnet.idOf(service)
      const status = await devnet.exec(id, 'cat /proc/1/status')
      assert.match(status, /^Uid:\t10001\t10001\t10001\t10001\nGid:\t10001\t10001\t10001\t10001$/mu)
      assert.match(status, /^CapEff:\t0+\nCapBnd:\t0+$/mu, service)
      assert.match(status, /^NoNewPrivs:\t1$/mu, service)
      const writable = await devnet.exec(id, tryToWrite)
      const expected = ['/dev/mqueue', '/dev/shm', '/tmp']
      if (!writesNothing.includes(service)) expected.push('/data')
      if (service === 'l1') expected.push('/rollup')
      assert.deepEqual(linesOf(writable).toSorted(), expected.toSorted(), service)
    }
  },
)

containerTest('each container has only its own secrets', async (devnet) => {
  const contents = new Map<string, string>()
  for (const service of services) {
    const id = await devnet.idOf(service)
    const paths = linesOf(await devnet.exec(id, findSecrets))
    const own = secrets[service] ?? []
    assert.deepEqual(
      paths,
      own.map((name) => `/data/${name}`),
      service,
    )
    for (const path of paths) contents.set(service + path, await devnet.exec(id, `cat ${path}`))
  }
  for (const service of services) {
    const variables = await devnet.inspect(await devnet.idOf(service), '{{json .Config}}')
    for (const secret of contents.values()) assert.ok(!variables.includes(secret.trim()), service)
    const own = (secrets[service] ?? []).map((name) => contents.get(`${service}/data/${name}`))
    const others = [...contents.values()].filter((secret) => !own.includes(secret))
    const patterns = others.map((secret) => `-e '${secret.trim()}'`)
    const copies = await devnet.exec(
      await devnet.idOf(service),
      `grep -rlF ${patterns.join(' ')} /data /rollup /tmp 2> /dev/null || true`,
    )
    assert.deepEqual(linesOf(copies), [], `${service} has the secrets of others`)
  }
  assert.equal(contents.get('engine/data/jwt.hex'), contents.get('execution-client/data/jwt.hex'))
  // The JWT secret is the only one that two containers share.
  assert.equal(new Set(contents.values()).size, contents.size - 1)
})

containerTest(
  'flashblocks are public before their blocks, which have their transactions',
  async (devnet, t) => {
    const { unsafe } = (await devnet.heads()) ?? assert.fail('the rollup node does not answer')
    const { l2, stream } = devnet.ports
    const urls = [`--ws=ws://127.0.0.1:${stream}`, `--l2-rpc=http://127.0.0.1:${l2}`]
    const watched = ['flashblocks', 'watch', ...urls, `--until=${unsafe + 8}`]
    const { code, err, out } = await runAtoll(watched)
    assert.equal(code, 0, out + err)
    t.diagnostic(linesOf(out).at(-1) ?? 'nothing was watched')
  },
)

containerTest('three replicas of rpc answer alike behind one port', async (devnet, t) => {
  await devnet.compose(...up, '--no-recreate', '--scale', 'rpc=3')
  const ids = await devnet.idsOf('rpc')
  assert.equal(ids.length, 3)
  const served = () =>
    Promise.all(ids.map(async (id) => callsOf(await devnet.exec(id, readMetrics))))
  const explain = async () => `calls of the replicas: ${(await served()).join(', ')}`
  const withinMs = 60_000
  const ready = () => Promise.all(ids.map((id) => devnet.exec(id, readReadiness)))
  await until('all replicas are ready', { withinMs, explain }, async () =>
    (await ready()).every((status) => status.trim() === '200'),
  )
  const { safe } = (await devnet.heads()) ?? assert.fail('the rollup node does not answer')
  const method = 'optimism_outputAtBlock'
  const params = [`0x${safe.toString(16)}`]
  const ask = () => devnet.call(method, params).then((output) => outputJson.parse(output))
  const expected = await ask()
  const request = post(JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }))
  for (const id of ids) {
    const { result } = JSON.parse(await devnet.exec(id, request)) as { readonly result: unknown }
    assert.deepEqual(outputJson.parse(result), expected)
  }
  const before = await served()
  await until('the proxy uses each replica', { withinMs, explain }, async () => {
    const answers = await Promise.all(Array.from({ length: 12 }, ask))
    for (const answer of answers) assert.deepEqual(answer, expected)
    return (await served()).every((count, at) => count > (before[at] ?? 0))
  })
  t.diagnostic(await explain())
  await devnet.compose(...up, '--no-recreate', '--scale', 'rpc=1')
})

containerTest('docker compose run operator shows the status of the node', async (devnet) => {
  const status = await devnet.compose('run', '--rm', '--no-TTY', 'operator', 'status', '--json')
  const { l2 } = statusJson.parse(JSON.parse(status.slice(status.indexOf('{'))))
  assert.ok(l2.safe.number >= 20)
})

/** The services that are killed: all, or those of a short run. */
const killed = process.env['ATOLL_KILLED_CONTAINERS']?.split(',') ?? services

for (const service of killed)
  containerTest(`the chain goes on after ${service} was killed`, async (devnet, t) => {
    const id = await devnet.idOf(service)
    const before = (await devnet.heads()) ?? assert.fail('the rollup node does not answer')
    const number = before.unsafe + 3
    const startedMs = performance.now()
    await containers?.crash(Number(await devnet.inspect(id, '{{.State.Pid}}')))
    await devnet.untilSafe(number)
    t.diagnostic(`block ${number} was safe ${secondsSince(startedMs)} after the kill`)
    assert.equal(await devnet.inspect(id, '{{.RestartCount}}'), '1')
    const times = await startTimes(devnet, service)
    if (times !== undefined) t.diagnostic(`the container ${times}`)
  })

containerTest('the chain goes on after docker compose down and up', async (devnet) => {
  const { safe } = (await devnet.heads()) ?? assert.fail('the rollup node does not answer')
  const hash = await devnet.hashOf(safe)
  await devnet.compose('down', '--timeout', '5')
  assert.deepEqual(await devnet.services(), [])
  await devnet.compose(...up)
  await devnet.untilSafe(safe + 5)
  assert.equal(await devnet.hashOf(safe), hash)
})

containerTest('docker-compose.verifier.yml derives the same chain', async (devnet, t) => {
  const verifier = await containers?.startVerifier(t)
  assert.ok(verifier !== undefined)
  const { safe } = (await devnet.heads()) ?? assert.fail('the rollup node does not answer')
  await verifier.untilSafe(safe)
  assert.equal(await verifier.hashOf(safe), await devnet.hashOf(safe))
})

/** Prints each mounted file system, and each folder of the image, in which a file can be made. */
const tryToWrite = `
  for folder in $(cut -d ' ' -f 2 /proc/mounts) / /* /usr/* /var/* /opt/* /etc; do
    if [ -d "$folder" ] && touch "$folder/try" 2> /dev/null; then rm "$folder/try"; echo "$folder"; fi
  done | sort -u`

/** Prints the paths of all readable secrets. The packages of Atoll have no such files. */
const findSecrets = `
  find / -path /proc -prune -o -path /sys -prune -o -type f \\( -name '*.nkey' -o -name '*.hex' \\) -print 2> /dev/null | sort`

const readReadiness = `node -e "fetch('http://127.0.0.1:7300/readyz').then((answer) => console.log(answer.status), () => console.log('none'))"`

const readMetrics = `node -e "fetch('http://127.0.0.1:7300/metrics').then((answer) => answer.text()).then(console.log)"`

/** Script that posts JSON to the rollup node of its container. */
function post(body: string): string {
  const options = `{ method: 'POST', headers: { 'content-type': 'application/json' }, body: process.argv[1] }`
  return `node -e "fetch('http://127.0.0.1:9545', ${options}).then((answer) => answer.text()).then(console.log)" '${body}'`
}

/** Number of the calls that a replica answered. */
function callsOf(metrics: string): number {
  const counts = [...metrics.matchAll(/^atoll_rpc_call_seconds_count\{.*\} (\d+)$/gmu)]
  return counts.reduce((sum, [, count]) => sum + Number(count), 0)
}

function secondsSince(sinceMs: number): string {
  return `${((performance.now() - sinceMs) / 1_000).toFixed(1)} s`
}

const statusJson = z.object({ l2: z.object({ safe: z.object({ number: z.number() }) }) })

/** The parts of an output, without the status of the node, which changes from one answer to the next. */
const outputJson = z.object({
  version: z.string(),
  outputRoot: z.string(),
  stateRoot: z.string(),
  withdrawalStorageRoot: z.string(),
  blockRef: z.looseObject({ hash: z.string() }),
})

/** The times from the last start of a container to its health server and to the running service. */
async function startTimes(project: ComposeProject, service: string): Promise<string | undefined> {
  const id = await project.idOf(service)
  const started = Date.parse(await project.inspect(id, '{{.State.StartedAt}}'))
  const log = await project.compose('logs', '--no-color', '--no-log-prefix', service)
  const times = ['starting', 'running'].map((message) => {
    const [, time] =
      log
        .matchAll(new RegExp(`t=(\\S+) .*msg=${message} `, 'gu'))
        .toArray()
        .at(-1) ?? []
    return time === undefined ? undefined : Date.parse(time) - started
  })
  const [health, running] = times
  if (health === undefined || running === undefined) return undefined
  return `served its health after ${health} ms, and ran after ${running} ms`
}

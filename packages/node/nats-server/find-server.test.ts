import assert from 'node:assert/strict'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { findBusServer } from './bus-server.ts'
import { findNatsServer } from './find-server.ts'

const folder = mkdtempSync(join(tmpdir(), 'atoll-find-'))
after(() => rmSync(folder, { recursive: true }))

/** A folder for `PATH` with programs that print something, and `sh` to run them. */
function pathWith(name: string, programs: Readonly<Record<string, string>>): string {
  const path = join(folder, name)
  mkdirSync(path)
  symlinkSync('/bin/sh', join(path, 'sh'))
  for (const [program, script] of Object.entries(programs)) {
    writeFileSync(join(path, program), `#!/bin/sh\n${script}\n`)
    chmodSync(join(path, program), 0o755)
  }
  return path
}

const server = (version: string) => `echo "nats-server: v${version}"`

const usedOlder = (version: string) =>
  `using nats-server ${version}, which is older than 2.15.2, the release that Atoll is tested with`

function find(PATH: string, named?: string) {
  const said: string[] = []
  const cacheDir = mkdtempSync(join(folder, 'cache-'))
  const report = (what: string) => said.push(what)
  return { said, found: findNatsServer({ named, env: { PATH }, cacheDir, report }) }
}

test('the configured server is used, given as a path or as a name on PATH', async () => {
  const path = pathWith('named', { 'my-nats': server('2.10.3'), 'nats-server': server('2.15.2') })
  const expected = { kind: 'program', path: join(path, 'my-nats'), version: '2.10.3' }
  assert.deepEqual(await find(path, join(path, 'my-nats')).found, expected)
  assert.deepEqual(await find(path, 'my-nats').found, expected)
})

test('a configured server that cannot be run is an error: no other server is used instead', async () => {
  const path = pathWith('broken', {
    'nats-server': server('2.15.2'),
    other: 'echo "something else"',
    failing: 'echo "no library" >&2; exit 1',
  })
  for (const [named, message] of [
    [join(path, 'missing'), /cannot be run/],
    ['missing', /no program missing on PATH/],
    ['other', /does not say that it is a nats-server/],
    ['failing', /no library/],
  ] as const)
    await assert.rejects(find(path, named).found, { code: 'nats-server-missing', message })
})

test('a server on PATH is preferred to a built or downloaded server', async () => {
  const path = pathWith('on-path', { 'nats-server': server('2.11.0'), go: 'exit 1' })
  const { found, said } = find(path)
  assert.deepEqual((await found)?.version, '2.11.0')
  assert.deepEqual(said, [usedOlder('2.11.0')])
  const newest = find(pathWith('newest', { 'nats-server': server('2.15.2') }))
  assert.equal((await newest.found)?.version, '2.15.2')
  assert.deepEqual(newest.said, [])
})

for (const version of ['2.9.9', '2.10.19'])
  test(`a server on PATH that the bus cannot use is skipped and reported: ${version}`, async () => {
    const { found, said } = find(
      pathWith(`unsupported-${version}`, { 'nats-server': server(version) }),
    )
    assert.equal(await found, undefined)
    assert.match(said.join('\n'), new RegExp(`server-unsupported: version ${version}`))
  })

test('a cache that cannot be written is reported, and the next source is tried', async () => {
  const path = pathWith('no-cache', { go: 'exit 0', docker: 'exit 0' })
  const said: string[] = []
  const report = (what: string) => said.push(what)
  const found = await findNatsServer({ env: { PATH: path }, cacheDir: '/dev/null/x', report })
  assert.equal(found?.kind, 'docker')
  assert.match(said.join('\n'), /cache-refused: cannot store nats-server in/)
})

test('if there is no server, the bus is in memory, and a log line reports that', async () => {
  const said: string[] = []
  const options = { cacheDir: join(folder, 'none'), report: (what: string) => said.push(what) }
  const bus = await findBusServer({ ...options, env: { PATH: pathWith('nothing', {}) } })
  assert.equal(bus.kind, 'memory')
  assert.match(said.join('\n'), /one process, on a bus in memory/)
  const path = pathWith('something', { 'nats-server': server('2.15.2') })
  assert.equal((await findBusServer({ ...options, env: { PATH: path } })).kind, 'nats')
})

test('if Go is installed, a server is built from its Go module, and is kept in the cache', async () => {
  const script = `echo '#!/bin/sh\n${server('2.15.2')}' > $GOBIN/nats-server; /bin/chmod 755 $GOBIN/nats-server`
  const path = pathWith('with-go', { go: script })
  const cacheDir = mkdtempSync(join(folder, 'kept-'))
  const said: string[] = []
  const options = { env: { PATH: path }, cacheDir, report: (what: string) => said.push(what) }
  const first = await findNatsServer(options)
  const second = await findNatsServer(options)
  assert.deepEqual(first, second)
  assert.equal(said.length, 1)
  assert.match(said[0] ?? '', /building nats-server 2\.15\.2/)
})

test('a source that fails is reported, and the next source is tried', async () => {
  const path = pathWith('failing-go', {
    go: 'echo "no network" >&2; exit 1',
    docker: 'exit 0',
  })
  const { found, said } = find(path)
  assert.deepEqual(await found, { kind: 'docker', image: 'nats:2.15.2', version: '2.15.2' })
  assert.match(said.join('\n'), /no network/)
})

/** A cache with a server that an earlier run unpacked from Debian's package. */
function cacheWith(version: string): string {
  const cacheDir = mkdtempSync(join(folder, 'debian-'))
  const path = join(cacheDir, 'nats-server-debian')
  mkdirSync(path)
  writeFileSync(join(path, 'nats-server'), `#!/bin/sh\n${server(version)}\n`)
  chmodSync(join(path, 'nats-server'), 0o755)
  return cacheDir
}

test('after a failed build, an older server is used, and a warning names its version', async () => {
  const env = { PATH: pathWith('no-network', { go: 'echo "no network" >&2; exit 1' }) }
  const said: string[] = []
  const report = (what: string, level = 'info') => said.push(`${level}: ${what}`)
  const findBeside = (version: string) =>
    findNatsServer({ env, cacheDir: cacheWith(version), report })
  assert.equal((await findBeside('2.9.10'))?.version, '2.9.10')
  assert.match(said[1] ?? '', /^warn: command-failed: .*go install .*: no network$/)
  assert.equal(said[2], `warn: ${usedOlder('2.9.10')}`)
  assert.equal(await findBeside('2.9.9'), undefined)
  assert.match(
    said.at(-1) ?? '',
    /^warn: server-unsupported: version 2\.9\.9 is older than 2\.9\.10/,
  )
})

test('if a build is stopped, all of its processes end, no file is left, and no other server is used', async () => {
  const running = join(folder, 'running')
  // The build starts a process of its own, as the Go command does.
  const script = `/bin/sh -c 'echo $$ > ${running}; exec /bin/sleep 60' & wait`
  const env = { PATH: pathWith('slow-go', { go: script }) }
  const cacheDir = cacheWith('2.9.10')
  const stop = new AbortController()
  const finding = findNatsServer({ env, cacheDir, signal: stop.signal })
  const rejected = assert.rejects(finding, { code: 'aborted' })
  const pid = await numberIn(running)
  const stoppedMs = performance.now()
  stop.abort()
  await rejected
  assert.ok(performance.now() - stoppedMs < 500)
  assert.deepEqual(readdirSync(cacheDir), ['nats-server-debian'])
  // A process whose parent has ended disappears only after some time, when init reaps it.
  const state = /\) (\w)/.exec(readIfThere(`/proc/${pid}/stat`))?.[1]
  assert.ok(state === undefined || state === 'Z', state)
})

async function numberIn(file: string): Promise<number> {
  for (let tries = 0; tries < 500; tries++) {
    const text = readIfThere(file)
    if (text.endsWith('\n')) return Number(text)
    await setTimeout(10)
  }
  return assert.fail(`${file} is not written`)
}

function readIfThere(file: string): string {
  return existsSync(file) ? readFileSync(file, 'utf8') : ''
}

test('a missing Docker image is pulled, and the pull is reported', async () => {
  const script = 'case "$1 $2" in "image inspect") exit 1;; *) exit 0;; esac'
  const { found, said } = find(pathWith('pulling', { docker: script }))
  assert.equal((await found)?.kind, 'docker')
  assert.deepEqual(said, ['pulling the Docker image nats:2.15.2'])
})

test('if no source works, no server is found', async () => {
  const { found, said } = find(pathWith('empty', {}))
  assert.equal(await found, undefined)
  assert.deepEqual(said, [])
  const dead = find(pathWith('dead-docker', { docker: 'echo "no daemon" >&2; exit 1' }))
  assert.equal(await dead.found, undefined)
  assert.match(dead.said.join('\n'), /no daemon/)
})

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { connectRole } from '#bus/connect-service.ts'
import { provision } from '#bus/provision.ts'
import { BusNames } from '#messages/bus-names.ts'
import { streamsOf } from '#messages/streams.ts'
import { subjects } from '#messages/subjects.ts'
import { busKeyFile } from '#runtime/keys/nkey.ts'
import { freeTcpPort } from '#test/fakes/free-port.ts'
import { runAtoll } from '#test/command/run-atoll.ts'
import { requireNatsServer } from './servers.ts'

test('a NATS server runs with the configuration of atoll bus config, and keeps its users over a second call', async (t) => {
  const found = await requireNatsServer()
  if (found.kind !== 'program') return t.skip('the NATS server runs in Docker')
  const folder = await mkdtemp(join(tmpdir(), 'atoll-bus-config-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  const keysDir = join(folder, 'keys')
  const out = join(folder, 'nats-server.conf')
  const [port, monitorPort] = [await freeTcpPort(), await freeTcpPort()]
  const own = ['--chain-id=10', '--host=127.0.0.1', `--port=${port}`]
  const files = [`--keys-dir=${keysDir}`, `--out=${out}`, `--store-dir=${join(folder, 'store')}`]
  const args = ['bus', 'config', ...own, ...files, `--monitor-port=${monitorPort}`]
  const ran = await runAtoll(args)
  assert.deepEqual([ran.code, ran.err], [0, ''])
  const config = await readFile(out, 'utf8')
  assert.equal((await runAtoll(args)).code, 0)
  assert.equal(await readFile(out, 'utf8'), config)

  const server = spawn(found.path, ['--config', out], { stdio: 'ignore' })
  t.after(async () => {
    server.kill('SIGKILL')
    await once(server, 'exit')
  })
  const connection = await connectRole('provision', {
    natsUrls: [`nats://127.0.0.1:${port}`],
    natsSeedFile: busKeyFile(keysDir, 'provision'),
    natsCaFile: undefined,
    name: 'test',
    onFatal: (fault) => assert.fail(fault),
  })
  t.after(() => connection.close())
  const done = await provision(
    connection,
    streamsOf(subjects, new BusNames({ chainId: 10n, node: 'main' })),
  )
  assert.equal((await fetch(`http://127.0.0.1:${monitorPort}/healthz`)).status, 200)
  assert.ok([...done.values()].every((what) => what === 'created'))
})

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { endedPid } from '#test/fakes/bus-folder.ts'
import { claimBusFolder, ownerOfBus } from './bus-folder.ts'

const main = { chainId: 10n, node: 'main' }

function folderFor(t: TestContext, claim?: object): string {
  const folder = mkdtempSync(join(tmpdir(), 'atoll-folder-'))
  t.after(() => rmSync(folder, { recursive: true }))
  if (claim !== undefined) {
    const whole = { chainId: '10', node: 'main', ...claim }
    writeFileSync(join(folder, 'atoll-bus.json'), JSON.stringify(whole))
  }
  return folder
}

/** A process that runs until it is killed, with `name` on its command line. */
async function running(t: TestContext, name: string) {
  const child = spawn('/bin/sh', ['-c', 'echo up; exec sleep 60', name], { argv0: name })
  await once(child.stdout, 'data')
  t.after(() => child.kill('SIGKILL'))
  return { pid: child.pid ?? 0, ended: once(child, 'exit') }
}

test('a free folder is claimed, and claimed again after a restart', async (t) => {
  const folder = folderFor(t)
  const claimed = await claimBusFolder(join(folder, 'new'), main, { report: assert.fail })
  await claimed.serverStarted({ pid: await endedPid(), url: 'nats://127.0.0.1:1' })
  await claimBusFolder(join(folder, 'new'), main, { report: assert.fail })
})

test('a folder that another process serves is refused', async (t) => {
  const { pid } = await running(t, 'atoll')
  const claim = claimBusFolder(folderFor(t, { supervisor: pid }), main, { report: assert.fail })
  await assert.rejects(claim, {
    code: 'folder-busy',
    message: new RegExp(`process ${pid} serves .*: stop it, or`),
  })
})

test('the folder of another chain or node is refused', async (t) => {
  const folder = folderFor(t, { supervisor: await endedPid() })
  for (const other of [
    { chainId: 11n, node: 'main' },
    { chainId: 10n, node: 'other' },
  ])
    await assert.rejects(claimBusFolder(folder, other, { report: assert.fail }), {
      code: 'folder-taken',
      message:
        /node main of chain 10: give each node its own --data-dir, or delete .*, which is then created again/,
    })
})

test('a server that outlived its supervisor is stopped and reported', async (t) => {
  const child = spawn(process.execPath, [
    '-e',
    'setInterval(String, 1e3); console.log(1)',
    'nats-server',
  ])
  await once(child.stdout, 'data')
  t.after(() => child.kill('SIGKILL'))
  const ended = once(child, 'exit')
  const said: string[] = []
  const folder = folderFor(t, { supervisor: await endedPid(), server: child.pid })
  await claimBusFolder(folder, main, { report: (what) => said.push(what) })
  const [, signal] = (await ended) as [unknown, string]
  assert.equal(signal, 'SIGTERM')
  assert.match(said.join('\n'), /of an earlier node/)
})

test('another process that reuses the pid of the old server is not stopped', async (t) => {
  const { pid } = await running(t, 'sleeper')
  const folder = folderFor(t, { supervisor: await endedPid(), server: pid })
  await claimBusFolder(folder, main, { report: assert.fail })
  assert.ok(process.kill(pid, 0))
})

test('after a reboot, other processes with the ids of the supervisor and the server are ignored, and get no signal', async (t) => {
  const supervisor = await running(t, 'atoll')
  const server = await running(t, 'nats-server')
  const before = { supervisorStart: 'an earlier boot', serverStart: 'an earlier boot' }
  const folder = folderFor(t, { supervisor: supervisor.pid, server: server.pid, ...before })
  assert.deepEqual(await ownerOfBus(folder), {
    chainId: 10n,
    node: 'main',
    isServed: false,
    isKept: false,
  })
  await claimBusFolder(folder, main, { report: assert.fail })
  assert.ok(process.kill(server.pid, 0))
})

test('ownerOfBus reports whether the server runs, and whether its supervisor runs', async (t) => {
  const folder = folderFor(t)
  const claimed = await claimBusFolder(folder, main, { report: assert.fail })
  const found = async () => {
    const { isServed, isKept } = (await ownerOfBus(folder)) ?? {}
    return [isServed, isKept]
  }
  assert.deepEqual(await found(), [true, true])
  const { pid } = await running(t, 'nats-server')
  await claimed.serverStarted({ pid, url: 'nats://127.0.0.1:1' })
  const claim = readFileSync(join(folder, 'atoll-bus.json'), 'utf8')
  const killed = { ...(JSON.parse(claim) as object), supervisor: await endedPid() }
  writeFileSync(join(folder, 'atoll-bus.json'), JSON.stringify(killed))
  assert.deepEqual(await found(), [true, false])
})

test('a folder that cannot be created is reported with its path', async () => {
  const claim = claimBusFolder('/dev/null/x', main, { report: assert.fail })
  await assert.rejects(claim, { code: 'folder-refused', message: /cannot use \/dev\/null\/x/ })
})

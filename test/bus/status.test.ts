import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import { until } from './conformance/raw-client.ts'
import { requireNatsServer } from './servers.ts'

// `atoll status` finds the bus of `atoll bus serve`, and follows the bus when it stops and starts again.

const atoll = fileURLToPath(new URL('../../packages/cli/atoll.js', import.meta.url))
const found = await requireNatsServer()
const server = found.kind === 'program' ? [`--nats-server=${found.path}`] : []

/** A home folder, and a function that starts a command in it. */
function newHome(t: TestContext) {
  const home = mkdtempSync(join(tmpdir(), 'atoll-home-'))
  t.after(() => rmSync(home, { recursive: true }))
  return (...args: readonly string[]) => {
    const env = { PATH: process.env['PATH'], HOME: home }
    const child = spawn(process.execPath, [atoll, ...args], { env })
    t.after(() => child.kill('SIGKILL'))
    let output = ''
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (text: Buffer) => (output += text.toString()))
    const code = once(child, 'exit').then(([exitCode]) => exitCode as number | null)
    const stop = async () => {
      child.kill('SIGTERM')
      assert.equal(await code, 0)
    }
    return { output: () => output, code, stop }
  }
}

test('status finds the bus of atoll bus serve in the default folder, and in the folder that --data-dir names', async (t) => {
  const start = newHome(t)
  const bus = start('bus', 'serve', '--chain-id=10', '--port=0', ...server)
  await until('the streams are there', () => bus.output().includes('SAFE_AT created'))
  const folder = /keys in (\S+)\/keys/.exec(bus.output())?.[1] ?? ''
  assert.match(folder, /\/\.atoll\/10\/bus$/)
  const asked = [[], ['--network=op-mainnet'], [`--data-dir=${folder}`]].map(async (args) => {
    const status = start('status', ...args)
    // No service reports on this bus, which has just started.
    assert.equal(await status.code, 0, status.output())
    assert.match(status.output(), /node main of chain 10: asking nats:[^]*engine +starting/)
  })
  await Promise.all(asked)
  const url = /at (nats:\S+),/.exec(bus.output())?.[1] ?? ''
  const seed = join(folder, 'keys', 'operator.nkey')
  const flags = ['--chain-id=11', `--nats-urls=${url}`, `--nats-seed-file=${seed}`]
  const wrong = start('status', ...flags)
  assert.notEqual(await wrong.code, 0)
  assert.match(wrong.output(), /does not belong to node main of chain 11, .*: check --chain-id/)
  await bus.stop()
})

test('status --watch waits for a node, and continues when its bus stops and starts again', async (t) => {
  const start = newHome(t)
  const watch = start('status', '--watch')
  await until('status waits for a node', () =>
    /waits for a node: no-node: no node/.test(watch.output()),
  )
  let seen = watch.output().length
  const news = () => watch.output().slice(seen)
  for (let times = 0; times < 2; times++) {
    const bus = start('bus', 'serve', '--chain-id=10', '--port=0', ...server)
    await until('status shows the node', () => news().includes('L1 head'))
    seen = watch.output().length
    await bus.stop()
    await until('status waits again', () => /waits for a node: .*is stopped/.test(news()))
    seen = watch.output().length
  }
  await watch.stop()
})

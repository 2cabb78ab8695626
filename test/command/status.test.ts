import assert from 'node:assert/strict'
import { once } from 'node:events'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { leaveBus } from '#test/fakes/bus-folder.ts'
import { runAtoll } from './run-atoll.ts'

/** A home folder, and a function that runs `atoll status` with it. */
function newHome(t: TestContext) {
  const home = mkdtempSync(join(tmpdir(), 'atoll-home-'))
  t.after(() => rmSync(home, { recursive: true }))
  const status = (...args: readonly string[]) => runAtoll(['status', ...args], { HOME: home })
  return { home, nodes: join(home, '.atoll'), status }
}

test('without a bus, status names the server that it asks, prints an error with advice, and exits with 4', async (t) => {
  const { home } = newHome(t)
  const dataDir = join(home, 'stopped-node')
  await runAtoll(['keys', 'create-bus', join(dataDir, 'bus', 'keys')])
  await leaveBus(join(dataDir, 'bus'))
  for (const service of ['da-watcher', 'derivation', 'engine']) mkdirSync(join(dataDir, service))
  const asks = 'node main of chain 10: asking nats://127.0.0.1:1'
  const refused =
    /no-node: no NATS server answers at nats:\/\/127\.0\.0\.1:1 \(connect ECONNREFUSED/
  const stopped =
    /no-node: node main of chain 10 is stopped: start it with atoll node --data-dir .*stopped-node, .*\(no NATS server answers at nats/
  const cases = [
    ['status --nats-urls=nats://127.0.0.1:1 --chain-id=10', `${asks} (from --nats-urls)`, refused],
    [
      `status --data-dir=${dataDir}`,
      `${asks} (from the last start of the server in ${dataDir}/bus)`,
      stopped,
    ],
    [`bus status --data-dir=${dataDir}`, asks, stopped],
    [
      `bus status --data-dir=${home}/no`,
      'atoll: ',
      /no-node: no node keeps its bus in .*no\nstart/,
    ],
  ] as const
  const asked = cases.map(async ([command, first, message]) => {
    const { code, out, err } = await runAtoll(command.split(' '), { HOME: home })
    assert.deepEqual([code, out], [4, ''])
    assert.ok(err.startsWith(first), err)
    assert.match(err, message)
  })
  await Promise.all(asked)
})

test('to start a bus in the folder of another chain is a mistake in the settings', async (t) => {
  const { home } = newHome(t)
  const server = join(home, 'server')
  writeFileSync(server, '#!/bin/sh\necho "nats-server: v2.15.2"\n')
  chmodSync(server, 0o755)
  await leaveBus(join(home, 'bus'))
  const args = [
    'bus',
    'serve',
    '--chain-id=11',
    `--nats-server=${server}`,
    `--data-dir=${home}/bus`,
  ]
  const { code, err } = await runAtoll(args)
  assert.equal(code, 2)
  assert.match(err, /folder-taken: .*bus is the bus of node main of chain 10: give each node/)
})

test('status makes one attempt if the process of the bus has ended, and ends within a second of it', async (t) => {
  const { nodes, status } = newHome(t)
  await runAtoll(['keys', 'create-bus', join(nodes, '10', 'bus', 'keys')])
  let count = 0
  // Not from the start of the process, which is slow on a busy machine.
  let attemptedMs = 0
  const other = createServer((socket) => {
    count++
    attemptedMs = performance.now()
    socket.destroy()
  })
  t.after(() => other.close())
  await once(other.listen(0, '127.0.0.1'), 'listening')
  const { port } = other.address() as AddressInfo
  await leaveBus(join(nodes, '10', 'bus'), { url: `nats://127.0.0.1:${port}` })
  const { code, err } = await status()
  const lastedMs = performance.now() - attemptedMs
  assert.deepEqual([code, count], [4, 1], err)
  assert.ok(lastedMs < 1_000, `${lastedMs} ms`)
})

test('status names the nodes in the folder of all nodes if none or several of them match', async (t) => {
  const { nodes, status } = newHome(t)
  assert.match((await status()).err, /no node keeps its bus in .*\.atoll\n/)
  await leaveBus(join(nodes, '10', 'bus'))
  await leaveBus(join(nodes, '904', 'bus'), { chainId: '904' })
  const several = await status()
  assert.equal(several.code, 2)
  assert.match(
    several.err,
    /several nodes are in .*\n {2}node main of chain 10 in .*\n {2}node main/,
  )
  const wrong = await status('--chain-id=11')
  assert.equal(wrong.code, 4)
  assert.match(wrong.err, /--chain-id is 11, but .*\.atoll has\n {2}node main of chain 10 in/)
  const within = await status('--chain-id=11', `--data-dir=${nodes}`)
  assert.equal(within.code, 2)
})

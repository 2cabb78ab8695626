import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import { configFlags } from '#test/command/config-flags.ts'
import { startL1 } from '#devnet/record-world.ts'
import { busUrlFile } from '#node/nats-server/bus-folder.ts'
import { readRollupConfig } from '#records/folder/record-config.ts'
import { systemClock } from '#runtime/clock.ts'
import { busKeyFile } from '#runtime/keys/nkey.ts'
import { NodeOnRecord } from '#test/fakes/node-on-record.ts'
import { recordsFolder } from '#test/fakes/record-lines.ts'
import { openSocket } from '#test/fakes/web-socket-client.ts'
import { freeTcpPort } from '#test/fakes/free-port.ts'
import { pause } from './conformance/raw-client.ts'

// Runs a node and a second replica of its rpc service, as processes on a real server, and kills the rpc of the node.

const rounds = Number(process.env['ATOLL_KILL_ROUNDS'] ?? 2)

const record = join(recordsFolder, 'bad-data-karst')

const atoll = fileURLToPath(new URL('../../packages/cli/atoll.js', import.meta.url))

/** The status of a replica; undefined if it does not answer. */
async function statusOf(port: number): Promise<string | undefined> {
  try {
    const response = await fetch(`http://127.0.0.1:${port}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"jsonrpc":"2.0","id":1,"method":"optimism_syncStatus"}',
      signal: AbortSignal.timeout(1_000),
    })
    return await response.text()
  } catch (error) {
    assert.ok(error instanceof Error)
    return undefined
  }
}

const unsafeIn = (text: string | undefined) =>
  text === undefined
    ? undefined
    : (JSON.parse(text) as { result: { unsafe_l2: { number: number } } }).result.unsafe_l2.number

/** Starts a second replica on the bus of a node. The replica stops when the test ends. */
async function startReplica(t: TestContext, nodeDir: string): Promise<number> {
  const port = await freeTcpPort()
  const bus = join(nodeDir, 'bus')
  const { l2ChainId } = await readRollupConfig(record)
  const flags = [
    ...configFlags(record),
    `--chain-id=${l2ChainId}`,
    `--nats-urls=${(await readFile(busUrlFile(bus), 'utf8')).trim()}`,
    `--nats-seed-file=${busKeyFile(join(bus, 'keys'), 'rpc')}`,
    '--instance=second',
    `--rpc-port=${port}`,
    '--log-level=error',
  ]
  const child = spawn(process.execPath, [atoll, 'service', 'rpc', ...flags], { stdio: 'inherit' })
  t.after(async () => {
    const ended = once(child, 'exit')
    child.kill('SIGTERM')
    await ended
  })
  return port
}

test(`if one replica is killed ${rounds} times, the other replica answers every call, and can continue a subscription of the killed replica`, async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'atoll-rpc-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  const first = await freeTcpPort()
  const l1 = await startL1({ record, speed: 20, clock: systemClock })
  const given = { rpcDisable: 'false', rpcPort: String(first) }
  const node = await NodeOnRecord.start({ record, l1, folder, given })
  try {
    await node.until('a first block', () => node.safe > 0n)
    const second = await startReplica(t, join(folder, 'node'))
    const isUp = async (port: number) => {
      while ((unsafeIn(await statusOf(port)) ?? 0) === 0) await pause(20)
    }
    await Promise.all([isUp(first), isUp(second)])
    const watched = new AbortController()
    let answers = 0
    const watching = (async () => {
      while (!watched.signal.aborted) {
        assert.ok((unsafeIn(await statusOf(second)) ?? 0) > 0, `no answer after ${answers} answers`)
        answers++
        await pause(20)
      }
    })()
    const socket = await openSocket(t, `ws://127.0.0.1:${first}`)
    assert.equal((await socket.ask('ws_subscribe_unsafe_head')).error, undefined)
    const { params } = await socket.next()
    const { result, sequence } = params as { result: { number: number }; sequence: string }
    const stalls: number[] = []
    for (let round = 0; round < rounds; round++) {
      assert.ok(node.kill('rpc'))
      const startedMs = performance.now()
      while ((await statusOf(first)) !== undefined) await pause(5)
      await isUp(first)
      stalls.push(performance.now() - startedMs)
    }
    const next = await openSocket(t, `ws://127.0.0.1:${second}`)
    await next.ask('ws_subscribe_unsafe_head', [{ after: sequence }])
    for (let number = result.number + 1; number <= result.number + 5; number++) {
      const notified = (await next.next()).params as { result: { number: number } }
      assert.equal(notified.result.number, number)
    }
    watched.abort()
    await watching
    t.diagnostic(`${answers} answers of the second replica, none missing`)
    t.diagnostic(`rpc: worst ${Math.max(...stalls).toFixed(0)} ms from its kill to its next answer`)
  } finally {
    await node.close()
  }
})

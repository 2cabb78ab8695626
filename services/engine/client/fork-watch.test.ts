import assert from 'node:assert/strict'
import { test } from 'node:test'
import pino from 'pino'
import { Registry } from 'prom-client'
import { EngineApiClient } from '#engine-api/engine-api-client.ts'
import { allMethods } from '#engine-api/method-versions.ts'
import { Fault } from '#runtime/fault.ts'
import { StatusReporter } from '#service/status-reporter.ts'
import { EmbeddedClient } from '#test/fakes/embedded-client.ts'
import { readRecord } from '#test/fakes/recorded-chain.ts'
import { VirtualClock } from '#test/simulator/virtual-clock.ts'
import { ForkWatch, forkWatchPeriodMs } from './fork-watch.ts'
import { createMetrics } from '#services/engine/metrics.ts'

const dayMs = 86_400_000

/**
 * A watch of an execution client that lacks a method of a fork which activates in 3 days. A test can upgrade the
 * client.
 */
async function watched() {
  const record = await readRecord('fork-karst')
  const clock = new VirtualClock(1_700_000_000_000)
  const karst = BigInt(Math.floor((clock.now() + 3 * dayMs) / 1_000))
  const config = { ...record.config, hardforkTimes: { ...record.config.hardforkTimes, karst } }
  const client = new EmbeddedClient(record.genesis, clock)
  const old = allMethods.filter((name) => name !== 'engine_getPayloadV5')
  client.intercept = ({ method }) => (method === 'engine_exchangeCapabilities' ? old : undefined)
  const upgrade = () => {
    client.intercept = () => undefined
  }
  const monotonicMs = () => clock.monotonicMs()
  const { signal } = new AbortController()
  const executionClient = new EngineApiClient({ rpc: client, config, monotonicMs, signal })
  const status = new StatusReporter({ instance: 'engine-0', version: '0.0.0', clock })
  const lines: string[] = []
  const log = pino({ level: 'info' }, { write: (line) => void lines.push(line) })
  const metrics = createMetrics(new Registry())
  const watch = new ForkWatch({ clock, log, metrics, status, ports: { config, executionClient } })
  const pass = (ms: number) => clock.run(ms, () => false)
  const notices = () => status.snapshot().notices.join()
  return { watch, client, upgrade, pass, notices, lines }
}

test('the days to a fork count down, and are logged once', async () => {
  const { watch, pass, notices, lines } = await watched()
  await watch.tick()
  assert.match(notices(), /fork karst, which starts in 3 days: it lacks engine_getPayloadV5$/)
  await pass(dayMs)
  await watch.tick()
  assert.match(notices(), /starts in 2 days/)
  assert.equal(lines.length, 1)
})

test('an upgrade of the execution client is detected at the next check', async () => {
  const { watch, client, upgrade, pass, notices, lines } = await watched()
  await watch.tick()
  upgrade()
  await pass(forkWatchPeriodMs - 1)
  await watch.tick()
  assert.match(notices(), /too old/)
  await pass(1)
  await watch.tick()
  assert.equal(notices(), '')
  assert.match(lines.at(-1) ?? '', /supports all forks now/)
  assert.equal(client.calls.length, 2)
})

test('an execution client that was unreachable is checked at each tick until it answers', async () => {
  const { watch, client, upgrade, notices } = await watched()
  await watch.tick()
  watch.expire()
  client.intercept = () => {
    throw new Fault('rpc-unreachable')
  }
  await watch.tick()
  assert.match(notices(), /too old/)
  upgrade()
  await watch.tick()
  assert.equal(notices(), '')
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Restarted, ServiceStatus, Wait } from '#messages/service-status.ts'
import { engineChain, serviceStatus } from '#messages/subjects.ts'
import { BusWorld } from '#test/fakes/bus-world.ts'
import { chainAt } from '#test/fakes/values.ts'
import { staleInputMs, StatusReporter } from './status-reporter.ts'

async function reported(restarted?: Restarted) {
  const world = await BusWorld.provisioned()
  const { bus, fatal } = await world.join('rpc')
  const { clock } = world
  const waitsOver: [what: string, forMs: number][] = []
  const onWaitOver = (what: string, forMs: number) => void waitsOver.push([what, forMs])
  const waitsLasting: string[] = []
  const onWaitLasts = ({ what }: Wait, forMs: number) => void waitsLasting.push(`${what}, ${forMs}`)
  const instance = 'rpc-0'
  const version = '1.2.3'
  const handlers = { onWaitLasts, onWaitOver }
  const status = new StatusReporter({ instance, version, clock, restarted, ...handlers })
  const watcher = await world.join('rpc', 'rpc-1')
  const seen: ServiceStatus[] = []
  watcher.bus.followEach(serviceStatus.rpc, (value) => seen.push(value))
  const ended = new AbortController()
  const onFatal = (error: Error) => fatal.push(error)
  status.report(bus, bus.own(serviceStatus.rpc), { signal: ended.signal, onFatal })
  await world.pass(10)
  return { world, bus, status, seen, waitsOver, waitsLasting, fatal, end: () => ended.abort() }
}

test('the status is written every 5 s, and soon after each change', async () => {
  const { world, status, seen } = await reported()
  assert.deepEqual(
    seen.map(({ phase }) => phase),
    ['starting'],
  )
  await world.pass(5_000)
  assert.equal(seen.length, 2)
  status.phase = 'running'
  await world.pass(300)
  assert.equal(seen.at(-1)?.phase, 'running')
})

test('if a wait ends, this is reported once, with the time since the start of the wait', async () => {
  const { world, status, waitsOver } = await reported()
  status.setWait({ what: 'L1 block 7', next: 'asks again' })
  await world.pass(2_000)
  status.setWait({ what: 'L1 block 8', next: 'asks again' })
  await world.pass(1_000)
  assert.deepEqual(waitsOver, [])
  status.setWait(undefined)
  status.setWait(undefined)
  assert.deepEqual(waitsOver, [['L1 block 8', 3_000]])
})

test('a wait for another service has the wait of that service as its cause, along a whole chain of waits', async () => {
  const { world, status, seen } = await reported()
  const others = await Promise.all(
    (['derivation', 'da-watcher'] as const).map(async (service) => {
      const { bus } = await world.join(service)
      const other = new StatusReporter({ instance: service, version: '1', clock: world.clock })
      const ended = new AbortController()
      other.report(bus, bus.own(serviceStatus[service]), {
        signal: ended.signal,
        onFatal: (error) => assert.fail(error),
      })
      other.phase = 'running'
      return { other, end: () => ended.abort() }
    }),
  )
  const [derivation, daWatcher] = others
  status.phase = 'running'
  status.setWait({ what: 'derivation to report', next: 'reads it each second', on: 'derivation' })
  await world.pass(1_000)
  assert.equal(seen.at(-1)?.wait?.what, 'derivation to report')
  derivation?.other.setWait({
    what: 'da-watcher to fetch L1 block 7',
    next: 'asks again',
    on: 'da-watcher',
  })
  await world.pass(1_000)
  daWatcher?.other.setWait({
    what: 'the blobs of slot 9: HTTP status 404',
    next: 'asks again in 1 s',
  })
  await world.pass(1_000)
  const chain =
    'derivation to report; derivation waits for da-watcher to fetch L1 block 7; da-watcher waits for the blobs of slot 9: HTTP status 404'
  assert.deepEqual([seen.at(-1)?.wait?.what, seen.at(-1)?.wait?.next], [chain, 'asks again in 1 s'])
  assert.match(status.reasonsNotReady().join(), /waits for the blobs of slot 9/)
  daWatcher?.other.setWait(undefined)
  await world.pass(1_000)
  assert.match(seen.at(-1)?.wait?.what ?? '', /to fetch L1 block 7$/)
  // The wait of a service that has ended is not shown as a cause.
  for (const { end } of others) end()
  await world.pass(20_000)
  assert.equal(seen.at(-1)?.wait?.what, 'derivation to report')
})

test('a wait names its subject, its start and the next step, and an update keeps the start', async () => {
  const { world, status, seen } = await reported()
  status.phase = 'running'
  const sinceMs = world.clock.now()
  status.setWait({ what: 'the next L1 block', next: 'asks at each new head' })
  await world.pass(3_000)
  status.setWait({ what: 'the next L1 block', next: 'asks again in 4 s' })
  await world.pass(1_000)
  assert.deepEqual(seen.at(-1)?.wait, {
    what: 'the next L1 block',
    sinceMs,
    next: 'asks again in 4 s',
  })
  assert.equal(seen.at(-1)?.phase, 'waiting')
  status.setWait(undefined)
  await world.pass(1_000)
  assert.equal(seen.at(-1)?.phase, 'running')
  assert.equal(seen.at(-1)?.wait, undefined)
})

test('many changes in a short time cause few writes', async () => {
  const { world, status, seen } = await reported()
  for (let change = 0; change < 100; change++)
    status.setWait({ what: `thing ${change}`, next: 'waits' })
  await world.pass(1_000)
  assert.ok(seen.length <= 3)
  assert.equal(seen.at(-1)?.wait?.what, 'thing 99')
})

test('a service is ready when it runs, waits for nothing, and has seen all its inputs', async () => {
  const { world, bus, status } = await reported()
  assert.deepEqual(status.reasonsNotReady(), ['starting'])
  status.phase = 'running'
  assert.deepEqual(status.reasonsNotReady(), [])
  bus.follow(engineChain, () => undefined)
  assert.deepEqual(status.reasonsNotReady(), ['engine.chain was never seen'])
  const engine = await world.join('engine')
  const owner = engine.bus.own(engineChain)
  await world.settle(owner.write(chainAt({ generation: 1n, version: 1n })))
  await world.pass(10)
  assert.deepEqual(status.reasonsNotReady(), [])
  status.setWait({ what: 'a peer', next: 'looks for one each minute' })
  assert.deepEqual(status.reasonsNotReady(), ['waits for a peer; next: looks for one each minute'])
})

for (const excess of [0, 1]) {
  test(`an input ${excess} ms over the age limit leaves a service ${excess === 0 ? 'ready' : 'not ready'}`, async () => {
    const { world, bus, status } = await reported()
    status.phase = 'running'
    const engine = await world.join('engine')
    const owner = engine.bus.own(engineChain)
    await world.settle(owner.write(chainAt({ generation: 1n, version: 1n })))
    const follow = bus.follow(engineChain, () => undefined)
    await world.pass(10)
    world.lost = ({ subject }) => subject.includes('engine.chain')
    await world.pass(staleInputMs - Math.round(follow.ageMs ?? 0) + excess)
    assert.equal(status.reasonsNotReady().length, excess)
  })
}

test('a service is not ready while it cannot reach the bus', async () => {
  const { world, status } = await reported()
  status.phase = 'running'
  world.server.stop()
  assert.deepEqual(status.reasonsNotReady(), ['the bus cannot be reached'])
})

test('reporting ends with the service, without an error', async () => {
  const { world, seen, fatal, end } = await reported()
  end()
  await world.pass(20_000)
  assert.equal(seen.length, 1)
  assert.deepEqual(fatal, [])
})

test('the start of a wait is kept while its reason changes, but another wait has a new start', async () => {
  const { world, status } = await reported()
  const sinceMs = world.clock.now()
  for (const why of ['HTTP status 404', 'HTTP status 500', undefined]) {
    status.setWait({ what: 'L1 block 7', why, next: 'asks again' })
    await world.pass(3_000)
  }
  assert.equal(status.snapshot().wait?.sinceMs, sinceMs)
  status.setWait({ what: 'L1 block 8', why: 'HTTP status 404', next: 'asks again' })
  assert.deepEqual(status.snapshot().wait, {
    what: 'L1 block 8: HTTP status 404',
    sinceMs: sinceMs + 9_000,
    next: 'asks again',
  })
})

test('a wait is logged after 5 s and then every minute, with its reason, until it is over', async () => {
  const { world, status, waitsLasting } = await reported()
  status.setWait({ what: 'L1 block 7', why: 'HTTP status 404', next: 'asks again' })
  await world.pass(4_999)
  assert.deepEqual(waitsLasting, [])
  await world.pass(70_000)
  status.setWait(undefined)
  await world.pass(70_000)
  assert.deepEqual(waitsLasting, [
    'L1 block 7: HTTP status 404, 5000',
    'L1 block 7: HTTP status 404, 65000',
  ])
})

test('a service that failed twice in a row is not ready until it runs for 10 s', async () => {
  const restarted = { reason: 'bad-key: no key', failures: 2, lastMs: 0 }
  const { world, status } = await reported(restarted)
  assert.match(
    status.reasonsNotReady().join(),
    /fails again and again: bad-key: no key; 2 restarts/,
  )
  status.phase = 'running'
  assert.equal(status.reasonsNotReady().length, 1)
  assert.deepEqual(status.snapshot().restarted, restarted)
  await world.pass(10_000)
  assert.deepEqual(status.reasonsNotReady(), [])
  assert.equal(status.snapshot().restarted, undefined)
})

test('a wait that begins after the service was stopped is not logged', async () => {
  const { world, status, waitsLasting, end } = await reported()
  end()
  status.setWait({ what: 'L1 block 7', next: 'asks again' })
  await world.pass(120_000)
  assert.deepEqual(waitsLasting, [])
})

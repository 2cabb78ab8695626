import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ServiceStatus } from '#messages/service-status.ts'
import { engineChain, serviceStatus } from '#messages/subjects.ts'
import { BusWorld } from '#test/fakes/bus-world.ts'
import { chainAt } from '#test/fakes/values.ts'
import { staleInputMs, StatusReporter } from './status-reporter.ts'

async function reported() {
  const world = await BusWorld.provisioned()
  const { bus, fatal } = await world.join('rpc')
  const { clock } = world
  const waitsOver: [what: string, forMs: number][] = []
  const onWaitOver = (what: string, forMs: number) => void waitsOver.push([what, forMs])
  const status = new StatusReporter({ instance: 'rpc-0', version: '1.2.3', clock, onWaitOver })
  const watcher = await world.join('rpc', 'rpc-1')
  const seen: ServiceStatus[] = []
  watcher.bus.followEach(serviceStatus.rpc, (value) => seen.push(value))
  const ended = new AbortController()
  const onFatal = (error: Error) => fatal.push(error)
  status.report(bus, bus.own(serviceStatus.rpc), { signal: ended.signal, onFatal })
  await world.pass(10)
  return { world, bus, status, seen, waitsOver, fatal, end: () => ended.abort() }
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

test('the end of a wait is reported once, with the time since its start', async () => {
  const { world, status, waitsOver } = await reported()
  status.waitFor('L1 block 7', 'asks again')
  await world.pass(2_000)
  status.waitFor('L1 block 8', 'asks again')
  await world.pass(1_000)
  assert.deepEqual(waitsOver, [])
  status.goOn()
  status.goOn()
  assert.deepEqual(waitsOver, [['L1 block 8', 3_000]])
})

test('a wait for another service has the wait of that service as its cause, along the whole chain', async () => {
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
  status.waitFor('derivation to report', 'reads it each second', 'derivation')
  await world.pass(1_000)
  assert.equal(seen.at(-1)?.wait?.what, 'derivation to report')
  derivation?.other.waitFor('da-watcher to fetch L1 block 7', 'asks again', 'da-watcher')
  await world.pass(1_000)
  daWatcher?.other.waitFor('the blobs of slot 9: HTTP status 404', 'asks again in 1 s')
  await world.pass(1_000)
  const chain =
    'derivation to report; derivation waits for da-watcher to fetch L1 block 7; da-watcher waits for the blobs of slot 9: HTTP status 404'
  assert.deepEqual([seen.at(-1)?.wait?.what, seen.at(-1)?.wait?.next], [chain, 'asks again in 1 s'])
  assert.match(status.reasonsNotReady().join(), /waits for the blobs of slot 9/)
  daWatcher?.other.goOn()
  await world.pass(1_000)
  assert.match(seen.at(-1)?.wait?.what ?? '', /to fetch L1 block 7$/)
  // A service that has ended does not explain anything.
  for (const { end } of others) end()
  await world.pass(20_000)
  assert.equal(seen.at(-1)?.wait?.what, 'derivation to report')
})

test('a wait names its subject, its start and the next step, and an update keeps the start', async () => {
  const { world, status, seen } = await reported()
  status.phase = 'running'
  const sinceMs = world.clock.now()
  status.waitFor('the next L1 block', 'asks at each new head')
  await world.pass(3_000)
  status.waitFor('the next L1 block', 'asks again in 4 s')
  await world.pass(1_000)
  assert.deepEqual(seen.at(-1)?.wait, {
    what: 'the next L1 block',
    sinceMs,
    next: 'asks again in 4 s',
  })
  assert.equal(seen.at(-1)?.phase, 'waiting')
  status.goOn()
  await world.pass(1_000)
  assert.equal(seen.at(-1)?.phase, 'running')
  assert.equal(seen.at(-1)?.wait, undefined)
})

test('many changes in a short time cause few writes', async () => {
  const { world, status, seen } = await reported()
  for (let change = 0; change < 100; change++) status.waitFor(`thing ${change}`, 'waits')
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
  status.waitFor('a peer', 'looks for one each minute')
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

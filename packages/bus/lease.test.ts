import assert from 'node:assert/strict'
import { test } from 'node:test'
import { engineChain } from '#messages/subjects.ts'
import { BusWorld } from '#test/fakes/bus-world.ts'
import { chainAt } from '#test/fakes/values.ts'
import { leaseMarginMs, leaseRenewMs } from './bus-limits.ts'
import { leaseTtlMs } from '#messages/streams.ts'

const withoutRenewalMs = leaseTtlMs - leaseMarginMs

test('a lease is renewed as long as its holder lives', async () => {
  const world = await BusWorld.provisioned()
  const engine = await world.join('engine')
  await world.pass(60_000)
  assert.deepEqual(engine.fatal, [])
  assert.ok((engine.bus.leaseRemainingMs ?? 0) > withoutRenewalMs - leaseRenewMs - 10)
})

test('without streams, the wait for a lease names the command that creates them', async () => {
  const world = new BusWorld()
  const { bus } = world.joinUnleased('engine')
  const taken = bus.lease()
  await world.pass(1_000)
  const [wait] = bus.waits()
  assert.equal(wait?.what, 'the lease of engine')
  assert.match(wait.reason, /atoll bus provision creates the streams/)
  await world.provision()
  await world.settle(taken)
  assert.deepEqual(bus.waits(), [])
})

test('a second instance waits, names the holder, and takes the lease when it expires', async () => {
  const world = await BusWorld.provisioned()
  const first = await world.join('engine', 'engine-0')
  const second = world.joinUnleased('engine', 'engine-1')
  const holders: string[] = []
  const taken = second.bus.lease({ onStandby: ({ instance }) => holders.push(instance) })
  await world.pass(5_000)
  assert.deepEqual([...new Set(holders)], ['engine-0'])
  first.control.cut()
  first.bulk.cut()
  const cutMs = world.clock.monotonicMs()
  const lease = await world.settle(taken)
  const waitedMs = world.clock.monotonicMs() - cutMs
  assert.ok(waitedMs > leaseTtlMs - leaseRenewMs - 10 && waitedMs < leaseTtlMs + 1_100)
  assert.ok(lease.term > 1n)
})

test('the holder stops before another instance can take the lease', async () => {
  const world = await BusWorld.provisioned()
  const first = await world.join('engine', 'engine-0')
  const owner = first.bus.own(engineChain)
  await world.settle(owner.write(chainAt({ generation: 1n, version: 1n })))
  const second = world.joinUnleased('engine', 'engine-1')
  const taken = second.bus.lease()
  first.control.cut()
  const write = owner.write(chainAt({ generation: 1n, version: 2n }))
  await assert.rejects(world.settle(write), { code: 'lease-expired' })
  const stoppedMs = world.clock.monotonicMs()
  await world.settle(taken)
  assert.ok(world.clock.monotonicMs() - stoppedMs >= leaseMarginMs - leaseRenewMs)
  assert.equal(first.fatal.length, 1)
})

test('a released lease is taken immediately', async () => {
  const world = await BusWorld.provisioned()
  const first = await world.join('engine', 'engine-0')
  const second = world.joinUnleased('engine', 'engine-1')
  const taken = second.bus.lease()
  await world.pass(100)
  await world.settle(first.bus.close())
  const closedMs = world.clock.monotonicMs()
  await world.settle(taken)
  assert.ok(world.clock.monotonicMs() - closedMs <= 1_000)
})

test('a restarted instance does not wait until its own lease expires', async () => {
  const world = await BusWorld.provisioned()
  const first = await world.join('engine')
  first.control.cut()
  const startedMs = world.clock.monotonicMs()
  const again = await world.join('engine')
  assert.ok(world.clock.monotonicMs() - startedMs < 10)
  assert.deepEqual(again.fatal, [])
})

test('if a second process has the same name, the first process detects this and stops with a reason', async () => {
  const world = await BusWorld.provisioned()
  const first = await world.join('engine', 'engine-0')
  const second = await world.join('engine', 'engine-0')
  await world.pass(leaseRenewMs + 10)
  assert.match(first.fatal[0]?.message ?? '', /another process runs as instance engine-0/)
  assert.deepEqual(second.fatal, [])
  assert.equal(first.counts.leases + second.counts.leases, 2)
})

test('a process detects a second process with its name, even after the second process released the lease', async () => {
  const world = await BusWorld.provisioned()
  const first = await world.join('engine', 'engine-0')
  const second = await world.join('engine', 'engine-0')
  await world.settle(second.bus.close())
  await world.pass(leaseRenewMs + 10)
  assert.match(first.fatal[0]?.message ?? '', /another process runs as instance engine-0/)
})

test('a holder stops if its lease was lost together with the store of the bus', async () => {
  const world = await BusWorld.provisioned()
  const engine = await world.join('engine')
  await world.restartServer({ wiped: true })
  await world.provision()
  await world.pass(leaseRenewMs + 10)
  assert.match(engine.fatal[0]?.message ?? '', /the bus lost its store/)
})

test('if a renewal is stored but not acknowledged, the lease is not lost', async () => {
  const world = await BusWorld.provisioned()
  const engine = await world.join('engine')
  // All acknowledgements, of the renewal and its repeats, are lost for longer than the duplicate window of the server.
  const untilMs = world.clock.monotonicMs() + leaseRenewMs + 2_500
  world.lost = ({ direction, subject }) =>
    direction === 'to-client' &&
    subject.startsWith('_INBOX_engine') &&
    world.clock.monotonicMs() < untilMs
  await world.pass(10_000)
  assert.deepEqual(engine.fatal, [])
})

test('after a lost acknowledgement, the holder reads its lease again until the read succeeds', async () => {
  const world = await BusWorld.provisioned()
  const engine = await world.join('engine')
  world.lost = ({ direction, subject }) =>
    direction === 'to-client' && subject.startsWith('_INBOX_engine')
  await world.pass(leaseRenewMs + 1_500)
  world.lost = ({ direction, subject }) => direction === 'to-server' && subject.includes('DIRECT')
  await world.pass(100)
  engine.control.cut()
  engine.control.mend()
  await world.pass(50)
  world.lost = () => false
  await world.pass(leaseTtlMs)
  assert.deepEqual(engine.fatal, [])
})

test('if a holder has no connection, it detects by its clock that its lease has expired', async () => {
  const world = await BusWorld.provisioned()
  const engine = world.joinUnleased('engine')
  const lease = await world.settle(engine.bus.lease())
  lease.guard()
  engine.control.cut()
  await world.pass(withoutRenewalMs - 10)
  lease.guard()
  await world.pass(20)
  assert.throws(() => lease.guard(), { code: 'lease-expired' })
  assert.equal(lease.remainingMs, 0)
})

test('a lease that expired while the server was down can be taken', async () => {
  const world = await BusWorld.provisioned()
  const engine = await world.join('engine', 'engine-0')
  engine.control.cut()
  world.server.stop()
  await world.pass(leaseTtlMs + 1_000)
  world.server.start()
  const startedMs = world.clock.monotonicMs()
  await world.join('engine', 'engine-1')
  assert.ok(world.clock.monotonicMs() - startedMs < 10)
})

test('waiting for a lease ends when its signal is aborted', async () => {
  const world = await BusWorld.provisioned()
  await world.join('engine', 'engine-0')
  const second = world.joinUnleased('engine', 'engine-1')
  const stop = new AbortController()
  const taken = second.bus.lease({ signal: stop.signal })
  await world.pass(1_500)
  stop.abort()
  await assert.rejects(world.settle(taken), { code: 'closed' })
})

test('a malformed lease counts as held until it expires', async () => {
  const world = await BusWorld.provisioned()
  const stream = world.server.streams.get(world.names.leaseStream)
  const data = new TextEncoder().encode('not what we write')
  stream?.keep(
    { subject: world.names.lease('engine'), data },
    { id: undefined, expected: undefined },
  )
  const engine = world.joinUnleased('engine')
  const startedMs = world.clock.monotonicMs()
  await world.settle(engine.bus.lease())
  assert.ok(world.clock.monotonicMs() - startedMs >= leaseTtlMs - 100)
})

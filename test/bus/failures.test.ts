import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { leaseMarginMs, leaseRenewMs } from '#bus/bus-limits.ts'
import { leaseTtlMs } from '#messages/streams.ts'
import { Cluster } from './cluster.ts'
import { pause, until } from './conformance/raw-client.ts'

// Causes failures of the matrix in docs/architecture.md, from F9 to F22, on a real server with real processes.

async function started(t: TestContext, options?: Parameters<typeof Cluster.start>[0]) {
  const cluster = await Cluster.start(options)
  t.after(() => cluster.stop())
  return cluster
}

function note(t: TestContext, { world, actors }: Cluster): void {
  const ends = [...actors.values()].filter((actor) => actor.ends.length > 0)
  const restarts = ends.map(({ name, ends: how }) => `${name}: ${how.join(' ')}`).join(', ')
  t.diagnostic(
    `longest stall ${world.longestStallMs} ms; ends: ${restarts === '' ? 'none' : restarts}`,
  )
}

test('F9: if the server is killed repeatedly, no block is lost', async (t) => {
  const cluster = await started(t)
  cluster.runVerifier()
  for (let kill = 0; kill < 5; kill++) {
    await pause(1_200)
    await cluster.server.kill()
    await pause(100 + 200 * kill)
    await cluster.server.restart()
  }
  await cluster.untilDone()
  note(t, cluster)
  const { ends } = cluster.actor('engine-0')
  assert.deepEqual(
    ends,
    [],
    'the engine ended although the server was back before the lease expired',
  )
})

test('F10: if the server loses its store, the engine writes its state again, in a new generation', async (t) => {
  const cluster = await started(t)
  const { world } = cluster
  cluster.runVerifier()
  await cluster.untilBlock(5n)
  await until('the chain is seen', () => world.chains.length > 0)
  const before = world.chains.at(-1)?.generation ?? 0n
  await cluster.server.kill()
  await cluster.server.wipe()
  await cluster.server.restart()
  await until('a new generation', () => (world.chains.at(-1)?.generation ?? 0n) > before)
  await cluster.untilDone()
  note(t, cluster)
})

test('F11: if the server is frozen for less than a lease, the engine continues', async (t) => {
  const cluster = await started(t)
  cluster.runVerifier()
  await cluster.untilBlock(3n)
  cluster.server.freeze()
  await pause(3_500)
  cluster.server.thaw()
  await cluster.untilDone()
  note(t, cluster)
  assert.deepEqual(cluster.actor('engine-0').ends, [])
})

test('F11: if the server is frozen for longer than a lease, the engine sends no call after the deadline of its lease', async (t) => {
  const cluster = await started(t)
  const { world } = cluster
  cluster.runVerifier()
  await cluster.untilBlock(3n)
  cluster.server.freeze()
  const frozenMs = performance.now()
  await pause(leaseTtlMs + 1_000)
  cluster.server.thaw()
  const thawedMs = performance.now()
  await cluster.untilDone()
  note(t, cluster)
  assert.ok(
    cluster.actor('engine-0').ends.includes('3'),
    'the engine did not exit with code 3, lease lost',
  )
  // A lease that was renewed right before the freeze is valid for its time to live minus the margin.
  const deadlineMs = frozenMs + leaseTtlMs - leaseMarginMs
  const late = world.commands.filter(({ atMs }) => atMs > deadlineMs + 100 && atMs < thawedMs)
  assert.deepEqual(late, [])
})

test('F13: if the first of two engines dies, the second takes over; only one engine writes in each term of the lease', async (t) => {
  const cluster = await started(t)
  const { world } = cluster
  cluster.runVerifier([{ instance: 'engine-0' }, { instance: 'engine-1' }])
  await cluster.untilBlock(5n)
  // The engine makes a block safe and publishes its state over different connections, so the state may arrive later.
  await until('the engine publishes its chain', () => world.chains.length > 0)
  const first = world.chains.at(-1)?.instance ?? ''
  const holder = cluster.actor(first)
  // The first engine is not restarted, so that the second takes over.
  holder.isRestarted = false
  holder.child.kill('SIGKILL')
  await until('the other engine acts', () => world.chains.at(-1)?.instance !== first)
  await cluster.untilDone()
  note(t, cluster)
  const terms = new Map<bigint, Set<string>>()
  for (const { term, instance } of world.chains)
    terms.set(term, (terms.get(term) ?? new Set()).add(instance))
  for (const instances of terms.values()) assert.equal(instances.size, 1)
  assert.deepEqual(
    world.chains.map(({ term }) => term),
    world.chains.map(({ term }) => term).toSorted((a, b) => Number(a - b)),
  )
})

test('F14: if an engine is frozen between lease check and call, it sends at most one stale call, and stops', async (t) => {
  const cluster = await started(t)
  const { world } = cluster
  cluster.runVerifier([{ instance: 'engine-0', flags: ['--freeze-at-block', '4'] }])
  await cluster.untilBlock(1n)
  const frozen = cluster.actor('engine-0')
  const boot = String(frozen.child.pid)
  frozen.isRestarted = false
  cluster.run('engine', { instance: 'engine-1' })
  await until('the other engine acts', () => world.chains.at(-1)?.instance === 'engine-1')
  const takenMs = performance.now()
  await pause(500)
  frozen.child.kill('SIGCONT')
  await until('the frozen engine ends', () => frozen.ends.length > 0)
  await cluster.untilDone()
  note(t, cluster)
  const stale = world.commands.filter((command) => command.boot === boot && command.atMs > takenMs)
  t.diagnostic(`stale calls: ${stale.length}`)
  assert.ok(stale.length <= 1)
  assert.deepEqual(frozen.ends, ['3'])
  assert.match(frozen.output, /lease-lost|lease-expired|fenced/)
})

test('F19: if a reader hangs under load, it is disconnected and catches up; the sender keeps its lease', async (t) => {
  const cluster = await started(t)
  const { world } = cluster
  cluster.run('derivation', { flags: ['--role', 'writer'] })
  const reader = cluster.run('rpc', { flags: ['--role', 'reader'] })
  const written = () =>
    world.reports.get('written') as { number: bigint; least: number }[] | undefined
  const read = () => (world.reports.get('read') ?? []) as bigint[]
  await until('entries are read', () => read().length > 10)
  reader.child.kill('SIGSTOP')
  await pause(15_000)
  reader.child.kill('SIGCONT')
  const at = written()?.at(-1)?.number ?? 0n
  await until('the reader has caught up', () => (read().at(-1) ?? 0n) > at)
  const numbers = new Set(read())
  for (let number = 0n; number <= at; number++)
    assert.ok(numbers.has(number), `entry ${number} is missing`)
  const least = Math.min(...(written() ?? []).map((report) => report.least))
  t.diagnostic(
    `${at} entries of 150 KB; the sender's lease always had ${Math.round(least)} ms left or more`,
  )
  // Each renewal, due every 2 s, succeeded at the first or second attempt.
  assert.ok(least > leaseTtlMs - leaseMarginMs - 2 * leaseRenewMs, `the least was ${least} ms`)
  assert.deepEqual(cluster.actor('derivation-0').ends, [])
  const reconnects = (world.reports.get('reconnects') ?? []).map(Number)
  assert.ok(
    Math.max(0, ...reconnects) > 0,
    `the server closed the connection of the frozen reader; its ends: ${reader.ends.join()}\n${reader.output.slice(-1_000)}`,
  )
})

test('F20: a lease that expires while the server is down can be taken when the server is back', async (t) => {
  const cluster = await started(t)
  const { world } = cluster
  cluster.runVerifier()
  await cluster.untilBlock(3n)
  await cluster.server.kill()
  await pause(leaseTtlMs + 1_000)
  await cluster.server.restart()
  await cluster.untilDone()
  note(t, cluster)
  assert.ok((world.chains.at(-1)?.generation ?? 0n) > (world.chains[0]?.generation ?? 0n))
})

test('F22: if two processes have the same instance name, they take the lease from each other, and at least one logs why', async (t) => {
  const cluster = await started(t)
  cluster.runVerifier()
  await cluster.untilBlock(2n)
  const second = cluster.run('engine', { instance: 'engine-0' })
  const first = cluster.actor('engine-0')
  await until(
    'both engines have lost the lease',
    () => first.ends.length > 0 && second.ends.length > 0,
  )
  // The message of one engine is enough: an engine that lost the lease may end before it sees the other engine.
  const said = /another process runs as instance engine-0/
  await until('one engine has logged why', () => said.test(first.output + second.output))
  second.isRestarted = false
  second.child.kill('SIGKILL')
  await cluster.untilDone()
  note(t, cluster)
  const changes = new Set(cluster.world.chains.map(({ term }) => term)).size
  t.diagnostic(`${changes} terms`)
  assert.ok(changes >= 3)
})

test('a service with a wrong node name is refused, and logs which settings to check', async (t) => {
  const cluster = await started(t)
  const wrong = cluster.run('rpc', { instance: 'lost', flags: ['--node', 'other'] })
  wrong.isRestarted = false
  await until('the service ends', () => wrong.ends.length > 0)
  assert.deepEqual(wrong.ends, ['2'])
  assert.match(wrong.output, /not-permitted.*advice.*--nats-seed-file.*--chain-id and --node/)
})

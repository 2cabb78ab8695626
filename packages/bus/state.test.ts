import assert from 'node:assert/strict'
import { test } from 'node:test'
import { atoll } from '#proto/atoll.js'
import type { L1Heads } from '#messages/l1-heads.ts'
import { engineChain, l1Heads, serviceStatus } from '#messages/subjects.ts'
import { BusWorld, type Member } from '#test/fakes/bus-world.ts'
import { chainAt, headsAt, statusOf } from '#test/fakes/values.ts'

/** Collects the numbers of the L1 heads that a member sees. */
function seenBy({ bus }: Member): bigint[] {
  const seen: bigint[] = []
  bus.follow(l1Heads, ({ head }) => seen.push(head.number))
  return seen
}

async function watched() {
  const world = await BusWorld.provisioned()
  const watcher = await world.join('da-watcher')
  const reader = await world.join('derivation')
  const owner = watcher.bus.own(l1Heads)
  const write = (number: number) => world.settle(owner.write(headsAt(number)))
  return { world, watcher, reader, owner, write }
}

const heads = 'atoll.10.main.da-watcher.l1-heads'
const isPush = ({ subject }: { readonly subject: string }) => subject === heads

test('a follower sees the stored value, and each newer one', async () => {
  const { world, reader, write } = await watched()
  await write(1)
  const seen = seenBy(reader)
  await world.pass(10)
  await write(2)
  await write(3)
  await world.pass(10)
  assert.deepEqual(seen, [1n, 2n, 3n])
})

test('if the push of a value is lost, the value is read within a second', async () => {
  const { world, reader, write } = await watched()
  const seen = seenBy(reader)
  world.lost = isPush
  await write(1)
  await world.pass(900)
  assert.deepEqual(seen, [])
  await world.pass(200)
  assert.deepEqual(seen, [1n])
})

test('a value that a disconnected follower missed is read at the reconnect, not a second later', async () => {
  const { world, reader, write } = await watched()
  const seen = seenBy(reader)
  await world.pass(100)
  reader.control.cut()
  await write(1)
  reader.control.mend()
  await world.pass(10)
  assert.deepEqual(seen, [1n])
})

test('a late push of an older value is ignored', async () => {
  const { world, reader, write } = await watched()
  const seen = seenBy(reader)
  await write(2)
  await world.pass(10)
  world.inject({
    subject: heads,
    data: l1Heads.codec.encode(headsAt(1)),
    headers: { 'Atoll-Type': 'atoll.v1.L1Heads', 'Atoll-Version': '1700000000000.1' },
  })
  await world.pass(10)
  assert.deepEqual(seen, [2n])
})

test('a follower reports the age of its value', async () => {
  const { world, reader, write } = await watched()
  const follow = reader.bus.follow(l1Heads, () => undefined)
  await world.pass(10)
  assert.equal(follow.ageMs, undefined)
  await write(1)
  await world.pass(100)
  assert.ok((follow.ageMs ?? Infinity) < 110)
  reader.control.cut()
  await world.pass(20_000)
  assert.ok((follow.ageMs ?? 0) >= 20_000)
  const [input] = reader.bus.inputs()
  assert.equal(input?.name, 'da-watcher.l1-heads')
})

test('a stopped follower is not called any more', async () => {
  const { world, reader, write } = await watched()
  const seen: bigint[] = []
  const follow = reader.bus.follow(l1Heads, ({ head }) => seen.push(head.number))
  await world.pass(10)
  follow.stop()
  await write(1)
  await world.pass(5_000)
  assert.deepEqual(seen, [])
})

test('a stopped follower ignores its pending read and later reconnects, and is not listed as an input', async () => {
  const world = await BusWorld.provisioned()
  const writer = await world.join('da-watcher')
  const reader = await world.join('derivation')
  await world.settle(writer.bus.own(l1Heads).write(headsAt(1)))
  const seen: unknown[] = []
  const follow = reader.bus.follow(l1Heads, (heads) => seen.push(heads))
  follow.stop()
  await world.pass(100)
  await world.restartServer({ wiped: false })
  await world.pass(2_000)
  assert.deepEqual(seen, [])
  assert.deepEqual(reader.bus.inputs(), [])
})

test('a write to a missing stream is retried until the stream exists, and reports one wait', async () => {
  const world = new BusWorld()
  const { bus } = world.joinUnleased('rpc')
  const write = bus.own(serviceStatus.rpc).write(statusOf('rpc-0'))
  await world.pass(60_000)
  const [wait] = bus.waits()
  assert.equal(wait?.what, 'the store to accept rpc.status')
  assert.match(wait.reason, /atoll bus provision creates the streams/)
  assert.ok(world.clock.now() - wait.sinceMs > 59_000)
  await world.provision()
  await world.settle(write)
  assert.deepEqual(bus.waits(), [])
})

test('while a write waits, the periodic checks of the stored value do not pile up', async () => {
  const world = await BusWorld.provisioned()
  const { bus, control } = world.joinUnleased('rpc')
  const owner = bus.own(serviceStatus.rpc)
  await world.settle(owner.write(statusOf('rpc-0')))
  let reads = 0
  world.lost = ({ subject }) => {
    if (subject.startsWith('$JS.API.DIRECT.GET')) reads++
    return false
  }
  control.cut()
  const write = owner.write(statusOf('rpc-0'))
  await world.pass(600_000)
  control.mend()
  await world.settle(write)
  await world.pass(500)
  assert.ok(reads < 5, `${reads} reads`)
})

test('if a state declares its own order, its followers use this order instead of the order of writes', async () => {
  const world = await BusWorld.provisioned()
  const engine = await world.join('engine')
  const reader = await world.join('derivation')
  const seen: string[] = []
  reader.bus.follow(engineChain, ({ generation, version }) => {
    seen.push(`${generation}.${version}`)
  })
  const owner = engine.bus.own(engineChain)
  for (const [generation, version] of [
    [5n, 1n],
    [5n, 2n],
    [5n, 1n],
    [4n, 9n],
    [6n, 1n],
  ] as const)
    await world.settle(owner.write(chainAt({ generation, version })))
  await world.pass(2_000)
  assert.deepEqual(seen, ['5.1', '5.2', '6.1'])
})

test('if the acknowledgement of a write is lost, the write is sent again and stored once', async () => {
  const { world, watcher, owner } = await watched()
  let lostAcks = 0
  world.lost = ({ direction, subject }) =>
    direction === 'to-client' && subject.startsWith('_INBOX_da-watcher') && lostAcks++ < 3
  await world.settle(owner.write(headsAt(1)))
  world.lost = () => false
  await world.settle(owner.write(headsAt(2)))
  assert.equal(world.server.streams.get(world.names.stateStream(l1Heads))?.lastSequence, 2)
  assert.ok(watcher.counts.resends > 0)
  assert.deepEqual(watcher.fatal, [])
})

test('a write waits for an unreachable server', async () => {
  const { world, watcher, owner } = await watched()
  const seen = seenBy(await world.join('gossip'))
  watcher.control.cut()
  const written = owner.write(headsAt(1))
  await world.pass(3_000)
  assert.deepEqual(seen, [])
  watcher.control.mend()
  await world.settle(written)
  await world.pass(10)
  assert.deepEqual(seen, [1n])
})

test('a value is written again when the store lost it', async () => {
  const world = await BusWorld.provisioned()
  // The service rpc needs no lease, so it keeps running when the leases are lost.
  const { bus } = await world.join('rpc')
  await world.settle(bus.own(serviceStatus.rpc).write(statusOf('rpc-0')))
  await world.restartServer({ wiped: true })
  await world.provision()
  await world.pass(2_000)
  const again = await world.settle(bus.read(serviceStatus.rpc))
  assert.equal(again?.instance, 'rpc-0')
})

test('a state that each instance writes for itself is pushed with the name of the instance', async () => {
  const world = await BusWorld.provisioned()
  const [first, second] = [await world.join('rpc', 'rpc-0'), await world.join('rpc', 'rpc-1')]
  const seen: string[] = []
  first.bus.followEach(serviceStatus.rpc, ({ phase }, instance) =>
    seen.push(`${instance} ${phase}`),
  )
  await world.settle(second.bus.own(serviceStatus.rpc).write(statusOf('rpc-1')))
  await world.settle(first.bus.own(serviceStatus.rpc).write(statusOf('rpc-0')))
  await world.pass(10)
  assert.deepEqual(seen, ['rpc-1 running', 'rpc-0 running'])
})

test('the writes of a restarted writer count as newer, even if its clock is behind', async () => {
  const { world, watcher, reader } = await watched()
  const seen = seenBy(reader)
  const owner = watcher.bus.own(l1Heads)
  await world.settle(owner.write(headsAt(1)))
  // Simulates a first process on a machine whose clock is an hour ahead.
  const stream = world.server.streams.get(world.names.stateStream(l1Heads))
  const ahead = `${world.clock.now() + 3_600_000}.7`
  stream?.keep(
    {
      subject: world.names.stateStored(l1Heads, ''),
      data: l1Heads.codec.encode(headsAt(2)),
      headers: { 'Atoll-Type': 'atoll.v1.L1Heads', 'Atoll-Version': ahead, 'Atoll-Instance': 'x' },
    },
    { id: undefined, expected: undefined },
  )
  await world.pass(2_000)
  await world.settle(watcher.bus.close())
  const restarted = await world.join('da-watcher')
  await world.settle(restarted.bus.own(l1Heads).write(headsAt(3)))
  await world.pass(10)
  assert.deepEqual(seen, [1n, 2n, 3n])
})

test('when a writer writes again, it detects that another instance wrote meanwhile, and stops', async () => {
  const { world, watcher, owner } = await watched()
  await world.settle(owner.write(headsAt(1)))
  const stream = world.server.streams.get(world.names.stateStream(l1Heads))
  stream?.keep(
    {
      subject: world.names.stateStored(l1Heads, ''),
      data: l1Heads.codec.encode(headsAt(2)),
      headers: { 'Atoll-Type': 'atoll.v1.L1Heads', 'Atoll-Instance': 'another' },
    },
    { id: undefined, expected: undefined },
  )
  await assert.rejects(world.settle(owner.write(headsAt(3))), {
    code: 'fenced',
    message: /written by another/,
  })
  await world.pass(1_100)
  assert.equal(watcher.fatal[0]?.message, 'fenced: da-watcher.l1-heads was written by another')
})

test('if a store lost its data and counts from 1 again, it is not mistaken for the old store', async () => {
  const { world, watcher, owner } = await watched()
  await world.settle(owner.write(headsAt(1)))
  // The store is lost, and another instance's write gets the same sequence number as our lost write.
  world.server.wipe()
  await world.provision()
  world.server.streams.get(world.names.stateStream(l1Heads))?.keep(
    {
      subject: world.names.stateStored(l1Heads, ''),
      data: l1Heads.codec.encode(headsAt(2)),
      headers: {
        'Atoll-Type': 'atoll.v1.L1Heads',
        'Atoll-Version': '1.1',
        'Atoll-Instance': 'another',
      },
    },
    { id: undefined, expected: undefined },
  )
  await world.pass(1_500)
  assert.match(watcher.fatal[0]?.message ?? '', /^fenced/)
})

for (const { name, headers, data, reason } of [
  {
    name: 'of another type',
    headers: { 'Atoll-Type': 'atoll.v1.ChainState', 'Atoll-Version': '1.1' },
    data: l1Heads.codec.encode(headsAt(1)),
    reason: 'unknown-type',
  },
  {
    name: 'of no type',
    headers: { 'Atoll-Version': '1.1' },
    data: l1Heads.codec.encode(headsAt(1)),
    reason: 'unknown-type',
  },
  {
    name: 'that is truncated',
    headers: { 'Atoll-Type': 'atoll.v1.L1Heads', 'Atoll-Version': '1.1' },
    data: l1Heads.codec.encode(headsAt(1)).subarray(0, 20),
    reason: 'malformed',
  },
  {
    name: 'that lacks a field',
    headers: { 'Atoll-Type': 'atoll.v1.L1Heads', 'Atoll-Version': '1.1' },
    data: atoll.v1.L1Heads.encode({}).finish(),
    reason: 'malformed',
  },
  {
    name: 'without a version',
    headers: { 'Atoll-Type': 'atoll.v1.L1Heads' },
    data: l1Heads.codec.encode(headsAt(1)),
    reason: 'malformed',
  },
] as const) {
  test(`a pushed value ${name} is counted as ${reason} and ignored`, async () => {
    const { world, reader, write } = await watched()
    const seen = seenBy(reader)
    await world.pass(10)
    world.inject({ subject: heads, data, headers })
    await write(2)
    await world.pass(10)
    assert.deepEqual(seen, [2n])
    assert.deepEqual(reader.counts.refusals, [reason])
    assert.deepEqual(reader.fatal, [])
  })
}

test('a callback of a follower that throws stops the process', async () => {
  const { world, reader, write } = await watched()
  reader.bus.follow(l1Heads, () => {
    throw new Error('an invariant does not hold')
  })
  await write(1)
  await world.pass(10)
  assert.match(reader.fatal[0]?.message ?? '', /invariant does not hold/)
})

test('access that is not declared is denied', async () => {
  const { world, watcher } = await watched()
  // The table of subjects does not name da-watcher as a reader of the chain.
  assert.throws(() => watcher.bus.follow(engineChain, () => undefined), { code: 'not-permitted' })
  const foreign = watcher.bus.own(engineChain)
  await assert.rejects(world.settle(foreign.write(chainAt({ generation: 1n, version: 1n }))), {
    code: 'not-permitted',
  })
})

test('if a service needs a lease, it does not write before it has taken the lease', async () => {
  const world = await BusWorld.provisioned()
  const { bus } = world.joinUnleased('da-watcher')
  const early = bus.own<L1Heads>(l1Heads).write(headsAt(1))
  await assert.rejects(world.settle(early), /acts before it has taken its lease/)
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { safeAt } from '#messages/subjects.ts'
import { BusWorld, type Member } from '#test/fakes/bus-world.ts'
import { safeEntry } from '#test/fakes/values.ts'
import { maxGapReads, maxTailedEntries } from './bus-limits.ts'

async function logged() {
  const world = await BusWorld.provisioned()
  const writer = await world.join('derivation')
  const reader = await world.join('rpc')
  const append = async (...numbers: readonly number[]) => {
    for (const number of numbers) await world.settle(writer.bus.append(safeAt, safeEntry(number)))
  }
  return { world, writer, reader, append }
}

/** Collects the numbers that a tail returns. After `room` numbers, the reader waits until `release` is called. */
function tailOf({ bus }: Member, from: bigint, room = Infinity) {
  const ended = new AbortController()
  const numbers: number[] = []
  const read = (async () => {
    for await (const { value } of bus.tail(safeAt, { from, signal: ended.signal })) {
      numbers.push(Number(value.l1.number))
      if (numbers.length >= room) await new Promise((resolve) => (release = resolve))
    }
  })()
  let release: (value?: unknown) => void = () => undefined
  return { numbers, read, end: () => ended.abort(), release: () => release() }
}

const isPush = ({ direction, subject }: { readonly direction: string; readonly subject: string }) =>
  direction === 'to-client' && subject.startsWith('atoll.10.main.derivation.safe-at.')

test('a tail returns the stored entries from a number on, then the entries that are appended later', async () => {
  const { world, reader, append } = await logged()
  await append(1, 2, 3)
  const tail = tailOf(reader, 2n)
  await world.pass(10)
  await append(4, 5)
  await world.pass(10)
  assert.deepEqual(tail.numbers, [2, 3, 4, 5])
})

test('pushes that were lost are read from the store within a second', async () => {
  const { world, reader, append } = await logged()
  const tail = tailOf(reader, 1n)
  await world.pass(10)
  world.lost = isPush
  await append(1, 2, 3)
  await world.pass(800)
  assert.deepEqual(tail.numbers, [])
  await world.pass(300)
  assert.deepEqual(tail.numbers, [1, 2, 3])
  assert.equal(reader.counts.backfills, 3)
})

test('if a push skips numbers, the skipped entries are read and returned first', async () => {
  const { world, reader, append } = await logged()
  const tail = tailOf(reader, 1n)
  await world.pass(10)
  world.lost = isPush
  await append(1, 2)
  world.lost = () => false
  await append(3)
  await world.pass(10)
  assert.deepEqual(tail.numbers, [1, 2, 3])
})

test('numbers without an entry are skipped', async () => {
  const { world, reader, append } = await logged()
  const tail = tailOf(reader, 1n)
  await world.pass(10)
  await append(1, 5, 9)
  await world.pass(50)
  assert.deepEqual(tail.numbers, [1, 5, 9])
})

test(`only the last ${maxGapReads} numbers of a gap are looked up`, async () => {
  const { world, reader, append } = await logged()
  const tail = tailOf(reader, 0n)
  await world.pass(10)
  world.lost = isPush
  const far = 1_000
  await append(far - maxGapReads - 1, far - maxGapReads)
  world.lost = () => false
  await append(far)
  await world.pass(100)
  assert.deepEqual(tail.numbers, [far - maxGapReads, far])
})

test('entries that a disconnected reader missed are read at the reconnect', async () => {
  const { world, reader, append } = await logged()
  const tail = tailOf(reader, 1n)
  await world.pass(10)
  reader.bulk.cut()
  await append(1, 2)
  reader.bulk.mend()
  await world.pass(10)
  assert.deepEqual(tail.numbers, [1, 2])
})

test('if an entry is written again under its number, it is returned again, although out of order', async () => {
  const { world, writer, reader, append } = await logged()
  const tail = tailOf(reader, 1n)
  await world.pass(10)
  await append(1, 2, 3)
  await world.settle(writer.bus.append(safeAt, safeEntry(2, 7n)))
  await world.pass(10)
  assert.deepEqual(tail.numbers, [1, 2, 3, 2])
  const stored = await world.settle(reader.bus.lookup(safeAt, 2n))
  assert.equal(stored?.generation, 7n)
})

test('if an entry is sent twice, it is stored and returned once', async () => {
  const { world, reader, append } = await logged()
  const tail = tailOf(reader, 1n)
  await world.pass(10)
  await append(1, 1, 1)
  await world.pass(10)
  assert.deepEqual(tail.numbers, [1])
  assert.equal(world.server.streams.get(world.names.logStream(safeAt.stream))?.messages, 1)
})

for (const excess of [0, 1]) {
  test(`if a reader is busy while ${maxTailedEntries + excess} entries arrive, it gets all entries in order`, async () => {
    const { world, reader, append } = await logged()
    const tail = tailOf(reader, 0n, 1)
    await world.pass(10)
    const numbers = Array.from({ length: 1 + maxTailedEntries + excess }, (_, at) => at)
    await append(...numbers)
    await world.pass(10)
    assert.deepEqual(tail.numbers, [0])
    for (let taken = 1; taken < numbers.length; taken++) {
      tail.release()
      await world.pass(5)
    }
    assert.deepEqual(tail.numbers, numbers)
    // Entries that did not fit into the buffer were read from the store.
    assert.equal(reader.counts.backfills, excess)
  })
}

test('no entry is returned once the reader has ended', async () => {
  const { world, reader, append } = await logged()
  const tail = tailOf(reader, 0n)
  await world.pass(10)
  world.lost = isPush
  await append(0, 1, 2)
  world.lost = () => false
  await append(3)
  // The missing entries are being read now.
  tail.end()
  await world.settle(tail.read)
  assert.deepEqual(tail.numbers, [])
})

test('a tail continues after the store was lost', async () => {
  const { world, reader, append } = await logged()
  const tail = tailOf(reader, 1n)
  await world.pass(10)
  await append(1)
  await world.restartServer({ wiped: true })
  await world.provision()
  const writer = await world.join('derivation', 'derivation-1')
  await world.settle(writer.bus.append(safeAt, safeEntry(2)))
  await world.pass(1_100)
  assert.deepEqual(tail.numbers, [1, 2])
})

test('a malformed entry is counted and skipped', async () => {
  const { world, reader, append } = await logged()
  const tail = tailOf(reader, 1n)
  await world.pass(10)
  world.inject({
    subject: 'atoll.10.main.derivation.safe-at.1',
    data: Uint8Array.of(10, 200),
    headers: { 'Atoll-Type': 'atoll.v1.SafeAt' },
  })
  await append(2)
  await world.pass(10)
  assert.deepEqual(tail.numbers, [2])
  assert.ok(reader.counts.refusals.includes('malformed'))
})

test('if a stored entry cannot be decoded, it is skipped, and later entries are not lost', async () => {
  const { world, reader, append } = await logged()
  for (const number of [1, 2]) {
    const subject = world.names.logEntry(safeAt, BigInt(number))
    world.inject({ subject, data: Uint8Array.of(255), headers: { 'Atoll-Type': 'later.Release' } })
  }
  const numbers = Array.from({ length: 100 }, (_, at) => at + 3)
  await append(...numbers)
  const tail = tailOf(reader, 1n)
  await world.pass(1_000)
  assert.deepEqual(tail.numbers, numbers)
  assert.deepEqual(reader.counts.refusals, ['unknown-type', 'unknown-type'])
})

test('a lookup returns the stored entry, or undefined', async () => {
  const { world, reader, append } = await logged()
  await append(1)
  assert.deepEqual(await world.settle(reader.bus.lookup(safeAt, 1n)), safeEntry(1))
  assert.equal(await world.settle(reader.bus.lookup(safeAt, 2n)), undefined)
})

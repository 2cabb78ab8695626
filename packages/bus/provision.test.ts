import assert from 'node:assert/strict'
import { test } from 'node:test'
import { streamsOf } from '#messages/streams.ts'
import { BusWorld } from '#test/fakes/bus-world.ts'
import { provision, provisionForever, type ProvisionEvent } from './provision.ts'

function connected(world: BusWorld) {
  const connection = world.server.connect({ name: 'provision', role: 'provision' })
  return { connection, specs: streamsOf(world.subjects, world.names) }
}

test('streams are created once, and not changed while their configuration is as specified', async () => {
  const world = new BusWorld()
  const { connection, specs } = connected(world)
  const first = await world.settle(provision(connection, specs))
  assert.deepEqual([...new Set(first.values())], ['created'])
  const second = await world.settle(provision(connection, specs))
  assert.deepEqual([...new Set(second.values())], ['unchanged'])
})

test('if the configuration of a stream differs, the stream is updated', async () => {
  const world = new BusWorld()
  const { connection, specs } = connected(world)
  await world.settle(provision(connection, specs))
  const stream = world.server.streams.get(world.names.stateStream({ perInstance: false }))
  assert.ok(stream)
  stream.spec = { ...stream.spec, maxBytes: 5 }
  const again = await world.settle(provision(connection, specs))
  assert.equal(again.get(world.names.stateStream({ perInstance: false })), 'updated')
  assert.equal(stream.spec.maxBytes, 16 * 1024 * 1024)
})

test('a lost store is created again at the reconnect, and a failure is reported once', async () => {
  const world = new BusWorld()
  const { connection, specs } = connected(world)
  const ended = new AbortController()
  const events: ProvisionEvent['kind'][] = []
  const report = ({ kind }: ProvisionEvent) => events.push(kind)
  const { clock } = world
  const looping = provisionForever(connection, specs, { clock, signal: ended.signal, report })
  await world.pass(100)
  const allCreated = specs.map(() => 'created')
  assert.deepEqual(events, allCreated)
  connection.cut()
  world.server.wipe()
  await world.pass(30_000)
  connection.mend()
  await world.pass(100)
  assert.deepEqual(events.slice(specs.length), ['failed', ...allCreated])
  ended.abort()
  await world.settle(looping)
})

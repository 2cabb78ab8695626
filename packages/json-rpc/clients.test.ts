import assert from 'node:assert/strict'
import { EventEmitter } from 'node:events'
import type { Socket } from 'node:net'
import { test } from 'node:test'
import { systemClock } from '#runtime/clock.ts'
import { banMs, type ClientLimits, clientOf, Clients, type Refusal } from './clients.ts'

function setup(limits: Partial<ClientLimits> = {}) {
  let nowMs = 0
  const counted: Refusal[] = []
  const logged: unknown[] = []
  const clients = new Clients({
    limits: {
      maxConnectionsPerClient: 2,
      maxRequestsPerClient: 2,
      maxBytesPerClient: 100,
      maxBytes: 150,
      maxRefusalsPerClient: 3,
      ...limits,
    },
    clock: { ...systemClock, monotonicMs: () => nowMs },
    onRefused: (why) => void counted.push(why),
    log: { warn: (fields: unknown) => logged.push(fields) },
  })
  /**
   * Connects a client. Returns `destroy`, which closes the connection, and `state`, which shows whether it is closed.
   */
  const connect = (remoteAddress = '1.1.1.1') => {
    const events = new EventEmitter()
    const state = { isClosed: false }
    const destroy = () => {
      state.isClosed = true
      events.emit('close')
    }
    const socket = Object.assign(events, { remoteAddress, destroy })
    clients.connected(socket as unknown as Socket)
    return { state, destroy }
  }
  const pass = (ms: number) => {
    nowMs += ms
  }
  return { clients, connect, pass, counted, logged }
}

test('connections of a client have a limit, and a connection that closes makes room for another', () => {
  const { connect, counted, pass } = setup()
  const first = connect()
  assert.equal(connect().state.isClosed, false)
  assert.equal(connect().state.isClosed, true)
  assert.deepEqual(counted, ['too-many-connections'])
  assert.equal(connect('1.1.1.2').state.isClosed, false)
  first.destroy()
  pass(1_000)
  assert.equal(connect().state.isClosed, false)
})

test('the connection limit of a client also limits its new connections per second, unless the client runs on this machine', () => {
  const { connect, counted, pass } = setup()
  const inTurn = (address: string) =>
    [1, 2, 3].map(() => {
      const { state, destroy } = connect(address)
      const { isClosed } = state
      destroy()
      return isClosed
    })
  assert.deepEqual(inTurn('1.1.1.1'), [false, false, true])
  assert.deepEqual(counted, ['too-many-connections'])
  pass(999)
  assert.deepEqual(inTurn('1.1.1.1'), [true, true, true])
  pass(1)
  assert.deepEqual(inTurn('1.1.1.1'), [false, false, true])
  assert.deepEqual(inTurn('127.0.0.1'), [false, false, false])
})

test('the bytes of one client, and of all clients together, may reach their limit, but not exceed it', () => {
  const { clients } = setup()
  assert.equal(clients.hold('a', 100), true)
  assert.equal(clients.hold('a', 1), false)
  assert.equal(clients.hold('b', 50), true)
  assert.equal(clients.hold('b', 1), false)
  clients.release('a', 100)
  assert.equal(clients.hold('b', 50), true)
  assert.equal(clients.hold('b', 1), false)
})

test('requests of a client have a limit', () => {
  const { clients } = setup()
  assert.deepEqual(
    [1, 2, 3].map(() => clients.requestBegan('a')),
    [true, true, false],
  )
  clients.requestEnded('a')
  assert.deepEqual(
    [1, 2].map(() => clients.requestBegan('a')),
    [true, false],
  )
})

test('if a client has one refusal too many, it is banned for a while, and no other client is banned', () => {
  const { clients, connect, pass, counted, logged } = setup()
  const [open, other] = [connect(), connect('1.1.1.2')]
  for (let times = 0; times < 3; times++) clients.refused('1.1.1.1', 'too-large')
  assert.equal(open.state.isClosed, false)
  clients.refused('1.1.1.1', 'bad-token')
  assert.deepEqual([open.state.isClosed, other.state.isClosed], [true, false])
  assert.deepEqual(logged, [{ client: '1.1.1.1', reason: 'bad-token', durationMs: banMs }])
  pass(banMs - 1)
  assert.equal(connect().state.isClosed, true)
  assert.equal(counted.at(-1), 'banned')
  pass(1)
  assert.equal(connect().state.isClosed, false)
})

test('programs of this machine are not banned', () => {
  const { clients, connect } = setup()
  for (const client of ['127.0.0.1', clientOf('::1'), '127.0.0.2'])
    for (let times = 0; times < 10; times++) clients.refused(client, 'too-large')
  assert.deepEqual(
    ['127.0.0.1', '::1', '127.0.0.2'].map((address) => connect(address).state.isClosed),
    [false, false, true],
  )
})

test('a refusal because of the limits of one client counts only a tenth toward a ban', () => {
  const { clients, connect } = setup({ maxRefusalsPerClient: 1 })
  for (let times = 0; times < 9; times++) clients.refused('1.1.1.1', 'too-many-requests')
  assert.equal(connect().state.isClosed, false)
  for (let times = 0; times < 2; times++) clients.refused('1.1.1.1', 'too-many-requests')
  assert.equal(connect().state.isClosed, true)
})

test('refusals because the server is full, and refusals in an earlier period, do not count toward a ban', () => {
  const { clients, connect, pass } = setup()
  for (let times = 0; times < 100; times++) clients.refused('1.1.1.1', 'full')
  for (let times = 0; times < 3; times++) clients.refused('1.1.1.1', 'too-large')
  clients.tend()
  pass(banMs)
  for (let times = 0; times < 3; times++) clients.refused('1.1.1.1', 'too-large')
  assert.equal(connect().state.isClosed, false)
})

for (const [address, client] of [
  ['10.0.0.1', '10.0.0.1'],
  ['::ffff:10.0.0.1', '10.0.0.1'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:db8::6', '2001:db8:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
] as const)
  test(`the client of ${address} is ${client}`, () => {
    assert.equal(clientOf(address), client)
  })

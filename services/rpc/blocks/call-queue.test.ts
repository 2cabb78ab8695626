import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  CallQueue,
  maxCallsAtOnce,
  maxCallsOfClient,
  maxWaitingCalls,
  maxWaitingOfClient,
} from './call-queue.ts'

/** A queue, and the clients whose calls began or were refused, in order. */
function setup() {
  const queue = new CallQueue()
  const began: string[] = []
  const refused: string[] = []
  const enter = (client: string, times = 1) => {
    for (let time = 0; time < times; time++)
      void queue.enter(client).then((isIn) => (isIn ? began : refused).push(client))
  }
  const settle = () => new Promise((resolve) => setImmediate(resolve))
  return { queue, began, refused, enter, settle }
}

test('one client can use only a part of the places for running calls; several clients together can use all places', async () => {
  const { began, enter, settle } = setup()
  enter('a', maxCallsOfClient + 1)
  await settle()
  assert.equal(began.length, maxCallsOfClient)
  enter('b', maxCallsOfClient + 1)
  enter('c')
  await settle()
  assert.equal(began.length, maxCallsAtOnce)
})

test('clients take turns, even if one of them has many waiting calls', async () => {
  const { queue, began, enter, settle } = setup()
  enter('a', maxCallsOfClient)
  enter('b', maxCallsOfClient)
  enter('a', 50)
  enter('c', 2)
  await settle()
  began.length = 0
  for (const client of ['a', 'a', 'b', 'a']) queue.leave(client)
  await settle()
  assert.deepEqual(began, ['a', 'c', 'a', 'c'])
})

test('calls wait up to the limit of a client and the limit of all clients, and further calls are refused', async () => {
  const { refused, enter, settle } = setup()
  enter('a', maxCallsOfClient + maxWaitingOfClient)
  enter('b', maxCallsOfClient + maxWaitingCalls - maxWaitingOfClient)
  await settle()
  assert.deepEqual(refused, [])
  enter('a')
  enter('c')
  await settle()
  assert.deepEqual(refused, ['a', 'c'])
})

test('when a running call ends, its place goes to a waiting call, and not to a new call', async () => {
  const { queue, began, enter, settle } = setup()
  enter('a', maxCallsOfClient)
  enter('b', maxCallsOfClient)
  enter('c')
  await settle()
  began.length = 0
  queue.leave('a')
  enter('d')
  await settle()
  assert.deepEqual(began, ['c'])
})

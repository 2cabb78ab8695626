import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { SubscriptionStart } from './json-rpc-dispatch.ts'
import { Subscriptions } from './subscriptions.ts'

/** The subscriptions of a connection, three at most, and their source. */
function setup() {
  const sent: unknown[] = []
  const logged: unknown[] = []
  const listeners = new Set<(result: unknown) => void>()
  const subscriptions = new Subscriptions({
    notificationMethod: 'eth_subscription',
    maxSubscriptions: 3,
    send: (text) => sent.push(JSON.parse(text)),
    log: { error: (fields: unknown) => logged.push(fields) },
  })
  const start: SubscriptionStart = (notify) => {
    listeners.add(notify)
    return () => listeners.delete(notify)
  }
  const publish = (result: unknown) => {
    for (const notify of listeners) notify(result)
  }
  return { subscriptions, start, publish, sent, listeners, logged }
}

test('a subscription notifies between its start and its end', () => {
  const { subscriptions, start, publish, sent } = setup()
  const id = subscriptions.make(start)
  assert.match(id, /^0x[0-9a-f]{32}$/)
  publish('early')
  subscriptions.start([id])
  publish(1)
  assert.equal(subscriptions.end(id), true)
  publish('late')
  const params = { subscription: id, result: 1 }
  assert.deepEqual(sent, [{ jsonrpc: '2.0', method: 'eth_subscription', params }])
})

test('after a subscription ends, its id is unknown, and further notifications of its source are ignored', () => {
  const { subscriptions, sent } = setup()
  let goesOn: ((result: unknown) => void) | undefined
  const id = subscriptions.make((notify) => {
    goesOn = notify
    return () => undefined
  })
  subscriptions.start([id, 'other'])
  assert.equal(subscriptions.end(id), true)
  assert.equal(subscriptions.end(id), false)
  goesOn?.('late')
  assert.deepEqual(sent, [])
})

test('a subscription that ends before its start never starts', () => {
  const { subscriptions, start, listeners } = setup()
  const id = subscriptions.make(start)
  assert.equal(subscriptions.end(id), true)
  subscriptions.start([id])
  assert.equal(listeners.size, 0)
})

test('the number of subscriptions is limited; when one ends, another may start', () => {
  const { subscriptions, start } = setup()
  const ids = [1, 2, 3].map(() => subscriptions.make(start))
  assert.equal(new Set(ids).size, 3)
  assert.throws(() => subscriptions.make(start), { code: -32_005 })
  subscriptions.end(ids[0] ?? '')
  subscriptions.make(start)
})

test('if the connection ends, all subscriptions end, even if one of them fails to stop, and later subscriptions do not start', () => {
  const { subscriptions, start, listeners, logged } = setup()
  const broken = subscriptions.make(() => () => {
    throw new Error('cannot stop')
  })
  const other = subscriptions.make(start)
  subscriptions.start([broken, other])
  const late = subscriptions.make(start)
  assert.equal(listeners.size, 1)
  subscriptions.endAll()
  subscriptions.start([late])
  assert.equal(listeners.size, 0)
  assert.equal(logged.length, 1)
})

test('if the start of a subscription ends the connection, the subscription is stopped', () => {
  const { subscriptions } = setup()
  let stops = 0
  const id = subscriptions.make(() => {
    subscriptions.endAll()
    return () => stops++
  })
  subscriptions.start([id])
  assert.equal(stops, 1)
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { FairQueue } from './fair-queue.ts'

/** A queue for 10 bytes, and a notation for its items: `a1:4` is item 1 of peer a with 4 bytes. */
function queueOf(...items: readonly string[]) {
  const queue = new FairQueue(10)
  const add = (item: string) => queue.add(itemOf(item)).map(nameOf)
  return { queue, add, dropped: items.flatMap(add) }
}

function itemOf(text: string) {
  const [name = '', bytes = '1'] = text.split(':')
  return { peer: name.charAt(0), bytes: Number(bytes), name }
}

const nameOf = (item: object) => ('name' in item ? item.name : undefined)

/** The names of all items in order. */
function takeAll({ queue }: ReturnType<typeof queueOf>): readonly unknown[] {
  const names: unknown[] = []
  for (let item = queue.take(); item !== undefined; item = queue.take()) names.push(nameOf(item))
  return names
}

test('peers take turns, and the items of each peer keep their order', () => {
  const filled = queueOf('a1', 'a2', 'a3', 'b1', 'c1', 'b2')
  assert.deepEqual(takeAll(filled), ['a1', 'b1', 'c1', 'a2', 'b2', 'a3'])
  assert.deepEqual(filled.add('a4'), [])
  assert.deepEqual(takeAll(filled), ['a4'])
})

test('a peer whose items were all taken waits behind the other peers when it adds another item', () => {
  const filled = queueOf('a1', 'b1', 'b2')
  assert.equal(nameOf(filled.queue.take() ?? {}), 'a1')
  filled.add('a2')
  assert.deepEqual(takeAll(filled), ['b1', 'a2', 'b2'])
})

test('up to its limit the queue drops nothing; beyond it, the peer with the most bytes loses its newest item', () => {
  const filled = queueOf('a1:4', 'a2:3', 'b1:3')
  assert.deepEqual(filled.dropped, [])
  assert.deepEqual(filled.add('b2:1'), ['a2'])
  assert.deepEqual(filled.add('c1:2'), [])
  assert.deepEqual(takeAll(filled), ['a1', 'b1', 'c1', 'b2'])
})

test('if an item gives its peer the most bytes, the peer loses this item, even if another peer has the same number of bytes', () => {
  const filled = queueOf('a1:5', 'b1:5')
  assert.deepEqual(filled.add('a2:1'), ['a2'])
  assert.deepEqual(filled.add('c1:5'), ['c1'])
  assert.deepEqual(filled.add('c2:6'), ['c2'])
  assert.deepEqual(filled.add('c3:4'), ['a1'])
  assert.deepEqual(takeAll(filled), ['b1', 'c3'])
})

test('if an item is larger than the queue, only this item is dropped', () => {
  const filled = queueOf('a1:2')
  assert.deepEqual(filled.add('b1:11'), ['b1'])
  assert.deepEqual(takeAll(filled), ['a1'])
})

test('a removed item makes room for another item', () => {
  const filled = queueOf('a1:3', 'a2:3', 'b1:4')
  const removed = filled.queue.removeWhere((item) => ['a2', 'b1'].includes(String(nameOf(item))))
  assert.deepEqual(removed.map(nameOf), ['a2', 'b1'])
  assert.deepEqual(filled.add('c1:7'), [])
  assert.deepEqual(takeAll(filled), ['a1', 'c1'])
})

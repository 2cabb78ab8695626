import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Fault } from '#runtime/fault.ts'
import { hash } from '#test/fakes/values.ts'
import { maxWaitingNews, PendingFeed } from './pending-feed.ts'
import type { PrefixNews } from './pending-state.ts'

const newsOf = (index: number): PrefixNews => ({
  prefix: { number: 9n, index, hash: hash(index), transactions: [hash(100 + index)] },
  from: 0,
})

/** A feed, and what it did. */
function feeding(read: (call: string) => Promise<void> = async () => undefined) {
  const calls: string[] = []
  const logged: string[] = []
  const notified: number[] = []
  const note = async (call: string) => {
    calls.push(call)
    await read(call)
  }
  const feed = new PendingFeed({
    reader: {
      block: async (of) => {
        await note(`block ${Number(of)}`)
        return { number: Number(of), transactions: [] }
      },
      receipts: async (of) => {
        await note(`receipts ${Number(of)}`)
        return []
      },
    },
    log: { warn: (_fields: unknown, text?: string) => void logged.push(text ?? '') },
    onNotify: (subscribers) => void notified.push(subscribers),
  })
  return { calls, feed, logged, notified }
}

test('only what the subscribers need is read', async () => {
  const { calls, feed, notified } = feeding()
  await feed.announce([newsOf(0)])
  assert.deepEqual([calls, notified], [[], []])
  const results: unknown[] = []
  const stop = feed.subscribe({ kind: 'hashes' }, (result) => results.push(result))
  await feed.announce([newsOf(1)])
  assert.deepEqual([results, calls], [[hash(101)], []])
  feed.subscribe({ kind: 'blocks' }, () => undefined)
  await feed.announce([newsOf(2)])
  assert.deepEqual(calls, ['block 2'])
  feed.subscribe({ kind: 'logs', filter: () => true }, () => undefined)
  assert.equal(feed.size, 3)
  stop()
  await feed.announce([newsOf(3)])
  assert.deepEqual(calls, ['block 2', 'block 3', 'receipts 3'])
  assert.equal(results.length, 2)
  assert.deepEqual(notified, [1, 2, 2])
})

test('prefixes are announced in order, and after a failed one the next one', async () => {
  const { feed, logged } = feeding(async (call) => {
    if (call === 'block 1') throw new Fault('rpc-timeout')
  })
  const indices: number[] = []
  feed.subscribe({ kind: 'blocks' }, (block) =>
    indices.push((block as { readonly number: number }).number),
  )
  await Promise.all([feed.announce([newsOf(0), newsOf(1)]), feed.announce([newsOf(2)])])
  assert.deepEqual(indices, [0, 2])
  assert.deepEqual(logged, ['a flashblock was not announced'])
})

test('if the execution client is too slow, the oldest prefixes are not announced', async () => {
  const reading = Promise.withResolvers<void>()
  const { feed, logged } = feeding(() => reading.promise)
  const indices: number[] = []
  feed.subscribe({ kind: 'blocks' }, (block) =>
    indices.push((block as { readonly number: number }).number),
  )
  const first = feed.announce([newsOf(0)])
  await Promise.resolve()
  for (let index = 1; index <= maxWaitingNews; index++) void feed.announce([newsOf(index)])
  assert.deepEqual(logged, [])
  const last = feed.announce([newsOf(maxWaitingNews + 1)])
  assert.deepEqual(logged, ['flashblocks were not announced: the client is too slow'])
  reading.resolve()
  await Promise.all([first, last])
  assert.equal(indices.length, maxWaitingNews + 1)
  assert.deepEqual(indices.slice(0, 2), [0, 2])
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { L2BlockRef } from '#protocol/block/refs.ts'
import { Fault } from '#runtime/fault.ts'
import { blockOf } from '#test/fakes/rpc-world.ts'
import { ChainFeed, maxKeptBlocks, maxWaitingBlocks } from './chain-feed.ts'

/** A feed whose blocks have two logs each, and the function that brings a block. */
function feeding(before: (hash: string) => Promise<void> = async () => undefined) {
  const takers = new Set<(block: L2BlockRef) => void>()
  const logged: string[] = []
  const feed = new ChainFeed({
    heads: {
      subscribe: (take) => {
        takers.add(take)
        return () => takers.delete(take)
      },
    },
    rpc: {
      call: async (method, [first]) => {
        const { blockHash = first } = first as { readonly blockHash?: string }
        await before(blockHash as string)
        const log = (index: number) => ({ address: '0x1', topics: [], blockHash, index })
        return method === 'eth_getLogs'
          ? [log(0), log(1)]
          : { hash: blockHash, transactions: [], uncles: [], size: '0x1', withdrawals: [] }
      },
    },
    log: { warn: (_fields: unknown, text?: string) => void logged.push(text ?? '') },
  })
  const bring = async (...blocks: readonly L2BlockRef[]) => {
    for (const block of blocks) for (const take of takers) take(block)
    await new Promise((resolve) => setImmediate(resolve))
  }
  return { bring, feed, logged, takers }
}

test('the heads are followed only as long as there is a subscriber', async () => {
  const { bring, feed, takers } = feeding()
  const seen: unknown[] = []
  const stop = feed.subscribe({ kind: 'heads' }, (header) => seen.push(header))
  const stopOther = feed.subscribe({ kind: 'logs', filter: () => true }, () => undefined)
  assert.deepEqual([takers.size, feed.size], [1, 2])
  await bring(blockOf(1))
  assert.deepEqual(seen, [{ hash: blockOf(1).hash }])
  stop()
  assert.equal(takers.size, 1)
  stopOther()
  assert.deepEqual([takers.size, feed.size], [0, 0])
})

/** The logs that a subscriber got, as block number, index, and whether the log was removed. */
function logsOf(feed: ChainFeed): string[] {
  const seen: string[] = []
  feed.subscribe({ kind: 'logs', filter: () => true }, (result) => {
    const log = result as {
      readonly blockHash: string
      readonly index: number
      readonly removed?: true
    }
    const mark = log.removed === true ? '-' : '+'
    seen.push(`${mark}${Number(log.blockHash)}.${log.index}`)
  })
  return seen
}

test('the logs of blocks that a reorg removes are sent again, newest first, before new logs', async () => {
  const { bring, feed } = feeding()
  const seen = logsOf(feed)
  await bring(blockOf(1), blockOf(2))
  assert.deepEqual(seen.splice(0), ['+1.0', '+1.1', '+2.0', '+2.1'])
  await bring(blockOf(1, 1))
  assert.deepEqual(seen, ['-2.1', '-2.0', '-1.1', '-1.0', '+100001.0', '+100001.1'])
})

test('the logs of a limited number of blocks are kept', async () => {
  const { bring, feed } = feeding()
  const seen = logsOf(feed)
  for (let number = 1; number <= maxKeptBlocks + 1; number++) await bring(blockOf(number))
  seen.length = 0
  await bring(blockOf(1, 1))
  // Block 1 is no longer kept.
  assert.equal(seen.length, 2 * maxKeptBlocks + 2)
  assert.equal(seen.at(-3), '-2.0')
})

test('a block that cannot be read is not announced, and the next one is', async () => {
  const { bring, feed, logged } = feeding(async (hash) => {
    if (hash === blockOf(1).hash) throw new Fault('rpc-timeout')
  })
  const seen = logsOf(feed)
  await bring(blockOf(1), blockOf(2))
  assert.deepEqual(seen, ['+2.0', '+2.1'])
  assert.deepEqual(logged, ['a block was not announced'])
})

test('a limited number of blocks waits for the execution client', async () => {
  const reading = Promise.withResolvers<void>()
  const { bring, feed, logged } = feeding(() => reading.promise)
  const seen = logsOf(feed)
  await bring(blockOf(1))
  await bring(...Array.from({ length: maxWaitingBlocks }, (_, at) => blockOf(at + 2)))
  assert.deepEqual(logged, [])
  await bring(blockOf(maxWaitingBlocks + 2))
  assert.deepEqual(logged, ['a block was not announced: the execution client is too slow'])
  reading.resolve()
  await bring()
  assert.equal(seen.length, 2 * (maxWaitingBlocks + 1))
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type PublishedFlashblock, RecentFlashblocks, recentLimits } from './recent-flashblocks.ts'

/** Flashblocks in short: `7.1` is index 1 of block 7. */
function flashblock(short: string, sizeBytes = 10): PublishedFlashblock {
  const [number = '', index] = short.split('.')
  return { number: BigInt(number), index: Number(index), text: Buffer.alloc(sizeBytes) }
}

/** Positions in short. */
const short = (kept: readonly PublishedFlashblock[]) =>
  kept.map(({ number, index }) => `${number}.${index}`).join(' ')

function recent(list: string, limits = recentLimits): RecentFlashblocks {
  const flashblocks = new RecentFlashblocks(limits)
  for (const each of list.split(' ').filter(Boolean)) flashblocks.add(flashblock(each))
  return flashblocks
}

const after = (list: string, position: string) => short(recent(list).after(flashblock(position)))

test('at least 55 flashblocks are kept, as at the publisher of Base', () => {
  assert.ok(recentLimits.maxFlashblocks >= 55)
})

test('what follows a position is resumed, within a block and over the end of a block', () => {
  assert.equal(after('7.0 7.1 7.2 8.0 8.1', '7.1'), '7.2 8.0 8.1')
  assert.equal(after('7.0 7.1 7.2 8.0 8.1', '7.2'), '8.0 8.1')
  assert.equal(after('7.0 7.1', '7.1'), '')
  assert.equal(after('', '7.1'), '')
})

test('after a position that is not kept, the next higher ones are resumed', () => {
  assert.equal(after('7.1 7.2 8.0', '6.9'), '7.1 7.2 8.0')
  assert.equal(after('7.0 7.1 8.0', '7.5'), '8.0')
  assert.equal(after('7.0 7.1 8.0', '9.0'), '')
})

test('if a block was begun again, the newest flashblock at the position counts', () => {
  assert.equal(after('7.0 7.1 7.0 7.1 7.2', '7.1'), '7.2')
  assert.equal(after('7.0 7.1 7.2 7.0', '7.2'), '7.0')
})

test('the current block is that of the newest index 0; without an index 0 there is no current block', () => {
  assert.equal(short(recent('7.0 7.1 8.0 8.1').current()), '8.0 8.1')
  assert.equal(short(recent('7.0 7.1 7.0').current()), '7.0')
  assert.equal(short(recent('7.1 7.2').current()), '')
  assert.equal(short(recent('').current()), '')
})

test('the number of flashblocks is limited, but the newest block is whole', () => {
  const limits = { maxFlashblocks: 3, maxBytes: 1_000 }
  const start = flashblock('0.0')
  assert.equal(short(recent('6.0 6.1 7.0', limits).after(start)), '6.0 6.1 7.0')
  assert.equal(short(recent('6.0 6.1 7.0 7.1', limits).after(start)), '6.1 7.0 7.1')
  assert.equal(short(recent('6.0 7.0 7.1 7.2 7.3', limits).after(start)), '7.0 7.1 7.2 7.3')
})

test('the bytes are limited, but the newest block is whole', () => {
  const limits = { maxFlashblocks: 100, maxBytes: 30 }
  const start = flashblock('0.0', 0)
  assert.equal(short(recent('6.0 6.1 7.0', limits).after(start)), '6.0 6.1 7.0')
  assert.equal(short(recent('6.0 6.1 7.0 7.1', limits).after(start)), '6.1 7.0 7.1')
  const large = recent('6.0 6.1', limits)
  large.add(flashblock('7.0', 1_000))
  large.add(flashblock('7.1', 1_000))
  assert.equal(short(large.current()), '7.0 7.1')
  large.add(flashblock('8.0'))
  assert.equal(short(large.after(start)), '8.0')
})

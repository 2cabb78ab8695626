import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hash } from '#test/fakes/values.ts'
import { maxBlocksPerHeight, maxSeenHeights, SeenBlocks } from './seen-blocks.ts'

test('six blocks are accepted at a height, and this limit is checked before repeats are detected', () => {
  const seen = new SeenBlocks()
  const blocks = Array.from({ length: maxBlocksPerHeight }, (_, at) => hash(at))
  assert.deepEqual(
    blocks.map((block) => seen.add(1n, block)),
    Array<string>(6).fill('new'),
  )
  assert.equal(seen.add(1n, hash(6)), 'too-many')
  assert.equal(seen.add(1n, hash(0)), 'too-many')
  assert.equal(seen.add(2n, hash(0)), 'new')
  assert.equal(seen.add(2n, hash(0)), 'seen')
})

test('if a thousand heights are remembered, the next height replaces the height whose last lookup is the oldest', () => {
  const seen = new SeenBlocks()
  for (let height = 0n; height < BigInt(maxSeenHeights); height++) seen.add(height, hash(1))
  assert.equal(seen.add(0n, hash(1)), 'seen')
  assert.equal(seen.add(1_000n, hash(1)), 'new')
  assert.equal(seen.add(0n, hash(1)), 'seen')
  assert.equal(seen.add(2n, hash(1)), 'seen')
  assert.equal(seen.add(1n, hash(1)), 'new')
})

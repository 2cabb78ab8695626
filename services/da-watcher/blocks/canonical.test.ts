import assert from 'node:assert/strict'
import { test } from 'node:test'
import { memoryHash } from '#test/fakes/memory-l1.ts'
import { hashAt, maxHashes, noHashes, upTo, withHash } from './canonical.ts'

const hash = (number: number, branch = 'a') => memoryHash(BigInt(number), branch)

function known(...numbers: readonly number[]) {
  let canonical = noHashes
  for (const number of numbers)
    canonical = withHash(canonical, { number: BigInt(number), hash: hash(number) })
  return canonical
}

/** The given numbers whose hash is known. */
function found(canonical: ReturnType<typeof known>, ...numbers: readonly number[]) {
  return numbers.filter((number) => hashAt(canonical, BigInt(number)) === hash(number))
}

test('hashes are found in whichever order they were added', () => {
  const canonical = known(10, 12, 11, 7, 20)
  assert.deepEqual(found(canonical, 6, 7, 8, 9, 10, 11, 12, 13, 20, 21), [7, 10, 11, 12, 20])
  assert.equal(hashAt(canonical, 8n), undefined)
})

test('a new hash for a number replaces the old one', () => {
  const canonical = withHash(known(10, 11), { number: 10n, hash: hash(10, 'b') })
  assert.equal(hashAt(canonical, 10n), hash(10, 'b'))
  assert.equal(hashAt(canonical, 11n), hash(11))
})

test('blocks above a number are removed', () => {
  const canonical = known(10, 11, 12)
  assert.deepEqual(found(upTo(canonical, 11n), 10, 11, 12), [10, 11])
  assert.deepEqual(found(upTo(canonical, -1n), 10, 11, 12), [])
  assert.deepEqual(found(upTo(canonical, 99n), 10, 11, 12), [10, 11, 12])
})

test('the range moves up with new blocks, and drops the lowest', () => {
  const canonical = known(1, 2, maxHashes, maxHashes + 1)
  assert.equal(canonical.hashes.length, maxHashes)
  assert.deepEqual(found(canonical, 1, 2, maxHashes, maxHashes + 1), [2, maxHashes, maxHashes + 1])
})

test('a number far away from the range starts a new range', () => {
  for (const far of [1_000_000, 0]) {
    const canonical = known(100_000, 100_001, far)
    assert.deepEqual(found(canonical, 100_000, 100_001, far), [far])
    assert.equal(canonical.hashes.length, 1)
  }
  const below = known(5_000, 5_001, 2_000)
  assert.deepEqual(found(below, 2_000, 5_000, 5_001), [2_000, 5_000, 5_001])
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { fromBigEndian, putUint64, toBigEndian, toFixedBigEndian } from './big-endian.ts'

const runs = { numRuns: Number(process.env['ATOLL_FUZZ_RUNS'] ?? 500) }
const value = fc.bigInt({ min: 0n, max: 2n ** 300n })

test('encoded numbers decode to the same numbers', () => {
  const property = fc.property(value, fc.nat({ max: 9 }), (number, more) => {
    const short = toBigEndian(number)
    assert.notEqual(short[0], 0)
    assert.equal(fromBigEndian(short), number)
    const long = toFixedBigEndian(number, short.length + more)
    assert.equal(long.length, short.length + more)
    assert.equal(fromBigEndian(long), number)
  })
  fc.assert(property, runs)
})

test('a number that does not fit is refused', () => {
  for (let length = 0; length <= 33; length++) {
    const first = 2n ** BigInt(8 * length)
    assert.equal(fromBigEndian(toFixedBigEndian(first - 1n, length)), first - 1n)
    assert.throws(() => toFixedBigEndian(first, length), RangeError)
  }
  assert.throws(() => toBigEndian(-1n), RangeError)
})

test('writing 64 bits changes no other bytes', () => {
  const property = fc.property(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), (number) => {
    const bytes = new Uint8Array(10).fill(7)
    putUint64(bytes, 1, number)
    assert.equal(fromBigEndian(bytes.subarray(1, 9)), number)
    assert.deepEqual([bytes[0], bytes[9]], [7, 7])
  })
  fc.assert(property, runs)
})

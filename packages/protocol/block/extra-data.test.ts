import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { DecodeError } from '#protocol/codec/decode-error.ts'
import { decodeExtraData, encodeExtraData } from './extra-data.ts'

const runs = { numRuns: Number(process.env['ATOLL_FUZZ_RUNS'] ?? 500) }
const uint = (bits: number) => fc.bigInt({ min: 0n, max: 2n ** BigInt(bits) - 1n })

test('encoded base fee parameters decode to the same parameters', () => {
  const parameters = fc.record(
    {
      denominator: uint(32).filter((value) => value > 0n),
      elasticity: uint(32),
      minBaseFee: fc.option(uint(64), { nil: undefined }),
    },
    { noNullPrototype: true },
  )
  const property = fc.property(parameters, (given) => {
    assert.deepEqual(decodeExtraData(encodeExtraData(given)), given)
  })
  fc.assert(property, runs)
})

test('arbitrary bytes decode as extra data or raise a DecodeError', () => {
  const lengths = fc.constantFrom(0, 8, 9, 10, 16, 17, 18, 32)
  const bytes = lengths.chain((length) =>
    fc.uint8Array({ minLength: length, maxLength: length, max: 2 }),
  )
  const property = fc.property(bytes, (given) => {
    try {
      const parameters = decodeExtraData(given)
      assert.deepEqual(parameters ? encodeExtraData(parameters) : new Uint8Array(), given)
    } catch (error) {
      assert.ok(error instanceof DecodeError)
    }
  })
  fc.assert(property, runs)
})

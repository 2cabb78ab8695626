import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { toBytes32, toHash } from '#protocol/codec/hex.ts'
import { decodeL1Attributes, encodeL1Attributes, type L1Attributes } from './l1-attributes.ts'

const uint = (bits: number) => fc.bigInt({ min: 0n, max: 2n ** BigInt(bits) - 1n })
const word = fc.uint8Array({ minLength: 32, maxLength: 32 })
const common = {
  number: uint(64),
  timestamp: uint(64),
  baseFee: uint(256),
  hash: word.map(toHash),
  sequenceNumber: uint(64),
  batcherHash: word.map(toBytes32),
}
const none: fc.Arbitrary<unknown> = fc.constant(undefined)
const record = (model: Record<string, fc.Arbitrary<unknown>>) =>
  fc.record(model, { noNullPrototype: true })
const bedrock: fc.Arbitrary<unknown> = record({ overhead: uint(256), scalar: uint(256) })
const ecotone: fc.Arbitrary<unknown> = record({
  baseFeeScalar: uint(32),
  blobBaseFeeScalar: uint(32),
  blobBaseFee: uint(256),
})
const operatorFee: fc.Arbitrary<unknown> = record({ scalar: uint(32), constant: uint(64) })

for (const [form, bytes, rest] of [
  ['Bedrock', 260, { bedrock, ecotone: none, operatorFee: none, daFootprintGasScalar: none }],
  ['Ecotone', 164, { bedrock: none, ecotone, operatorFee: none, daFootprintGasScalar: none }],
  ['Isthmus', 176, { bedrock: none, ecotone, operatorFee, daFootprintGasScalar: none }],
  ['Jovian', 178, { bedrock: none, ecotone, operatorFee, daFootprintGasScalar: uint(16) }],
] as const)
  // Rules: l1-attributes-read
  test(`encoded L1 attributes in the form of ${form} decode to the same attributes`, () => {
    fc.assert(
      fc.property(record({ ...common, ...rest }), (attributes) => {
        // Each form has the fields of its fork.
        const encoded = encodeL1Attributes(attributes as unknown as L1Attributes)
        assert.equal(encoded.length, bytes)
        assert.deepEqual(decodeL1Attributes(encoded), attributes)
        assert.throws(() => decodeL1Attributes(encoded.subarray(1)), { name: 'DecodeError' })
        assert.throws(() => decodeL1Attributes(encoded.subarray(0, -1)), { name: 'DecodeError' })
      }),
    )
  })

test('arbitrary bytes decode as L1 attributes or raise a DecodeError', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (data) => {
      try {
        decodeL1Attributes(data)
      } catch (error) {
        assert.equal((error as Error).name, 'DecodeError')
      }
    }),
    { numRuns: Number(process.env['ATOLL_FUZZ_RUNS'] ?? 500) },
  )
})

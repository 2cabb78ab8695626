import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { PayloadAttributes } from '#protocol/block/payload-attributes.ts'
import type { Bytes8 } from '#protocol/primitives.ts'
import { hash } from '#test/fakes/values.ts'
import { address } from '#test/fakes/test-rollup.ts'
import { attributesDigest } from './attributes-digest.ts'

const parentHash = hash(7)

const attributes: PayloadAttributes = {
  timestamp: 0n,
  prevRandao: hash(1),
  suggestedFeeRecipient: address(2),
  withdrawals: undefined,
  parentBeaconBlockRoot: undefined,
  transactions: [Uint8Array.of(0x7e, 1), Uint8Array.of(2)],
  noTxPool: true,
  gasLimit: 30_000_000n,
  eip1559Params: undefined,
  minBaseFee: undefined,
}

const others: readonly Partial<PayloadAttributes>[] = [
  { timestamp: 1n },
  { prevRandao: hash(2) },
  { suggestedFeeRecipient: address(3) },
  { withdrawals: [] },
  { parentBeaconBlockRoot: hash(0) },
  { parentBeaconBlockRoot: hash(1) },
  { transactions: [Uint8Array.of(0x7e, 1)] },
  { transactions: [Uint8Array.of(0x7e), Uint8Array.of(1, 2)] },
  { transactions: [Uint8Array.of(2), Uint8Array.of(0x7e, 1)] },
  { transactions: [] },
  { noTxPool: false },
  { gasLimit: 30_000_001n },
  { eip1559Params: '0x0000000000000000' as Bytes8 },
  { eip1559Params: '0x0000000000000001' as Bytes8 },
  { minBaseFee: 0n },
  { minBaseFee: 1n },
]

test('every field changes the digest, and an absent field differs from a zero field', () => {
  const digests = [{}, ...others].map((other) =>
    attributesDigest({ parentHash, attributes: { ...attributes, ...other } }),
  )
  digests.push(attributesDigest({ parentHash: hash(8), attributes }))
  assert.equal(new Set(digests).size, digests.length)
})

test('the same attributes have the same digest', () => {
  const copy = { ...attributes, transactions: attributes.transactions.map((raw) => raw.slice()) }
  assert.equal(
    attributesDigest({ parentHash, attributes: copy }),
    attributesDigest({ parentHash, attributes }),
  )
})

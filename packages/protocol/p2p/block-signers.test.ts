import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Address } from '#protocol/primitives.ts'
import {
  afterBlockOf,
  type BlockSigners,
  maySign,
  signerGraceSeconds,
  withCurrentSigner,
} from './block-signers.ts'

const [a, b, c, none] = ['aa', 'bb', 'cc', '00'].map((byte) => `0x${byte.repeat(20)}`) as [
  Address,
  Address,
  Address,
  Address,
]

/** The signers after these addresses were read from L1 at times 0, 1, 2, …. */
const after = (...read: readonly Address[]) =>
  read.reduce<BlockSigners | undefined>(
    (signers, address, at) => withCurrentSigner(signers, address, BigInt(at)),
    undefined,
  )

test('the first signer has no predecessor, and if the same signer is read again, nothing changes', () => {
  assert.deepEqual(after(a), { current: a })
  assert.deepEqual(after(none, a), { current: a })
  const signers = after(a)
  assert.equal(withCurrentSigner(signers, a, 5n), signers)
})

test('without a signer on L1, no signer is known', () => {
  assert.equal(after(none), undefined)
  assert.equal(after(a, none), undefined)
})

test('after a change, the previous signer is accepted for three hours', () => {
  const signers = after(a, b)
  assert.ok(signers)
  assert.equal(signerGraceSeconds, 10_800n)
  assert.deepEqual(
    [a, b, c].map((address) => maySign(signers, address, 10_800n)),
    [true, true, false],
  )
  assert.equal(maySign(signers, a, 10_801n), false)
  assert.equal(maySign(signers, b, 10_801n), true)
})

test('only the last change has a grace period', () => {
  const signers = after(a, b, c)
  assert.ok(signers)
  assert.deepEqual(
    [a, b, c].map((address) => maySign(signers, address, 3n)),
    [false, true, true],
  )
})

test('a block of the new signer ends the grace period, and a block of the previous signer does not', () => {
  const signers = after(a, b)
  assert.ok(signers)
  assert.equal(afterBlockOf(signers, a), signers)
  assert.deepEqual(afterBlockOf(signers, b), { current: b })
})

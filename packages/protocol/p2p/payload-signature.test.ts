import assert from 'node:assert/strict'
import { test } from 'node:test'
import { secp256k1 } from '@noble/curves/secp256k1.js'
import { fromBigEndian, toFixedBigEndian } from '#protocol/codec/big-endian.ts'
import { keccak256 } from '#protocol/codec/keccak.ts'
import { curveOrder, recoverPublicKey } from '#runtime/crypto/secp256k1.ts'
import { signerAddress, signerKey } from '#test/fakes/block-messages.ts'
import { blockSigner, signBlock } from './payload-signature.ts'

test('signatures equal those of noble, and recover to the signer', () => {
  for (let round = 0; round < 20; round++) {
    const hash = keccak256(Uint8Array.of(round))
    const signature = signBlock(hash, signerKey)
    const other = secp256k1.sign(hash, signerKey, { prehash: false, format: 'recovered' })
    assert.deepEqual(signature, Uint8Array.of(...other.subarray(1), other[0] ?? 0))
    assert.equal(blockSigner(hash, signature, recoverPublicKey), signerAddress)
  }
})

test('both values of s are valid', () => {
  const hash = keccak256(Uint8Array.of(1))
  const signature = signBlock(hash, signerKey)
  const s = fromBigEndian(signature.subarray(32, 64))
  assert.ok(s <= curveOrder / 2n)
  const high = signature.slice()
  high.set(toFixedBigEndian(curveOrder - s, 32), 32)
  high[64] = 1 - (signature[64] ?? 0)
  assert.equal(blockSigner(hash, high, recoverPublicKey), signerAddress)
})

test('a signature of another length has no signer', () => {
  const hash = keccak256(Uint8Array.of(1))
  const signature = signBlock(hash, signerKey)
  assert.equal(blockSigner(hash, signature.subarray(0, 64), recoverPublicKey), undefined)
  assert.equal(blockSigner(hash, Uint8Array.of(...signature, 0), recoverPublicKey), undefined)
})

test('a key that is zero or too large does not sign', () => {
  const order = toFixedBigEndian(curveOrder, 32)
  for (const key of [new Uint8Array(32), order, new Uint8Array(31).fill(1)])
    assert.throws(() => signBlock(new Uint8Array(32), key), { name: 'RangeError' })
  assert.doesNotThrow(() => signBlock(new Uint8Array(32), toFixedBigEndian(curveOrder - 1n, 32)))
})

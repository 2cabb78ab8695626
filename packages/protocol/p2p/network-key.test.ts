import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { privateKeyFromRaw } from '@libp2p/crypto/keys'
import { peerIdFromPrivateKey, peerIdFromString } from '@libp2p/peer-id'
import fc from 'fast-check'
import { DecodeError } from '#protocol/codec/decode-error.ts'
import { fromHex, toHex } from '#protocol/codec/hex.ts'
import { signerKey } from '#test/fakes/block-messages.ts'
import { fromBase58, maxBase58Digits, toBase58 } from './base58.ts'
import {
  compressPublicKey,
  nodeIdOf,
  peerIdOf,
  publicKeyOf,
  publicKeyOfPeerId,
} from './network-key.ts'

test('a private key has the known peer id and node id', () => {
  const publicKey = publicKeyOf(signerKey)
  assert.equal(peerIdOf(publicKey), '16Uiu2HAmEWQnHq2jLKJypwVnVoQeFCULuyop6atvq2eWjYSUjzNi')
  assert.equal(
    nodeIdOf(publicKey),
    '0xb8a0722ae6cb48cde0b4ae1f1a642f0e3c3af545e7acbd38b07251b3990914f1',
  )
})

test('the key of an enode has the known peer id and node id', () => {
  const publicKey = compressPublicKey(
    fromHex(
      '0x2bd2e657bb3c8efffb8ff6db9071d9eb7be70d7c6d7d980ff80fc93b2629675c5f750bc0a5ef27cd788c2e491b8795a7e9a4a6e72178c14acc6753c0e5d77ae4',
    ),
  )
  assert.equal(
    toHex(publicKey),
    '0x022bd2e657bb3c8efffb8ff6db9071d9eb7be70d7c6d7d980ff80fc93b2629675c',
  )
  assert.equal(peerIdOf(publicKey), '16Uiu2HAkxNk2oMFzx5M1s95V4P7mtoRHcmGoVy1Ak8z16xnANyQF')
  assert.equal(
    nodeIdOf(publicKey),
    '0x7c3b19533841900e6415ad3e40472b48aeb948eb621210eb13827fb3db7c502a',
  )
})

test('peer ids equal those of libp2p, and contain their key', () => {
  for (let round = 0; round < 20; round++) {
    const privateKey = randomBytes(32)
    const publicKey = publicKeyOf(privateKey)
    const peerId = peerIdOf(publicKey)
    assert.equal(peerId, peerIdFromPrivateKey(privateKeyFromRaw(privateKey)).toString())
    assert.deepEqual(publicKeyOfPeerId(peerId), publicKey)
    assert.deepEqual(peerIdFromString(peerId).publicKey?.raw, publicKey)
  }
})

test('keys and peer ids of other kinds are refused', () => {
  assert.throws(() => publicKeyOf(new Uint8Array(32)), { name: 'RangeError' })
  for (const length of [0, 63, 64, 65])
    assert.throws(() => compressPublicKey(new Uint8Array(length)), DecodeError)
  // An Ed25519 key; the hash of an RSA key; digits that base58 lacks; no digits; a key that is not on the curve; a
  // truncated peer id.
  const offCurve = toBase58(fromHex(`0x00250802122102${'ff'.repeat(32)}`))
  for (const peerId of [
    '12D3KooWD3eckifWpRn9wQpMG9R9hX3sD158z7EqHWmweQAJU5SA',
    'QmYyQSo1c1Ym7orWxLYvCrM2EmxFTANf8wXmmE7DWjhx5N',
    '0OIl',
    '',
    offCurve,
    '16Uiu2HAmEWQnHq2jLKJypwVnVoQeFCULuyop6atvq2eWjYSUjzN',
  ])
    assert.throws(() => publicKeyOfPeerId(peerId), DecodeError, peerId)
})

test('bytes encoded in base58 decode to themselves', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
      assert.deepEqual(fromBase58(toBase58(bytes)), bytes)
    }),
  )
  assert.equal(toBase58(Uint8Array.of(0, 0, 1)), '112')
  assert.ok(fromBase58('1'.repeat(maxBase58Digits)))
  assert.throws(() => fromBase58('1'.repeat(maxBase58Digits + 1)), DecodeError)
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { generateKeyPairFromSeed } from '@libp2p/crypto/keys'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { builderIdentity, isSignedBy } from './builder-identity.ts'

const keyPair = await generateKeyPairFromSeed('Ed25519', new Uint8Array(32).fill(7))
const peerId = peerIdFromPrivateKey(keyPair).toString()
const hash = new Uint8Array(32).fill(1)

test('a builder has the peer id of its key, and signs as libp2p does', async () => {
  const identity = builderIdentity(keyPair.raw)
  assert.equal(identity.peerId, peerId)
  const signature = identity.sign(hash)
  assert.equal(signature.length, 64)
  assert.ok(await keyPair.publicKey.verify(hash, signature))
  assert.ok(isSignedBy(peerId, hash, signature))
})

test('a changed hash or signature, another builder, and a malformed peer id are not accepted', async () => {
  const signature = builderIdentity(keyPair.raw).sign(hash)
  const other = await generateKeyPairFromSeed('Ed25519', new Uint8Array(32).fill(8))
  const changed = signature.with(5, (signature[5] ?? 0) ^ 1)
  assert.equal(isSignedBy(peerId, hash.with(0, 9), signature), false)
  assert.equal(isSignedBy(peerId, hash, changed), false)
  assert.equal(isSignedBy(peerId, hash, new Uint8Array(0)), false)
  assert.equal(isSignedBy(peerIdFromPrivateKey(other).toString(), hash, signature), false)
  for (const id of ['', 'a builder', `${peerId}x`, `12D3KooW${'1'.repeat(44)}`])
    assert.equal(isSignedBy(id, hash, signature), false)
})

test('a peer id of another kind of key signed nothing, and many peer ids are no problem', () => {
  const secp256k1 = '16Uiu2HAm1JFCrBTBLgzKRLBEsQpkjLxLNzDuLhxD6sWvrFvXcrSM'
  assert.equal(isSignedBy(secp256k1, hash, new Uint8Array(64)), false)
  for (let at = 0; at < 300; at++) assert.equal(isSignedBy(`peer ${at}`, hash, hash), false)
})

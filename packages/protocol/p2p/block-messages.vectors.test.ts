import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hashPayload } from '#protocol/block/payload-hash.ts'
import { fromHex, toHex } from '#protocol/codec/hex.ts'
import { recoverPublicKey } from '#runtime/crypto/secp256k1.ts'
import { sha256 } from '#runtime/crypto/sha256.ts'
import { messageVectors, samplePayload, signerKey } from '#test/fakes/block-messages.ts'
import { encodeBlockMessage } from './block-message.ts'
import { decodePayload } from './decode-payload.ts'
import { encodePayload } from './encode-payload.ts'
import { openGossipData } from './gossip-data.ts'
import { messageId } from './message-id.ts'
import { blockSigner, payloadHash, signBlock, signingHash } from './payload-signature.ts'
import { blocksTopic } from './topics.ts'

for (const want of messageVectors) {
  test(`message ${want.name} decodes, has the known hashes, ids and signer, and encodes to itself`, () => {
    const data = openGossipData(fromHex(want.data))
    assert.equal(data.kind, 'decompressed')
    assert.equal(
      toHex(messageId(data, { form: 'op-node', topic: want.topic, sha256 })),
      want.opNodeId,
    )
    assert.equal(toHex(messageId(data, { form: 'spec', topic: want.topic, sha256 })), want.specId)
    assert.equal(blocksTopic(10n, want.version), want.topic)
    const [signature, body] = [data.bytes.subarray(0, 65), data.bytes.subarray(65)]
    const hash = payloadHash(body)
    assert.equal(toHex(hash), want.payloadHash)
    const signed = signingHash(10n, hash)
    assert.equal(toHex(signed), want.signingHash)
    assert.equal(blockSigner(signed, signature, recoverPublicKey), want.signer)
    const payload = decodePayload(want.version, body)
    assert.equal(body.length - (want.version >= 3 ? 32 : 0), want.sszBytes)
    assert.equal(payload.timestamp, BigInt(want.timestamp))
    assert.equal(payload.blockHash, want.blockHash)
    assert.equal(hashPayload(payload), want.computedBlockHash)
    assert.deepEqual(encodePayload(want.version, payload), body)
    const again = openGossipData(encodeBlockMessage(signature, body))
    assert.deepEqual(again.bytes, data.bytes)
  })
}

test('signing the payload of message M5 with the key of its signer yields message M5', () => {
  const data = openGossipData(fromHex(messageVectors.at(-1)?.data ?? ''))
  const body = encodePayload(4, samplePayload)
  assert.deepEqual(decodePayload(4, body), samplePayload)
  assert.deepEqual(data.bytes.subarray(65), body)
  const signature = signBlock(signingHash(10n, payloadHash(body)), signerKey)
  assert.deepEqual(data.bytes.subarray(0, 65), signature)
})

test('the signing hash of a chain id and a payload hash equals that of op-alloy', () => {
  const hash = payloadHash(new Uint8Array(32).fill(0x99))
  assert.equal(toHex(hash), '0xbbeecdc05c0a866a8dabc849a37ed68cbd51ff7f6f0be478f24a682822f71df2')
  assert.equal(
    toHex(signingHash(10n, hash)),
    '0x44a0e2b1aba1aae1771eddae1dcd2ad18a8cdac8891517153f03253e49d3f206',
  )
})

test('the id of a message that is not valid snappy is computed from its raw bytes', () => {
  const data = openGossipData(Uint8Array.of(1, 2, 3, 4, 5))
  assert.equal(data.kind, 'raw')
  const topic = '/optimism/10/0/blocks'
  assert.equal(
    toHex(messageId(data, { form: 'spec', topic, sha256 })),
    '0xff3a6e999086783f249b4a4fab9f215046152b6d',
  )
  assert.equal(
    toHex(messageId(data, { form: 'op-node', topic, sha256 })),
    '0xf9cd29b7fdae91a73328890cb6c79e35ee3ccd5f',
  )
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Payload } from '#protocol/block/payload.ts'
import { recoverPublicKey } from '#runtime/crypto/secp256k1.ts'
import { configOf, payloadOf, signedMessage, signerAddress } from '#test/fakes/block-messages.ts'
import { hash } from '#test/fakes/values.ts'
import { defaultMaxAgeSeconds } from './block-age.ts'
import { openGossipData } from './gossip-data.ts'
import { type PayloadVersion, payloadVersions } from './payload-version.ts'
import { SeenBlocks } from './seen-blocks.ts'
import { compress } from './snappy-block.ts'
import {
  type BlockRules,
  type BlockVerdict,
  type IgnoreReason,
  maxAheadSeconds,
  minGossipBytes,
  type RejectReason,
  validateBlock,
} from './validate-block.ts'

const now = payloadOf(4).timestamp
const otherKey = new Uint8Array(32).fill(2)

const rulesOf = (version: PayloadVersion, changes: Partial<BlockRules> = {}): BlockRules => ({
  config: configOf(version),
  signers: { current: signerAddress },
  now,
  maxAgeSeconds: defaultMaxAgeSeconds,
  seen: new SeenBlocks(),
  recover: recoverPublicKey,
  ...changes,
})

type Word = 'accept' | `ignore ${IgnoreReason}` | `reject ${RejectReason}`

/** The verdict on decompressed bytes, as text. */
function verdictOn(bytes: Uint8Array, rules = rulesOf(4), version: PayloadVersion = 4): Word {
  return word(validateBlock({ version, data: { kind: 'decompressed', bytes } }, rules))
}

function word(verdict: BlockVerdict): Word {
  switch (verdict.kind) {
    case 'accept':
      return 'accept'
    case 'ignore':
      return `ignore ${verdict.reason}`
    case 'reject':
      return `reject ${verdict.reason}`
  }
}

/** The verdict on a block that the sequencer signed. */
const verdictOnBlock = (
  changes: Partial<Payload>,
  rules: Partial<BlockRules> = {},
  version: PayloadVersion = 4,
) =>
  verdictOn(signedMessage(version, payloadOf(version, changes)), rulesOf(version, rules), version)

test('a valid block of each version is accepted, with its payload and signer', () => {
  for (const version of payloadVersions) {
    const payload = payloadOf(version)
    const data = openGossipData(compress(signedMessage(version, payload)))
    const verdict = validateBlock({ version, data }, rulesOf(version))
    assert.deepEqual(verdict, { kind: 'accept', payload, signer: signerAddress })
  }
})

test('data that is not snappy, or declares more than 10 MiB, is rejected', () => {
  const verdict = (...bytes: number[]) =>
    word(validateBlock({ version: 4, data: openGossipData(Uint8Array.from(bytes)) }, rulesOf(4)))
  assert.equal(verdict(5, 1), 'reject not-snappy')
  assert.equal(verdict(0x80, 0x80, 0x80, 0x05), 'reject not-snappy')
  assert.equal(verdict(0x81, 0x80, 0x80, 0x05), 'reject too-large')
})

test('a message has at least a signature and one byte', () => {
  assert.equal(minGossipBytes, 66)
  assert.equal(verdictOn(new Uint8Array(65)), 'reject too-small')
  assert.equal(verdictOn(new Uint8Array(66)), 'reject bad-signature')
})

test('a block with an unrecoverable signature is rejected, but ignored while no signer is known', () => {
  const message = signedMessage(4, payloadOf(4))
  const parity = message[64] ?? 0
  assert.equal(verdictOn(message), 'accept')
  for (const other of [2, 3, 27 + parity, 28, 255])
    assert.equal(verdictOn(message.with(64, other)), 'reject bad-signature')
  const zero = message.slice().fill(0, 0, 32)
  assert.equal(verdictOn(zero), 'reject bad-signature')
  assert.equal(verdictOn(zero, rulesOf(4, { signers: undefined })), 'ignore signer-unknown')
})

test('a block of another signer, or for another chain, is rejected', () => {
  const message = signedMessage(4, payloadOf(4))
  assert.equal(verdictOn(signedMessage(4, payloadOf(4), otherKey)), 'reject wrong-signer')
  assert.equal(verdictOn(message.with(64, 1 - (message[64] ?? 0))), 'reject wrong-signer')
  const config = { ...configOf(4), l2ChainId: 11n }
  assert.equal(verdictOn(message, rulesOf(4, { config })), 'reject wrong-signer')
})

test('a block is ignored as long as the signer is not known', () => {
  assert.equal(verdictOnBlock({}, { signers: undefined }), 'ignore signer-unknown')
})

test('the signature is checked before the encoding, and the encoding before the time', () => {
  const unsigned = new Uint8Array(1_000)
  unsigned.set(signedMessage(4, payloadOf(4)).subarray(0, 65))
  assert.match(verdictOn(unsigned), /bad-signature|wrong-signer/)
  const message = signedMessage(3, payloadOf(3))
  assert.equal(verdictOn(message, rulesOf(4, { now: 0n })), 'reject malformed')
})

test('a block is at most 60 seconds old', () => {
  assert.equal(defaultMaxAgeSeconds, 60n)
  assert.equal(verdictOnBlock({}, { now: now + 60n }), 'accept')
  assert.equal(verdictOnBlock({}, { now: now + 61n }), 'reject too-old')
  assert.equal(verdictOnBlock({}, { now: now + 90n, maxAgeSeconds: 90n }), 'accept')
  assert.equal(verdictOnBlock({}, { now: now + 91n, maxAgeSeconds: 90n }), 'reject too-old')
})

test('a block is at most 5 seconds ahead', () => {
  assert.equal(maxAheadSeconds, 5n)
  assert.equal(verdictOnBlock({}, { now: now - 5n }), 'accept')
  assert.equal(verdictOnBlock({}, { now: now - 6n }), 'reject too-new')
})

test('the block hash has to match the payload; the time is checked before the hash', () => {
  const blockHash = hash(1)
  assert.equal(verdictOnBlock({ blockHash }), 'reject wrong-hash')
  assert.equal(verdictOnBlock({ blockHash }, { now: now + 61n }), 'reject too-old')
  assert.equal(verdictOnBlock({ blockHash, excessBlobGas: 1n }), 'reject wrong-hash')
  assert.equal(verdictOnBlock({ blockHash }, {}, 1), 'reject wrong-hash')
})

test('blob gas is zero before Jovian', () => {
  assert.equal(verdictOnBlock({ blobGasUsed: 0n }, {}, 3), 'accept')
  assert.equal(verdictOnBlock({ blobGasUsed: 1n }, {}, 3), 'reject blob-gas-used')
  const at = (jovian: bigint) => {
    const config = { ...configOf(4), hardforkTimes: { isthmus: 0n, jovian } }
    return verdictOnBlock({ blobGasUsed: 1n }, { config })
  }
  assert.equal(at(now), 'accept')
  assert.equal(at(now + 1n), 'reject blob-gas-used')
})

test('the excess blob gas is always zero', () => {
  for (const version of [3, 4] as const) {
    const blobGasUsed = 0n
    assert.equal(verdictOnBlock({ blobGasUsed, excessBlobGas: 0n }, {}, version), 'accept')
    const verdict = verdictOnBlock({ blobGasUsed, excessBlobGas: 1n }, {}, version)
    assert.equal(verdict, 'reject excess-blob-gas')
  }
})

test('a block has to be on the topic of its time', () => {
  const at = (version: PayloadVersion, isthmus: bigint) => {
    const config = { ...configOf(4), hardforkTimes: { ecotone: 0n, isthmus } }
    return verdictOnBlock(version >= 3 ? { blobGasUsed: 0n } : {}, { config }, version)
  }
  assert.equal(at(4, now), 'accept')
  assert.equal(at(4, now + 1n), 'reject wrong-topic')
  assert.equal(at(3, now + 1n), 'accept')
  assert.equal(at(3, now), 'reject wrong-topic')
  assert.equal(at(2, now), 'reject wrong-topic')
})

test('after six blocks at one height were accepted, a seventh block, and even a repeat, is rejected', () => {
  const rules = { seen: new SeenBlocks() }
  const block = (gasUsed: bigint) => verdictOnBlock({ gasUsed }, rules)
  for (let count = 1n; count <= 5n; count++) assert.equal(block(count), 'accept')
  assert.equal(block(1n), 'ignore seen')
  assert.equal(block(6n), 'accept')
  assert.equal(block(7n), 'reject too-many-at-height')
  assert.equal(block(1n), 'reject too-many-at-height')
  assert.equal(verdictOnBlock({ number: 1n }, rules), 'accept')
})

test('a block that breaks a rule does not count at its height', () => {
  const rules = { seen: new SeenBlocks() }
  for (let count = 1n; count <= 10n; count++) {
    assert.equal(verdictOnBlock({ blockHash: hash(count) }, rules), 'reject wrong-hash')
    const forged = signedMessage(4, payloadOf(4, { gasUsed: count }), otherKey)
    assert.equal(verdictOn(forged, rulesOf(4, rules)), 'reject wrong-signer')
  }
  assert.equal(verdictOnBlock({}, rules), 'accept')
})

test('the previous signer is accepted in its grace period', () => {
  const previous = { address: signerAddress, until: now + 1n }
  const signers = { current: `0x${'22'.repeat(20)}` as Payload['feeRecipient'], previous }
  assert.equal(verdictOnBlock({}, { signers }), 'accept')
  const over = { ...signers, previous: { ...previous, until: now } }
  assert.equal(verdictOnBlock({}, { signers: over }), 'reject wrong-signer')
})

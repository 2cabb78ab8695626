import assert from 'node:assert/strict'
import { test } from 'node:test'
import { signBlock, signingHash } from '#protocol/p2p/payload-signature.ts'
import { recoverPublicKey } from '#runtime/crypto/secp256k1.ts'
import { signerAddress, signerKey } from '#test/fakes/block-messages.ts'
import { filledHash, samplePayloadId } from '#test/fakes/flashblocks.ts'
import {
  authorizationEndMs,
  authorizationFlaw,
  authorizationHash,
  type AuthorizationRules,
  type BuildAuthorization,
  admitEpoch,
  openFence,
} from './authorization.ts'
import { linkOf } from './link.ts'

const authorization: BuildAuthorization = {
  l2ChainId: 10n,
  parentHash: filledHash(1),
  number: 100n,
  timestamp: 1_000n,
  payloadId: samplePayloadId,
  epoch: 5n,
  builder: '12D3KooWK99VoVxNE7XzyBwXEzW7xhK7Gpv85r9F3V3fyKSUKPH5',
  notAfterMs: 1_001_000n,
}

const rules: AuthorizationRules = {
  l2ChainId: 10n,
  signer: signerAddress,
  nowMs: 999_000n,
  blockTimeMs: 2_000n,
  recover: recoverPublicKey,
}

/** The flaw of an authorization that the sequencer signed. */
function flawOf(
  changes: Partial<BuildAuthorization>,
  otherRules: Partial<AuthorizationRules> = {},
): string | undefined {
  const changed = { ...authorization, ...changes }
  const signature = signBlock(authorizationHash(changed), signerKey)
  return authorizationFlaw(changed, signature, { ...rules, ...otherRules })
}

test('an authorization of the sequencer is accepted from shortly before the slot until a second after it', () => {
  assert.equal(flawOf({}), undefined)
  assert.equal(flawOf({}, { nowMs: 1_001_000n }), undefined)
  assert.equal(flawOf({}, { nowMs: 1_001_001n }), 'expired')
  assert.equal(flawOf({}, { nowMs: 996_000n }), undefined)
  assert.equal(flawOf({}, { nowMs: 995_999n }), 'from-the-future')
})

test('an authorization of another chain, or one that lasts too long, is refused by name', () => {
  assert.equal(flawOf({ l2ChainId: 11n }), 'wrong-chain')
  assert.equal(flawOf({ notAfterMs: 1_002_001n }), 'lasts-too-long')
})

test('the authorization of a late block lasts for a second', () => {
  const nowMs = 1_030_000n
  const notAfterMs = authorizationEndMs(1_000n, nowMs)
  assert.equal(notAfterMs, 1_031_000n)
  assert.equal(flawOf({ notAfterMs }, { nowMs }), undefined)
  assert.equal(flawOf({ notAfterMs }, { nowMs: nowMs - 2_000n }), undefined)
  assert.equal(flawOf({ notAfterMs }, { nowMs: nowMs - 2_001n }), 'lasts-too-long')
  assert.equal(flawOf({ notAfterMs }, { nowMs: nowMs + 1_001n }), 'expired')
})

test('an expired authorization without the signature of the sequencer is one of a wrong signer', () => {
  const late = { ...rules, nowMs: 1_001_001n }
  assert.equal(authorizationFlaw(authorization, new Uint8Array(65), late), 'wrong-signer')
})

test('a signature covers each field', () => {
  const signature = signBlock(authorizationHash(authorization), signerKey)
  assert.equal(authorizationFlaw(authorization, signature, rules), undefined)
  const changes: readonly Partial<BuildAuthorization>[] = [
    { parentHash: filledHash(2) },
    { number: 101n },
    { timestamp: 1_001n },
    { payloadId: '0x0000000000000000' as BuildAuthorization['payloadId'] },
    { epoch: 6n },
    { builder: 'another peer' },
    { notAfterMs: 1_000_999n },
  ]
  for (const change of changes)
    assert.equal(
      authorizationFlaw({ ...authorization, ...change }, signature, rules),
      'wrong-signer',
      Object.keys(change)[0],
    )
  const other = { ...authorization, l2ChainId: 11n }
  assert.equal(authorizationFlaw(other, signature, { ...rules, l2ChainId: 11n }), 'wrong-signer')
})

test('the signature of an unsafe block authorizes nothing, and neither do other bytes', () => {
  const block = signBlock(signingHash(10n, authorizationHash(authorization)), signerKey)
  assert.equal(authorizationFlaw(authorization, block, rules), 'wrong-signer')
  assert.equal(authorizationFlaw(authorization, new Uint8Array(65), rules), 'wrong-signer')
  assert.equal(authorizationFlaw(authorization, new Uint8Array(3), rules), 'wrong-signer')
})

test('a lower epoch is refused up to the newest block of the highest one, and accepted after it', () => {
  let fence = openFence
  const admit = (epoch: bigint, number: bigint) => {
    const next = admitEpoch(fence, { epoch, number })
    fence = next ?? fence
    return next !== undefined
  }
  assert.ok(admit(5n, 100n))
  assert.ok(admit(5n, 101n))
  assert.ok(admit(7n, 101n))
  assert.ok(!admit(5n, 101n))
  assert.ok(!admit(6n, 100n))
  // A leader whose clock is behind goes on with the next block, and may send several flashblocks of it.
  assert.ok(admit(6n, 102n))
  assert.ok(admit(6n, 102n))
  assert.equal(fence.epoch, 7n)
})

test('a link depends on the whole sequence', () => {
  const sequence = (hashes: readonly number[]) =>
    hashes.reduce(
      (previous, byte, index) => linkOf(previous, { blockHash: filledHash(byte), index }),
      filledHash(1),
    )
  const links = [[2, 3], [3, 2], [2, 3, 4], [2], []].map((hashes) => sequence(hashes))
  assert.equal(new Set(links).size, links.length)
  assert.equal(sequence([2, 3]), links[0])
  assert.equal(sequence([]), filledHash(1))
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { AccountProof } from '#protocol/block/account-proof.ts'
import { fromHex, toHash } from '#protocol/codec/hex.ts'
import { keccak256 } from '#protocol/codec/keccak.ts'
import { encodeRlp, uintToRlp } from '#protocol/codec/rlp.ts'
import { address } from '#test/fakes/test-rollup.ts'
import { hash } from '#test/fakes/values.ts'
import { isAccountProven } from './account-proof.ts'
import { encodeHexPrefix, toNibbles } from './hex-prefix.ts'

const messagePasser = address(0x16)
const account = {
  address: messagePasser,
  storageHash: hash(7),
  codeHash: hash(8),
  nonce: 1n,
  balance: 5n,
}

/** A proof by a branch, an extension of three nibbles, another branch, and a leaf. */
function proven(): AccountProof {
  const path = toNibbles(keccak256(fromHex(messagePasser)))
  const { balance, codeHash, nonce, storageHash } = account
  const value = encodeRlp([
    uintToRlp(nonce),
    uintToRlp(balance),
    fromHex(storageHash),
    fromHex(codeHash),
  ])
  const branch = (nibble: number, child: Uint8Array) =>
    encodeRlp(
      Array.from({ length: 17 }, (_, at) => (at === nibble ? keccak256(child) : new Uint8Array())),
    )
  const leaf = encodeRlp([encodeHexPrefix({ nibbles: path.subarray(5), isLeaf: true }), value])
  const lower = branch(path[4] ?? 0, leaf)
  const extension = encodeRlp([
    encodeHexPrefix({ nibbles: path.subarray(1, 4), isLeaf: false }),
    keccak256(lower),
  ])
  const root = branch(path[0] ?? 0, extension)
  return {
    ...account,
    stateRoot: toHash(keccak256(root)),
    proof: [root, extension, lower, leaf],
  }
}

test('a proof of the account in the state is accepted', () => {
  assert.ok(isAccountProven(proven()))
})

const changes: Readonly<Record<string, Partial<AccountProof>>> = {
  'another state root': { stateRoot: hash(1) },
  'another storage root': { storageHash: hash(1) },
  'another balance': { balance: 6n },
  'another address': { address: address(0x17) },
  'a missing node': { proof: proven().proof.slice(0, 3) },
  'no nodes': { proof: [] },
  'a node of another trie': { proof: [...proven().proof.slice(0, 3), Uint8Array.of(0xc0)] },
  'a root that is no list': {
    proof: [Uint8Array.of(0x80)],
    stateRoot: toHash(keccak256(Uint8Array.of(0x80))),
  },
}

for (const [what, change] of Object.entries(changes))
  test(`a proof with ${what} is refused`, () => {
    assert.ok(!isAccountProven({ ...proven(), ...change }))
  })

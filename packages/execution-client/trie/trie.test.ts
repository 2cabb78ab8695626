import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createMPT, verifyMPTWithMerkleProof } from '@ethereumjs/mpt'
import fc from 'fast-check'
import { toHex } from '#protocol/codec/hex.ts'
import { keccak256 } from '#protocol/codec/keccak.ts'
import { encodeRlp, uintToRlp } from '#protocol/codec/rlp.ts'
import { emptyTrieRoot, orderedTrieRoot } from '#protocol/trie/ordered-root.ts'
import { Trie } from './trie.ts'

class Nodes {
  readonly #nodes = new Map<string, Uint8Array>()
  readonly sink = (hash: Uint8Array, encoded: Uint8Array): void => {
    this.#nodes.set(toHex(hash), encoded)
  }

  node(hash: Uint8Array): Uint8Array {
    return this.#nodes.get(toHex(hash)) ?? assert.fail(`no node ${toHex(hash)}`)
  }
}

// Few bits differ, so that paths diverge late, nodes are short, and keys recur.
const key = fc
  .tuple(fc.nat({ max: 3 }), fc.nat({ max: 40 }))
  .map(([left, right]) => Uint8Array.of(left * 0x50, 0, right, 0))
const change = fc.record({ key, value: fc.uint8Array({ maxLength: 40 }) })

test('a trie has the same root as EthereumJS after puts and deletes, even if it is reopened from its store', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(change, { maxLength: 60 }), async (changes) => {
      const nodes = new Nodes()
      const oracle = await createMPT()
      const kept = new Map<string, Uint8Array>()
      let trie = new Trie(nodes)
      for (const [at, { key: at4, value }] of changes.entries()) {
        await oracle.put(at4, value)
        if (value.length === 0) trie.delete(at4)
        else trie.put(at4, value)
        kept.set(toHex(at4), value)
        const root = trie.root(nodes.sink)
        assert.equal(toHex(root), toHex(oracle.root()))
        // At times the trie is reopened from its store.
        if (at % 7 === 0) trie = new Trie(nodes, root)
      }
      for (const [hex, value] of kept) {
        const found = trie.get(Buffer.from(hex.slice(2), 'hex'))
        assert.equal(found && toHex(found), value.length === 0 ? undefined : toHex(value))
      }
      const present = [...kept].filter(([, value]) => value.length > 0).map(([hex]) => hex)
      assert.deepEqual(
        [...trie.entries()].map(([at4]) => toHex(at4)),
        present.toSorted(),
      )
    }),
    { numRuns: 150 },
  )
})

test('a proof shows the value of a key, or that the key has no value', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(change, { minLength: 1, maxLength: 30 }),
      key,
      async (changes, asked) => {
        const nodes = new Nodes()
        const trie = new Trie(nodes)
        for (const { key: at4, value } of changes) trie.put(at4, Uint8Array.of(1, ...value))
        const root = trie.root(nodes.sink)
        const proof = [...new Trie(nodes, root).proof(asked)]
        const shown = await verifyMPTWithMerkleProof(await createMPT({ root }), root, asked, proof)
        const value = trie.get(asked)
        assert.equal(shown === null ? undefined : toHex(shown), value && toHex(value))
      },
    ),
    { numRuns: 150 },
  )
})

test('a copy keeps its content when the original changes', () => {
  const nodes = new Nodes()
  const trie = new Trie(nodes)
  assert.equal(toHex(trie.root(nodes.sink)), toHex(emptyTrieRoot))
  trie.put(Uint8Array.of(1), Uint8Array.of(7))
  const copy = trie.copy()
  trie.put(Uint8Array.of(1), Uint8Array.of(8))
  trie.put(Uint8Array.of(2), Uint8Array.of(9))
  assert.deepEqual(copy.get(Uint8Array.of(1)), Uint8Array.of(7))
  assert.equal(copy.get(Uint8Array.of(2)), undefined)
  trie.delete(Uint8Array.of(1))
  trie.delete(Uint8Array.of(2))
  trie.delete(Uint8Array.of(3))
  assert.equal(toHex(trie.root(nodes.sink)), toHex(emptyTrieRoot))
})

test('the root of a list equals the root of a trie that maps its indices to its values', async () => {
  for (const length of [0, 1, 2, 16, 17, 127, 128, 129, 255, 256, 257, 300]) {
    const values = Array.from({ length }, (_, at) => keccak256(Uint8Array.of(at, at >> 8)))
    const nodes = new Nodes()
    const trie = new Trie(nodes)
    for (const [at, value] of values.entries())
      trie.put(encodeRlp(uintToRlp(BigInt(at))), value.subarray(0, 1 + (at % 32)))
    const short = values.map((value, at) => value.subarray(0, 1 + (at % 32)))
    const oracle = await createMPT()
    for (const [at, value] of short.entries())
      await oracle.put(encodeRlp(uintToRlp(BigInt(at))), value)
    assert.equal(toHex(orderedTrieRoot(short)), toHex(oracle.root()), `${length} values`)
    assert.equal(toHex(orderedTrieRoot(short)), toHex(trie.root(nodes.sink)), `${length} values`)
  }
})

test('the root of a list with indices of three bytes equals the root of a trie that maps its indices to its values', () => {
  const value = Uint8Array.of(0x80)
  const values = Array.from({ length: 0x1_00_02 }, () => value)
  const nodes = new Nodes()
  const trie = new Trie(nodes)
  for (const at of values.keys()) trie.put(encodeRlp(uintToRlp(BigInt(at))), value)
  assert.equal(toHex(orderedTrieRoot(values)), toHex(trie.root(nodes.sink)))
})

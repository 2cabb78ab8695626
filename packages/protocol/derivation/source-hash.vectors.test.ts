import assert from 'node:assert/strict'
import { test } from 'node:test'
import { toHex } from '#protocol/codec/hex.ts'
import type { Hash } from '#protocol/primitives.ts'
import { readVectors } from '#test/vectors/derivation-vectors.ts'
import { SourceHashes, upgradeSourceHash } from './source-hash.ts'

interface Case {
  readonly kind: 'user' | 'l1info' | 'upgrade' | 'invalidatedBlock'
  readonly l1BlockHash: Hash
  readonly logIndex: number
  readonly sequenceNumber: number
  readonly intent: string
  readonly sourceHash: string
}

const { cases } = readVectors('source_hash.json') as { cases: readonly Case[] }

// `invalidatedBlock` is skipped: no code makes such deposits any more.
for (const [at, known] of cases.filter(({ kind }) => kind !== 'invalidatedBlock').entries())
  // Rules: source-hashes
  test(`source hash ${at}: ${known.kind}`, () => {
    assert.equal(sourceHash(known), known.sourceHash)
  })

function sourceHash({ kind, l1BlockHash, intent, ...known }: Case): string {
  if (kind === 'upgrade') return upgradeSourceHash(intent)
  if (kind === 'user')
    return toHex(new SourceHashes('user', l1BlockHash).at(BigInt(known.logIndex)))
  return toHex(new SourceHashes('l1Attributes', l1BlockHash).at(BigInt(known.sequenceNumber)))
}

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { toHash } from '#protocol/codec/hex.ts'
import { notComputed } from '#protocol/flashblock/flashblock.ts'
import type { Hash } from '#protocol/primitives.ts'
import {
  judgeBlock,
  type Judgement,
  type PublishedPart,
  type PublishedRun,
  type SealedOutcome,
} from './judge-block.ts'

/** A hash for a letter. */
const hashOf = (letter: string): Hash => toHash(new Uint8Array(32).fill(letter.charCodeAt(0)))
const hashesOf = (letters: string) => letters.split('').map(hashOf)
const lettersOf = (hashes: readonly Hash[]) =>
  hashes.map((hash) => String.fromCharCode(parseInt(hash.slice(2, 4), 16))).join('')

/** A flashblock in short: `0DEab` is index 0 with two deposits (capital letters) and the transactions a and b. */
function partOf(short: string, blockHash: Hash): PublishedPart {
  const [, index = '', deposits = '', users = ''] = /^(\d)([A-Z]*)([a-z]*)$/u.exec(short) ?? []
  const transactions = hashesOf(deposits + users)
  return { index: Number(index), transactions, deposits: deposits.length, blockHash }
}

/** Runs in short, with `|` between payload ids. The hash of the block at an index is that of its digit. */
function runsOf(short: string, { hashes = true } = {}): readonly PublishedRun[] {
  return short.split('|').map((run, at) => ({
    payloadId: `0x0${at}`,
    parts: run
      .split(' ')
      .filter(Boolean)
      .map((each) => partOf(each, hashes ? hashOf(each.slice(0, 1)) : notComputed)),
  }))
}

interface Case {
  readonly what: string
  readonly published: string
  readonly contradictions?: string
  readonly hasHashes?: boolean
  /** The transactions of the sealed block, and the digit whose hash it has; undefined: no such block. */
  readonly sealed?: string
  readonly is: Partial<Omit<Judgement, 'lost'>> & { readonly lost?: string }
}

const cases: readonly Case[] = [
  {
    what: 'a block that is what was published is kept',
    published: '0D 1ab 2c',
    sealed: 'Dabc 2',
    is: { verdict: 'kept', sealedAs: 'last', missing: [], unpublished: 0 },
  },
  {
    what: 'transactions that no flashblock had may follow',
    published: '0D 1ab',
    sealed: 'Dabcd 9',
    is: { verdict: 'kept', sealedAs: 'other', unpublished: 2 },
  },
  {
    what: 'a late flashblock without transactions breaks no promise',
    published: '0D 1ab 2',
    sealed: 'Dab 1',
    is: { verdict: 'kept', sealedAs: 'earlier' },
  },
  {
    what: 'a late flashblock with transactions breaks a promise, and they are named',
    published: '0D 1ab 2cd',
    sealed: 'Dab 1',
    is: { verdict: 'broken', lost: 'cd', differsAt: 3, sealedAs: 'earlier' },
  },
  {
    what: 'a block of other transactions breaks every promise',
    published: '0D 1ab',
    sealed: 'Exy 9',
    is: { verdict: 'broken', lost: 'Dab', differsAt: 0, unpublished: 3 },
  },
  {
    what: 'an order other than the published one is a broken promise, although no transaction is lost',
    published: '0D 1ab',
    sealed: 'Dba 9',
    is: { verdict: 'broken', lost: '', differsAt: 1 },
  },
  {
    what: 'a transaction before the published ones is a broken promise',
    published: '0D 1ab',
    sealed: 'Dxab 9',
    is: { verdict: 'broken', lost: '', differsAt: 1, unpublished: 1 },
  },
  {
    what: 'a missing index is named, and what follows it is compared from where it begins',
    published: '0D 2c 3d',
    sealed: 'Dabcd 3',
    is: { verdict: 'kept', missing: [1], unpublished: 2 },
  },
  {
    what: 'a missing index without transactions is bridged too',
    published: '0D 2 4d',
    sealed: 'Dabd 4',
    is: { verdict: 'kept', missing: [1, 3] },
  },
  {
    what: 'a lost transaction after a missing index is found',
    published: '0D 2c 3d',
    sealed: 'Dabc 2',
    is: { verdict: 'broken', lost: 'd', missing: [1], differsAt: 4 },
  },
  {
    what: 'a transaction after a missing index that is before the known ones is a broken promise',
    published: '0D 1b 3a',
    sealed: 'Dabc 3',
    is: { verdict: 'broken', lost: '', missing: [2], differsAt: 1 },
  },
  {
    what: 'a takeover with the same payload id that goes on is kept',
    published: '0D 1a 2b 3c',
    sealed: 'Dabc 3',
    is: { verdict: 'kept', missing: [] },
  },
  {
    what: 'a takeover with another payload id that goes on at the next index is kept',
    published: '0D 1a|2b 3c',
    sealed: 'Dabc 3',
    is: { verdict: 'kept', missing: [], sealedAs: 'last' },
  },
  {
    what: 'a takeover that begins again with the same transactions is kept',
    published: '0D 1ab|0D 1ab 2c',
    sealed: 'Dabc 2',
    is: { verdict: 'kept' },
  },
  {
    what: 'a takeover with another L1 origin is kept if the transactions of users are in the block',
    published: '0D 1ab|0E 1c 2ba',
    sealed: 'Ecba 2',
    is: { verdict: 'kept', lost: '' },
  },
  {
    what: 'a takeover that drops transactions of users is a broken promise',
    published: '0D 1ab|0D 1b',
    sealed: 'Db 1',
    is: { verdict: 'broken', lost: 'a', differsAt: undefined },
  },
  {
    what: 'if the old builder published last, but the new one made the block, the new one is compared',
    published: '0D 1ab|0D 1a 2c',
    sealed: 'Dab 1',
    is: { verdict: 'broken', lost: 'c', differsAt: undefined, sealedAs: 'last' },
  },
  {
    what: 'an index that comes with two contents promises both',
    published: '0D 1a',
    contradictions: '1b',
    sealed: 'Da 1',
    is: { verdict: 'broken', lost: 'b' },
  },
  {
    what: 'a contradiction whose transactions are in the block breaks no promise',
    published: '0D 1a 2b',
    contradictions: '1b',
    sealed: 'Dab 2',
    is: { verdict: 'kept' },
  },
  {
    what: 'subblocks without hashes are compared by their transactions',
    published: '0D 1ab 2c',
    hasHashes: false,
    sealed: 'Dabc 9',
    is: { verdict: 'kept', sealedAs: 'unknown' },
  },
  {
    what: 'subblocks without hashes that were dropped are found',
    published: '0D 1ab 2c',
    hasHashes: false,
    sealed: 'Dac 9',
    is: { verdict: 'broken', lost: 'b', sealedAs: 'unknown', differsAt: 2 },
  },
  {
    what: 'a block that never came is a promise that was not kept',
    published: '0D 1ab 3c',
    is: { verdict: 'never-came', lost: '', missing: [2] },
  },
]

for (const { what, published, contradictions = '', hasHashes = true, sealed, is } of cases)
  test(what, () => {
    const [letters = '', digit = ''] = sealed?.split(' ') ?? []
    const block = { number: 7n, hash: hashOf(digit), parentHash: hashOf('P') }
    const outcome: SealedOutcome =
      sealed === undefined
        ? { kind: 'never-came' }
        : { kind: 'sealed', block: { ...block, transactions: hashesOf(letters) } }
    const judgement = judgeBlock(
      {
        runs: runsOf(published, { hashes: hasHashes }),
        contradictions: runsOf(contradictions)[0]?.parts ?? [],
        parentHash: hashOf('P'),
      },
      outcome,
    )
    const seen = { ...judgement, lost: lettersOf(judgement.lost) }
    const keys = Object.keys(is) as (keyof typeof seen)[]
    assert.deepEqual(Object.fromEntries(keys.map((key) => [key, seen[key]])), is)
    assert.equal(judgement.hasOtherParent, false)
  })

test('a block on another parent is named', () => {
  const block = { number: 7n, hash: hashOf('1'), parentHash: hashOf('Q') }
  const outcome = { kind: 'sealed', block: { ...block, transactions: hashesOf('D') } } as const
  const published = { runs: runsOf('0D'), contradictions: [] }
  assert.ok(judgeBlock({ ...published, parentHash: hashOf('P') }, outcome).hasOtherParent)
  assert.ok(!judgeBlock({ ...published, parentHash: undefined }, outcome).hasOtherParent)
})

test('a block that could not be fetched is unchecked, and no promise counts as broken', () => {
  const outcome = { kind: 'unchecked', reason: 'no answer' } as const
  const published = { runs: runsOf('0D 1a'), contradictions: [], parentHash: undefined }
  const { lost, verdict } = judgeBlock(published, outcome)
  assert.deepEqual([verdict, lost], ['unchecked', []])
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { toBytes8, toHash } from '#protocol/codec/hex.ts'
import { keccak256 } from '#protocol/codec/keccak.ts'
import { maxBlocksAhead, maxOverlayBlocks } from '#protocol/flashblock/overlay.ts'
import { type Flashblock, notComputed } from '#protocol/flashblock/flashblock.ts'
import type { Hash } from '#protocol/primitives.ts'
import { filledHash, flashblocksOf, sampleBase } from '#test/fakes/flashblocks.ts'
import { l2Ref } from '#test/fakes/values.ts'
import { noPending, type PendingEffect, type PendingState, shownPrefixes } from './pending-state.ts'
import { followHead, pendingStep } from './pending-step.ts'

/** The last index of each block. */
const lastIndex = 2

/** The hash of block `number` after flashblock `index`. */
const hashOf = (number: number, index: number) => filledHash(16 * number + index)

/** Each flashblock adds one transaction. */
const rawOf = (number: number, index: number) => Uint8Array.of(2, number, index)
const transactionOf = (number: number, index: number) => toHash(keccak256(rawOf(number, index)))

const [sample = assert.fail()] = flashblocksOf([0])

function flashblockOf(
  number: number,
  index: number,
  blockHash = hashOf(number, index),
): Flashblock {
  const base = { ...sampleBase, parentHash: hashOf(number - 1, lastIndex), number: BigInt(number) }
  const diff = { ...sample.diff, blockHash, transactions: [rawOf(number, index)] }
  return { ...sample, index, base: index === 0 ? base : undefined, diff }
}

const headOf = (number: number, hash: Hash = hashOf(number, lastIndex)) => ({
  ...l2Ref(number),
  hash,
})

/**
 * Runs events: `1.0` a flashblock that arrives, `+1.0` the execution client knows this prefix, `=1.0` both, `c1` block 1
 * becomes the canonical head.
 */
function run(text: string, start = followHead(noPending, headOf(0))[0], epoch = 5n) {
  let pending: PendingState = start
  const effects: PendingEffect[] = []
  const take = ([next, ...more]: readonly [PendingState, ...(readonly PendingEffect[])]) => {
    pending = next
    effects.push(...more)
  }
  const arrive = (number: number, index: number) => {
    const arrived = { number: BigInt(number), flashblock: flashblockOf(number, index), epoch }
    take(pendingStep(pending, { kind: 'flashblock-arrived', arrived, atMs: 7 }))
  }
  for (const word of text.split(' ').filter((part) => part !== '')) {
    const [number = 0, index = 0] = word
      .replace(/^[c+=]/u, '')
      .split('.')
      .map(Number)
    if (word.startsWith('c')) take(followHead(pending, headOf(number)))
    else {
      if (!word.startsWith('+')) arrive(number, index)
      if (word.startsWith('+') || word.startsWith('='))
        take(pendingStep(pending, { kind: 'prefix-found', hash: hashOf(number, index) }))
    }
  }
  return { pending, effects, shows: shows(pending) }
}

const shows = (pending: PendingState) =>
  shownPrefixes(pending)
    .map(({ index, number }) => `${number}.${index}`)
    .join(' ')

const outcomes = (effects: readonly PendingEffect[]) =>
  effects.flatMap((effect) => (effect.kind === 'count-flashblock' ? [effect.outcome] : []))

/** Flashblocks of a builder that computes no state roots. */
class Unnamed {
  readonly #blockHash: Hash
  pending = followHead(noPending, headOf(0))[0]
  effects: readonly PendingEffect[] = []

  constructor(blockHash: Hash) {
    this.#blockHash = blockHash
  }

  arrives(number: number, index: number, transactions = [rawOf(number, index)]): string {
    const { diff, ...rest } = flashblockOf(number, index, this.#blockHash)
    const results = { ...diff, stateRoot: notComputed, transactions }
    const flashblock = { ...rest, ...nameOf(number, index), diff: results }
    const arrived = { number: BigInt(number), flashblock, epoch: 0n }
    return this.#take(pendingStep(this.pending, { kind: 'flashblock-arrived', arrived, atMs: 1 }))
  }

  /** The engine has executed a flashblock. */
  found(number: number, index: number): string {
    const flashblock = nameOf(number, index)
    const event = { kind: 'prefix-found', hash: hashOf(number, index), flashblock } as const
    return this.#take(pendingStep(this.pending, event))
  }

  head(number: number): string {
    return this.#take(followHead(this.pending, headOf(number)))
  }

  #take([next, ...effects]: readonly [PendingState, ...(readonly PendingEffect[])]): string {
    this.pending = next
    this.effects = effects
    return shows(next)
  }
}

const nameOf = (number: number, index: number) => {
  const payloadId = toBytes8(Uint8Array.of(3, 0, 0, 0, 0, 0, 0, number))
  return { payloadId, index }
}

const kindsOf = (effects: readonly PendingEffect[]) => effects.map(({ kind }) => kind)

/** What is announced, as `1.0:0`: the prefix, and the position of its first new transaction. */
const announced = (effects: readonly PendingEffect[]) =>
  effects
    .flatMap((effect) => (effect.kind === 'announce-prefixes' ? effect.news : []))
    .map(({ from, prefix }) => `${prefix.number}.${prefix.index}:${from}`)
    .join(' ')

// The rows of the table of reconciliation. Source: base/base, crates/execution/flashblocks
for (const [what, events, outcome, shown] of [
  ['the next index is applied', '=1.0 =1.1', 'applied', '1.1'],
  ['index 0 of the next block is applied on top', '=1.0 =1.1 =1.2 =2.0', 'applied', '1.2 2.0'],
  ['an index with the same content is ignored', '=1.0 =1.1 1.0', 'repeated', '1.1'],
  ['after a gap nothing is pending', '=1.0 1.2', 'cleared-gap', ''],
  ['after a gap index 0 begins again', '=1.0 1.2 =1.0', 'applied', '1.0'],
  ['any other block clears what is pending', '=1.0 3.1', 'cleared-other-block', ''],
  ['index 0 on the canonical head begins', '=1.0', 'applied', '1.0'],
  ['index 0 of a block ahead waits for its parent', '3.0', 'kept-early', ''],
  ['index 0 of a block too far ahead is ignored', `${Number(maxBlocksAhead) + 1}.0`, 'ignored', ''],
  ['a later index without its predecessors is dropped', '1.1', 'ignored', ''],
] as const)
  test(`a flashblock: ${what}`, () => {
    const { effects, shows: got } = run(events)
    assert.equal(outcomes(effects).at(-1), outcome)
    assert.equal(got, shown)
  })

for (const [what, events, shown] of [
  ['a canonical block that catches up leaves nothing', '=1.0 =1.1 =1.2 c1', ''],
  ['a canonical block above all flashblocks leaves nothing', '=1.0 =1.1 c2', ''],
  ['a canonical block keeps the blocks above it', '=1.0 =1.1 =1.2 =2.0 =2.1 c1', '2.1'],
  ['an early index 0 is pending when its parent is canonical', '2.0 c1 +2.0 =2.1', '2.1'],
] as const)
  test(`a canonical head: ${what}`, () => assert.equal(run(events).shows, shown))

test('a canonical head: another block than that of the flashblocks clears them and those above, and is compared', () => {
  const { pending } = run('=1.0 =1.1 =1.2 =2.0')
  const hash = filledHash(0xee)
  const [next, ...effects] = followHead(pending, headOf(1, hash))
  assert.equal(shows(next), '')
  const promised = [0, 1, 2].map((index) => transactionOf(1, index))
  assert.deepEqual(
    effects.filter(({ kind }) => kind === 'compare-block'),
    [{ kind: 'compare-block', block: { number: 1n, hash, promised } }],
  )
  // What still fits begins again: index 0 on the new canonical head.
  const flashblock = flashblockOf(2, 0, filledHash(0xef))
  const base = { ...(flashblock.base ?? assert.fail()), parentHash: hash }
  const arrived = { number: 2n, flashblock: { ...flashblock, base }, epoch: 5n }
  const [again] = pendingStep(next, { kind: 'flashblock-arrived', arrived, atMs: 8 })
  const [found] = pendingStep(again, { kind: 'prefix-found', hash: filledHash(0xef) })
  assert.equal(shows(found), '2.0')
})

test('more blocks than the limit clear what is pending', () => {
  const blocks = Array.from(
    { length: maxOverlayBlocks },
    (_, at) => `=${at + 1}.0 =${at + 1}.1 =${at + 1}.2`,
  )
  const full = run(blocks.join(' '))
  assert.equal(shownPrefixes(full.pending).length, maxOverlayBlocks)
  assert.equal(run(`${maxOverlayBlocks + 1}.0`, full.pending).shows, '')
})

test('only what the execution client knows is pending', () => {
  assert.equal(run('1.0').shows, '')
  assert.equal(run('=1.0 1.1').shows, '1.0')
  // The engine has skipped index 1.
  assert.equal(run('=1.0 1.1 =1.2').shows, '1.2')
  assert.equal(run('=1.0 1.1 1.2 2.0').shows, '1.0')
  assert.equal(run('=1.0 1.1 1.2 =2.0').shows, '1.2 2.0')
  assert.equal(run('=1.0 +9.0').shows, '1.0')
})

test('a prefix has the transactions up to its index', () => {
  const [prefix] = shownPrefixes(run('=1.0 =1.1 1.2').pending)
  assert.deepEqual(prefix?.transactions, [transactionOf(1, 0), transactionOf(1, 1)])
})

test('an applied flashblock is looked for, also one that was early', () => {
  const sought = (effects: readonly PendingEffect[]) =>
    effects.flatMap((effect) => (effect.kind === 'find-prefix' ? [effect.hash] : []))
  assert.deepEqual(sought(run('1.0 1.0 3.0').effects), [hashOf(1, 0)])
  assert.deepEqual(sought(run('2.0 c1').effects), [hashOf(2, 0)])
})

for (const [what, events, want] of [
  [
    'each prefix is announced from its first new transaction',
    '=1.0 =1.1 =1.2',
    '1.0:0 1.1:1 1.2:2',
  ],
  ['a skipped index is announced with the next one', '=1.0 1.1 =1.2', '1.0:0 1.2:1'],
  ['an older index that is found later is not announced', '=1.0 1.1 =1.2 +1.1', '1.0:0 1.2:1'],
  ['a block is announced to its end before the next one', '=1.0 1.1 1.2 =2.0', '1.0:0 1.2:1 2.0:0'],
  [
    'the last flashblocks are announced when the block is canonical',
    '=1.0 1.1 1.2 c1',
    '1.0:0 1.2:1',
  ],
  [
    'the next block is announced from its start',
    '=1.0 =1.1 =1.2 c1 =2.0',
    '1.0:0 1.1:1 1.2:2 2.0:0',
  ],
] as const)
  test(`subscribers: ${what}`, () => assert.equal(announced(run(events).effects), want))

test('subscribers: an index without transactions is announced, although its block is that of the index before', () => {
  const { pending } = run('=1.0 =1.1')
  const { diff } = flashblockOf(1, 2, hashOf(1, 1))
  const flashblock = { ...flashblockOf(1, 2), diff: { ...diff, transactions: [] } }
  const arrived = { number: 1n, flashblock, epoch: 5n }
  const [next, ...effects] = pendingStep(pending, { kind: 'flashblock-arrived', arrived, atMs: 9 })
  assert.equal(announced(effects), '1.2:2')
  assert.equal(shows(next), '1.2')
})

test('flashblocks of an earlier sequencer are refused up to the newest block of its successor', () => {
  const { pending } = run('=1.0', undefined, 6n)
  const old = run('1.1', pending, 5n)
  assert.deepEqual(outcomes(old.effects), ['stale-epoch'])
  assert.equal(old.shows, '1.0')
  // A flashblock that was not authorized has no epoch. Its sender is in the list of allowed peers.
  assert.deepEqual(outcomes(run('1.1', pending, 0n).effects), ['applied'])
  assert.deepEqual(outcomes(run('1.1', pending, 7n).effects), ['applied'])
  assert.deepEqual(outcomes(run('4.0', pending, 5n).effects), ['kept-early'])
})

test('after a takeover, the new builder continues at an index that its predecessor had sent', () => {
  const { pending } = run('=1.0 =1.1 =1.2')
  const flashblock = flashblockOf(1, 1, filledHash(0xee))
  const arrive = (epoch: bigint) => {
    const arrived = { number: 1n, flashblock, epoch }
    return pendingStep(pending, { kind: 'flashblock-arrived', arrived, atMs: 9 })
  }
  // Two flashblocks of one builder for one index: it contradicts itself, so nothing is pending.
  assert.equal(shows(arrive(5n)[0]), '')
  const [taken] = arrive(6n)
  assert.equal(shows(taken), '1.0')
  const found = pendingStep(taken, { kind: 'prefix-found', hash: filledHash(0xee) })
  assert.equal(shows(found[0]), '1.1')
  // The subscribers get the block from its start, since part of what they got is gone.
  assert.equal(announced(found.slice(1) as PendingEffect[]), '1.1:0')
})

for (const [what, blockHash] of [
  ['block hashes', notComputed],
  ['right block hashes', filledHash(0xdd)],
] as const)
  test(`flashblocks without state roots and ${what} are pending as soon as the engine names their hashes`, () => {
    const run = new Unnamed(blockHash)
    assert.equal(run.arrives(1, 0), '')
    // The execution client cannot be asked for a block whose hash is unknown.
    assert.deepEqual(kindsOf(run.effects), ['count-flashblock', 'show-pending'])
    assert.equal(run.found(1, 0), '1.0')
    assert.equal(shownPrefixes(run.pending)[0]?.hash, hashOf(1, 0))
    assert.equal(announced(run.effects), '1.0:0')
    // The engine does not execute an index if a newer one has arrived.
    assert.equal(run.arrives(1, 1), '1.0')
    assert.equal(run.arrives(1, 2), '1.0')
    // The next block waits until the hash of its parent is known, with as many indices as have come.
    for (const index of [0, 1, 2]) {
      assert.equal(run.arrives(2, index), '1.0')
      assert.deepEqual(outcomes(run.effects), ['kept-early'])
    }
    assert.equal(run.found(2, 1), '1.0')
    assert.equal(run.found(1, 2), '1.2 2.1')
    assert.equal(announced(run.effects), '1.2:1 2.1:0')
    assert.equal(run.found(2, 2), '1.2 2.2')
    assert.equal(run.head(1), '2.2')
    assert.equal(run.pending.unnamed.size, 1)
    assert.equal(run.head(2), '')
    assert.equal(run.pending.unnamed.size, 0)
  })

test('a block without hashes that waits for its parent is not asked for when the parent is canonical', () => {
  const run = new Unnamed(notComputed)
  run.arrives(2, 0)
  run.head(1)
  assert.deepEqual(kindsOf(run.effects), ['show-pending'])
  assert.equal(run.found(2, 0), '2.0')
})

test('another flashblock of an index, without hashes, is not taken for the first one', () => {
  const run = new Unnamed(notComputed)
  run.arrives(1, 0)
  run.found(1, 0)
  run.arrives(1, 1)
  run.arrives(1, 1, [Uint8Array.of(2, 99)])
  assert.deepEqual(outcomes(run.effects), ['cleared-other-block'])
  assert.equal(run.found(1, 1), '')
})

test('before the canonical head is known, flashblocks are ignored', () => {
  assert.deepEqual(outcomes(run('1.0', noPending).effects), ['ignored'])
})

test('the executed prefixes of blocks that are no longer pending are forgotten', () => {
  assert.equal(run('=1.0 =1.1 =1.2 =2.0 c1').pending.executed.size, 1)
  assert.equal(run('=1.0 =1.1 =1.2 c1').pending.executed.size, 0)
})

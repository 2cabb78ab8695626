import assert from 'node:assert/strict'
import { test } from 'node:test'
import { maxFlashblocks } from '#protocol/flashblock/assembly.ts'
import { type Flashblock, notComputed } from '#protocol/flashblock/flashblock.ts'
import { maxGossipBytes } from '#protocol/p2p/gossip-data.ts'
import {
  at,
  BuilderRun,
  kinds,
  otherAt0,
  published,
  reasons,
  sentOf,
} from '#test/fakes/builder-run.ts'
import { sampleBase } from '#test/fakes/flashblocks.ts'

const stream = 'ws://proxy:1111'
const other = 'ws://other:1111'

/** A node that follows streams, and what it does about each flashblock. */
class Followed extends BuilderRun {
  constructor() {
    super()
    this.do({ kind: 'head-changed', unsafe: sampleBase.number - 1n })
  }

  take(flashblock: Flashblock, from = stream) {
    return this.do({ kind: 'stream-arrived', stream: from, flashblock })
  }
}

test('flashblocks of a stream are handed to the engine in their order, and shown once they were executed', () => {
  const run = new Followed()
  for (const index of [0, 1, 2]) {
    const [append, ...others] = run.take(at(index))
    assert.ok(append?.kind === 'append' && others.length === 0)
    const { epoch, flashblock, fromStream, peer } = append.received
    assert.deepEqual([epoch, flashblock, fromStream, peer], [0n, at(index), true, stream])
    assert.equal(append.received.proof, undefined)
  }
  assert.deepEqual(published(run.checked(1)), [0, 1])
  assert.deepEqual(published(run.checked(2)), [2])
})

test('several streams with the same flashblocks are one, also when one of them stops', () => {
  const run = new Followed()
  assert.deepEqual(kinds(run.take(at(0))), ['append'])
  assert.deepEqual(run.take(at(0), other), [])
  assert.deepEqual(kinds(run.take(at(1), other)), ['append'])
  assert.deepEqual(run.take(at(1)), [])
})

test('a stream that is joined in the middle of a block is followed from the next block on', () => {
  const run = new Followed()
  assert.deepEqual(reasons(run.take(at(2))), ['index-gap'])
  run.take(at(0))
  assert.deepEqual(reasons(run.take(at(2))), ['index-gap'])
  assert.deepEqual(kinds(run.take(at(1))), ['append'])
})

test('another flashblock of an index is a contradiction, and the first one stays', () => {
  const run = new Followed()
  run.take(at(0))
  assert.deepEqual(reasons(run.take(otherAt0, other)), ['contradiction'])
  assert.deepEqual(kinds(run.take(at(1))), ['append'])
})

test('a stream cannot continue signed flashblocks, nor those of this node', () => {
  const run = new Followed()
  run.arrives(sentOf(0))
  assert.deepEqual(run.take(at(0)), [])
  assert.deepEqual(reasons(run.take(at(1))), ['unsigned'])
  const own = new Followed()
  own.built(0)
  assert.deepEqual(own.take(at(0)), [])
  assert.deepEqual(own.take(at(1)), [])
})

test('a flashblock without a base does not begin a block', () => {
  const run = new Followed()
  assert.deepEqual(reasons(run.take({ ...at(0), base: undefined })), ['index-gap'])
})

test('a block of a stream is at most two blocks above the unsafe head, and above it', () => {
  const { number } = sampleBase
  const base = (change: bigint) => ({ ...at(0), base: { ...sampleBase, number: number + change } })
  assert.deepEqual(kinds(new Followed().take(base(1n))), ['append'])
  for (const change of [-1n, 2n, 2n ** 63n])
    assert.deepEqual(reasons(new Followed().take(base(change))), ['wrong-height'])
  // Before the unsafe head is known, nothing is taken.
  const early = new BuilderRun()
  const effects = early.do({ kind: 'stream-arrived', stream, flashblock: at(0) })
  assert.deepEqual(reasons(effects), ['wrong-height'])
})

test('a block of a stream is at most as large as a block on gossip', () => {
  const run = new Followed()
  const of = (flashblock: Flashblock, bytes: number) => {
    const diff = { ...flashblock.diff, transactions: [new Uint8Array(bytes)] }
    return { ...flashblock, diff }
  }
  assert.deepEqual(kinds(run.take(of(at(0), maxGossipBytes - sampleBase.extraData.length - 1))), [
    'append',
  ])
  assert.deepEqual(reasons(run.take(of(at(1), 2))), ['too-large'])
  assert.deepEqual(kinds(run.take(of(at(1), 1))), ['append'])
})

test('without block hashes, two flashblocks of one index are compared by their results', () => {
  const run = new Followed()
  const unnamed = (flashblock: Flashblock) => ({
    ...flashblock,
    diff: { ...flashblock.diff, blockHash: notComputed },
  })
  run.take(unnamed(at(0)))
  assert.deepEqual(run.take(unnamed(at(0)), other), [])
  const receiptsRoot = at(0).diff.blockHash
  const changed = { ...at(0), diff: { ...at(0).diff, receiptsRoot } }
  assert.deepEqual(reasons(run.take(unnamed(changed), other)), ['contradiction'])
})

test('a block of a stream has at most as many flashblocks as any other', () => {
  const run = new Followed()
  run.take(at(0))
  for (let index = 1; index < maxFlashblocks; index++)
    assert.deepEqual(kinds(run.take({ ...at(1), index })), ['append'])
  assert.deepEqual(reasons(run.take({ ...at(1), index: maxFlashblocks })), ['too-many-indices'])
})

test('what the engine finds invalid is reported, and the right flashblock may follow', () => {
  const run = new Followed()
  run.take(at(0))
  run.take(otherAt0)
  const { blockHash, transactions } = at(0).diff
  assert.ok(transactions.length > 0)
  const refused = { kind: 'refused', reason: 'wrong-block-hash' } as const
  const checked = {
    payloadId: at(0).payloadId,
    index: 0,
    blockHash,
    peer: stream,
    outcome: refused,
  }
  const effects = run.do({ kind: 'checked', checked })
  assert.deepEqual([kinds(effects), reasons(effects)], [['report-refused'], ['invalid']])
  assert.deepEqual(kinds(run.take(otherAt0, other)), ['append'])
})

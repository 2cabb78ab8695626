import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  type Flashblock,
  type FlashblockDiff,
  notComputed,
} from '#protocol/flashblock/flashblock.ts'
import { maxGossipBytes } from '#protocol/p2p/gossip-data.ts'
import { toBytes8 } from '#protocol/codec/hex.ts'
import {
  at,
  BuilderRun,
  kinds,
  newer,
  peer,
  published,
  reasons,
  sentOf,
  signed,
  third,
} from '#test/fakes/builder-run.ts'
import { sampleBase } from '#test/fakes/flashblocks.ts'
import { maxShownIds } from '#services/flashblock-p2p/sending/public-stream.ts'
import { maxForeignBlocks, withForeign } from './foreign-block.ts'

// What a known builder may send that it must not, and what a builder passes on that others have made.

const { number } = sampleBase

const changed = (index: number, diff: Partial<FlashblockDiff>): Flashblock => ({
  ...at(index),
  diff: { ...at(index).diff, ...diff },
})

const sized = (index: number, bytes: number) =>
  sentOf(index, { flashblock: changed(index, { transactions: [new Uint8Array(bytes).fill(2)] }) })

test('a block is at most as large as a block on gossip, with its extra data', () => {
  const run = new BuilderRun()
  const used = sampleBase.extraData.length
  assert.deepEqual(kinds(run.arrives(sized(0, maxGossipBytes - used - 1))), ['append'])
  const effects = run.arrives(sized(1, 2))
  assert.deepEqual(reasons(effects), ['too-large'])
  assert.deepEqual(kinds(effects), ['report-refused', 'acknowledge', 'refuse-peer'])
  assert.deepEqual(kinds(run.arrives(sized(1, 1))), ['append'])
})

test('a flashblock without a state root is refused: its hash does not bind its contents', () => {
  const run = new BuilderRun()
  const sent = sentOf(0, { flashblock: changed(0, { stateRoot: notComputed }) })
  assert.deepEqual(reasons(run.arrives(sent, third)), ['no-state-root'])
  assert.deepEqual(kinds(run.arrives(sentOf(0))), ['append'])
})

test('a flashblock with the hash of another one, and other transactions, is not acknowledged for it', () => {
  const run = new BuilderRun()
  const transactions = at(0).diff.transactions.map((raw) => new Uint8Array(raw.length).fill(3))
  run.appended(run.arrives(sentOf(0, { flashblock: changed(0, { transactions }) }), third))
  assert.deepEqual(run.arrives(sentOf(0)), [])
  run.checked(0, { kind: 'refused', reason: 'wrong-block-hash' })
  assert.deepEqual(kinds(run.appended(run.arrives(sentOf(0)))), ['acknowledge'])
  assert.deepEqual(kinds(run.arrives(sentOf(0))), ['acknowledge'])
})

test('flashblocks of the unsafe head and of lower blocks are refused', () => {
  const run = new BuilderRun()
  run.do({ kind: 'head-changed', unsafe: number })
  assert.deepEqual(reasons(run.arrives(sentOf(0), third)), ['wrong-height'])
  run.do({ kind: 'head-changed', unsafe: number - 1n })
  assert.deepEqual(kinds(run.arrives(sentOf(0))), ['append'])
})

test('if there are too many blocks of other builders, the lowest one is forgotten', () => {
  const run = new BuilderRun()
  run.arrives(sentOf(0))
  const [sample = assert.fail()] = run.state.foreign
  for (let id = 1; id <= maxForeignBlocks; id++) {
    const payloadId = toBytes8(new Uint8Array(8).fill(id))
    run.state = withForeign(run.state, { ...sample, number: number - BigInt(id), payloadId })
  }
  assert.deepEqual(
    run.state.foreign.map((block) => number - block.number),
    [0, 1, 2, 3, 4, 5, 6, 7].map(BigInt),
  )
})

test('after a reorg of L1, blocks of the new chain are kept, and the highest ones before it are forgotten', () => {
  const run = new BuilderRun()
  run.arrives(sentOf(0))
  const [sample = assert.fail()] = run.state.foreign
  for (let id = 1; id < maxForeignBlocks; id++) {
    const payloadId = toBytes8(new Uint8Array(8).fill(id))
    run.state = withForeign(run.state, { ...sample, number: number + BigInt(id), payloadId })
  }
  run.do({ kind: 'head-changed', unsafe: number + 5n })
  run.do({ kind: 'head-changed', unsafe: number - 5n })
  const payloadId = toBytes8(new Uint8Array(8).fill(9))
  run.state = withForeign(run.state, { ...sample, number: number - 4n, payloadId })
  assert.deepEqual(
    run.state.foreign.map((block) => Number(block.number - number)),
    [0, 1, 2, 3, 4, 5, 6, -4],
  )
})

test('what a builder passes on of an earlier leader is acknowledged, but not shown after a new leader has asked', () => {
  const run = new BuilderRun()
  run.arrives(sentOf(0))
  assert.deepEqual(published(run.checked(0)), [0])
  const leader = signed({ builder: newer, epoch: 7n })
  run.do({ kind: 'requested', peer: newer, payloadId: undefined, fromIndex: 0, id: 1, leader })
  assert.deepEqual(kinds(run.arrives(sentOf(1), third)), ['append'])
  const effects = run.checked(1)
  assert.deepEqual([kinds(effects), published(effects)], [['acknowledge'], []])
})

/** A flashblock of index 0 of the same block, which a later leader has begun again. */
function arrivesAgain(run: BuilderRun, id: number) {
  const payloadId = toBytes8(new Uint8Array(8).fill(id))
  const flashblock = { ...at(0), payloadId }
  const authorization = signed({ builder: newer, epoch: 5n + BigInt(id), payloadId })
  run.arrives(sentOf(0, { flashblock, authorization }))
  return payloadId
}

/** The indices that become public when the engine has executed index 0 of a payload id. */
function shownOf(run: BuilderRun, payloadId: ReturnType<typeof arrivesAgain>) {
  const { blockHash } = at(0).diff
  const outcome = { kind: 'executed' } as const
  const checked = { payloadId, index: 0, blockHash, peer, outcome }
  return published(run.do({ kind: 'checked', checked }))
}

test('a block that was built again at the same height is shown once, and the abandoned one never again', () => {
  const run = new BuilderRun()
  run.arrives(sentOf(0))
  assert.deepEqual(published(run.checked(0)), [0])
  const again = arrivesAgain(run, 1)
  assert.deepEqual(shownOf(run, again), [0])
  assert.deepEqual(shownOf(run, at(0).payloadId), [])
  assert.deepEqual(shownOf(run, again), [])
})

test(`at most ${maxShownIds} payload ids of one height are shown`, () => {
  const run = new BuilderRun()
  for (let id = 1; id <= maxShownIds; id++)
    assert.deepEqual(shownOf(run, arrivesAgain(run, id)), [0])
  assert.deepEqual(shownOf(run, arrivesAgain(run, maxShownIds + 1)), [])
})

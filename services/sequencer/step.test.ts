import assert from 'node:assert/strict'
import { test } from 'node:test'
import { block, payloadOf, SequencerSteps } from '#test/fakes/sequencer-steps.ts'
import { fillWaitMs } from './step.ts'
import { waitOf } from './waits.ts'

// Times are milliseconds after the time of block 100. The block time is 2 s. Source of the rules: sequencing of
// op-node.

test('a block is started at the time of its parent, sealed 50 ms before its own time, and published before it is inserted', () => {
  const steps = new SequencerSteps({ atMs: -20 }).chain(block(100))
  assert.deepEqual(steps.kinds(), ['wake 0'])
  assert.deepEqual(steps.at(0).kinds(), ['prepare'])
  assert.deepEqual(steps.started(block(100)).kinds(), ['wake 1950'])
  assert.deepEqual(steps.at(1_950).kinds(), ['seal'])
  const payload = payloadOf(block(101))
  assert.deepEqual(steps.outcome({ outcome: 'sealed', payload }).kinds(), ['commit'])
  assert.deepEqual(steps.outcome({ outcome: 'committed' }).kinds(), ['publish', 'insert'])
  const chain = steps.chainOf(block(101))
  steps.outcome({ outcome: 'inserted', block: block(101), chain })
  assert.deepEqual(steps.kinds(), ['wake 2000'])
  assert.deepEqual(steps.at(2_000).kinds(), ['prepare'])
})

test('after a late head, the next blocks are built without a pause until their timestamps reach the clock', () => {
  const steps = new SequencerSteps({ atMs: 5_600 }).chain(block(100))
  assert.deepEqual(steps.kinds(), ['prepare'])
  assert.deepEqual(steps.started(block(100)).kinds(), ['seal'])
  steps.outcome({ outcome: 'sealed', payload: payloadOf(block(101)) })
  steps.outcome({ outcome: 'committed' })
  steps.outcome({ outcome: 'inserted', block: block(101), chain: steps.chainOf(block(101)) })
  assert.deepEqual(steps.kinds(), ['commit', 'publish', 'insert', 'prepare'])
})

test('an inserted block is the head even if the state of the chain could not be read, and a late older state is ignored', () => {
  const steps = new SequencerSteps().chain(block(100))
  const late = steps.chainOf(block(100))
  const newest = steps.chainOf(block(101))
  steps.sealedOn(block(100), block(101)).outcome({ outcome: 'committed' })
  steps.outcome({ outcome: 'inserted', block: block(101), chain: newest })
  steps.send({ kind: 'chain-changed', chain: late })
  assert.equal(steps.state.chain?.unsafe.hash, block(101).hash)

  const blind = new SequencerSteps().chain(block(100)).sealedOn(block(100), block(101))
  blind.outcome({ outcome: 'committed' })
  blind.outcome({ outcome: 'inserted', block: block(101), chain: undefined })
  assert.equal(blind.state.chain?.unsafe.hash, block(101).hash)
})

test('nothing is built before the engine has published heads, while the execution client syncs, or while stopped', () => {
  assert.deepEqual(new SequencerSteps().at(10).kinds(), [])
  assert.deepEqual(new SequencerSteps().chain(block(100), { sync: 'el-syncing' }).kinds(), [])
  assert.deepEqual(new SequencerSteps({ isActive: false }).chain(block(100)).kinds(), [])
})

test('with a maximum safe lag, no block is built until the safe head follows', () => {
  const steps = new SequencerSteps({ maxSafeLag: 10n }).chain(block(100), { safe: block(90) })
  assert.deepEqual(steps.kinds(), [])
  assert.match(waitOf(steps.state)?.what ?? '', /safe head, which is 10 blocks below/)
  assert.deepEqual(steps.chain(block(100), { safe: block(91) }).kinds(), ['prepare'])
})

for (const [what, moved, changes] of [
  ['another block at the tip', block(101, 1), {}],
  ['a head that moved back', block(99), {}],
  ['a new generation with the same head', block(100), { generation: 2n }],
] as const)
  test(`${what} ends the work on a block in each phase before the block is sealed, and a late outcome of this work has no effect`, () => {
    for (const phase of ['preparing', 'building', 'sealing'] as const) {
      const steps = new SequencerSteps().chain(block(100))
      const workId = steps.state.workId
      if (phase !== 'preparing') steps.started(block(100))
      if (phase === 'sealing') steps.at(1_950)
      assert.equal(steps.state.work.kind, phase)
      steps.take()
      steps.chain(moved, changes)
      // At most the next block is prepared, on the new head.
      const after = steps.state.work
      if (after.kind === 'preparing') assert.equal(after.place.parent, moved)
      else assert.equal(after.kind, 'idle')
      const { work } = steps.state
      steps.send({ kind: 'worked', workId, outcome: 'sealed', payload: payloadOf(block(101)) })
      assert.deepEqual([steps.state.work, steps.state.sealed], [work, undefined])
    }
  })

test('a new safe head does not disturb the block that is being built', () => {
  const steps = new SequencerSteps().chain(block(100)).started(block(100))
  steps.take()
  assert.deepEqual(steps.chain(block(100), { safe: block(95) }).kinds(), [])
  assert.equal(steps.state.work.kind, 'building')
})

test('a block that op-conductor did not store is not published, and the same block is committed again after a second', () => {
  const steps = new SequencerSteps({ hasConductor: true }).chain(block(100))
  steps.sealedOn(block(100), block(101)).take()
  assert.deepEqual(steps.fails('conductor').kinds(), ['wake 2950'])
  assert.deepEqual(steps.at(2_949).kinds(), [])
  const [commit] = steps.at(2_950).take()
  assert.ok(commit?.kind === 'commit')
  assert.equal(commit.payload.blockHash, block(101).hash)
})

test('after a temporary failure to insert, the same block is inserted again, and no other block is built', () => {
  const steps = new SequencerSteps().chain(block(100)).sealedOn(block(100), block(101))
  steps.outcome({ outcome: 'committed' }).take()
  assert.deepEqual(steps.fails('insert').kinds(), ['wake 2950'])
  const [insert] = steps.at(2_950).take()
  assert.ok(insert?.kind === 'insert')
  assert.equal(insert.payload.blockHash, block(101).hash)
})

test('a block that may already be published is inserted again in a new generation, if its parent is still the unsafe head', () => {
  const steps = new SequencerSteps().chain(block(100)).sealedOn(block(100), block(101))
  steps.outcome({ outcome: 'committed' }).outcome({ outcome: 'stale', why: 'generation 2' })
  steps.take()
  const [insert] = steps.chain(block(100), { generation: 2n }).take()
  assert.ok(insert?.kind === 'insert')
  assert.deepEqual([insert.payload.blockHash, insert.generation], [block(101).hash, 2n])
})

test('a block that may already be published is dropped when another block is at its height, and the next block is built on that other block', () => {
  const steps = new SequencerSteps().chain(block(100)).sealedOn(block(100), block(101))
  steps.outcome({ outcome: 'committed' }).outcome({ outcome: 'stale', why: 'another head' })
  steps.take()
  steps.chain(block(101, 1))
  assert.equal(steps.state.sealed, undefined)
  assert.deepEqual(steps.kinds(), ['wake 2000'])
})

test('a block that the execution client refuses is dropped, and another block is built after one block time', () => {
  const steps = new SequencerSteps().chain(block(100)).sealedOn(block(100), block(101))
  steps.outcome({ outcome: 'committed' }).take()
  assert.deepEqual(steps.fails('invalid-block', 'block').kinds(), ['wake 3950'])
  assert.equal(steps.state.sealed, undefined)
  assert.deepEqual(steps.at(3_950).kinds(), ['prepare'])
})

test('a block that was committed before a crash is published and inserted at the start, or forgotten if it is the head already', () => {
  const sealed = payloadOf(block(101))
  const steps = new SequencerSteps({ sealed }).chain(block(100))
  assert.deepEqual(steps.kinds(), ['publish', 'insert'])
  const stopped = new SequencerSteps({ sealed, isActive: false }).chain(block(100))
  assert.deepEqual([stopped.kinds(), stopped.state.sealed?.payload], [[], sealed])
  const inserted = new SequencerSteps({ sealed }).chain(block(101))
  assert.deepEqual([inserted.state.sealed, inserted.kinds()], [undefined, ['wake 2000']])
  const other = new SequencerSteps({ sealed }).chain(block(101, 1))
  assert.equal(other.state.sealed, undefined)
})

for (const [trouble, retry, at] of [
  ['engine', 'soon', 1_000],
  ['l1-origin', 'soon', 1_000],
  ['attributes', 'block', 2_000],
] as const)
  test(`after the failure ${trouble}, a block is prepared again after ${at} ms`, () => {
    const steps = new SequencerSteps().chain(block(100))
    steps.take()
    assert.deepEqual(steps.fails(trouble, retry).kinds(), [`wake ${at}`])
    assert.deepEqual(steps.at(at - 1).kinds(), [])
    assert.deepEqual(steps.at(at).kinds(), ['prepare'])
  })

test('a block that does not match its attributes is dropped without a commit', () => {
  const steps = new SequencerSteps().chain(block(100)).started(block(100)).at(1_950)
  steps.take()
  assert.deepEqual(steps.fails('bad-payload', 'block').kinds(), ['wake 3950'])
  assert.equal(steps.state.sealed, undefined)
})

test('a pause ends when the head moves, and does not grow when the clock is set back', () => {
  const moved = new SequencerSteps({ atMs: 2_500 }).chain(block(100)).fails('engine')
  moved.take()
  assert.deepEqual(moved.chain(block(101, 1)).kinds(), ['prepare'])
  const back = new SequencerSteps({ atMs: 2_500 }).chain(block(100)).fails('engine')
  back.take()
  back.at(-3_600_000)
  assert.equal(back.state.pause?.untilMs, 1_700_000_000_000 - 3_600_000 + 1_000)
})

test('an L1 origin that is not canonical leads to one reset, and a block is built one block time after the new generation', () => {
  const steps = new SequencerSteps({ atMs: 2_500 }).chain(block(100))
  steps.take()
  assert.deepEqual(steps.outcome({ outcome: 'reset-needed', why: 'orphaned' }).kinds(), [
    'reset-engine',
  ])
  steps.outcome({ outcome: 'reset-asked' })
  assert.deepEqual(steps.chain(block(100)).at(2_600).kinds(), [])
  assert.match(waitOf(steps.state)?.what ?? '', /find other heads/)
  assert.deepEqual(steps.chain(block(98), { generation: 2n }).kinds(), ['wake 4600'])
  assert.deepEqual(steps.at(4_600).kinds(), ['prepare'])
})

test('the status shows what fails and since when; the wait ends with the next block', () => {
  const steps = new SequencerSteps().chain(block(100)).fails('l1-origin').at(1_000).fails('engine')
  const wait = waitOf(steps.state)
  assert.deepEqual(
    [wait?.what, wait?.why, wait?.startedMs, wait?.on],
    ['the engine to start the next block', 'engine fails', 0, 'engine'],
  )
  steps.at(2_000).sealedOn(block(100), block(101)).outcome({ outcome: 'committed' })
  steps.outcome({ outcome: 'inserted', block: block(101), chain: steps.chainOf(block(101)) })
  assert.equal(waitOf(steps.state), undefined)
})

test('a stopped sequencer waits for nothing', () => {
  assert.equal(waitOf(new SequencerSteps({ isActive: false }).chain(block(100)).state), undefined)
})

test('after a bad block, a block without transactions of users is built on the same head; blocks on the next head may have such transactions', () => {
  const steps = new SequencerSteps({ atMs: 2_500 }).chain(block(100)).started(block(100))
  steps.take()
  steps.fails('bad-payload', 'block')
  const again = steps
    .at(4_500)
    .take()
    .find(({ kind }) => kind === 'prepare')
  assert.ok(again?.kind === 'prepare')
  assert.deepEqual(again.attempts, { count: 1, isEmpty: true })
  const [prepare] = steps.chain(block(101, 1)).take()
  assert.ok(prepare?.kind === 'prepare')
  assert.deepEqual(prepare.attempts, { count: 0, isEmpty: false })
})

test('after a failed seal, the block is built again with transactions of users; after a second failed seal, it is built without them', () => {
  const steps = new SequencerSteps({ atMs: 2_500 }).chain(block(100)).started(block(100))
  steps.fails('seal').at(3_500)
  assert.deepEqual(steps.state.attempts, { count: 1, isEmpty: false })
  steps.started(block(100)).fails('seal')
  assert.deepEqual(steps.state.attempts, { count: 2, isEmpty: true })
})

test('if the unsafe head is the block that is being inserted, the insertion ends, even if its answer is lost', () => {
  const steps = new SequencerSteps().chain(block(100)).sealedOn(block(100), block(101))
  steps.outcome({ outcome: 'committed' }).take()
  assert.deepEqual(steps.chain(block(101)).kinds(), ['wake 2000'])
  assert.deepEqual([steps.state.sealed, steps.state.work.kind], [undefined, 'idle'])
})

test('a late answer to an insertion does not hide a newer state of the chain', () => {
  const steps = new SequencerSteps().chain(block(100)).sealedOn(block(100), block(101))
  steps.outcome({ outcome: 'committed' })
  steps.chain(block(98), { generation: 2n })
  steps.outcome({ outcome: 'inserted', block: block(101), chain: undefined })
  assert.equal(steps.state.chain?.unsafe.hash, block(98).hash)
})

test('one unsafe head leads to one reset at most; after that, a block on this head is tried again each second', () => {
  const steps = new SequencerSteps({ atMs: 2_500 }).chain(block(100))
  steps.outcome({ outcome: 'reset-needed', why: 'orphaned' })
  steps.chain(block(100), { generation: 2n }).at(4_500).take()
  assert.deepEqual(steps.outcome({ outcome: 'reset-needed', why: 'orphaned' }).kinds(), [
    'wake 5500',
  ])
  assert.match(waitOf(steps.state)?.what ?? '', /L1 origin of the next block/)
})

test('if work is stale, the status shows a wait, which ends with the next head', () => {
  const steps = new SequencerSteps({ atMs: 2_500 }).chain(block(100))
  steps.outcome({ outcome: 'stale', why: 'generation 9' })
  assert.match(waitOf(steps.state)?.what ?? '', /newest heads of the engine/)
  steps.chain(block(101, 1))
  assert.equal(waitOf(steps.state), undefined)
})

test('if the execution client lost blocks below a published block, the sequencer waits half a minute for the lost blocks from peers', () => {
  const sealed = payloadOf(block(105))
  const steps = new SequencerSteps({ atMs: 12_000, sealed }).chain(block(102))
  assert.deepEqual(steps.kinds(), [])
  assert.match(waitOf(steps.state)?.what ?? '', /block 104, which this sequencer published before/)
  const filled = new SequencerSteps({ atMs: 12_000, sealed }).chain(block(102)).chain(block(104))
  assert.deepEqual(filled.kinds(), ['publish', 'insert'])
  assert.deepEqual(steps.at(12_000 + fillWaitMs - 1).kinds(), [])
  assert.deepEqual(steps.at(12_000 + fillWaitMs).kinds(), ['prepare'])
})

test('the signer is checked before the first block; with a wrong signer nothing is built, and the wait names the reason', () => {
  const steps = new SequencerSteps({ trustsSigner: false }).chain(block(100))
  assert.deepEqual(steps.kinds(), ['check-signer'])
  assert.deepEqual(steps.fails('signer').kinds(), ['wake 1000'])
  assert.equal(waitOf(steps.state)?.why, 'signer fails')
  assert.deepEqual(steps.at(1_000).kinds(), ['check-signer'])
  assert.deepEqual(steps.outcome({ outcome: 'signer-checked' }).kinds(), ['prepare'])
  assert.equal(waitOf(steps.state), undefined)
})

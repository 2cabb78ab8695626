import assert from 'node:assert/strict'
import { test } from 'node:test'
import { block, payloadOf, SequencerSteps } from '#test/fakes/sequencer-steps.ts'
import type { Effect } from '#services/sequencer/state.ts'
import { fillWaitMs } from '#services/sequencer/step.ts'
import { madeOn, maxMade, withMade } from './made-blocks.ts'

// An execution client may lose its newest blocks in a crash. The engine then begins a new generation with a lower head.

/** A sequencer that made the blocks 101 and 102. */
function afterTwoBlocks(options: ConstructorParameters<typeof SequencerSteps>[0] = {}) {
  const steps = new SequencerSteps(options).chain(block(100))
  make(steps, 101)
  make(steps, 102)
  steps.take()
  return steps
}

function make(steps: SequencerSteps, number: number): void {
  const child = block(number)
  steps.at(2_000 * (number - 101)).sealedOn(block(number - 1), child)
  steps.outcome({ outcome: 'committed' })
  steps.outcome({ outcome: 'inserted', block: child, chain: steps.chainOf(child) })
}

function preparing(effects: readonly Effect[]): Extract<Effect, { kind: 'prepare' }> {
  const effect = effects.find(({ kind }) => kind === 'prepare')
  assert.ok(effect?.kind === 'prepare')
  return effect
}

test('lost blocks are inserted again, the lowest first, without another commit', () => {
  const steps = afterTwoBlocks({ hasConductor: false })
  const first = preparing(steps.chain(block(100), { generation: 2n }).take())
  assert.equal(first.before?.payload.blockHash, block(101).hash)
  if (first.before === undefined) return
  const insertion = steps.outcome({ outcome: 'made-before', sealed: first.before }).take()
  assert.deepEqual(
    insertion.map(({ kind }) => kind),
    ['publish', 'insert'],
  )
  const chain = steps.chainOf(block(101))
  const second = preparing(steps.outcome({ outcome: 'inserted', block: block(101), chain }).take())
  assert.equal(second.before?.payload.blockHash, block(102).hash)
})

test('a published block that is not inserted yet is inserted after the lost blocks below it', () => {
  const steps = afterTwoBlocks()
  steps.at(4_000).sealedOn(block(102), block(103)).outcome({ outcome: 'committed' })
  steps.outcome({ outcome: 'stale', why: 'generation 2' }).take()
  const { before } = preparing(steps.chain(block(101), { generation: 2n }).take())
  assert.equal(before?.payload.blockHash, block(102).hash)
  if (before === undefined) return
  steps.outcome({ outcome: 'made-before', sealed: before }).take()
  const chain = steps.chainOf(block(102))
  steps.outcome({ outcome: 'inserted', block: block(102), chain })
  assert.equal(preparing(steps.take()).before?.payload.blockHash, block(103).hash)
})

test('an invalid block is not made again', () => {
  const steps = new SequencerSteps().chain(block(100)).sealedOn(block(100), block(101))
  steps.outcome({ outcome: 'committed' })
  steps.fails('invalid-block', 'block').take()
  assert.equal(preparing(steps.at(5_000).take()).before, undefined)
})

test('a block whose commit was not answered is committed again; a start drops this block, since it is not in the log of op-conductor', () => {
  const uncommitted = () => {
    const steps = new SequencerSteps({ hasConductor: true }).chain(block(100))
    steps.sealedOn(block(100), block(101)).fails('conductor').take()
    return steps
  }
  const lost = uncommitted().chain(block(99), { generation: 2n })
  lost.take()
  const { before } = preparing(lost.chain(block(100), { generation: 3n }).take())
  assert.equal(before?.isCommitted, false)
  if (before === undefined) return
  assert.deepEqual(lost.outcome({ outcome: 'made-before', sealed: before }).kinds(), ['commit'])

  const stopped = uncommitted().control({ kind: 'stop' })
  const request = { kind: 'start', head: block(100).hash } as const
  stopped.control(request).take()
  stopped.send({ kind: 'leader-checked', call: 1, request, isLeader: true, problem: undefined })
  assert.equal(preparing(stopped.take()).before, undefined)
})

test('lost blocks of other sequencers come from peers; the sequencer waits half a minute for them, unless derivation replaced them', () => {
  const steps = new SequencerSteps({ atMs: 12_000 }).chain(block(105))
  steps.take()
  const lost = preparing(steps.chain(block(103), { generation: 2n }).take())
  assert.equal(lost.lost?.hash, block(105).hash)
  steps.fails('stale').take()
  const later = preparing(steps.at(12_000 + fillWaitMs).take())
  assert.equal(later.lost, undefined)

  const derived = new SequencerSteps({ atMs: 12_000 }).chain(block(105))
  derived.take()
  const next = preparing(derived.chain(block(103, 1), { outcome: 'replaced', sequence: 4n }).take())
  assert.equal(next.lost, undefined)
})

test('only blocks that this process made, or saw as the head since its start, count as lost', () => {
  const steps = afterTwoBlocks().control({ kind: 'stop' })
  steps.chain(block(104)).chain(block(102), { generation: 2n })
  steps.control({ kind: 'start', head: block(102).hash })
  const { before, lost } = preparing(steps.at(9_000).take())
  assert.deepEqual([before, lost], [undefined, undefined])
})

test('the number of remembered blocks is limited', () => {
  const sealed = (number: number) => {
    return { payload: payloadOf(block(number)), isCommitted: true, isPublished: true }
  }
  const numbers = Array.from({ length: maxMade.blocks + 1 }, (_, at) => 101 + at)
  const made = numbers.reduce<ReturnType<typeof withMade>>(
    (before, number) => withMade(before, sealed(number)),
    [],
  )
  assert.equal(made.length, maxMade.blocks)
  assert.equal(madeOn(made, block(100).hash), undefined)
  assert.equal(madeOn(made, block(101).hash)?.payload.number, 102n)
  const large = (number: number) => {
    const { payload, ...others } = sealed(number)
    const transactions = [new Uint8Array(maxMade.bytes / 2)]
    return { ...others, payload: { ...payload, transactions } }
  }
  assert.equal(withMade(withMade([], large(101)), large(102)).length, 1)
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ApplyAttributesRequest } from '#messages/apply-attributes.ts'
import { Fault } from '#runtime/fault.ts'
import {
  type Effect,
  type Event,
  initialState,
  type Job,
  type State,
} from '#services/engine/state.ts'
import { step } from '#services/engine/step.ts'
import { waitOf } from '#services/engine/waits.ts'
import {
  atRest,
  block,
  execute,
  executed,
  insert,
  inserted,
  payloadAt,
  payloadIdOf,
  seal,
  sealed,
  start,
  started,
} from '#test/fakes/building-steps.ts'
import { blockId, chainAt, hash, l1Ref } from '#test/fakes/values.ts'
import type { BuildingCall, BuildingDone } from './building.ts'
import { maxBuildingCalls, maxInsertedBlocks } from './building-calls.ts'

/** The engine in the given state, but with another unsafe head. */
function withHead(state: State, number: number): State {
  return { ...state, chain: { ...(state.chain ?? assert.fail()), unsafe: block(number) } }
}

/** An engine that runs a forkchoice, so that calls wait. */
const atWork = atRest({ running: { kind: 'forkchoice' } })

/** Gives events to a state; returns the last state, and what the last event led to. */
function give(state: State, ...events: readonly Event[]) {
  let next = state
  let effects: readonly Effect[] = []
  for (const event of events) [next, ...effects] = step(next, event)
  const jobs = effects.flatMap((effect) => (effect.kind === 'run' ? [effect.job.kind] : []))
  const answers = effects.flatMap((effect) =>
    'name' in effect && effect.kind === 'answer' ? [[effect.call, effect.response] as const] : [],
  )
  const refused = effects.flatMap((effect) =>
    effect.kind === 'refuse' ? [[effect.call, effect.fault.message] as const] : [],
  )
  return { next, effects, jobs, answers, refused, answer: answers[0]?.[1] }
}

const called = (call: BuildingCall): Event => ({ kind: 'building-called', called: call })
const done = (outcome: BuildingDone): Event => ({
  kind: 'building-done',
  done: outcome,
  nowMs: 0,
})
const waitingOf = ({ building }: State) => building.waiting.map(({ call }) => call)

/** An engine whose running job carries out a call. */
function running(call: BuildingCall, state = atRest()): State {
  return { ...state, running: { kind: 'building', called: call, received: [] } }
}

/** The engine after jobs for calls succeeded. */
function after(...outcomes: readonly BuildingDone[]): State {
  return outcomes.reduce(
    (state, outcome) => give(running(outcome, state), done(outcome)).next,
    atRest(),
  )
}

type Changes = Parameters<typeof start>[1]

/**
 * Functions that make a call for a child of the unsafe head. `changes` may name another parent or another generation.
 */
const makes = {
  'start-building': (changes: Changes) => start(21, changes),
  seal: (changes: Changes) => seal(21, changes),
  execute: (changes: Changes) => execute(21, changes),
  insert: (changes: Changes) => insert(21, changes),
} as const

const fork = { ...block(20), hash: hash(1_020) }
const resetting = atRest({ resetDue: 'operator', paused: ['start'] })
const otherGeneration = 'the engine is in generation 7'
const otherHead = `the unsafe head is 20 (${hash(20)})`

for (const kind of ['start-building', 'seal', 'execute', 'insert'] as const) {
  for (const [what, state, changes, reason] of [
    ['before the first generation', initialState, {}, 'the engine has no chain yet'],
    ['while a reset is due', resetting, {}, 'the engine resets'],
    ['during EL sync', atRest({ isElSyncing: true }), {}, 'the execution client syncs'],
    ['of an earlier generation', atRest(), { generation: 6n }, otherGeneration],
    ['of a later generation', atRest(), { generation: 8n }, otherGeneration],
    ['on an earlier block', atRest(), { parent: block(19) }, otherHead],
    ['on a sibling of the unsafe head', atRest(), { parent: fork }, otherHead],
  ] as const)
    test(`the call ${kind} ${what} is stale`, () => {
      const { answers, jobs, next } = give(state, called(makes[kind](changes)))
      assert.deepEqual(answers, [[21, { kind: 'stale', reason }]])
      assert.deepEqual([jobs, waitingOf(next)], [[], []])
    })

  test(`the call ${kind} on the unsafe head runs, and is not answered before its job ends`, () => {
    const { answers, effects, jobs, next } = give(atRest(), called(makes[kind]({})))
    assert.deepEqual([answers, jobs, waitingOf(next)], [[], ['building'], []])
    assert.equal(effects[0]?.kind === 'run' && effects[0].heads?.unsafe.hash, hash(20))
  })

  test(`the call ${kind} that fails is refused with the fault, without a pause or a retry`, () => {
    const call = makes[kind]({})
    const job: Job = { kind: 'building', called: call, received: [] }
    const waiting = give(running(call), called(seal(5))).next
    const fault = new Fault('engine-unreachable', { detail: 'no' })
    const failed = give(waiting, { kind: 'job-failed', job, fault, atMs: 5 })
    assert.deepEqual(failed.refused, [[21, 'engine-unreachable: no']])
    assert.deepEqual(
      failed.effects.map((effect) => effect.kind),
      ['refuse', 'run'],
    )
    assert.deepEqual([failed.jobs, failed.answers], [['building'], []])
    assert.deepEqual([failed.next.failures, failed.next.paused], [{}, []])
  })

  test(`if the call ${kind} fails with a fault of severity reset, a generation starts`, () => {
    const call = makes[kind]({})
    const job: Job = { kind: 'building', called: call, received: [] }
    const waiting = give(running(call), called(start(5))).next
    const fault = new Fault('engine-forkchoice')
    const failed = give(waiting, { kind: 'job-failed', job, fault, atMs: 5 })
    assert.deepEqual(failed.refused, [[21, 'engine-forkchoice']])
    assert.deepEqual(failed.answers, [[5, { kind: 'stale', reason: 'the engine resets' }]])
    assert.deepEqual(failed.jobs, ['start'])
    assert.deepEqual([failed.next.resetDue, failed.next.resetSinceMs], ['execution-client', 5])
  })
}

test('the calls of the sequencer run before all jobs but a start, in the order of their arrival', () => {
  const order: (string | number)[] = []
  let state: State = { ...atWork, target: blockId(6), isForkchoiceDue: true }
  const pass = (event: Event) => {
    const { effects, next } = give(state, event)
    state = next
    for (const effect of effects)
      if (effect.kind === 'run')
        order.push(effect.job.kind === 'building' ? effect.job.called.call : effect.job.kind)
  }
  pass({ kind: 'payload-received', payload: payloadAt(21) })
  const request: ApplyAttributesRequest = {
    generation: 7n,
    sequence: 1n,
    parent: block(10),
    attributes: {} as ApplyAttributesRequest['attributes'],
    derivedFrom: l1Ref(9),
    concludesBatch: true,
  }
  pass({ kind: 'apply-called', request, call: 9 })
  pass(called(start(1)))
  pass(called(seal(2)))
  assert.deepEqual(order, [])
  pass({ kind: 'forkchoice-updated' })
  pass(done(started(1)))
  pass(done(sealed(2)))
  pass({
    kind: 'inserted',
    payload: payloadAt(21),
    inserted: { kind: 'inserted', block: block(21) },
  })
  assert.deepEqual(order, [1, 2, 'insert', 'apply'])
})

test(`at most ${maxBuildingCalls} calls wait; another call is refused, unless it can be answered at once`, () => {
  const calls = Array.from({ length: maxBuildingCalls }, (_, at) => start(at + 1))
  const full = give(atWork, ...calls.map(called))
  assert.deepEqual(waitingOf(full.next), [1, 2, 3, 4])
  assert.deepEqual([full.answers, full.refused], [[], []])
  const more = give(full.next, called(start(9)))
  assert.deepEqual(more.refused, [
    [9, 'busy: 4 calls of the sequencer already wait for the execution client'],
  ])
  assert.deepEqual(waitingOf(more.next), [1, 2, 3, 4])
  assert.equal(give(full.next, called(start(9, { generation: 6n }))).answer?.kind, 'stale')
  const { next } = give(more.next, { kind: 'forkchoice-updated' })
  assert.deepEqual(waitingOf(give(next, called(start(9))).next), [2, 3, 4, 9])
})

const request = { generation: 7n, reason: 'l1-reorg' } as const
const resetCalled: Event = { kind: 'reset-called', request, call: 99 }
const fault = new Fault('engine-forkchoice')
const jobFailed: Event = { kind: 'job-failed', job: { kind: 'forkchoice' }, fault, atMs: 0 }

for (const [what, event] of [
  ['a call', resetCalled],
  ['a failed job', jobFailed],
] as const)
  test(`if a reset becomes due by ${what}, the waiting calls are stale at once`, () => {
    const { answers, next } = give(atWork, ...[start(1), seal(2), insert(21)].map(called), event)
    const response = { kind: 'stale', reason: 'the engine resets' }
    assert.deepEqual(
      answers,
      [1, 2, 21].map((call) => [call, response]),
    )
    assert.deepEqual(waitingOf(next), [])
  })

test('if a reset becomes due during the job of a call, the call is stale, but a block that the job inserted is the unsafe head', () => {
  for (const outcome of [started(1), sealed(1), executed(21), inserted(21)]) {
    const due = give(running(outcome), resetCalled).next
    const { answer, jobs, next } = give(due, done(outcome))
    const isInsert = outcome.kind === 'insert'
    assert.equal(answer?.kind, isInsert ? 'inserted' : 'stale')
    assert.equal(next.chain?.unsafe.number, isInsert ? 21n : 20n)
    assert.deepEqual(jobs, ['start'])
  }
})

test('a new generation forgets what was built, sealed and inserted', () => {
  const before = after(started(1), sealed(1))
  assert.equal(give(before, called(start(1))).answer?.kind, 'started')
  const heads = { unsafe: block(20), safe: block(10), finalized: block(5) }
  const { start: from } = chainAt({ generation: 1n, version: 1n })
  const { next } = give(before, {
    kind: 'start-found',
    cause: 'operator',
    found: { heads, start: from, isAtGenesis: false },
    nowMs: 9,
    previous: undefined,
  })
  const generation = next.chain?.generation
  assert.equal(generation, 9n)
  for (const call of [start(1, { generation }), seal(1, { generation })])
    assert.deepEqual(give(next, called(call)).jobs, ['building'])
})

test('if the unsafe head moves on, the waiting calls are checked again by the hash of their parent', () => {
  const payload = payloadAt(21)
  const busy = atRest({ running: { kind: 'insert', payload } })
  const { answers, jobs, next } = give(
    busy,
    ...[start(1), seal(2), insert(21), insert(22, { parent: block(20) })].map(called),
    { kind: 'inserted', payload, inserted: { kind: 'inserted', block: block(21) } },
  )
  const stale = { kind: 'stale', reason: `the unsafe head is 21 (${hash(21)})` }
  assert.deepEqual(answers, [
    [1, stale],
    [2, stale],
    [21, { kind: 'inserted', block: block(21) }],
    [22, stale],
  ])
  assert.deepEqual([jobs, waitingOf(next)], [[], []])
})

test('a started build is answered with its payload id, and its forkchoice counts as sent', () => {
  const due = running(start(1), atRest({ isForkchoiceDue: true }))
  const { answers, jobs, next } = give(due, done(started(1)))
  assert.deepEqual(answers, [[1, { kind: 'started', payloadId: payloadIdOf(1) }]])
  assert.deepEqual([jobs, next.isForkchoiceDue, next.isForkchoiceFresh], [[], false, true])
  assert.deepEqual(next.chain, atRest().chain)
})

test('invalid attributes are answered with the reason; the forkchoice is still due', () => {
  const due = running(start(1), atRest({ isForkchoiceDue: true }))
  const response = { kind: 'invalid', reason: 'no' } as const
  const { answers, jobs, next } = give(due, done({ ...start(1), response }))
  assert.deepEqual(answers, [[1, response]])
  assert.deepEqual([jobs, next.isForkchoiceFresh], [['forkchoice'], false])
  assert.deepEqual(give(atRest(next), called(start(1))).answers, [])
})

test('equal attributes get the payload id of the last build without a job; other attributes are built', () => {
  const first = give(after(started(1)), called(start(1)))
  assert.deepEqual(first.answers, [[1, { kind: 'started', payloadId: payloadIdOf(1) }]])
  assert.deepEqual(first.jobs, [])
  assert.deepEqual(give(after(started(1)), called(start(2))).jobs, ['building'])
  assert.deepEqual(give(after(started(1), started(2)), called(start(1))).jobs, ['building'])
  assert.deepEqual(give(after(started(1), sealed(1)), called(start(1))).jobs, [])
})

test('another attempt starts another build, whose block is fetched even if its payload id is the same', () => {
  const state = after(started(1), sealed(1))
  const again = start(1, { attempt: 1n })
  assert.deepEqual(give(state, called(again)).jobs, ['building'])
  const outcome = { ...again, response: { kind: 'started', payloadId: payloadIdOf(1) } } as const
  const { next } = give(running(again, state), done(outcome))
  assert.deepEqual(give(next, called(seal(1))).jobs, ['building'])
  assert.equal(give(next, called(again)).answer?.kind, 'started')
})

test('the verdict on a block changes no head, and a repeat of the call gets a new verdict', () => {
  const state = after(started(1), sealed(1))
  for (const response of [{ kind: 'valid' }, { kind: 'invalid', reason: 'no' }] as const) {
    const { answers, jobs, next } = give(
      running(execute(21), state),
      done({ ...execute(21), response }),
    )
    assert.deepEqual([answers, jobs], [[[21, response]], []])
    assert.deepEqual([next.chain, next.building], [state.chain, state.building])
    assert.deepEqual(give(next, called(execute(21))).jobs, ['building'])
  }
})

test('a call that repeats a call in progress gets the same answer, and no job', () => {
  for (const [call, outcome] of [
    [start(1), started(1)],
    [seal(1), sealed(1)],
    [insert(21), inserted(21)],
  ] as const) {
    const repeat = { ...call, call: 77 }
    const { answers, jobs } = give(running(call), called(repeat), done(outcome))
    assert.deepEqual(answers, [
      [call.call, outcome.response],
      [77, outcome.response],
    ])
    assert.deepEqual(jobs, [])
  }
})

test('a sealed block is answered again; another payload id or timestamp is fetched', () => {
  const state = after(started(1), sealed(1))
  const { answers, jobs } = give(state, called(seal(1)))
  assert.deepEqual(answers, [[1, { kind: 'sealed', payload: payloadAt(21) }]])
  assert.deepEqual([jobs, state.chain], [[], atRest().chain])
  for (const other of [seal(2), seal(1, { timestamp: 1n })])
    assert.deepEqual(give(state, called(other)).jobs, ['building'])
  // The timestamp equals the timestamp of the request, but the parent is another block.
  const payload = { ...payloadAt(21), parentHash: hash(1_020) }
  const onOther = { ...state.building, sealed: { payloadId: payloadIdOf(1), payload } }
  assert.deepEqual(give({ ...state, building: onOther }, called(seal(1))).jobs, ['building'])
})

test('if the execution client forgot a build, equal attributes start another build', () => {
  const unknown = { ...seal(1), response: { kind: 'unknown-payload' } } as const
  const state = after(started(1), unknown)
  assert.deepEqual(give(state, called(start(1))).jobs, ['building'])
  const other = after(started(2), unknown)
  assert.equal(give(other, called(start(2))).answer?.kind, 'started')
  assert.deepEqual(give(running(seal(1)), done(unknown)).answer, { kind: 'unknown-payload' })
})

test('an inserted block is the unsafe head, which is written before the answer', () => {
  const queued = give(atWork, { kind: 'payload-received', payload: payloadAt(21) }).next
  const due = { ...queued, isBridgeDue: true, isForkchoiceDue: true }
  const { answers, effects, jobs, next } = give(running(insert(21), due), done(inserted(21)))
  assert.deepEqual(
    effects.map(({ kind }) => kind),
    ['write-chain', 'answer'],
  )
  assert.deepEqual(answers, [[21, { kind: 'inserted', block: block(21) }]])
  const chain = atRest().chain ?? assert.fail()
  const expected = { ...chain, version: 5n, unsafe: block(21) }
  assert.deepEqual([next.chain, effects[0]], [expected, { kind: 'write-chain', chain: expected }])
  assert.deepEqual([jobs, next.isBridgeDue, next.isForkchoiceFresh], [[], false, true])
  assert.deepEqual(next.payloads.payloads, [])
})

test(`the last ${maxInsertedBlocks} inserted blocks are answered again; an earlier block is stale`, () => {
  const numbers = Array.from({ length: maxInsertedBlocks }, (_, at) => 21 + at)
  const last = 20 + maxInsertedBlocks
  // Afterwards a block of another sequencer became the unsafe head.
  const full = withHead(after(...numbers.map(inserted)), 50)
  for (const number of [21, last])
    assert.deepEqual(give(full, called(insert(number))).answer, {
      kind: 'inserted',
      block: block(number),
    })
  const over = withHead(after(...[...numbers, last + 1].map(inserted)), 50)
  assert.equal(give(over, called(insert(21))).answer?.kind, 'stale')
  assert.equal(give(over, called(insert(22))).answer?.kind, 'inserted')
})

test('if derivation removed an inserted block from the chain, the block can be inserted again', () => {
  const removed = withHead(after(inserted(21)), 20)
  assert.deepEqual(give(removed, called(insert(21))).jobs, ['building'])
})

test('if the sealed block is invalid, equal attributes start another build', () => {
  const response = { kind: 'invalid', reason: 'no' } as const
  const refused = { ...insert(21), response }
  const { answers, next } = give(running(refused, after(started(1), sealed(1))), done(refused))
  assert.deepEqual(answers, [[21, response]])
  assert.deepEqual(next.chain, atRest().chain)
  for (const call of [start(1), seal(1)])
    assert.deepEqual(give(next, called(call)).jobs, ['building'])
  const other = { ...insert(22, { parent: block(20) }), response }
  const kept = after(started(1), sealed(1), other)
  for (const call of [start(1), seal(1)]) assert.deepEqual(give(kept, called(call)).jobs, [])
})

test('while only calls of the sequencer wait, the status shows no wait', () => {
  const { next } = give(running(start(1)), called(seal(2)), called(insert(21)))
  assert.deepEqual([waitingOf(next), waitOf(next)], [[2, 21], undefined])
})

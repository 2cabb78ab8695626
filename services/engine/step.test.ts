import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ApplyAttributesRequest } from '#messages/apply-attributes.ts'
import type { Payload } from '#protocol/block/payload.ts'
import type { L2BlockRef } from '#protocol/block/refs.ts'
import type { Bytes32 } from '#protocol/primitives.ts'
import { Fault } from '#runtime/fault.ts'
import { chainAt, hash, l1Ref, l2Ref } from '#test/fakes/values.ts'
import type { Applied } from './apply/apply-attributes.ts'
import { nextJob } from './jobs/due-jobs.ts'
import { failureBackoff, stuckPauseMs } from './jobs/failure.ts'
import { type Effect, type Event, initialState, type Job, type State } from './state.ts'
import { safeLabelPauseMs, step } from './step.ts'
import { waitOf } from './waits.ts'

const digest = hash(99) as string as Bytes32
const call = 1

/** A block whose hash is made from its number, and whose parent is the block below. */
function block(number: number, fork = 0): L2BlockRef {
  return { ...l2Ref(number), hash: hash(number + 1_000 * fork), parentHash: hash(number - 1) }
}

/**
 * An engine without a running or due job. Its heads: unsafe 20, pending safe 12, safe 10, finalized 5. It has
 * generation 7 and sequence 3.
 */
function atRest(changes: Partial<State> = {}): State {
  const chain = {
    ...chainAt({ generation: 7n, version: 4n }),
    sequence: 3n,
    unsafe: block(20),
    pendingSafe: block(12),
    localSafe: block(10),
    safe: block(10),
    finalized: block(5),
  }
  return { ...initialState, chain, ...changes }
}

function requestOf(changes: Partial<ApplyAttributesRequest> = {}): ApplyAttributesRequest {
  return {
    generation: 7n,
    sequence: 4n,
    parent: block(12),
    attributes: {} as ApplyAttributesRequest['attributes'],
    derivedFrom: l1Ref(9),
    concludesBatch: true,
    ...changes,
  }
}

/** Calls the engine with attributes. Returns the answer, the next state, and the jobs that start. */
function applyCalled(state: State, request: ApplyAttributesRequest) {
  const [next, ...effects] = step(state, { kind: 'apply-called', request, call })
  return { answer: answerOf(effects), next, jobs: jobsOf(effects) }
}

/** The response of the only answer, which must belong to `call`. */
function answerOf(effects: readonly Effect[]): unknown {
  const [answer, ...more] = effects.filter((effect) => effect.kind === 'answer')
  assert.deepEqual([answer?.call, more], [call, []])
  return answer?.response
}

function jobsOf(effects: readonly Effect[]): readonly Job['kind'][] {
  return effects.flatMap((effect) => (effect.kind === 'run' ? [effect.job.kind] : []))
}

function kindsOf(effects: readonly Effect[]): readonly string[] {
  return effects.map(({ kind }) => kind)
}

function applied(state: State, applied: Applied, changes: Partial<ApplyAttributesRequest> = {}) {
  const request = requestOf(changes)
  const running = { kind: 'apply', request } as const
  const [next, ...effects] = step(
    { ...state, running },
    { kind: 'applied', request, applied, digest },
  )
  const { chain } = next
  return { next, effects, chain: chain ?? assert.fail() }
}

function failed(
  state: State,
  job: Job,
  code: 'engine-refused' | 'deposits-refused' | 'engine-forkchoice',
) {
  const fault = new Fault(code)
  return step({ ...state, running: job }, { kind: 'job-failed', job, fault, atMs: 0 })
}

for (const [what, state, changes, answer, jobs] of [
  ['before the first generation', initialState, {}, { kind: 'refused', generation: 0n }, []],
  ['of an older generation', atRest(), { generation: 6n }, { kind: 'refused', generation: 7n }, []],
  ['of a newer generation', atRest(), { generation: 8n }, { kind: 'refused', generation: 7n }, []],
  ['that took effect last', atRest(), { sequence: 3n }, { kind: 'accepted' }, []],
  ['that took effect long ago', atRest(), { sequence: 1n }, { kind: 'accepted' }, []],
  ['that are next', atRest(), {}, { kind: 'accepted' }, ['apply']],
  ['on the safe head', atRest(), { parent: block(10) }, { kind: 'accepted' }, ['apply']],
  ['on another block', atRest(), { parent: block(11) }, { kind: 'accepted' }, ['start']],
  ['that jump ahead', atRest(), { sequence: 5n }, { kind: 'accepted' }, ['start']],
  [
    'while a reset is due',
    atRest({ resetDue: 'operator', paused: ['start'] }),
    {},
    { kind: 'accepted' },
    [],
  ],
  [
    'that are being applied',
    atRest({ running: { kind: 'apply', request: requestOf() } }),
    {},
    { kind: 'accepted' },
    [],
  ],
] as const) {
  test(`attributes ${what} are ${answer.kind}; jobs that start: ${jobs.join() || 'none'}`, () => {
    const called = applyCalled(state, requestOf(changes))
    assert.deepEqual(called.answer, answer)
    assert.deepEqual(called.jobs, jobs)
  })
}

for (const [what, state, generation, jobs] of [
  ['of the current generation', atRest(), 7n, ['start']],
  ['of a later generation', atRest(), 8n, ['start']],
  ['of an earlier generation', atRest(), 6n, []],
  ['while a reset is due', atRest({ resetDue: 'started', paused: ['start'] }), 7n, []],
  ['before the first generation', initialState, 0n, ['start']],
] as const) {
  test(`jobs that start at a reset request ${what}: ${jobs.join() || 'none'}`, () => {
    const request = { generation, reason: 'l1-reorg' } as const
    const [, ...effects] = step(state, { kind: 'reset-called', request, call })
    assert.deepEqual(answerOf(effects), { generation: state.chain?.generation ?? 0n })
    assert.deepEqual(jobsOf(effects), jobs)
  })
}

test('the number of a generation is the time in ms, or the number of the last generation plus one, whichever is higher', () => {
  const start = chainAt({ generation: 1n, version: 1n }).start
  const heads = { unsafe: block(20), safe: block(8), finalized: block(5) }
  const found = { heads, start, isAtGenesis: false }
  const generationAt = (state: State, nowMs: number, generation: bigint) => {
    const previous = chainAt({ generation, version: 1n })
    const event = { kind: 'start-found', cause: 'started', found, nowMs, previous } as const
    const [next, ...effects] = step({ ...state, resetDue: 'started' }, event)
    assert.deepEqual(kindsOf(effects), ['write-chain', 'report-generation', 'read-payloads'])
    return next.chain
  }
  assert.equal(generationAt(initialState, 500, 0n)?.generation, 500n)
  assert.equal(generationAt(initialState, 500, 500n)?.generation, 501n)
  assert.equal(generationAt(atRest(), 3, 5n)?.generation, 8n)
  const chain = generationAt(atRest(), 3, 9n)
  assert.deepEqual(
    [chain?.generation, chain?.version, chain?.sequence, chain?.outcome, chain?.attributesDigest],
    [10n, 1n, 0n, 'started', undefined],
  )
  assert.deepEqual(
    [chain?.pendingSafe, chain?.safe, chain?.unsafe],
    [block(8), block(8), block(20)],
  )
})

for (const [before, cause, expected] of [
  ['el-synced', 'started', 'el-synced'],
  ['el-synced', 'execution-client', 'el-synced'],
  ['el-synced', 'sequence', 'el-synced'],
  ['el-synced', 'l1-reorg', 'el-synced'],
  ['el-synced', 'history', 'ready'],
  // The engine was killed after it had ended the sync in the execution client.
  ['el-syncing', 'started', 'el-synced'],
  ['ready', 'started', 'ready'],
] as const) {
  test(`if sync was ${before} before a reset (${cause}), it is ${expected} until attributes are applied`, () => {
    const { start } = chainAt({ generation: 1n, version: 1n })
    const heads = { unsafe: block(20), safe: block(8), finalized: block(5) }
    const syncOf = (sequence: bigint, { isAtGenesis = false } = {}) => {
      const found = { heads, start, isAtGenesis }
      const previous = { generation: 3n, sequence, sync: before }
      const [next] = step(initialState, { kind: 'start-found', cause, found, nowMs: 0, previous })
      return next.chain?.sync
    }
    assert.equal(syncOf(0n), expected)
    assert.equal(syncOf(0n, { isAtGenesis: true }), before === 'el-syncing' ? 'ready' : expected)
    assert.equal(syncOf(1n), 'ready')
  })
}

test('a consolidated block is safe, and the forkchoice follows after a pause', () => {
  const { chain, effects, next } = applied(atRest(), { kind: 'consolidated', block: block(13) })
  assert.deepEqual([chain.unsafe, chain.pendingSafe, chain.safe], [block(20), block(13), block(13)])
  assert.deepEqual([chain.version, chain.sequence, chain.outcome], [5n, 4n, 'consolidated'])
  assert.equal(chain.attributesDigest, digest)
  assert.deepEqual(kindsOf(effects), ['write-chain', 'report-applied', 'pause'])
  assert.deepEqual(effects[2], { kind: 'pause', job: 'forkchoice', forMs: safeLabelPauseMs })
  const [, ...later] = step(next, { kind: 'pause-over', job: 'forkchoice' })
  assert.deepEqual(jobsOf(later), ['forkchoice'])
})

test('a block in the middle of a span becomes pending safe, but not safe', () => {
  const { chain } = applied(
    atRest(),
    { kind: 'built', block: block(13) },
    { concludesBatch: false },
  )
  assert.deepEqual(
    [chain.unsafe, chain.pendingSafe, chain.localSafe, chain.safe],
    [block(13), block(13), block(10), block(10)],
  )
})

test('a dropped span restores the unsafe chain that it had replaced', () => {
  const first = applied(atRest(), { kind: 'built', block: block(13, 1) }, { concludesBatch: false })
  assert.deepEqual(first.next.backupUnsafe, block(20))
  const second = applied(
    first.next,
    { kind: 'built', block: block(14, 1) },
    { concludesBatch: false },
  )
  assert.deepEqual(second.next.backupUnsafe, block(20))
  const dropped = applied(second.next, { kind: 'dropped', unsafe: block(20), reason: 'no' })
  const { pendingSafe, safe, unsafe } = dropped.chain
  assert.deepEqual([unsafe, pendingSafe, safe], [block(20), block(10), block(10)])
  assert.equal(dropped.next.backupUnsafe, undefined)
})

test('when the unsafe head becomes safe, the backup of the unsafe head is dropped', () => {
  const { next } = applied(atRest(), { kind: 'replaced', block: block(13, 1) })
  assert.equal(next.backupUnsafe, undefined)
  assert.deepEqual(next.chain?.safe, block(13, 1))
})

for (const [number, jobs] of [
  [5, []],
  [6, ['finalize']],
  [10, ['finalize']],
  [11, []],
] as const) {
  test(`jobs that start when block ${number} is to be finalized, with finalized head 5 and safe head 10: ${jobs.join() || 'none'}`, () => {
    const targets = {
      finalized: { number: BigInt(number), hash: hash(number) },
      currentL1: undefined,
      generation: 0n,
      version: 0n,
    }
    const [, ...effects] = step(atRest(), { kind: 'targets-seen', targets })
    assert.deepEqual(jobsOf(effects), jobs)
  })
}

test('one job runs at a time, the most urgent first', () => {
  const payload = {
    ...block(21),
    number: 21n,
    blockHash: hash(21),
    transactions: [],
  } as unknown as Payload
  const done: string[] = []
  let state = atRest({ running: { kind: 'forkchoice' }, target: block(6), isForkchoiceDue: true })
  const give = (event: Event) => {
    const [next, ...effects] = step(state, event)
    state = next
    done.push(...jobsOf(effects))
  }
  give({ kind: 'apply-called', request: requestOf(), call })
  give({ kind: 'payload-received', payload })
  assert.deepEqual(done, [])
  give({ kind: 'forkchoice-updated' })
  give({ kind: 'inserted', payload, inserted: { kind: 'inserted', block: block(21) } })
  const applied = { kind: 'consolidated', block: block(13) } as const
  give({ kind: 'applied', request: requestOf(), applied, digest })
  give({ kind: 'finalized', target: block(6), block: block(6) })
  assert.deepEqual(done, ['insert', 'apply', 'finalize'])
})

test('checks of flashblocks and attributes take turns, so that checks that are always due do not stop the safe head', () => {
  const received = [{}] as unknown as State['received']
  const first = { received, applyDue: requestOf() }
  assert.equal(nextJob(atRest(first))?.kind, 'check-flashblocks')
  assert.equal(nextJob(atRest({ ...first, lastDone: 'check-flashblocks' }))?.kind, 'apply')
  assert.equal(nextJob(atRest({ ...first, lastDone: 'apply' }))?.kind, 'check-flashblocks')
  const job = { kind: 'check-flashblocks', received } as const
  const [checked] = step(atRest({ ...first, running: job }), {
    kind: 'flashblocks-checked',
    received: [],
    checked: [],
  })
  assert.equal(checked.running?.kind, 'apply')
})

test('pauses grow, and are longest for failures that need an operator', () => {
  const job = { kind: 'apply', request: requestOf() } as const
  const pausesOf = (code: 'engine-refused' | 'deposits-refused' | 'engine-forkchoice') => {
    const pauses: number[] = []
    let state = atRest()
    for (let times = 0; times < 9; times++) {
      const [next, ...effects] = failed({ ...state, resetDue: undefined, paused: [] }, job, code)
      state = next
      for (const effect of effects) if (effect.kind === 'pause') pauses.push(effect.forMs)
    }
    return pauses
  }
  const grown = [1, 2, 4, 8, 16, 32, 64].map((times) => times * failureBackoff.firstMs)
  assert.deepEqual(pausesOf('engine-refused'), [
    ...grown,
    failureBackoff.longestMs,
    failureBackoff.longestMs,
  ])
  const [first, second, ...rest] = pausesOf('deposits-refused')
  assert.deepEqual([first, second, new Set(rest)], [100, 200, new Set([stuckPauseMs])])
})

test('the wait for a new start began with the failure that caused the new start, and not with an older failure', () => {
  const insert = { kind: 'insert', payload: { number: 21n } as unknown as Payload } as const
  const forkchoice = { kind: 'forkchoice' } as const
  const start = {
    kind: 'start',
    cause: 'execution-client',
    safe: undefined,
    isElSyncing: false,
  } as const
  const failAt = (atMs: number, state: State, job: Job) => {
    const fault = new Fault(job.kind === 'forkchoice' ? 'engine-forkchoice' : 'engine-refused')
    return step({ ...state, running: job }, { kind: 'job-failed', job, fault, atMs })[0]
  }
  const old = failAt(1_000, atRest(), insert)
  assert.equal(failAt(2_000, old, insert).failures.insert?.sinceMs, 1_000)
  assert.equal(failAt(302_000, old, insert).failures.insert?.sinceMs, 302_000)
  const starting = failAt(600_000, failAt(500_000, old, forkchoice), start)
  assert.equal(waitOf(starting)?.startedMs, 500_000)
  const [healed] = step({ ...starting, running: forkchoice }, { kind: 'forkchoice-updated' })
  assert.equal(healed.resetSinceMs, undefined)
  // If another job that is due failed before the job that causes the reset, the wait began with the earlier failure.
  const request = requestOf()
  const applying = failAt(500_000, atRest({ applyDue: request }), { kind: 'apply', request })
  const restarting = failAt(506_000, failAt(504_000, applying, forkchoice), start)
  assert.equal(waitOf(restarting)?.startedMs, 500_000)
})

test('a failure of severity reset starts a generation; the next success of the job clears the failure', () => {
  const job = { kind: 'forkchoice' } as const
  const [next, ...effects] = failed(atRest({ applyDue: requestOf() }), job, 'engine-forkchoice')
  assert.equal(next.applyDue, undefined)
  assert.deepEqual(jobsOf(effects), ['start'])
  assert.equal(next.failures.forkchoice?.times, 1)
  const [healed] = step({ ...next, running: job }, { kind: 'forkchoice-updated' })
  assert.equal(healed.failures.forkchoice, undefined)
})

test('a heartbeat repeats the forkchoice, unless one was sent since the last heartbeat', () => {
  const [first, ...effects] = step(atRest(), { kind: 'heartbeat' })
  assert.deepEqual(jobsOf(effects), ['forkchoice'])
  const [updated] = step(first, { kind: 'forkchoice-updated' })
  const [quiet, ...none] = step(updated, { kind: 'heartbeat' })
  assert.deepEqual(jobsOf(none), [])
  const [, ...again] = step(quiet, { kind: 'heartbeat' })
  assert.deepEqual(jobsOf(again), ['forkchoice'])
})

test('during EL sync, no attributes are applied, and only the highest payload is kept', () => {
  const chain = atRest().chain ?? assert.fail()
  const syncing = atRest({ chain: { ...chain, sync: 'el-syncing' }, isElSyncing: true })
  const called = applyCalled(syncing, requestOf())
  assert.deepEqual([called.answer, called.jobs], [{ kind: 'accepted' }, []])
  const payloadAt = (number: number) =>
    ({ number: BigInt(number), blockHash: hash(number), transactions: [] }) as unknown as Payload
  const [first, ...begun] = step(syncing, { kind: 'payload-received', payload: payloadAt(50) })
  assert.deepEqual(jobsOf(begun), ['el-sync'])
  const [second] = step(first, { kind: 'payload-received', payload: payloadAt(49) })
  const [third] = step(second, { kind: 'payload-received', payload: payloadAt(51) })
  assert.deepEqual(
    third.payloads.payloads.map(({ number }) => number),
    [51n],
  )
})

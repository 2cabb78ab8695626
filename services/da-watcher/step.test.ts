import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { FetchL1BlockRequest } from '#messages/fetch-l1-block.ts'
import type { L1BlockRef } from '#protocol/block/refs.ts'
import type { Address } from '#protocol/primitives.ts'
import { Fault } from '#runtime/fault.ts'
import { memoryHash, MemoryL1 } from '#test/fakes/memory-l1.ts'
import { rollupConfig } from '#test/fakes/rollup-config.ts'
import { stalledMs } from './heads/adopt-head.ts'
import { maxRecentHeads } from './heads/reorg.ts'
import type { Finality, HeadAnswer } from './ports.ts'
import { type BlockCall, type Effect, type Event, initialState, type State } from './state.ts'
import { step } from './step.ts'
import { failureOf } from './waits.ts'

/** A head from a text such as `7b`: its number and its branch. Branch `b` has the blocks of branch `a` up to `fork`. */
function ref(text: string, fork = 0): L1BlockRef {
  const number = BigInt(text.slice(0, -1))
  const branch = text.slice(-1)
  const parentBranch = number - 1n <= BigInt(fork) ? 'a' : branch
  return {
    number,
    hash: memoryHash(number, branch),
    parentHash: memoryHash(number - 1n, parentBranch),
    timestamp: 12n * number,
  }
}

const pollMs = 2_000
const finalityPollMs = 12 * pollMs

function start({ endpoints = 1 } = {}): State {
  return initialState({ config: rollupConfig({}), pollMs, finalityPollMs, endpoints })
}

function runFrom(first: State, ...events: readonly Event[]): readonly [State, Effect[]] {
  const all: Effect[] = []
  let state = first
  for (const event of events) {
    const [next, ...effects] = step(state, event)
    state = next
    all.push(...effects)
  }
  return [state, all]
}

const run = (...events: readonly Event[]) => runFrom(start(), ...events)

const tick = (nowMs = 0): Event => ({ kind: 'tick', nowMs })
const noFinality: Finality = { safe: undefined, finalized: undefined }
const answer = (head: L1BlockRef, endpoint = 'a', finality = noFinality): HeadAnswer => {
  return { endpoint, head: { ref: head, mayUpdateSigner: true }, finality }
}
const answered = (answers: readonly HeadAnswer[], nowMs = 0): Event => {
  return { kind: 'heads-read', answers, failure: undefined, nowMs }
}
/** A poll and its answer. */
const read = (head: L1BlockRef, nowMs = 0): readonly Event[] => [
  tick(nowMs),
  answered([answer(head)], nowMs),
]
const announced = (head: L1BlockRef, nowMs = 0): Event => {
  return { kind: 'head-announced', head: { ref: head, mayUpdateSigner: true }, nowMs }
}
const kinds = (effects: readonly Effect[]) => effects.map(({ kind }) => kind)
const depths = (effects: readonly Effect[]) =>
  effects.flatMap((effect) => (effect.kind === 'report-reorg' ? [Number(effect.depth)] : []))
const queries = (effects: readonly Effect[]) =>
  effects.flatMap((effect) => (effect.kind === 'read-heads' ? [effect.query] : []))
const written = (effects: readonly Effect[]) =>
  effects.flatMap((effect) => (effect.kind === 'write-heads' ? [effect.heads.head] : []))

test('heads are read by one query at a time; if a head is announced meanwhile, it is adopted after the query', () => {
  assert.deepEqual(kinds(run(tick(), tick())[1]), ['read-heads'])
  const [, effects] = run(
    tick(),
    announced(ref('1a')),
    announced(ref('2a')),
    answered([answer(ref('1a'))]),
  )
  assert.deepEqual(kinds(effects), ['read-heads', 'write-heads', 'read-signer', 'write-heads'])
  assert.deepEqual(written(effects), [ref('1a'), ref('2a')])
})

test('the safe and the finalized head are read in their own period, and together with the first head', () => {
  const polls = [0, pollMs, finalityPollMs - 1, finalityPollMs].flatMap((nowMs) =>
    read(ref('1a'), nowMs),
  )
  const finality = queries(run(...polls)[1]).map(({ withFinality }) => withFinality)
  assert.deepEqual(finality, [true, false, false, true])
})

test('if a query fails, it does not count as a query of the safe and the finalized head', () => {
  const failure = { reason: 'no endpoint is left' }
  const failed: Event = { kind: 'heads-read', answers: [], failure, nowMs: 0 }
  const [, effects] = run(tick(), failed, tick(pollMs))
  assert.deepEqual(
    queries(effects).map(({ withFinality }) => withFinality),
    [true, true],
  )
})

test('while heads are announced, the head is not polled, but the safe and the finalized head are', () => {
  const [state] = run(...read(ref('1a')), announced(ref('2a'), 100))
  assert.deepEqual(queries(runFrom(state, tick(pollMs))[1]), [])
  assert.equal(queries(runFrom(state, tick(finalityPollMs))[1]).length, 1)
  const [read2] = runFrom(
    state,
    tick(finalityPollMs),
    answered([answer(ref('2a'))], finalityPollMs),
  )
  assert.deepEqual(queries(runFrom(read2, tick(30_099))[1]), [])
  assert.equal(queries(runFrom(read2, tick(30_100))[1]).length, 1)
})

test('with several endpoints, all are queried every 12 s, and the highest head is adopted', () => {
  const [state, effects] = runFrom(start({ endpoints: 2 }), ...read(ref('1a')), tick(12_000))
  assert.deepEqual(
    queries(effects).map(({ everyEndpoint, known }) => [everyEndpoint, known]),
    [
      [false, 0n],
      [true, 1n],
    ],
  )
  const answers = [answer(ref('2a'), 'a'), answer(ref('2a'), 'a'), answer(ref('6a'), 'b')]
  const [next, more] = runFrom(state, answered(answers, 12_000))
  assert.deepEqual(written(more), [ref('6a')])
  assert.deepEqual(
    more.filter(({ kind }) => kind.endsWith('lag')),
    [
      { kind: 'note-lag', endpoint: 'a', blocks: 4n },
      { kind: 'report-lag', endpoint: 'a', blocks: 4n },
      { kind: 'note-lag', endpoint: 'b', blocks: 0n },
    ],
  )
  const [, again] = runFrom(next, tick(24_000), answered(answers, 24_000))
  assert.ok(!kinds(again).includes('report-lag'))
})

test('if every endpoint is behind the known head, the highest of their heads is adopted', () => {
  const [state] = runFrom(start({ endpoints: 2 }), ...read(ref('9a')), tick(pollMs))
  const answers = [answer(ref('6a'), 'a'), answer(ref('7a'), 'b')]
  const [, effects] = runFrom(state, answered(answers, pollMs))
  assert.deepEqual(written(effects), [ref('7a')])
})

test('a head above the last head is not a reorg', () => {
  const heads = ['1a', '2a', '5a', '6a'].flatMap((text) => read(ref(text)))
  assert.deepEqual(depths(run(...heads)[1]), [])
})

test('the depth of a reorg is the number of replaced blocks', () => {
  const grown = ['5a', '6a', '7a', '8a'].flatMap((text) => read(ref(text)))
  assert.deepEqual(depths(run(...grown, ...read(ref('8b', 7)))[1]), [1])
  assert.deepEqual(depths(run(...grown, ...read(ref('7b', 6)))[1]), [2])
  assert.deepEqual(depths(run(...grown, ...read(ref('9b', 8)))[1]), [])
  assert.deepEqual(depths(run(...grown, ...read(ref('6a')))[1]), [2])
  // The fork is below all known heads, so the depth is counted from the lowest known head.
  assert.deepEqual(depths(run(...grown, ...read(ref('9b', 2)))[1]), [3])
})

test('the number of remembered heads is bounded', () => {
  const heads = Array.from({ length: maxRecentHeads + 5 }, (_, at) => read(ref(`${at + 1}a`)))
  const [{ recent }] = run(...heads.flat())
  assert.equal(recent.length, maxRecentHeads)
  assert.equal(recent.at(-1)?.number, BigInt(maxRecentHeads + 5))
})

test('if the head does not move, this is reported after 120 s, and not earlier', () => {
  const reports = (nowMs: number) =>
    run(...read(ref('1a')), ...read(ref('1a'), nowMs))[1].filter(
      (effect) => effect.kind === 'report-failure',
    )
  assert.deepEqual(reports(stalledMs - 1), [])
  assert.match(reports(stalledMs)[0]?.failure.reason ?? '', /no endpoint has a block after 1/)
})

const signer = (text: string) => `0x${text.repeat(20)}` as Address

test('the signer is read at each head, and published if it changed', () => {
  const signed = (at: string, by: string): Event => {
    return { kind: 'signer-read', at: ref(at), signer: signer(by) }
  }
  const [, effects] = run(
    ...read(ref('1a')),
    ...read(ref('2a')),
    signed('1a', '51'),
    ...read(ref('2a')),
    signed('2a', '51'),
    ...read(ref('2a')),
    ...read(ref('3a')),
    signed('3a', '52'),
  )
  const reads = effects.flatMap((effect) => (effect.kind === 'read-signer' ? [effect.at] : []))
  assert.deepEqual(reads, [ref('1a'), ref('2a'), ref('3a')])
  const published = effects.flatMap((effect) =>
    effect.kind === 'write-system-config' ? [effect.update.unsafeBlockSigner] : [],
  )
  assert.deepEqual(published, [signer('51'), signer('52')])
})

test('the signer is not read again at the next block if that block cannot update it', () => {
  const at = (text: string): readonly Event[] => [
    tick(),
    answered([{ ...answer(ref(text)), head: { ref: ref(text), mayUpdateSigner: false } }]),
  ]
  const [state, effects] = run(
    ...at('1a'),
    { kind: 'signer-read', at: ref('1a'), signer: signer('51') },
    ...at('2a'),
    ...at('3a'),
    ...at('5a'),
  )
  const reads = effects.flatMap((effect) => (effect.kind === 'read-signer' ? [effect.at] : []))
  assert.deepEqual(reads, [ref('1a'), ref('5a')])
  assert.deepEqual(state.signer?.at, ref('3a'))
})

test('a failure is reported with its fault and reason, and the query is repeated at the next tick', () => {
  const fault = new Fault('l1-unavailable')
  const failure = { fault, reason: 'no endpoint is left', next: 'in 7 s' }
  const [, effects] = run(
    tick(),
    { kind: 'heads-read', answers: [], failure, nowMs: 0 },
    tick(pollMs),
  )
  assert.deepEqual(kinds(effects), ['read-heads', 'report-failure', 'read-heads'])
  assert.deepEqual(effects[1], { kind: 'report-failure', topic: 'heads', failure })
  assert.deepEqual(run({ kind: 'signer-failed', failure, nowMs: 0 })[1], [
    { kind: 'report-failure', topic: 'signer', failure },
  ])
})

const { chain } = new MemoryL1().grow(0, 20)
const batcherAddress = signer('ba')

function requested(number: number, parentHash?: L1BlockRef['hash']): BlockCall {
  const block = { kind: 'number', number: BigInt(number) } as const
  const request: FetchL1BlockRequest = { block, parentHash, batcherAddress }
  return { call: number, request, requestedAtMs: 0 }
}

/** A request, and the fetched block. */
function fetched(number: number): readonly Event[] {
  const call = requested(number)
  const lookup = { kind: 'cache-first', canonical: undefined } as const
  return [
    { kind: 'block-requested', ...call },
    { kind: 'block-fetched', ...call, lookup, block: chain[number], nowMs: 0 },
  ]
}

const canonicalOf = (effects: readonly Effect[]) =>
  effects.flatMap((effect) =>
    effect.kind === 'fetch-block' && effect.lookup.kind === 'cache-first'
      ? [effect.lookup.canonical]
      : [],
  )

test('a block that was fetched by its number counts as canonical until a possible reorg of L1; a final block always counts as canonical', () => {
  const finality = { safe: undefined, finalized: ref('4a') }
  const [state] = run(
    tick(),
    answered([answer(ref('9a'), 'a', finality)]),
    ...fetched(3),
    ...fetched(8),
  )
  const ask = ([first]: readonly Event[]) => (first === undefined ? [] : [first])
  const again = [...ask(fetched(3)), ...ask(fetched(8))]
  assert.deepEqual(canonicalOf(runFrom(state, ...again)[1]), [chain[3]?.hash, chain[8]?.hash])
  const grown = runFrom(state, ...read(ref('10a')), ...again)[1]
  assert.deepEqual(canonicalOf(grown), [chain[3]?.hash, chain[8]?.hash])
  for (const head of [ref('9b', 7), ref('12a')]) {
    const [, effects] = runFrom(state, ...read(head), ...again)
    assert.deepEqual(canonicalOf(effects), [chain[3]?.hash, undefined])
  }
})

test('if a block was fetched by its hash, it does not count as canonical', () => {
  const call = { ...requested(3), request: { ...requested(3).request } }
  const hash = chain[3]?.hash ?? memoryHash(3n, 'a')
  const byHash = { ...call, request: { ...call.request, block: { kind: 'hash', hash } as const } }
  const lookup = { kind: 'cache-first', canonical: undefined } as const
  const [, effects] = run(
    { kind: 'block-fetched', ...byHash, lookup, block: chain[3], nowMs: 0 },
    { kind: 'block-requested', ...requested(3) },
  )
  assert.deepEqual(kinds(effects), ['answer', 'fetch-block'])
  assert.deepEqual(canonicalOf(effects), [undefined])
})

test('if a block has another parent than requested, it is fetched once more, from the endpoints', () => {
  const call = requested(5, memoryHash(4n, 'b'))
  const cached = { kind: 'cache-first', canonical: undefined } as const
  const result = { kind: 'block-fetched', ...call, block: chain[5], nowMs: 0 } as const
  const [, effects] = run(
    ...fetched(6),
    { ...result, lookup: cached },
    {
      ...result,
      lookup: { kind: 'endpoints-only' },
    },
  )
  assert.deepEqual(kinds(effects), ['fetch-block', 'answer', 'fetch-block', 'answer'])
  const [, , again, last] = effects
  assert.ok(again?.kind === 'fetch-block' && again.lookup.kind === 'endpoints-only')
  assert.ok(last?.kind === 'answer' && last.response.kind === 'reorged')
})

test('if a fetched block is final, it is marked as final in the cache', () => {
  const finality = { safe: undefined, finalized: ref('4a') }
  const [, effects] = run(
    tick(),
    answered([answer(ref('9a'), 'a', finality)]),
    ...fetched(4),
    ...fetched(5),
  )
  const marked = effects.flatMap((effect) =>
    effect.kind === 'mark-final' ? [effect.block.number] : [],
  )
  assert.deepEqual(marked, [4n])
})

test('if a fault is not temporary, the request is refused, and no wait is reported', () => {
  const fault = new Fault('too-large')
  const [state, effects] = run({
    kind: 'block-failed',
    ...requested(3),
    fault,
    failure: failureOf(fault),
    nowMs: 0,
  })
  assert.deepEqual(kinds(effects), ['refuse'])
  assert.equal(state.troubles.size, 0)
})

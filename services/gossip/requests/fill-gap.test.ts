import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ChainState } from '#messages/chain-state.ts'
import { decayOver } from '#services/gossip/network/score-params.ts'
import type { ConnectedPeer } from '#services/gossip/ports.ts'
import { type Effect, initialState, type State } from '#services/gossip/state.ts'
import { step } from '#services/gossip/step.ts'
import { samplePayload } from '#test/fakes/block-messages.ts'
import { hash } from '#test/fakes/values.ts'
import { gossipOptions } from '#test/fakes/gossip-options.ts'
import { maxGap, withAbove } from './fill-gap.ts'
import type { PayloadAnswer } from './payload-answer.ts'

const nowMs = 1_700_000_000_000

const block = (number: bigint) => ({
  ...samplePayload,
  number,
  blockHash: hash(Number(number)),
  parentHash: hash(Number(number) - 1),
})

const peer = (id: string, { servesPayloads = true } = {}): ConnectedPeer => {
  return { id, sinceMs: 0, score: 0, addresses: [], servesPayloads, meshes: [] }
}

/** A state with these blocks above the unsafe head 10. */
function stateOf(above: readonly bigint[], { fetches = true, ageSeconds = 0n } = {}): State {
  const state = initialState(gossipOptions({ fetches }), { known: new Map(), sent: [] })
  const timestamp = BigInt(nowMs / 1_000) - ageSeconds
  const start = { ...state, unsafe: { number: 10n, timestamp } }
  return above.reduce((next, number) => ({ ...next, above: withAbove(next, block(number)) }), start)
}

const requests = (effects: readonly Effect[]) =>
  effects.flatMap((effect) =>
    effect.kind === 'fetch-payload' ? [[effect.id, effect.wanted.number]] : [],
  )

const tick = (state: State, peers = [peer('a')], atMs = nowMs) => {
  const [next, ...effects] = step(state, { kind: 'tick', nowMs: atMs, peers })
  return { state: next, asked: requests(effects) }
}

const fetched = (state: State, id: string, answer: PayloadAnswer | { kind: 'broken' }) =>
  step(state, { kind: 'payload-fetched', id, answer, nowMs })

test('the blocks of a gap are requested one after the other, from the highest down, and stored', () => {
  const first = tick(stateOf([14n, 15n]))
  let { state } = first
  const all = [...first.asked]
  assert.deepEqual(tick(state).asked, [], 'a request is in progress')
  const stored: bigint[] = []
  for (let number = 13n; number >= 11n; number--) {
    const [next, ...effects] = fetched(state, 'a', { kind: 'payload', payload: block(number) })
    state = next
    all.push(...requests(effects))
    for (const effect of effects)
      if (effect.kind === 'store-block') stored.push(effect.payload.number)
  }
  assert.deepEqual(
    all,
    [13n, 12n, 11n].map((number) => ['a', number]),
  )
  assert.deepEqual(stored, [13n, 12n, 11n])
  assert.deepEqual(tick(state).asked, [])
})

test('no block is requested without a gap, for a gap that is too large or too old, or when the setting is off', () => {
  assert.equal(tick(stateOf([12n])).asked.length, 1)
  assert.deepEqual(tick(stateOf([])).asked, [])
  assert.deepEqual(tick(stateOf([11n])).asked, [])
  assert.equal(tick(stateOf([11n + BigInt(maxGap)])).asked.length, 1)
  assert.deepEqual(tick(stateOf([12n + BigInt(maxGap)])).asked, [])
  assert.deepEqual(tick(stateOf([12n], { ageSeconds: 43_201n })).asked, [])
  assert.deepEqual(tick(stateOf([12n], { fetches: false })).asked, [])
  assert.deepEqual(tick(stateOf([12n]), [peer('a', { servesPayloads: false })]).asked, [])
})

test('after a refusal, another peer is asked two block times later; only a failed or missing answer lowers the score', () => {
  const peers = [peer('a'), peer('b')]
  for (const [kind, costs] of [
    ['not-found', false],
    ['out-of-range', false],
    ['failed', true],
    ['broken', true],
  ] as const) {
    const asking = tick(stateOf([12n]), peers)
    assert.deepEqual(asking.asked, [['a', 11n]])
    const [state, ...effects] = fetched(asking.state, 'a', { kind })
    const score = [{ kind: 'score', id: 'a', deed: 'failed-response' }]
    assert.deepEqual(effects, costs ? score : [])
    assert.deepEqual(tick(state, peers, nowMs + 3_999).asked, [])
    assert.deepEqual(tick(state, peers, nowMs + 4_000).asked, [['b', 11n]])
  }
})

test('blocks at or below the head are forgotten', () => {
  const chain = { unsafe: { number: 12n, timestamp: BigInt(nowMs / 1_000) } } as ChainState
  const [state] = step(stateOf([11n, 12n, 14n]), { kind: 'chain-changed', chain })
  assert.deepEqual([...state.above.keys()], [14n])
  assert.deepEqual(tick(state).asked, [['a', 13n]])
})

test('counters decay as in op-node', () => {
  const rounded = [5, 10, 20, 50].map((epochs) => decayOver(epochs).toFixed(6))
  assert.deepEqual(rounded, ['0.857696', '0.926119', '0.962351', '0.984767'])
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { chainAt, headsAt, l1Ref, l2Ref } from '#test/fakes/values.ts'
import { type Event, initialState, type State } from './state.ts'
import { step } from './step.ts'
import { waitOf } from './waits.ts'

function chainOf(generation: bigint, version: bigint): Event {
  return { kind: 'chain-changed', chain: chainAt({ generation, version }) }
}

function targetsOf(number: number, generation: bigint, version: bigint): Event {
  const targets = { finalized: undefined, currentL1: l1Ref(number), generation, version }
  return { kind: 'targets-changed', targets }
}

function after(...events: readonly Event[]): State {
  return events.reduce((state, event) => step(state, event)[0], initialState)
}

/** Number of the current L1 block that clients see. */
function currentL1(...events: readonly Event[]): bigint | undefined {
  return after(...events).progress?.currentL1.number
}

test('the current L1 block is shown once the heads include all that was derived from the L1 blocks below it', () => {
  const [chain, targets] = [chainOf(1n, 5n), targetsOf(7, 1n, 5n)]
  assert.equal(currentL1(chain, targets), 7n)
  assert.equal(currentL1(targets, chain), 7n)
  assert.equal(currentL1(chainOf(1n, 4n), targets), undefined)
  assert.equal(currentL1(chainOf(1n, 4n), targets, chain), 7n)
  assert.equal(currentL1(chain, targets, targetsOf(8, 1n, 6n)), 7n)
  assert.equal(currentL1(chain, targets, targetsOf(8, 1n, 6n), chainOf(1n, 6n)), 8n)
})

test('after a reset the current L1 block is zero until an L1 block is derived in the new generation', () => {
  const begun = [chainOf(1n, 5n), targetsOf(7, 1n, 5n), chainOf(2n, 1n)]
  assert.equal(currentL1(...begun), undefined)
  assert.equal(currentL1(...begun, targetsOf(7, 1n, 6n)), undefined)
  assert.equal(currentL1(...begun, targetsOf(3, 2n, 1n)), 3n)
  // Derivation may be notified of the new generation before rpc.
  assert.equal(currentL1(chainOf(1n, 5n), targetsOf(3, 2n, 1n)), undefined)
})

test('while the targets of derivation have generation zero, no current L1 block is shown', () => {
  assert.equal(currentL1(chainOf(1n, 5n), targetsOf(7, 0n, 0n)), undefined)
})

test('only heads that changed are announced', () => {
  const chain = chainAt({ generation: 1n, version: 2n })
  const changed = { ...chain, version: 3n, safe: l2Ref(101), pendingSafe: l2Ref(102) }
  const [, ...effects] = step(after({ kind: 'chain-changed', chain }), {
    kind: 'chain-changed',
    chain: changed,
  })
  assert.deepEqual(
    effects.map((effect) => (effect.kind === 'announce-head' ? effect.head : effect.kind)),
    ['show-status', 'safe'],
  )
})

test('rpc waits for the engine, then for L1', () => {
  assert.equal(waitOf(initialState)?.on, 'engine')
  assert.equal(waitOf(after(chainOf(1n, 1n)))?.on, 'da-watcher')
  assert.equal(waitOf(after(chainOf(1n, 1n), { kind: 'l1-changed', l1: headsAt(1) })), undefined)
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { initialState, type State } from '#services/gossip/state.ts'
import { step } from '#services/gossip/step.ts'
import { gossipOptions } from '#test/fakes/gossip-options.ts'
import { staticPeers } from './known-peers.ts'
import { maxProtected, type PeerCare } from './peer-care.ts'

const start = initialState(
  gossipOptions({ limits: { lo: 1, hi: 1, graceMs: 0, banBelow: undefined, banMs: 1 } }),
  { known: new Map(), sent: [] },
)

const care = (state: State, change: PeerCare, id: string) =>
  step(state, { kind: 'peer-changed', id, change })[0]

/** The peers that are disconnected because there are too many. */
function pruned(state: State): readonly string[] {
  const more = { sinceMs: 0, score: 0, addresses: [], servesPayloads: false, meshes: [] }
  const peers = ['a', 'b', 'c'].map((id) => ({ id, ...more }))
  const [, ...effects] = step(state, { kind: 'tick', nowMs: 100_000, peers })
  return effects.flatMap((effect) => (effect.kind === 'disconnect' ? [effect.id] : []))
}

test('a protected peer stays connected when there are too many peers', () => {
  assert.deepEqual(pruned(start), ['a', 'b'])
  const protecting = care(start, 'protect', 'a')
  assert.deepEqual(pruned(protecting), ['b', 'c'])
  assert.deepEqual(pruned(care(protecting, 'unprotect', 'a')), ['a', 'b'])
})

test('the number of protected peers has a limit', () => {
  let state = start
  for (let peer = 0; peer <= maxProtected; peer++) state = care(state, 'protect', `p${peer}`)
  assert.equal(state.protectedPeers.size, maxProtected)
})

test('if an operator disconnects a static peer, it is not forgotten', () => {
  const known = staticPeers(['/ip4/10.0.0.1/tcp/1/p2p/a'])
  const other = { id: 'b', addresses: [], isStatic: false, seenMs: 0, failures: 0, hangUps: 0 }
  const state = { ...start, known: new Map([...known, ['b', { ...other, nextMs: 0 }]]) }
  const after = care(care(state, 'forget', 'a'), 'forget', 'b')
  assert.deepEqual([...after.known.keys()], ['a'])
})

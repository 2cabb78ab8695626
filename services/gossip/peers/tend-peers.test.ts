import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseSubnet } from '#libp2p/ip-address.ts'
import type { ConnectedPeer } from '#services/gossip/ports.ts'
import { type Effect, initialState, type Options, type State } from '#services/gossip/state.ts'
import { step } from '#services/gossip/step.ts'
import { noticesOf } from '#services/gossip/waits.ts'
import { configOf } from '#test/fakes/block-messages.ts'
import { gossipOptions } from '#test/fakes/gossip-options.ts'
import { forget, staticPeers, steadyMs } from './known-peers.ts'

const limits = { lo: 2, hi: 4, graceMs: 30_000, banBelow: -100, banMs: 1_000 }

/** A state with static peers, from a list of names. */
function stateOf(names = '', options: Partial<Options> = {}): State {
  return initialState(gossipOptions({ limits, ...options }), {
    known: staticPeers(names.split('').map(addressOf)),
    sent: [],
  })
}

const addressOf = (id: string) => `/ip4/10.0.0.1/tcp/1/p2p/${id}`

const peer = (id: string, more: Partial<ConnectedPeer> = {}): ConnectedPeer => ({
  id,
  sinceMs: 0,
  score: 0,
  addresses: [],
  servesPayloads: false,
  meshes: [],
  ...more,
})

/** The effects in short, such as `dial a`. */
const short = (effects: readonly Effect[]) =>
  effects.map((effect) =>
    'id' in effect && typeof effect.id === 'string' ? `${effect.kind} ${effect.id}` : effect.kind,
  )

/** Steps with a tick at which these peers are connected. */
function tick(state: State, nowMs: number, peers: readonly ConnectedPeer[] = []) {
  const [next, ...effects] = step(state, { kind: 'tick', nowMs, peers })
  return { state: next, did: short(effects), effects }
}

const found = (state: State, names: string, nowMs = 0) =>
  step(state, {
    kind: 'peers-found',
    peers: names.split('').map((id) => ({ id, addresses: [addressOf(id)] })),
    nowMs,
  })[0]

const ended = (state: State, dial: { id: string; nowMs: number; failure?: string }) => {
  const { failure } = dial
  const [next, ...effects] = step(state, { kind: 'dialed', ...dial, failure })
  return { state: next, did: short(effects) }
}

test('static peers are dialed until they answer, with growing pauses up to a minute, and again when they disconnect', () => {
  let { state, did } = tick(stateOf('ab'), 0)
  assert.deepEqual(did, ['dial a', 'dial b'])
  assert.deepEqual(tick(state, 1_000).did, [], 'a dial is in progress')
  const pauses: number[] = []
  let nowMs = 0
  ;({ state } = ended(state, { id: 'b', nowMs }))
  for (let tries = 0; tries < 9; tries++) {
    ;({ state } = ended(state, { id: 'a', nowMs, failure: 'refused' }))
    const failedMs = nowMs
    for (; ; nowMs += 1_000) {
      ;({ state, did } = tick(state, nowMs, [peer('b')]))
      if (did.includes('dial a')) break
    }
    pauses.push(nowMs - failedMs)
  }
  assert.deepEqual(pauses, [1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000, 60_000])
  ;({ state } = ended(state, { id: 'a', nowMs }))
  assert.deepEqual(tick(state, nowMs + 500, [peer('a'), peer('b')]).did, [])
  assert.deepEqual(tick(state, nowMs + 1_000, [peer('b')]).did, ['dial a'])
})

test('a list of static peers may name this host, which is not dialed', () => {
  const known = staticPeers([addressOf('self'), addressOf('a')])
  const { options } = stateOf()
  assert.deepEqual(tick(initialState(options, { known, sent: [] }), 0).did, ['dial a'])
})

test('below the lower limit, other known peers are dialed: four at a time, the most recently seen first', () => {
  const many = { ...limits, lo: 6, hi: 10 }
  let state = found(stateOf('', { limits: many }), 'abc', 0)
  state = found(state, 'defg', 5)
  const { did, state: dialing } = tick(state, 10, [peer('x')])
  assert.deepEqual(did, ['dial d', 'dial e', 'dial f', 'dial g'])
  assert.deepEqual(tick(dialing, 20, [peer('x')]).did, [])
  // With one more connected peer, only one more peer is dialed.
  const { state: one } = ended(dialing, { id: 'd', nowMs: 20 })
  assert.deepEqual(tick(one, 30, [peer('x'), peer('d')]).did, ['dial a'])
})

test('if a known peer cannot be reached for a day, it is forgotten, unless it is static or only a few dials failed', () => {
  const failing = (state: State, nowMs: number) =>
    ['a', 's'].reduce(
      ({ state: before, did }, id) => {
        const after = ended(before, { id, nowMs, failure: 'refused' })
        return { state: after.state, did: [...did, ...after.did] }
      },
      { state, did: [] as readonly string[] },
    )
  let state = found(stateOf('s'), 'a', 1_000)
  const dayMs = 1_000 + forget.unseenMs
  for (let tries = 1; tries < forget.failures; tries++)
    ({ state } = failing(state, tries * 100_000))
  assert.deepEqual(failing(state, dayMs - 1).did, ['report-dial a', 'report-dial s'])
  const { did, state: after } = failing(state, dayMs)
  assert.deepEqual(did, ['forget-peer a', 'report-dial a', 'report-dial s'])
  assert.deepEqual([...after.known.keys()], ['s'])
  // After a single failed dial, a peer is not forgotten.
  const rested = ended(found(stateOf(), 'a', 0), { id: 'a', nowMs: dayMs, failure: 'refused' })
  assert.deepEqual([...rested.state.known.keys()], ['a'])
})

test('if a peer hangs up after each dial, it is dialed with growing pauses until it stays connected', () => {
  let { state, did } = tick(stateOf('a'), 0)
  const pauses: number[] = []
  let nowMs = 0
  for (let dials = 0; dials < 8; dials++) {
    ;({ state } = ended(state, { id: 'a', nowMs }))
    const dialedMs = nowMs
    for (; ; nowMs += 1_000) {
      ;({ state, did } = tick(state, nowMs))
      if (did.includes('dial a')) break
    }
    pauses.push(nowMs - dialedMs)
  }
  assert.deepEqual(pauses, [1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000])
  ;({ state } = ended(state, { id: 'a', nowMs }))
  const sinceMs = nowMs
  const short = tick(state, nowMs + steadyMs - 1, [peer('a', { sinceMs })]).state
  assert.deepEqual(tick(short, nowMs + steadyMs).did, [])
  const steady = tick(state, nowMs + steadyMs, [peer('a', { sinceMs })]).state
  assert.deepEqual(tick(steady, nowMs + 60_000).did, ['dial a'])
  ;({ state } = ended(steady, { id: 'a', nowMs: nowMs + 60_000 }))
  assert.deepEqual(tick(state, nowMs + 61_000).did, ['dial a'])
})

test('peers outside of the allowed subnets, and this host, are not dialed', () => {
  const subnet = parseSubnet('192.168.0.0/16')
  assert.ok(subnet)
  const state = stateOf('', { netrestrict: [subnet] })
  const peers = [
    { id: 'self', addresses: ['/ip4/192.168.0.1/tcp/1/p2p/self'] },
    { id: 'out', addresses: ['/ip4/10.0.0.1/tcp/1/p2p/out', '/dns4/out/tcp/1/p2p/out'] },
    { id: 'in', addresses: ['/ip4/10.0.0.1/tcp/1/p2p/in', '/ip4/192.168.0.2/tcp/1/p2p/in'] },
  ]
  const [next] = step(state, { kind: 'peers-found', peers, nowMs: 0 })
  assert.deepEqual(tick(next, 0).effects, [
    { kind: 'dial', id: 'in', addresses: ['/ip4/192.168.0.2/tcp/1/p2p/in'] },
  ])
  // If a connected peer reports such addresses, they are not remembered.
  const { state: told } = tick(
    state,
    1_000,
    peers.map(({ id, addresses }) => peer(id, { addresses })),
  )
  assert.deepEqual(
    [...told.known.values()].flatMap(({ addresses }) => addresses),
    ['/ip4/192.168.0.2/tcp/1/p2p/in'],
  )
})

test('a peer below the threshold is banned for a time, unless it is static or bans are off', () => {
  const bad = [peer('a', { score: -100.1 }), peer('b', { score: -100 }), peer('s', { score: -500 })]
  const { effects, state } = tick(found(stateOf('s'), 'ac'), 7_000, bad)
  assert.deepEqual(effects.slice(0, 2), [
    { kind: 'ban', id: 'a', score: -100.1, untilMs: 8_000 },
    { kind: 'forget-peer', id: 'a' },
  ])
  assert.deepEqual([...state.known.keys()], ['s', 'c'], 'the banned peer is forgotten')
  assert.deepEqual(
    state.peers.map(({ id }) => id),
    ['b', 's'],
  )
  const off = { ...limits, banBelow: undefined }
  assert.deepEqual(tick(stateOf('s', { limits: off }), 7_000, bad).did, [])
})

test('above the upper limit, peers are disconnected down to the lower limit, once a minute; the worst peers first, but no static or new peers', () => {
  const peers = [
    peer('s', { score: -9 }),
    peer('new', { sinceMs: 31_000 }),
    peer('mesh', { meshes: [4], score: -5 }),
    peer('good', { score: 5 }),
    peer('bad', { score: -1 }),
  ]
  const state = stateOf('s')
  assert.deepEqual(tick(state, 60_000, peers.slice(0, 4)).did, [])
  const { did, state: next } = tick(state, 60_000, peers)
  assert.deepEqual(did, ['disconnect bad', 'disconnect good', 'disconnect mesh'])
  assert.deepEqual(tick(next, 119_999, peers).did, [])
  assert.equal(tick(next, 120_000, peers).did.length, 3)
})

test('connected peers are stored immediately, and again each minute', () => {
  const peers = [peer('a', { addresses: [addressOf('a')] }), peer('silent')]
  const { effects, state } = tick(stateOf(), 1_000, peers)
  const stored = [{ id: 'a', addresses: [addressOf('a')] }]
  assert.deepEqual(effects, [{ kind: 'remember-peers', peers: stored, nowMs: 1_000 }])
  assert.deepEqual(tick(state, 60_999, peers).did, [])
  assert.deepEqual(tick(state, 61_000, peers).did, ['remember-peers'])
})

test('a node without peers for a minute shows a notice', () => {
  const { state } = tick(stateOf('s'), 1_000)
  assert.deepEqual(noticesOf(state, 60_999), [])
  assert.match(noticesOf(state, 61_000)[0] ?? '', /^gossip reaches none of 1 known peers: check/)
  assert.deepEqual(noticesOf(tick(state, 61_000, [peer('s')]).state, 200_000), [])
})

test('the first search begins after 3 s, and further searches begin every 5 s with too few peers, or every 20 s with enough peers', () => {
  const starts: number[] = []
  let state = stateOf('', { canDiscover: true })
  const peers = (nowMs: number) => (nowMs < 10_000 ? [] : [peer('a'), peer('b')])
  for (let nowMs = 0; nowMs < 60_000; nowMs += 500) {
    const { state: next, did } = tick(state, nowMs, peers(nowMs))
    state = next
    if (!did.includes('search')) continue
    starts.push(nowMs)
    assert.ok(
      !tick(state, nowMs + 60_000, peers(nowMs)).did.includes('search'),
      'a search is in progress',
    )
    ;[state] = step(state, { kind: 'search-ended', peers: [], nowMs })
  }
  assert.deepEqual(starts, [3_000, 8_000, 13_000, 33_000, 53_000])
  assert.ok(!tick(stateOf(), 1_000_000).did.includes('search'))
})

test('the switch of the topic at the next hardfork is reported once', () => {
  const config = { ...configOf(3), hardforkTimes: { holocene: 0n, isthmus: 10n, jovian: 20n } }
  let { state } = tick(stateOf('', { config }), 9_000)
  const topics: string[] = []
  for (const nowMs of [9_999, 10_000, 20_000, 30_000]) {
    const ticked = tick(state, nowMs)
    ;({ state } = ticked)
    for (const effect of ticked.effects)
      if (effect.kind === 'report-topic') topics.push(`${nowMs} ${effect.topic}`)
  }
  assert.deepEqual(topics, ['10000 /optimism/10/3/blocks'])
})

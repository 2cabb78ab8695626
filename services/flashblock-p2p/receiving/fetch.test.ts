import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  authorizationOf,
  BuilderRun,
  kinds,
  newer,
  peer,
  published,
  reasons,
  self,
  sentOf,
  signed,
  slotMs,
  third,
} from '#test/fakes/builder-run.ts'
import { sampleBase } from '#test/fakes/flashblocks.ts'
import type { Effect } from '#services/flashblock-p2p/state.ts'
import { noPayloadId } from './fetch.ts'

const claim = { builder: self.peerId, epoch: 9n, payloadId: noPayloadId }
const signedClaim = signed(claim)

/** A new leader that has asked two builders. */
class NewLeader extends BuilderRun {
  readonly call = 3

  constructor(leader: ReturnType<typeof signed> | null = signedClaim) {
    super()
    const { number, parentHash, timestamp } = sampleBase
    const parent = { hash: parentHash, number: number - 1n }
    const request = { parent, timestamp, epoch: 9n }
    const [effect, ...others] = this.do({ kind: 'fetch', call: this.call, request })
    assert.ok(effect?.kind === 'authorize-leader')
    assert.deepEqual(others, [])
    assert.deepEqual(effect.authorization, authorizationOf(claim))
    const asks = this.do({
      kind: 'leader-authorized',
      call: this.call,
      signed: leader ?? undefined,
    })
    assert.deepEqual(asks, [{ kind: 'ask', call: this.call, leader: leader ?? undefined }])
  }

  asked(...peers: readonly string[]) {
    return this.do({ kind: 'asked', call: this.call, peers })
  }

  answered(from: string, id = this.call) {
    return this.do({ kind: 'answered', peer: from, id })
  }
}

const responses = (effects: readonly Effect[]) =>
  effects.flatMap((effect) => (effect.kind === 'answer' ? [effect.response] : []))

test('a new leader goes on when all other builders have answered, and its engine has what they sent', () => {
  const leader = new NewLeader()
  assert.deepEqual(kinds(leader.asked(newer, third)), ['wake', 'wake'])
  assert.deepEqual(leader.answered(newer), [])
  leader.arrives(sentOf(0), third)
  leader.arrives(sentOf(1), third)
  assert.deepEqual(leader.answered(third), [])
  assert.deepEqual(responses(leader.checked(0)), [])
  assert.deepEqual(responses(leader.checked(1)), [{ answered: 2, silent: [peer], epoch: 9n }])
  assert.deepEqual(leader.answered(third), [])
})

test('a new leader that could not sign its request counts no builder', () => {
  const leader = new NewLeader(null)
  leader.asked(third)
  assert.deepEqual(responses(leader.answered(third)), [
    { answered: 1, silent: [peer, newer, third], epoch: 9n },
  ])
})

test('a new leader without another builder goes on at once', () => {
  assert.deepEqual(responses(new NewLeader().asked()), [
    { answered: 0, silent: [peer, newer, third], epoch: 9n },
  ])
})

test('a new leader waits 50 ms for a builder that does not answer, and 250 ms for its engine', () => {
  const leader = new NewLeader()
  leader.asked(newer, third)
  leader.answered(third)
  leader.answered(newer, 9)
  leader.nowMs += 49
  assert.deepEqual(responses(leader.do({ kind: 'woke' })), [])
  leader.nowMs += 1
  assert.deepEqual(responses(leader.do({ kind: 'woke' })), [
    { answered: 1, silent: [peer, newer], epoch: 9n },
  ])
  const slow = new NewLeader()
  slow.asked(third)
  slow.arrives(sentOf(0), third)
  slow.answered(third)
  slow.nowMs += 249
  assert.deepEqual(responses(slow.do({ kind: 'woke' })), [])
  slow.nowMs += 1
  assert.deepEqual(responses(slow.do({ kind: 'woke' })), [
    { answered: 1, silent: [peer, newer], epoch: 9n },
  ])
})

test('from its request on, a new leader and those that it asks refuse the leader before, and pass on what they have of it', () => {
  const leader = new NewLeader()
  // What the leader before has sent until it answers is taken over.
  assert.deepEqual(kinds(leader.arrives(sentOf(0))), ['append'])
  leader.asked(peer, third)
  assert.deepEqual(kinds(leader.arrives(sentOf(1))), ['append'])
  leader.answered(peer)
  assert.deepEqual(reasons(leader.arrives(sentOf(2))), ['old-epoch'])
  assert.deepEqual(kinds(leader.arrives(sentOf(2), third)), ['append'])
  const standby = new BuilderRun()
  standby.arrives(sentOf(0))
  const asks = { payloadId: undefined, fromIndex: 0, id: 7 }
  const claimOfNewer = { builder: newer, epoch: 9n, payloadId: noPayloadId }
  const effects = standby.do({
    kind: 'requested',
    peer: newer,
    ...asks,
    leader: signed(claimOfNewer),
  })
  assert.deepEqual(kinds(effects), ['send-again', 'send-answered'])
  assert.deepEqual(reasons(standby.arrives(sentOf(1))), ['old-epoch'])
})

test('a request with the permission of another builder, or a bad one, is answered, and the leader stays', () => {
  const asks = { payloadId: undefined, fromIndex: 0, id: 7 }
  const claims = [
    signed({ builder: third, epoch: 9n, payloadId: noPayloadId }),
    { ...signed({ builder: newer, epoch: 9n }), signature: new Uint8Array(65) },
    signed({ builder: newer, epoch: 4n }),
    undefined,
  ]
  for (const leader of claims) {
    const standby = new BuilderRun()
    standby.arrives(sentOf(0))
    const effects = standby.do({ kind: 'requested', peer: newer, ...asks, leader })
    assert.deepEqual(kinds(effects), ['send-again', 'send-answered'])
    assert.deepEqual(kinds(standby.arrives(sentOf(1))), ['append'])
  }
})

test('a leader that was replaced makes nothing public that another builder refuses, or after the request of a new leader', () => {
  const refused = new BuilderRun()
  refused.built(0)
  refused.authorized()
  refused.acknowledged(0, 'refused', 'old-epoch')
  refused.nowMs += 100
  assert.deepEqual(published(refused.do({ kind: 'woke' })), [])
  const asked = new BuilderRun()
  asked.built(0)
  asked.authorized()
  const leader = signed({ builder: newer, epoch: 9n, payloadId: noPayloadId })
  asked.do({ kind: 'requested', peer: newer, payloadId: undefined, fromIndex: 0, id: 7, leader })
  asked.nowMs += 100
  assert.deepEqual(published(asked.do({ kind: 'woke' })), [])
})

test('the epoch of a new leader is above those that it has seen, also if its clock is behind', () => {
  const run = new BuilderRun()
  run.arrives(sentOf(0, { authorization: signed({ epoch: 20n }) }))
  const { number, parentHash, timestamp } = sampleBase
  const request = { parent: { hash: parentHash, number: number - 1n }, timestamp, epoch: 9n }
  const [effect] = run.do({ kind: 'fetch', call: 1, request })
  assert.equal(effect?.kind === 'authorize-leader' && effect.authorization.epoch, 21n)
  run.do({ kind: 'leader-authorized', call: 1, signed: undefined })
  run.do({ kind: 'asked', call: 1, peers: [third] })
  // A third builder has seen a leader with a higher epoch.
  const authorization = signed({ epoch: 30n, builder: newer })
  run.arrives(sentOf(1, { authorization }), third)
  run.checked(1)
  const effects = run.do({ kind: 'answered', peer: third, id: 1 })
  assert.deepEqual(responses(effects), [{ answered: 1, silent: [peer, newer, third], epoch: 31n }])
})

test('flashblocks of a leader that died some time ago are answers, and otherwise expired', () => {
  const run = new BuilderRun()
  run.nowMs = slotMs + 5_000
  assert.deepEqual(reasons(run.arrives(sentOf(0))), ['expired'])
  assert.deepEqual(kinds(run.arrives(sentOf(0), third)), ['append'])
  const leader = new NewLeader()
  leader.nowMs = slotMs + 5_000
  leader.asked(peer)
  assert.deepEqual(kinds(leader.arrives(sentOf(0))), ['append'])
})

test('a new leader hands what it has of the block to its engine once more, and waits for it', () => {
  const run = new BuilderRun()
  run.arrives(sentOf(0))
  run.checked(0, { kind: 'refused', reason: 'block-too-new' })
  const { number, parentHash, timestamp } = sampleBase
  const request = { parent: { hash: parentHash, number: number - 1n }, timestamp, epoch: 9n }
  assert.deepEqual(kinds(run.do({ kind: 'fetch', call: 1, request })), [
    'authorize-leader',
    'append',
  ])
  run.do({ kind: 'leader-authorized', call: 1, signed: signedClaim })
  assert.deepEqual(responses(run.do({ kind: 'asked', call: 1, peers: [] })), [])
  assert.equal(responses(run.checked(0)).length, 1)
})

test('an answer needs the signature of the sequencer, also if it is expired', () => {
  const leader = new NewLeader()
  leader.asked(third)
  leader.nowMs = slotMs + 5_000
  const forged = { ...signed({ epoch: 99n, builder: third }), signature: new Uint8Array(65) }
  assert.deepEqual(reasons(leader.arrives(sentOf(0, { authorization: forged }))), ['wrong-signer'])
})

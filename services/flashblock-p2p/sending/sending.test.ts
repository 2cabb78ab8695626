import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  at,
  authorizationOf,
  BuilderRun,
  kinds,
  newer,
  otherAt0,
  ownAuthorization,
  peer,
  published,
  self,
  sentOf,
  signed,
  third,
} from '#test/fakes/builder-run.ts'
import { sampleBase, samplePayloadId } from '#test/fakes/flashblocks.ts'

test('an own flashblock is sent when its block is authorized, and is public when another builder has it', () => {
  const run = new BuilderRun()
  const [authorize, ...others] = run.built(0)
  assert.ok(authorize?.kind === 'authorize')
  assert.deepEqual(others, [])
  assert.deepEqual(authorize.authorization, authorizationOf({ builder: self.peerId }))
  assert.deepEqual(run.built(1), [])
  const effects = run.authorized()
  assert.deepEqual(kinds(effects), ['send', 'wake', 'send', 'wake'])
  const sends = effects.filter(({ kind }) => kind === 'send')
  assert.deepEqual(
    sends.map((effect) => effect.kind === 'send' && effect.sent),
    [0, 1].map((index) => sentOf(index, { authorization: ownAuthorization })),
  )
  assert.deepEqual(run.sent(0, 1), [])
  assert.deepEqual(run.sent(1, 1), [])
  assert.deepEqual(published(run.acknowledged(0)), [0])
  assert.deepEqual(published(run.acknowledged(1, 'executed')), [1])
  assert.deepEqual(published(run.acknowledged(1, 'executed')), [])
})

test('without another builder, a flashblock is public at once; without an acknowledgement, after the longest wait', () => {
  const run = new BuilderRun()
  run.built(0)
  run.authorized()
  assert.deepEqual(published(run.sent(0, 0)), [0])
  run.built(1)
  assert.deepEqual(published(run.sent(1, 1)), [])
  run.nowMs += 19
  assert.deepEqual(published(run.do({ kind: 'woke' })), [])
  run.nowMs += 1
  const late = run.do({ kind: 'woke' })
  assert.deepEqual(kinds(late), ['publish', 'report-unacknowledged'])
  assert.deepEqual(published(late), [1])
  const impatient = new BuilderRun({ ackMs: 0 })
  impatient.built(0)
  impatient.authorized()
  assert.deepEqual(published(impatient.sent(0, 3)), [0])
})

test('flashblocks become public in their order, also if a later one is acknowledged first', () => {
  const run = new BuilderRun()
  run.built(0)
  run.authorized()
  run.built(1)
  assert.deepEqual(published(run.acknowledged(1)), [0, 1])
})

test('a refusal of another builder does not make a flashblock public', () => {
  const run = new BuilderRun()
  run.built(0)
  run.authorized()
  assert.deepEqual(published(run.acknowledged(0, 'refused')), [])
})

test('without a signature, flashblocks are sent unsigned, with a report', () => {
  const run = new BuilderRun()
  run.built(0)
  const effects = run.unsigned()
  assert.deepEqual(kinds(effects), ['report-unsigned', 'send', 'wake'])
  const send = effects.find(({ kind }) => kind === 'send')
  assert.equal(send?.kind === 'send' && send.sent.authorization, undefined)
})

test('a builder that lacks flashblocks of this node gets them again', () => {
  const run = new BuilderRun()
  run.built(0)
  run.authorized()
  run.built(1)
  run.built(2)
  const again = (payloadId: typeof samplePayloadId | undefined, fromIndex: number) =>
    run
      .do({ kind: 'requested', peer, payloadId, fromIndex, id: 0, leader: undefined })
      .flatMap((effect) => (effect.kind === 'send-again' ? [effect.sent.flashblock.index] : []))
  assert.deepEqual(again(samplePayloadId, 1), [1, 2])
  assert.deepEqual(again(undefined, 0), [0, 1, 2])
  assert.deepEqual(again(samplePayloadId, 3), [])
})

test('flashblocks of another builder are passed on as it signed them, to a builder that accepts them', () => {
  const run = new BuilderRun()
  run.arrives(sentOf(0))
  const authorization = signed({ epoch: 9n, builder: newer })
  run.arrives(sentOf(1, { authorization }))
  const effects = run.do({
    kind: 'requested',
    peer: third,
    payloadId: undefined,
    fromIndex: 0,
    id: 7,
    leader: undefined,
  })
  const sent = effects.flatMap((effect) => (effect.kind === 'send-again' ? [effect.sent] : []))
  assert.deepEqual(sent, [sentOf(0), sentOf(1, { authorization })])
  assert.deepEqual(effects.at(-1), { kind: 'send-answered', peer: third, id: 7 })
  const other = new BuilderRun()
  for (const each of sent) assert.deepEqual(kinds(other.arrives(each, third)), ['append'])
})

test('an acknowledgement shows how far the clock of the other builder is ahead, if it comes soon', () => {
  const aheadMs = (afterMs: number, status: 'received' | 'executed' = 'received') => {
    const run = new BuilderRun()
    run.built(0)
    run.authorized()
    const sentMs = run.nowMs
    run.nowMs += afterMs
    const { blockHash } = at(0).diff
    const names = { payloadId: samplePayloadId, index: 0, blockHash }
    const acknowledgement = { ...names, status, reason: '' }
    const atMs = sentMs + afterMs / 2 - 3_000
    const [report] = run.do({ kind: 'acknowledged', peer, acknowledgement, atMs })
    assert.ok(report?.kind === 'report-acknowledged' && report.durationMs === afterMs)
    return report.clockAheadMs
  }
  assert.equal(aheadMs(8), -3_000)
  assert.equal(aheadMs(200), -3_000)
  assert.equal(aheadMs(201), undefined)
  assert.equal(aheadMs(8, 'executed'), undefined)
})

test('acknowledgements of what another builder made, and this node took over, are not measured', () => {
  const run = new BuilderRun()
  run.arrives(sentOf(0))
  run.built(1, 9n)
  assert.deepEqual(kinds(run.acknowledged(0)), [])
})

test('consumers of a standby see the flashblocks that were executed, and after a takeover each index once', () => {
  const run = new BuilderRun()
  run.arrives(sentOf(0))
  run.arrives(sentOf(1))
  assert.deepEqual(published(run.checked(1)), [0, 1])
  assert.deepEqual(published(run.checked(0)), [])
  // This node takes over: its engine publishes the newest index again, then goes on.
  const [authorize] = run.built(1, 9n)
  assert.equal(authorize?.kind === 'authorize' && authorize.authorization.epoch, 9n)
  run.built(2, 9n)
  const effects = run.authorized()
  const sends = effects.flatMap((effect) =>
    effect.kind === 'send' ? [effect.sent.previousLink] : [],
  )
  assert.deepEqual(
    sends,
    [1, 2].map((index) => sentOf(index).previousLink),
  )
  assert.deepEqual(published(run.acknowledged(2)), [2])
})

test('an acknowledgement of another flashblock of the same index makes nothing public', () => {
  const run = new BuilderRun()
  run.built(0)
  run.authorized()
  const { blockHash } = otherAt0.diff
  const names = { payloadId: samplePayloadId, index: 0, blockHash }
  const acknowledgement = { ...names, status: 'received', reason: '' } as const
  const late = { kind: 'acknowledged', peer, acknowledgement, atMs: run.nowMs } as const
  assert.deepEqual(run.do(late), [])
})

test('a permission that comes after another one was asked for is not used', () => {
  const run = new BuilderRun()
  run.built(0)
  run.epoch = 4n
  assert.deepEqual(run.authorized(), [])
  run.epoch = 5n
  assert.deepEqual(kinds(run.authorized()), ['send', 'wake'])
})

test('after a reorg to a lower head, what belongs to the removed blocks is neither sent nor shown', () => {
  const run = new BuilderRun()
  run.do({ kind: 'head-changed', unsafe: sampleBase.number - 1n })
  run.built(0)
  run.authorized()
  assert.deepEqual(published(run.acknowledged(0)), [0])
  const asks = { payloadId: undefined, fromIndex: 0, id: 0, leader: undefined }
  const sends = () => run.do({ kind: 'requested', peer, ...asks }).length
  assert.equal(sends(), 1)
  run.do({ kind: 'head-changed', unsafe: sampleBase.number - 4n })
  assert.equal(sends(), 0)
  assert.equal(run.state.shown, undefined)
})

test('after the execution client lost blocks, a new leader still gets the flashblocks of other builders', () => {
  const run = new BuilderRun()
  run.do({ kind: 'head-changed', unsafe: sampleBase.number - 1n })
  run.arrives(sentOf(0))
  const asks = (leader?: ReturnType<typeof signed>) => {
    const request = { peer: newer, payloadId: undefined, fromIndex: 0, id: 1, leader }
    return kinds(run.do({ kind: 'requested', ...request }))
  }
  run.do({ kind: 'head-changed', unsafe: sampleBase.number - 4n })
  assert.deepEqual(asks(), ['send-answered'])
  assert.deepEqual(asks(signed({ builder: newer, epoch: 7n })), ['send-again', 'send-answered'])
  run.do({ kind: 'head-changed', unsafe: sampleBase.number - 3n })
  assert.deepEqual(asks(), ['send-answered'])
  run.do({ kind: 'head-changed', unsafe: sampleBase.number - 2n })
  assert.deepEqual(asks(), ['send-again', 'send-answered'])
})

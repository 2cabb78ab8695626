import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { SentFlashblock } from '#messages/builder-frame.ts'
import { FlashblockAssembly, toPayload } from '#protocol/flashblock/assembly.ts'
import { linkAfter } from '#protocol/flashblock/link.ts'
import { testIdentity } from '#test/fakes/builder-identities.ts'
import {
  at,
  BuilderRun,
  kinds,
  newer,
  options,
  otherAt0,
  peer,
  published,
  reasons,
  sentOf,
  signed,
  slotMs,
  third,
} from '#test/fakes/builder-run.ts'
import { filledHash, flashblocksOf, samplePayloadId, sampleBase } from '#test/fakes/flashblocks.ts'
import { initialState } from '#services/flashblock-p2p/state.ts'

const { number, timestamp } = sampleBase
const flashblocks = [0, 1, 2, 3].map(at)

test('flashblocks of another builder are handed to the engine in their order, and acknowledged when they are on the log', () => {
  const run = new BuilderRun()
  for (const index of [0, 1, 2]) {
    const effects = run.arrives(sentOf(index))
    assert.deepEqual(kinds(effects), ['append'])
    const [append] = effects
    assert.ok(append?.kind === 'append')
    const { epoch, flashblock, peer: from } = append.received
    assert.deepEqual([epoch, flashblock, from], [5n, at(index), peer])
    assert.deepEqual(kinds(run.arrives(sentOf(index))), [])
    const [acknowledge] = run.appended(effects)
    assert.ok(acknowledge?.kind === 'acknowledge')
    const { status, index: acknowledged } = acknowledge.acknowledgement
    assert.deepEqual([acknowledge.peer, status, acknowledged], [peer, 'received', index])
  }
  assert.deepEqual(kinds(run.arrives(sentOf(1))), ['acknowledge'])
})

test('missing flashblocks are requested once in a while, and those that arrive again are handed on', () => {
  const run = new BuilderRun()
  assert.deepEqual(run.arrives(sentOf(2)), [
    { kind: 'request', peer, payloadId: samplePayloadId, fromIndex: 0 },
  ])
  assert.deepEqual(run.arrives(sentOf(1)), [])
  run.arrives(sentOf(0))
  const [request] = run.arrives(sentOf(2))
  assert.deepEqual(request, {
    kind: 'request',
    peer,
    payloadId: samplePayloadId,
    fromIndex: 1,
  })
  assert.deepEqual(run.arrives(sentOf(3)), [])
  run.nowMs += 250
  assert.deepEqual(kinds(run.arrives(sentOf(3))), ['request'])
  assert.deepEqual(kinds(run.arrives(sentOf(1))), ['append'])
})

const refusals: readonly (readonly [what: string, sent: SentFlashblock, reason: string])[] = [
  ['without a signature', sentOf(0, { authorization: undefined }), 'unsigned'],
  [
    'of another sequencer',
    sentOf(0, { authorization: { ...signed(), signature: new Uint8Array(65) } }),
    'wrong-signer',
  ],
  [
    'of another builder',
    sentOf(0, { authorization: signed({ builder: newer }), builder: peer }),
    'wrong-builder',
  ],
  [
    'of a builder that is not known',
    sentOf(0, { authorization: signed({ builder: testIdentity('stranger').peerId }) }),
    'wrong-builder',
  ],
  [
    'with the signature of another builder',
    sentOf(0, { signature: sentOf(1).signature }),
    'wrong-signature',
  ],
  [
    'without the signature of its builder',
    sentOf(0, { signature: new Uint8Array(64) }),
    'wrong-signature',
  ],
  [
    'with the permission for another block',
    sentOf(0, { authorization: signed({ parentHash: filledHash(9) }) }),
    'wrong-block',
  ],
  ['of another number than its permission', sentOf(0, { number: number + 1n }), 'wrong-block'],
  ['of another chain', sentOf(0, { authorization: signed({ l2ChainId: 11n }) }), 'wrong-chain'],
  [
    'whose permission lasts too long',
    sentOf(0, { authorization: signed({ notAfterMs: timestamp * 1_000n + 1_502n }) }),
    'lasts-too-long',
  ],
  ['whose first link is not the parent', sentOf(0, { previousLink: filledHash(9) }), 'wrong-link'],
]

for (const [what, sent, reason] of refusals)
  test(`a flashblock ${what} is refused by name, and not handed to the engine`, () => {
    const run = new BuilderRun()
    const effects = run.arrives(sent)
    // What a change of the signer or of the leader explains costs no connection.
    const isInnocent = ['unsigned', 'wrong-signer', 'wrong-link'].includes(reason)
    const further = isInnocent ? [] : ['refuse-peer']
    assert.deepEqual(kinds(effects), ['report-refused', 'acknowledge', ...further])
    assert.deepEqual(reasons(effects), [reason])
    assert.deepEqual(kinds(run.arrives(sentOf(0))), ['append'])
  })

test('the time of a permission is checked, and nothing is accepted before the signer is known', () => {
  const run = new BuilderRun()
  run.nowMs = slotMs + 1_001
  assert.deepEqual(reasons(run.arrives(sentOf(0))), ['expired'])
  run.nowMs = slotMs - 4_001
  assert.deepEqual(reasons(run.arrives(sentOf(0))), ['from-the-future'])
  run.state = initialState(options)
  assert.deepEqual(reasons(run.arrives(sentOf(0))), ['signer-unknown'])
})

test('a builder that signs two flashblocks of one index is refused from then on, with both as evidence; the first one stays', () => {
  const run = new BuilderRun()
  run.arrives(sentOf(0))
  const other = sentOf(0, { flashblock: otherAt0 })
  const effects = run.arrives(other)
  assert.deepEqual(kinds(effects), ['report-refused', 'acknowledge', 'report-equivocation'])
  assert.deepEqual(reasons(effects), ['contradiction'])
  const report = effects[2]
  assert.ok(report?.kind === 'report-equivocation')
  assert.deepEqual([report.builder, report.sent], [peer, [sentOf(0), other]])
  assert.deepEqual(reasons(run.arrives(sentOf(1))), ['banned'])
  assert.deepEqual(kinds(run.arrives(sentOf(1), third)), ['append'])
  // Others still get the first one, and the next leader goes on from it.
  const authorization = signed({ epoch: 9n, builder: newer })
  assert.deepEqual(kinds(run.arrives(sentOf(2, { authorization }))), ['append'])
})

test('another flashblock of an earlier leader is refused, and its builder is not accused', () => {
  const run = new BuilderRun()
  const authorization = signed({ epoch: 9n, builder: newer })
  run.arrives(sentOf(0, { authorization }))
  const effects = run.arrives(sentOf(0, { flashblock: otherAt0 }), third)
  assert.deepEqual(kinds(effects), ['report-refused', 'acknowledge'])
  assert.deepEqual(reasons(effects), ['contradiction'])
})

test('flashblocks of an earlier leader are accepted from another builder, and not from that leader', () => {
  const run = new BuilderRun()
  const authorization = signed({ epoch: 9n, builder: newer })
  // Index 1 of the new leader came first: it raises the epoch, and index 0 is missing.
  assert.deepEqual(kinds(run.arrives(sentOf(1, { authorization }))), ['request'])
  assert.deepEqual(reasons(run.arrives(sentOf(0))), ['old-epoch'])
  assert.deepEqual(kinds(run.arrives(sentOf(0), third)), ['append'])
  assert.deepEqual(kinds(run.arrives(sentOf(1, { authorization }))), ['append'])
})

test('if a new leader went on from other flashblocks, they are requested, and replace those that are here', () => {
  const run = new BuilderRun()
  for (const index of [0, 1, 2]) run.arrives(sentOf(index))
  const authorization = signed({ epoch: 9n, builder: newer })
  const flashblocks = flashblocksOf([1, 2, 1, 1])
  const others = flashblocks.map((flashblock, index) => {
    const previousLink = linkAfter(sampleBase.parentHash, flashblocks.slice(0, index))
    return sentOf(index, { flashblock, authorization, previousLink })
  })
  // Index 2 of the new leader was lost.
  const [, , lost = assert.fail(), next = assert.fail()] = others
  assert.deepEqual(run.arrives(next), [
    { kind: 'request', peer: newer, payloadId: samplePayloadId, fromIndex: 0 },
  ])
  assert.deepEqual(run.arrives(next), [])
  assert.deepEqual(kinds(run.arrives(lost)), ['report-replaced', 'append'])
  assert.deepEqual(kinds(run.arrives(next)), ['append'])
})

test('consumers who saw a flashblock that a new leader replaced see no more of the block', () => {
  const run = new BuilderRun()
  run.built(0)
  run.authorized()
  run.built(1)
  assert.deepEqual(published(run.acknowledged(1)), [0, 1])
  const authorization = signed({ epoch: 9n, builder: newer })
  const others = flashblocksOf([1, 1, 1])
  for (const flashblock of others.slice(1)) {
    const previousLink = linkAfter(sampleBase.parentHash, others.slice(0, flashblock.index))
    run.arrives(sentOf(flashblock.index, { flashblock, authorization, previousLink }))
  }
  assert.deepEqual(published(run.checked(2)), [])
})

test('a bad flashblock costs its sender the connection; a late one does not', () => {
  const run = new BuilderRun()
  run.arrives(sentOf(0))
  const late = run.checked(0, { kind: 'refused', reason: 'block-too-old' })
  assert.deepEqual(kinds(late), ['acknowledge'])
  const bad = run.checked(0, { kind: 'refused', reason: 'wrong-block-hash' })
  assert.deepEqual(kinds(bad), ['acknowledge', 'refuse-peer'])
  assert.deepEqual(kinds(run.arrives(sentOf(0))), ['append'])
})

test('an engine that was restarted gets the earlier flashblocks again', () => {
  const run = new BuilderRun()
  for (const index of [0, 1, 2]) run.arrives(sentOf(index))
  const effects = run.checked(2, { kind: 'refused', reason: 'index-gap' })
  assert.deepEqual(kinds(effects), ['append', 'append', 'append'])
})

test('after a restart, flashblocks of the log can be passed on, and are continued', () => {
  const before = new BuilderRun()
  const received = [0, 1].flatMap((index) =>
    before.arrives(sentOf(index)).flatMap((effect) => {
      return effect.kind === 'append' ? [effect.received] : []
    }),
  )
  const run = new BuilderRun()
  for (const each of received) assert.deepEqual(run.do({ kind: 'restored', received: each }), [])
  const asks = { payloadId: undefined, fromIndex: 0, id: 0, leader: undefined }
  const again = run.do({ kind: 'requested', peer: third, ...asks })
  const sent = again.flatMap((effect) => (effect.kind === 'send-again' ? [effect.sent] : []))
  assert.deepEqual(sent, [sentOf(0), sentOf(1)])
  assert.deepEqual(kinds(run.arrives(sentOf(2))), ['append'])
  assert.deepEqual(published(run.checked(2)), [0, 1, 2])
})

test('messages of op-rbuilder are accepted only if unsigned flashblocks are', () => {
  const assembly = new FlashblockAssembly(samplePayloadId)
  const blocks = flashblocks.map((flashblock) => {
    assembly.add(flashblock)
    return assembly.payload() ?? assert.fail()
  })
  const arrive = (run: BuilderRun, index: number) =>
    run.do({
      kind: 'block-arrived',
      peer: 'op-rbuilder',
      payloadId: samplePayloadId,
      payload: blocks[index] ?? assert.fail(),
    })
  const strict = new BuilderRun()
  assert.deepEqual(reasons(arrive(strict, 0)), ['unsigned'])
  const run = new BuilderRun({ acceptsUnsigned: true })
  for (const index of [0, 1, 2]) {
    const append = arrive(run, index).find(({ kind }) => kind === 'append')
    assert.ok(append?.kind === 'append')
    assert.equal(append.received.flashblock.index, index)
    assert.deepEqual(append.received.flashblock.diff.transactions, at(index).diff.transactions)
  }
  assert.deepEqual(arrive(run, 1), [])
})

test('a block of op-rbuilder has 256 indices at most', () => {
  const run = new BuilderRun({ acceptsUnsigned: true })
  const payloads = flashblocksOf(Array.from({ length: 257 }, () => 1)).map((_, index, all) => {
    const transactions = all.slice(0, index + 1).flatMap(({ diff }) => diff.transactions)
    return toPayload(sampleBase, (all[index] ?? assert.fail()).diff, transactions)
  })
  const effects = payloads.map((payload) =>
    run.do({ kind: 'block-arrived', peer, payloadId: samplePayloadId, payload }),
  )
  assert.ok(effects.slice(0, 256).every((each) => kinds(each).includes('append')))
  assert.deepEqual(reasons(effects[256] ?? []), ['too-many-indices'])
})
test('after a new leader has sent, the old one is refused', () => {
  const run = new BuilderRun()
  run.arrives(sentOf(0))
  const authorization = signed({ epoch: 9n, builder: newer })
  assert.deepEqual(kinds(run.arrives(sentOf(1, { authorization }))), ['append'])
  assert.deepEqual(reasons(run.arrives(sentOf(2))), ['old-epoch'])
})

test('an old leader follows the new one from the index where it takes over', () => {
  const run = new BuilderRun()
  run.built(0)
  run.authorized()
  run.built(1)
  run.acknowledged(1)
  const authorization = signed({ epoch: 9n, builder: newer })
  const effects = run.arrives(sentOf(2, { authorization }))
  assert.deepEqual(kinds(effects), ['append'])
  assert.deepEqual(published(run.checked(2)), [2])
})

test('if another builder leads for a part of a block, its flashblocks replace own ones, and this node goes on from them', () => {
  const run = new BuilderRun()
  run.built(0)
  run.authorized()
  run.built(1)
  run.acknowledged(1)
  run.built(2)
  // The new leader did not have index 2.
  const authorization = signed({ epoch: 9n, builder: newer })
  const other = flashblocksOf([1, 2, 1])[2] ?? assert.fail()
  const taken = sentOf(2, { flashblock: other, authorization })
  const effects = run.arrives(taken)
  assert.deepEqual(kinds(effects), ['report-replaced', 'append'])
  const [report] = effects
  assert.deepEqual(report?.kind === 'report-replaced' && report.flashblocks, [at(2)])
  assert.deepEqual(published(run.acknowledged(2)), [])
  assert.deepEqual(run.built(3), [])
  assert.deepEqual(published(run.checked(2)), [2])
  // Now this node leads again.
  run.epoch = 12n
  const [authorize] = run.do({
    kind: 'built',
    built: { number, epoch: 12n, flashblock: other },
  })
  assert.equal(authorize?.kind === 'authorize' && authorize.authorization.epoch, 12n)
  const sends = run
    .authorized()
    .flatMap((effect) => (effect.kind === 'send' ? [effect.sent.flashblock] : []))
  assert.deepEqual(sends, [other])
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { SentFlashblock } from '#messages/builder-frame.ts'
import type { FlashblockOutcome } from '#messages/checked-flashblock.ts'
import { authorizationHash, type BuildAuthorization } from '#protocol/flashblock/authorization.ts'
import { FlashblockAssembly } from '#protocol/flashblock/assembly.ts'
import type { Flashblock } from '#protocol/flashblock/flashblock.ts'
import { linkAfter } from '#protocol/flashblock/link.ts'
import { signBlock } from '#protocol/p2p/payload-signature.ts'
import { signerAddress, signerKey } from '#test/fakes/block-messages.ts'
import { filledHash, flashblocksOf, sampleBase, samplePayloadId } from '#test/fakes/flashblocks.ts'
import { type Effect, type Event, initialState, type Options, type State } from './state.ts'
import { step } from './step.ts'

const { number, timestamp } = sampleBase
const flashblocks = flashblocksOf([1, 2, 3, 1])
const at = (index: number): Flashblock => flashblocks[index] ?? assert.fail()
const slotMs = Number(timestamp) * 1_000

const options: Options = {
  l2ChainId: 10n,
  blockTimeMs: 2_000n,
  builder: 'own builder',
  acceptsUnsigned: false,
  ackMs: 20,
}

const authorizationOf = (changes: Partial<BuildAuthorization> = {}): BuildAuthorization => ({
  l2ChainId: 10n,
  parentHash: sampleBase.parentHash,
  number,
  timestamp,
  payloadId: samplePayloadId,
  epoch: 5n,
  sequencerId: '',
  builder: 'peer',
  notAfterMs: timestamp * 1_000n + 1_000n,
  ...changes,
})

function signed(changes: Partial<BuildAuthorization> = {}) {
  const authorization = authorizationOf(changes)
  return { authorization, signature: signBlock(authorizationHash(authorization), signerKey) }
}

const ownAuthorization = signed({ builder: 'own builder' })

/** A flashblock as another builder sends it. */
function sentOf(index: number, changes: Partial<SentFlashblock> = {}): SentFlashblock {
  const previousLink = linkAfter(sampleBase.parentHash, flashblocks.slice(0, index))
  return { number, flashblock: at(index), previousLink, authorization: signed(), ...changes }
}

/** An event without its time. */
type Timeless<Each> = Each extends unknown ? Omit<Each, 'nowMs'> : never

/** Runs the service without its process. */
class Run {
  state: State
  nowMs = slotMs - 1_500

  constructor(changes: Partial<Options> = {}) {
    this.state = initialState({ ...options, ...changes })
    this.do({ kind: 'signer-changed', signer: signerAddress })
  }

  do(event: Timeless<Event>): readonly Effect[] {
    const [next, ...effects] = step(this.state, { ...event, nowMs: this.nowMs })
    this.state = next
    return effects
  }

  built(index: number, epoch = 5n) {
    return this.do({ kind: 'built', built: { number, epoch, flashblock: at(index) } })
  }

  authorized() {
    return this.do({ kind: 'authorized', payloadId: samplePayloadId, signed: ownAuthorization })
  }

  unsigned() {
    return this.do({ kind: 'authorized', payloadId: samplePayloadId, signed: undefined })
  }

  sent(index: number, acknowledging: number) {
    return this.do({ kind: 'sent', payloadId: samplePayloadId, index, acknowledging })
  }

  acknowledged(index: number, status: 'received' | 'executed' | 'refused' = 'received') {
    const { blockHash } = at(index).diff
    const acknowledgement = { payloadId: samplePayloadId, index, blockHash, status, reason: '' }
    return this.do({ kind: 'acknowledged', peer: 'peer', acknowledgement })
  }

  arrives(sent: SentFlashblock, peer = 'peer') {
    return this.do({ kind: 'flashblock-arrived', peer, sent })
  }

  checked(index: number, outcome: FlashblockOutcome = { kind: 'executed' }) {
    const { blockHash } = at(index).diff
    const checked = { payloadId: samplePayloadId, index, blockHash, peer: 'peer', outcome }
    return this.do({ kind: 'checked', checked })
  }
}

const kinds = (effects: readonly Effect[]) => effects.map(({ kind }) => kind)

/** Indices that became public. */
const published = (effects: readonly Effect[]) =>
  effects.flatMap((effect) => (effect.kind === 'publish' ? [effect.flashblock.index] : []))

const reasons = (effects: readonly Effect[]) =>
  effects.flatMap((effect) => (effect.kind === 'report-refused' ? [effect.reason] : []))

test('an own flashblock is sent when its block is authorized, and is public when another builder has it', () => {
  const run = new Run()
  const [authorize, ...others] = run.built(0)
  assert.ok(authorize?.kind === 'authorize')
  assert.deepEqual(others, [])
  assert.deepEqual(authorize.authorization, authorizationOf({ builder: 'own builder' }))
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
  const run = new Run()
  run.built(0)
  run.authorized()
  assert.deepEqual(published(run.sent(0, 0)), [0])
  run.built(1)
  assert.deepEqual(published(run.sent(1, 1)), [])
  run.nowMs += 19
  assert.deepEqual(published(run.do({ kind: 'woke' })), [])
  run.nowMs += 1
  assert.deepEqual(published(run.do({ kind: 'woke' })), [1])
  const impatient = new Run({ ackMs: 0 })
  impatient.built(0)
  impatient.authorized()
  assert.deepEqual(published(impatient.sent(0, 3)), [0])
})

test('flashblocks become public in their order, also if a later one is acknowledged first', () => {
  const run = new Run()
  run.built(0)
  run.authorized()
  run.built(1)
  assert.deepEqual(published(run.acknowledged(1)), [0, 1])
})

test('a refusal of another builder does not make a flashblock public', () => {
  const run = new Run()
  run.built(0)
  run.authorized()
  assert.deepEqual(published(run.acknowledged(0, 'refused')), [])
})

test('without a signature, flashblocks are sent unsigned, with a report', () => {
  const run = new Run()
  run.built(0)
  const effects = run.unsigned()
  assert.deepEqual(kinds(effects), ['report-unsigned', 'send', 'wake'])
  const send = effects.find(({ kind }) => kind === 'send')
  assert.equal(send?.kind === 'send' && send.sent.authorization, undefined)
})

test('flashblocks of another builder are acknowledged, and handed to the engine in their order', () => {
  const run = new Run()
  for (const index of [0, 1, 2]) {
    const effects = run.arrives(sentOf(index))
    assert.deepEqual(kinds(effects), ['acknowledge', 'append'])
    const append = effects[1]
    assert.ok(append?.kind === 'append')
    const { epoch, flashblock, peer } = append.received
    assert.deepEqual([epoch, flashblock, peer], [5n, at(index), 'peer'])
  }
  assert.deepEqual(kinds(run.arrives(sentOf(1))), ['acknowledge'])
})

test('missing flashblocks are requested once in a while, and those that arrive again are handed on', () => {
  const run = new Run()
  assert.deepEqual(run.arrives(sentOf(2)), [
    { kind: 'request', peer: 'peer', payloadId: samplePayloadId, fromIndex: 0 },
  ])
  run.arrives(sentOf(0))
  const [request] = run.arrives(sentOf(2))
  assert.deepEqual(request, {
    kind: 'request',
    peer: 'peer',
    payloadId: samplePayloadId,
    fromIndex: 1,
  })
  assert.deepEqual(run.arrives(sentOf(3)), [])
  run.nowMs += 250
  assert.deepEqual(kinds(run.arrives(sentOf(3))), ['request'])
  assert.deepEqual(kinds(run.arrives(sentOf(1))), ['acknowledge', 'append'])
})

test('a builder that lacks flashblocks of this node gets them again', () => {
  const run = new Run()
  run.built(0)
  run.authorized()
  run.built(1)
  run.built(2)
  const again = (payloadId: typeof samplePayloadId | undefined, fromIndex: number) =>
    run
      .do({ kind: 'requested', peer: 'peer', payloadId, fromIndex })
      .flatMap((effect) => (effect.kind === 'send-again' ? [effect.sent.flashblock.index] : []))
  assert.deepEqual(again(samplePayloadId, 1), [1, 2])
  assert.deepEqual(again(undefined, 0), [0, 1, 2])
  assert.deepEqual(again(samplePayloadId, 3), [])
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
    sentOf(0, { authorization: signed({ builder: 'another' }) }),
    'wrong-builder',
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
    sentOf(0, { authorization: signed({ notAfterMs: timestamp * 1_000n + 1_001n }) }),
    'lasts-too-long',
  ],
  ['whose first link is not the parent', sentOf(0, { previousLink: filledHash(9) }), 'wrong-link'],
]

for (const [what, sent, reason] of refusals)
  test(`a flashblock ${what} is refused by name, and not handed to the engine`, () => {
    const run = new Run()
    const effects = run.arrives(sent)
    assert.deepEqual(kinds(effects), ['report-refused', 'acknowledge'])
    assert.deepEqual(reasons(effects), [reason])
    assert.deepEqual(kinds(run.arrives(sentOf(0))), ['acknowledge', 'append'])
  })

test('the time of a permission is checked, and nothing is accepted before the signer is known', () => {
  const run = new Run()
  run.nowMs = slotMs + 1_001
  assert.deepEqual(reasons(run.arrives(sentOf(0))), ['expired'])
  run.nowMs = slotMs - 4_001
  assert.deepEqual(reasons(run.arrives(sentOf(0))), ['from-the-future'])
  run.state = initialState(options)
  assert.deepEqual(reasons(run.arrives(sentOf(0))), ['signer-unknown'])
})

test('another flashblock of the same index is a contradiction: the first one stays', () => {
  const run = new Run()
  run.arrives(sentOf(0))
  const other = { ...at(0), diff: { ...at(0).diff, blockHash: filledHash(9) } }
  assert.deepEqual(reasons(run.arrives(sentOf(0, { flashblock: other }))), ['contradiction'])
  assert.deepEqual(kinds(run.arrives(sentOf(1))), ['acknowledge', 'append'])
})

test('after a new leader has sent, the old one is refused', () => {
  const run = new Run()
  run.arrives(sentOf(0))
  const newer = signed({ epoch: 9n, builder: 'new' })
  assert.deepEqual(kinds(run.arrives(sentOf(1, { authorization: newer }), 'new')), [
    'acknowledge',
    'append',
  ])
  assert.deepEqual(reasons(run.arrives(sentOf(2))), ['old-epoch'])
})

test('consumers of a standby see the flashblocks that were executed, and after a takeover each index once', () => {
  const run = new Run()
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

test('an old leader follows the new one from the index where it takes over', () => {
  const run = new Run()
  run.built(0)
  run.authorized()
  run.built(1)
  run.acknowledged(1)
  const newer = signed({ epoch: 9n, builder: 'new' })
  const effects = run.arrives(sentOf(2, { authorization: newer }), 'new')
  assert.deepEqual(kinds(effects), ['acknowledge', 'append'])
  assert.deepEqual(published(run.checked(2)), [2])
})

test('if another builder leads for a part of a block, its flashblocks replace own ones, and this node goes on from them', () => {
  const run = new Run()
  run.built(0)
  run.authorized()
  run.built(1)
  run.acknowledged(1)
  run.built(2)
  // The new leader did not have index 2.
  const newer = signed({ epoch: 9n, builder: 'new' })
  const other = flashblocksOf([1, 2, 1])[2] ?? assert.fail()
  const taken = sentOf(2, { flashblock: other, authorization: newer })
  assert.deepEqual(kinds(run.arrives(taken, 'new')), ['acknowledge', 'append'])
  assert.deepEqual(published(run.acknowledged(2)), [])
  assert.deepEqual(run.built(3), [])
  assert.deepEqual(published(run.checked(2)), [2])
  // Now this node leads again.
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

test('a bad flashblock costs its sender the connection; a late one does not', () => {
  const run = new Run()
  run.arrives(sentOf(0))
  const late = run.checked(0, { kind: 'refused', reason: 'block-too-old' })
  assert.deepEqual(kinds(late), ['acknowledge'])
  const bad = run.checked(0, { kind: 'refused', reason: 'wrong-block-hash' })
  assert.deepEqual(kinds(bad), ['acknowledge', 'refuse-peer'])
  assert.deepEqual(kinds(run.arrives(sentOf(0))), ['acknowledge', 'append'])
})

test('an engine that was restarted gets the earlier flashblocks again', () => {
  const run = new Run()
  for (const index of [0, 1, 2]) run.arrives(sentOf(index))
  const effects = run.checked(2, { kind: 'refused', reason: 'index-gap' })
  assert.deepEqual(kinds(effects), ['append', 'append', 'append'])
})

test('messages of op-rbuilder are accepted only if unsigned flashblocks are', () => {
  const assembly = new FlashblockAssembly(samplePayloadId)
  const blocks = flashblocks.map((flashblock) => {
    assembly.add(flashblock)
    return assembly.payload() ?? assert.fail()
  })
  const arrive = (run: Run, index: number) =>
    run.do({
      kind: 'block-arrived',
      peer: 'op-rbuilder',
      payloadId: samplePayloadId,
      payload: blocks[index] ?? assert.fail(),
    })
  const strict = new Run()
  assert.deepEqual(reasons(arrive(strict, 0)), ['unsigned'])
  const run = new Run({ acceptsUnsigned: true })
  for (const index of [0, 1, 2]) {
    const append = arrive(run, index).find(({ kind }) => kind === 'append')
    assert.ok(append?.kind === 'append')
    assert.equal(append.received.flashblock.index, index)
    assert.deepEqual(append.received.flashblock.diff.transactions, at(index).diff.transactions)
  }
  assert.deepEqual(arrive(run, 1), [])
})

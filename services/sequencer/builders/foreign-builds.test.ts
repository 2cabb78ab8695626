import assert from 'node:assert/strict'
import { test } from 'node:test'
import { execute, payloadReceived } from '#messages/subjects.ts'
import type { Payload } from '#protocol/block/payload.ts'
import { hashPayload } from '#protocol/block/payload-hash.ts'
import { sleep } from '#runtime/clock.ts'
import { Fault } from '#runtime/fault.ts'
import { type RunningSequencer, SequencerWorld } from '#test/fakes/sequencer-world.ts'
import { changed, TestBuilder } from '#test/fakes/test-builder.ts'
import type { Builder, BuildParent } from './builder.ts'
import type { BuilderOutcome } from './foreign-builds.ts'

const timeoutMs = 250

/** How long before its timestamp a block is sealed, in milliseconds. */
const sealingMs = 50

/** A running sequencer with a builder. */
async function startedWith(
  made: (world: SequencerWorld, builder: TestBuilder) => Builder | undefined = () => undefined,
) {
  const world = await SequencerWorld.of('fork-holocene')
  const builder = new TestBuilder(world.engines)
  const foreign = { builder: made(world, builder) ?? builder, timeoutMs }
  const sequencer = await world.start({ foreign })
  return { world, builder, sequencer }
}

type Started = Awaited<ReturnType<typeof startedWith>>

/** Number of transactions of users in each published block, from a block on. */
function usersOf({ published }: SequencerWorld, from = 0): readonly number[] {
  return published
    .slice(from)
    .map(({ transactions }) => transactions.filter(([type]) => type !== 0x7e).length)
}

async function countOf({ registry }: RunningSequencer, outcome: BuilderOutcome): Promise<number> {
  const metric = registry.getSingleMetric('atoll_sequencer_builder_blocks_total')
  const { values = [] } = (await metric?.get()) ?? {}
  return values.find(({ labels }) => labels['outcome'] === outcome)?.value ?? 0
}

/** Makes three blocks. They must be on time and from the local execution client, and the log must say why. */
async function assertLocal(
  { sequencer, world }: Pick<Started, 'sequencer' | 'world'>,
  { outcome, reason }: { readonly outcome: BuilderOutcome; readonly reason: RegExp },
): Promise<void> {
  const from = world.published.length
  const warned = sequencer.warnings.length
  const before = await countOf(sequencer, outcome)
  await world.untilUnsafe(world.unsafe + 3n)
  assert.equal(sequencer.ended.error, undefined)
  const users = usersOf(world, from)
  assert.ok(users.length >= 3 && users.every((count) => count === 0), users.join())
  const slowest = Math.max(...world.delaysMs.slice(from))
  assert.ok(slowest <= timeoutMs - sealingMs + 20, `a block was published ${slowest} ms late`)
  const lines = sequencer.warnings.slice(warned)
  assert.ok(lines.length >= 3)
  for (const line of lines) {
    assert.equal(line.msg, 'the block of the builder is not used')
    assert.equal(line.outcome, outcome, line.reason)
    assert.match(line.reason ?? '', reason)
    assert.ok((line.reason ?? '').length <= 300)
  }
  assert.ok((await countOf(sequencer, outcome)) >= before + 3)
  assert.match(sequencer.status.snapshot().notices.join(), new RegExp(`not used \\(${outcome}\\)`))
}

test('good blocks of a builder are used, in time, and their transactions become part of the chain', async () => {
  const { builder, sequencer, world } = await startedWith()
  await world.untilUnsafe(8n)
  assert.deepEqual(
    usersOf(world),
    Array.from(world.published, () => 1),
  )
  assert.deepEqual(
    world.published.flatMap(({ transactions }) => transactions.filter(([type]) => type !== 0x7e)),
    builder.transactions.slice(0, world.published.length),
  )
  assert.ok(Math.max(...world.delaysMs) < 0, 'a good block needs no budget')
  assert.ok((await countOf(sequencer, 'used')) >= 8)
  assert.deepEqual([sequencer.warnings, sequencer.status.snapshot().notices], [[], []])
  assert.ok(builder.signals.slice(0, 8).every(({ aborted }) => !aborted))
})

test('a builder that recovers is used again, and the notice disappears', async () => {
  const { builder, sequencer, world } = await startedWith()
  await world.untilUnsafe(2n)
  builder.spoil = () => Promise.reject(new Error('by the test'))
  await assertLocal({ sequencer, world }, { outcome: 'failed', reason: /not there: by the test$/ })
  const from = world.published.length
  builder.spoil = (payload) => payload
  await world.untilUnsafe(world.unsafe + 3n)
  assert.deepEqual(
    usersOf(world, from),
    Array.from(world.published.slice(from), () => 1),
  )
  assert.deepEqual(sequencer.status.snapshot().notices, [])
})

type Spoil = (payload: Payload, world: SequencerWorld) => Promise<Payload> | Payload

const never = () => new Promise<never>(() => undefined)

const deposit = Uint8Array.of(0x7e, 0xc0)

const hostile: Readonly<Record<string, readonly [BuilderOutcome, RegExp, Spoil]>> = {
  'comes too late': [
    'late',
    /its block is not there, 250 ms after/,
    async (payload, { engines }) => {
      await sleep(engines.bus.clock, timeoutMs + 100)
      return payload
    },
  ],
  'never answers': ['late', /its block is not there, 250 ms after/, never],
  'has another parent': [
    'refused',
    /parentHash is .*, want/,
    (payload) => changed(payload, { parentHash: payload.blockHash }),
  ],
  'has another number': [
    'refused',
    /blockNumber is/,
    (payload) => changed(payload, { number: payload.number + 1n }),
  ],
  'has another time': [
    'refused',
    /timestamp is/,
    (payload) => changed(payload, { timestamp: payload.timestamp + 2n }),
  ],
  'lacks the deposits': [
    'refused',
    /transaction/,
    (payload) => changed(payload, { transactions: payload.transactions.slice(1) }),
  ],
  'has a deposit at its end': [
    'refused',
    /transactions\[2\] has type 0x7e/,
    (payload) => changed(payload, { transactions: [...payload.transactions, deposit] }),
  ],
  'used more gas than its limit': [
    'refused',
    /gasUsed is/,
    (payload) => changed(payload, { gasUsed: payload.gasLimit + 1n }),
  ],
  'has another gas limit': [
    'refused',
    /gasLimit is/,
    (payload) => changed(payload, { gasLimit: payload.gasLimit * 2n }),
  ],
  'has wrong extra data': [
    'refused',
    /extraData|eip1559Params/,
    (payload) => changed(payload, { extraData: new Uint8Array(9) }),
  ],
  'has a wrong hash': [
    'refused',
    /blockHash is/,
    (payload) => ({ ...payload, blockHash: payload.parentHash }),
  ],
  'has a wrong state root': [
    'refused',
    /the local execution client refuses it: .+/,
    (payload) => changed(payload, { stateRoot: payload.parentHash }),
  ],
  'is too large for gossip': [
    'refused',
    /the size on gossip in bytes is/,
    (payload) => {
      const large = new Uint8Array(11 * 1024 * 1024).fill(2)
      return changed(payload, { transactions: [...payload.transactions, large] })
    },
  ],
  'is no block': ['refused', /is undefined, want/, () => ({}) as Payload],
  'lacks a field': [
    'refused',
    /it is malformed: /,
    (payload) => ({ ...payload, logsBloom: undefined as unknown as Uint8Array }),
  ],
  'is nothing': ['refused', /it is malformed: /, () => undefined as unknown as Payload],
}

for (const [what, [outcome, reason, spoil]] of Object.entries(hostile))
  test(`a block of the builder that ${what} is not used, and the local block is on time`, async () => {
    const { builder, sequencer, world } = await startedWith()
    builder.spoil = (payload) => spoil(payload, world)
    await world.untilUnsafe(1n)
    await assertLocal({ sequencer, world }, { outcome, reason })
    assert.ok(builder.signals.length >= 4 && builder.signals[0]?.aborted)
  })

const bare = Object.create(null) as Error

for (const [what, outcome, reason, builder] of [
  [
    'throws at the start',
    'failed',
    /^it did not start to build: no$/,
    {
      start: () => {
        throw new Error('no')
      },
      seal: never,
    },
  ],
  [
    'rejects with a value that has no text',
    'failed',
    /without a text/,
    { start: () => Promise.reject(bare), seal: never },
  ],
  [
    'throws at the seal',
    'failed',
    /not there: no$/,
    {
      start: async () => 1,
      seal: () => {
        throw new Error('no')
      },
    },
  ],
  [
    'never starts',
    'late',
    /^it has not started to build, 250 ms after/,
    { start: never, seal: never },
  ],
  [
    'lacks the parent',
    'syncing',
    /lacks the parent/,
    {
      start: () => Promise.reject(new Fault('engine-syncing', { detail: 'it lacks the parent' })),
      seal: never,
    },
  ],
] as const)
  test(`with a builder that ${what}, the local block is on time`, async () => {
    const { sequencer, world } = await startedWith(() => builder)
    await world.untilUnsafe(1n)
    await assertLocal({ sequencer, world }, { outcome, reason })
  })

test('a block that comes too late is not executed', async () => {
  const { builder, sequencer, world } = await startedWith()
  const { bus } = world.engines
  let executed = 0
  bus.lost = ({ subject }) => {
    if (subject.includes(execute.name)) executed++
    return false
  }
  builder.spoil = async (payload) => {
    await sleep(bus.clock, timeoutMs + 100)
    return payload
  }
  await world.untilUnsafe(3n)
  await bus.pass(1_000)
  assert.equal(executed, 0)
  assert.ok((await countOf(sequencer, 'late')) >= 3)
})

test('a builder that writes to its buffers again does not change the block', async () => {
  const { builder, sequencer, world } = await startedWith()
  const { clock } = world.engines.bus
  builder.spoil = (payload) => {
    void sleep(clock, 1).then(() => payload.transactions.at(-1)?.fill(0))
    return payload
  }
  await world.untilUnsafe(3n)
  for (const payload of world.published) assert.equal(payload.blockHash, hashPayload(payload))
  assert.deepEqual(sequencer.warnings, [])
})

test('if the local execution client does not execute the block in time, the local block is used', async () => {
  const { sequencer, world } = await startedWith()
  await world.untilUnsafe(2n)
  world.engines.bus.lost = ({ subject }) => subject.includes(execute.name)
  await assertLocal({ sequencer, world }, { outcome: 'late', reason: /not executed, 250 ms after/ })
})

test('if the local block is not sealed, the block of the builder is used nevertheless', async () => {
  const { sequencer, world } = await startedWith()
  await world.untilUnsafe(2n)
  world.engines.client.intercept = ({ method }) => {
    if (method.startsWith('engine_getPayload')) throw new Fault('rpc-unreachable')
  }
  const from = world.published.length
  await world.untilUnsafe(5n)
  assert.deepEqual(
    usersOf(world, from),
    Array.from(world.published.slice(from), () => 1),
  )
  assert.deepEqual(sequencer.warnings, [])
})

test('a builder is not asked for blocks without transactions of users', async () => {
  const world = await SequencerWorld.of('fork-holocene')
  const builder = new TestBuilder(world.engines)
  const settings = { isRecovering: true }
  const sequencer = await world.start({ foreign: { builder, timeoutMs }, settings })
  await world.untilUnsafe(3n)
  assert.deepEqual([builder.signals, sequencer.warnings], [[], []])
  assert.ok((await countOf(sequencer, 'not-asked')) >= 3)
})

test('before Ecotone, a builder is not asked', async () => {
  const world = await SequencerWorld.of('fork-delta')
  const builder = new TestBuilder(world.engines)
  const sequencer = await world.start({ foreign: { builder, timeoutMs } })
  await world.untilUnsafe(3n)
  assert.deepEqual([builder.signals, sequencer.warnings], [[], []])
  assert.ok((await countOf(sequencer, 'not-asked')) >= 3)
})

test('a chain that catches up does not wait for its builder', async () => {
  const world = await SequencerWorld.of('fork-holocene')
  const builder = new TestBuilder(world.engines)
  builder.onStart = never
  const { clock } = world.engines.bus
  await world.engines.bus.pass(60_000)
  const sequencer = await world.start({ foreign: { builder, timeoutMs } })
  const startMs = clock.now()
  await world.untilUnsafe(29n)
  assert.ok(clock.now() - startMs < 1_000, `30 blocks took ${clock.now() - startMs} ms`)
  assert.ok((await countOf(sequencer, 'not-asked')) >= 28)
})

test('the job is aborted when the head moves or the sequencer stops, and the next job builds on the new head', async () => {
  const parents: BuildParent[] = []
  const { builder, sequencer, world } = await startedWith((_world, inner) => ({
    start: (parent, ...rest) => {
      parents.push(parent)
      return inner.start(parent, ...rest)
    },
    seal: (job) => inner.seal(job),
  }))
  const { bus, derivation, gossip, record } = world.engines
  await bus.pass(700)
  assert.deepEqual(
    builder.signals.map(({ aborted }) => aborted),
    [false],
  )
  const other = record.l2[1]?.block ?? assert.fail()
  await bus.settle(gossip.append(payloadReceived, { payload: other }))
  await derivation.until(({ unsafe }) => unsafe.hash === other.blockHash)
  await bus.pass(20)
  assert.equal(builder.signals[0]?.aborted, true)
  await world.untilUnsafe(3n)
  assert.deepEqual([parents[1]?.ref.hash, parents[1]?.payload], [other.blockHash, other])
  assert.deepEqual([sequencer.warnings, usersOf(world)], [[], [1, 1]])
  await bus.pass(700)
  const job = builder.signals.at(-1)
  assert.equal(job?.aborted, false)
  await world.control({ kind: 'stop' })
  assert.equal(job.aborted, true)
})

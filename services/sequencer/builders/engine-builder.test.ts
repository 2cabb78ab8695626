import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Payload } from '#protocol/block/payload.ts'
import { sleep } from '#runtime/clock.ts'
import { SequencerWorld } from '#test/fakes/sequencer-world.ts'
import { TestBuilder } from '#test/fakes/test-builder.ts'
import { testRollup } from '#test/fakes/test-rollup.ts'
import { hash } from '#test/fakes/values.ts'
import { VirtualClock } from '#test/simulator/virtual-clock.ts'
import { maxMissing, MissingBlocks, missingPauseMs } from './missing-blocks.ts'

async function startedWorld() {
  const world = await SequencerWorld.of('fork-holocene')
  const builder = new TestBuilder(world.engines)
  const sequencer = await world.start({ foreign: { builder, timeoutMs: 250 } })
  return { builder, sequencer, world }
}

/** Whether each published block from number `from` on has a transaction of the builder. */
function areUsed({ published }: SequencerWorld, from: number): boolean {
  return published.slice(from).every(({ transactions }) => transactions.length > 1)
}

const isNewPayload = ({ method }: { readonly method: string }) =>
  method.startsWith('engine_newPayload')

test('for each block, the builder gets the parent, the heads and the attributes in the versions of the fork', async () => {
  const { builder, world } = await startedWorld()
  await world.untilUnsafe(3n)
  const { calls } = builder.client
  assert.deepEqual(
    calls.slice(0, 5).map(({ method }) => method),
    [
      'engine_forkchoiceUpdatedV3',
      'engine_getPayloadV3',
      'engine_newPayloadV3',
      'engine_forkchoiceUpdatedV3',
      'engine_getPayloadV3',
    ],
  )
  const { safe, unsafe } = world.engines.derivation.chain
  const [heads] = calls.findLast(({ method }) => method.includes('forkchoice'))?.params ?? []
  const { safeBlockHash, headBlockHash } = heads as Record<string, string>
  assert.equal(safeBlockHash, safe.hash)
  assert.ok([unsafe.hash, unsafe.parentHash].includes(headBlockHash as typeof unsafe.hash))
})

test('a builder that lost its blocks gets them at once, and no block is missed', async () => {
  const { builder, sequencer, world } = await startedWorld()
  await world.untilUnsafe(5n)
  builder.client.wipe()
  await world.untilUnsafe(8n)
  assert.ok(areUsed(world, 0))
  assert.deepEqual(sequencer.warnings, [])
  assert.ok(builder.read >= 5)
})

test('a builder that was down gets the blocks that it missed', async () => {
  const { builder, sequencer, world } = await startedWorld()
  await world.untilUnsafe(2n)
  builder.client.intercept = () => {
    throw new Error('by the test')
  }
  await world.untilUnsafe(7n)
  const missed = sequencer.warnings.length
  assert.ok(missed >= 4)
  builder.client.intercept = () => undefined
  await world.untilUnsafe(world.unsafe + 1n)
  const from = world.published.length
  await world.untilUnsafe(world.unsafe + 3n)
  assert.ok(areUsed(world, from))
})

test('if sending the missed blocks takes longer than a block, the next block is not missed', async () => {
  const { builder, sequencer, world } = await startedWorld()
  await world.untilUnsafe(3n)
  builder.client.wipe()
  builder.client.intercept = async (call) => {
    if (isNewPayload(call)) await sleep(world.engines.bus.clock, 600)
    return undefined
  }
  await world.untilUnsafe(9n)
  assert.deepEqual(
    sequencer.warnings.map(({ outcome }) => outcome),
    ['late'],
  )
})

test('a builder that syncs gets the heads for each block, but the missing blocks only once in each pause', async () => {
  const { builder, sequencer, world } = await startedWorld()
  await world.untilUnsafe(10n)
  const payloadStatus = { status: 'SYNCING', latestValidHash: null }
  builder.client.intercept = (call) => {
    if (isNewPayload(call)) return payloadStatus
    return call.method.includes('forkchoice') ? { payloadStatus, payloadId: null } : undefined
  }
  builder.client.calls.length = 0
  const before = world.unsafe
  await world.engines.bus.pass(missingPauseMs - 5_000)
  const made = Number(world.unsafe - before)
  assert.ok(made > 20)
  assert.ok(builder.read < 20, `${builder.read} blocks read for ${made} blocks`)
  const heads = builder.client.calls.filter(({ method }) => method.includes('forkchoice'))
  assert.ok(heads.length >= made - 1)
  assert.ok(
    sequencer.warnings.slice(1).every(({ outcome }) => outcome === 'syncing'),
    JSON.stringify(sequencer.warnings),
  )
  builder.client.intercept = () => undefined
  await world.engines.bus.pass(10_000)
  const from = world.published.length
  await world.untilUnsafe(world.unsafe + 3n)
  assert.ok(areUsed(world, from), 'after the pause, the missed blocks are sent')
})

test('a builder that refuses the parent or the attributes fails with its reason', async () => {
  const { builder, sequencer, world } = await startedWorld()
  await world.untilUnsafe(2n)
  const invalid = { status: 'INVALID', latestValidHash: null, validationError: 'by the test' }
  builder.client.intercept = (call) => (isNewPayload(call) ? invalid : undefined)
  await world.untilUnsafe(4n)
  assert.match(
    sequencer.warnings.at(-1)?.reason ?? '',
    /refuses block \d, the parent: by the test$/,
  )
  builder.client.intercept = ({ method }) =>
    method.includes('forkchoice') ? { payloadStatus: invalid, payloadId: null } : undefined
  await world.untilUnsafe(6n)
  assert.match(sequencer.warnings.at(-1)?.reason ?? '', /refuses the attributes: by the test$/)
  builder.client.intercept = ({ method }) => {
    if (method.includes('getPayload')) builder.client.restart()
  }
  await world.untilUnsafe(8n)
  assert.match(sequencer.warnings.at(-1)?.reason ?? '', /no longer knows the block/)
})

test(`a builder that lacks more than ${maxMissing} blocks gets no block, and nothing is sent to it during the pause`, async () => {
  const clock = new VirtualClock(0)
  const sent: bigint[] = []
  const block = (number: bigint) =>
    ({ number, blockHash: hash(Number(number)), parentHash: hash(Number(number - 1n)) }) as Payload
  let lacksFrom = 10n
  const client = {
    newPayload: async ({ number }: Payload) => {
      sent.push(number)
      if (number >= lacksFrom + 1n) return { kind: 'syncing' } as const
      lacksFrom = number > lacksFrom - 1n ? number + 1n : lacksFrom
      return { kind: 'valid' } as const
    },
  }
  const missing = new MissingBlocks(client, {
    config: testRollup,
    clock,
    readBlock: async (wanted) => block(BigInt(wanted)),
  })
  const head = block(10n + BigInt(maxMissing) + 5n)
  await missing.send(head)
  assert.ok(sent.length <= maxMissing + 1 && !sent.includes(10n), `${sent.length} blocks`)
  sent.length = 0
  await missing.send(head)
  assert.deepEqual(sent, [])
  await clock.run(missingPauseMs, () => false)
  await Promise.all([missing.send(block(20n)), missing.send(block(21n))])
  assert.deepEqual(
    sent.slice(-11),
    Array.from({ length: 11 }, (_, at) => BigInt(10 + at)),
  )
})

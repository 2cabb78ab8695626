import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ExecutionClient, ForkchoiceStatus } from '#engine-api/execution-client.ts'
import type { PayloadAttributes } from '#protocol/block/payload-attributes.ts'
import { hash } from '#test/fakes/values.ts'
import { VirtualClock } from '#test/simulator/virtual-clock.ts'
import { maxVainForkchoices, paceForkchoices, paceWindowMs } from './forkchoice-pace.ts'

/** A paced client, and the times of the calls that reached the execution client. */
function paced(answer: () => ForkchoiceStatus) {
  const clock = new VirtualClock(0)
  const sentMs: number[] = []
  const stopping = new AbortController()
  const client = {
    forkchoice: async () => {
      sentMs.push(clock.monotonicMs())
      return answer()
    },
    build: async () => {
      sentMs.push(clock.monotonicMs())
      return { kind: 'started', payloadId: '0x0000000000000001' }
    },
  } as Partial<ExecutionClient> as ExecutionClient
  const pacing = paceForkchoices(client, { clock, signal: stopping.signal })
  const forkchoice = (head: number) =>
    pacing.forkchoice({ head: hash(head), safe: undefined, finalized: undefined }).then(
      () => 'answered',
      (error: Error) => error.message,
    )
  /** Starts to build the block above a head. */
  const build = (head: number) => {
    const attributes = { timestamp: BigInt(head), transactions: [] as readonly Uint8Array[] }
    const heads = { head: hash(head), safe: undefined, finalized: undefined }
    return pacing.build(heads, attributes as PayloadAttributes)
  }
  const pass = (forMs: number) => clock.run(forMs, () => false)
  return { sentMs, forkchoice, build, pass, stopping }
}

/** Sends calls one after the other, as the engine does. */
async function sendAll(
  { forkchoice, pass }: Pick<ReturnType<typeof paced>, 'forkchoice' | 'pass'>,
  heads: readonly number[],
): Promise<void> {
  const sending = (async () => {
    for (const head of heads) await forkchoice(head)
  })()
  await pass(60_000)
  await sending
}

const many = Array.from({ length: maxVainForkchoices }, (_, at) => at)

const unsuccessful: readonly (readonly [string, () => ForkchoiceStatus])[] = [
  ['SYNCING', () => ({ kind: 'syncing' })],
  ['INVALID', () => ({ kind: 'invalid', reason: 'by the test' })],
  [
    'an error',
    () => {
      throw new Error('by the test')
    },
  ],
]

for (const [what, answer] of unsuccessful)
  test(`if forkchoice calls are answered with ${what}, they are sent without delay up to the limit, and the next call after a second`, async () => {
    const world = paced(answer)
    await sendAll(world, [...many, 100, 101])
    const first = world.sentMs.slice(0, maxVainForkchoices)
    assert.deepEqual(new Set(first), new Set([0]))
    assert.deepEqual(world.sentMs.slice(maxVainForkchoices), [paceWindowMs, paceWindowMs])
  })

test('if forkchoice calls advance the chain, they are not delayed', async () => {
  const world = paced(() => ({ kind: 'valid' }))
  await sendAll(
    world,
    Array.from({ length: 1_000 }, (_, at) => at),
  )
  assert.deepEqual(new Set(world.sentMs), new Set([0]))
})

test('if a sequencer catches up, its builds and its blocks are not delayed', async () => {
  const { build, forkchoice, pass, sentMs } = paced(() => ({ kind: 'valid' }))
  const sending = (async () => {
    for (let head = 0; head < 500; head++) {
      await build(head)
      await forkchoice(head + 1)
    }
  })()
  await pass(60_000)
  await sending
  assert.equal(sentMs.length, 1_000)
  assert.deepEqual(new Set(sentMs), new Set([0]))
})

test('if a call repeats an earlier call, it counts as in vain, even if the answer is VALID', async () => {
  const world = paced(() => ({ kind: 'valid' }))
  await sendAll(
    world,
    Array.from({ length: maxVainForkchoices + 3 }, (_, at) => at % 2),
  )
  // The first call with each of the two heads is not a repetition, so two of the calls are not in vain.
  assert.deepEqual(world.sentMs.slice(-2), [0, paceWindowMs])
})

test('if the engine stops, a delayed call is not sent', async () => {
  const { forkchoice, pass, sentMs, stopping } = paced(() => ({ kind: 'syncing' }))
  for (const head of many) await forkchoice(head)
  const delayed = forkchoice(100)
  await pass(10)
  stopping.abort()
  assert.equal(await delayed, 'aborted')
  assert.equal(sentMs.length, maxVainForkchoices)
})

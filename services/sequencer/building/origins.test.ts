import assert from 'node:assert/strict'
import { test } from 'node:test'
import pino from 'pino'
import type { FetchL1BlockRequest, FetchL1BlockResponse } from '#messages/fetch-l1-block.ts'
import type { L1Block } from '#protocol/block/l1-block.ts'
import { Fault } from '#runtime/fault.ts'
import { VirtualClock } from '#test/simulator/virtual-clock.ts'
import { blockId, hash, l1Ref } from '#test/fakes/values.ts'
import { nextBudgetMs, Origins } from './origins.ts'

function l1Block(number: number, fork = 0): L1Block {
  const ref = { ...l1Ref(number), hash: hash(number + 1_000 * fork), parentHash: hash(number - 1) }
  return ref as unknown as L1Block
}

/** Origins with a confirmation depth of 2, over an L1 whose answers a test decides. */
function originsOn(answer: (block: FetchL1BlockRequest['block']) => Promise<FetchL1BlockResponse>) {
  const clock = new VirtualClock(0)
  const asked: string[] = []
  const bus = {
    call: async (_: unknown, { block }: FetchL1BlockRequest) => {
      asked.push(block.kind === 'number' ? `number ${block.number}` : `hash ${BigInt(block.hash)}`)
      return answer(block)
    },
  }
  const context = { bus: bus as never, clock, log: pino({ level: 'silent' }) }
  const origins = new Origins(context, 2n)
  const load = async (number: number, { isFresh = false } = {}) => {
    let isOver = false
    const loading = origins.load(blockId(number), { isFresh })
    const over = () => {
      isOver = true
    }
    loading.then(over, over)
    await clock.run(nextBudgetMs, () => isOver)
    return loading
  }
  const head = (number: number, fork = 0) => origins.l1Changed({ head: l1Block(number, fork) })
  return { asked, clock, head, load }
}

const found = async (block: FetchL1BlockRequest['block']): Promise<FetchL1BlockResponse> => ({
  kind: 'block',
  block: l1Block(Number(block.kind === 'number' ? block.number : BigInt(block.hash))),
})

test('the next L1 block is used once it has its confirmations, and each block is fetched once', async () => {
  const { asked, head, load } = originsOn(found)
  assert.equal((await load(7))?.next, undefined)
  head(9)
  assert.equal((await load(7))?.next, undefined)
  head(10)
  const pair = await load(7)
  assert.deepEqual([pair?.current.number, pair?.next?.number], [7n, 8n])
  await load(7)
  // The next one becomes the current one without a request.
  await load(8)
  assert.deepEqual(asked, ['hash 7', 'number 8'])
})

test('a request for the next L1 block that fails or hangs leaves it out after half a second, and its answer is used later', async () => {
  const failing = originsOn(async (block) => {
    if (block.kind === 'number') throw new Fault('l1-unavailable')
    return found(block)
  })
  failing.head(20)
  assert.equal((await failing.load(7))?.next, undefined)

  let arrive: (block: FetchL1BlockResponse) => void = () => undefined
  const slow = originsOn((block) =>
    block.kind === 'hash' ? found(block) : new Promise((resolve) => (arrive = resolve)),
  )
  slow.head(20)
  assert.equal((await slow.load(7))?.next, undefined)
  assert.equal(slow.clock.monotonicMs(), nextBudgetMs)
  assert.equal((await slow.load(7))?.next, undefined)
  arrive(await found({ kind: 'number', number: 8n }))
  assert.equal((await slow.load(7))?.next?.number, 8n)
  assert.deepEqual(slow.asked, ['hash 7', 'number 8'])
})

test('an L1 origin that L1 does not have any more has no pair, and a failed request for it is a fault', async () => {
  const gone = originsOn(async () => ({ kind: 'not-found' }))
  assert.equal(await gone.load(7), undefined)
  const failing = originsOn(async () => {
    throw new Fault('l1-unavailable')
  })
  await assert.rejects(failing.load(7), Fault)
})

test('after a reorg of L1, and in recover mode, the next L1 block is fetched again', async () => {
  const { asked, head, load } = originsOn(found)
  head(20)
  await load(7)
  head(21)
  await load(7)
  assert.equal(asked.length, 2)
  head(21, 1)
  await load(7)
  assert.equal(asked.length, 3)
  await load(7, { isFresh: true })
  assert.equal(asked.length, 4)
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import pino from 'pino'
import type { FetchL1BlockRequest, FetchL1BlockResponse } from '#messages/fetch-l1-block.ts'
import type { L1Block } from '#protocol/block/l1-block.ts'
import { Fault } from '#runtime/fault.ts'
import { VirtualClock } from '#test/simulator/virtual-clock.ts'
import { blockId, hash, l1Ref } from '#test/fakes/values.ts'
import { nextBudgetMs, OriginCache } from './origins.ts'

function l1Block(number: number, fork = 0): L1Block {
  const ref = { ...l1Ref(number), hash: hash(number + 1_000 * fork), parentHash: hash(number - 1) }
  return ref as unknown as L1Block
}

/** A cache with a confirmation depth of 2, over an L1 whose answers a test decides. */
function cacheOn(answer: (block: FetchL1BlockRequest['block']) => Promise<FetchL1BlockResponse>) {
  const clock = new VirtualClock(0)
  const asked: string[] = []
  const bus = {
    call: async (_: unknown, { block }: FetchL1BlockRequest) => {
      asked.push(block.kind === 'number' ? `number ${block.number}` : `hash ${BigInt(block.hash)}`)
      return answer(block)
    },
  }
  const context = { bus: bus as never, clock, log: pino({ level: 'silent' }) }
  const origins = new OriginCache(context, 2n)
  const load = async (number: number, { isFresh = false, forMs = nextBudgetMs } = {}) => {
    let isOver = false
    const loading = origins.load(blockId(number), { isFresh })
    const over = () => {
      isOver = true
    }
    loading.then(over, over)
    await clock.run(forMs, () => isOver)
    return loading
  }
  /** The number of the next L1 block, or why there is no next L1 block. */
  const next = async (number: number, options = {}) => {
    const loaded = await load(number, options)
    if (loaded.kind !== 'found') return loaded.kind
    return loaded.next?.number ?? (loaded.isNextAbsent ? 'absent' : 'unknown')
  }
  const head = (number: number, fork = 0) => origins.l1Changed({ head: l1Block(number, fork) })
  return { asked, clock, head, load, next, origins }
}

const found = async (block: FetchL1BlockRequest['block']): Promise<FetchL1BlockResponse> => ({
  kind: 'block',
  block: l1Block(Number(block.kind === 'number' ? block.number : BigInt(block.hash))),
})

test('the next L1 block is used once it has its confirmations, and each block is fetched once', async () => {
  const { asked, head, next } = cacheOn(found)
  assert.equal(await next(7), 'unknown')
  head(9)
  assert.equal(await next(7), 'absent')
  head(10)
  assert.equal(await next(7), 8n)
  await next(7)
  // The next L1 block becomes the current one without a request.
  assert.equal(await next(8), 'absent')
  assert.deepEqual(asked, ['hash 7', 'number 8'])
})

test('if a request for the next L1 block fails or hangs, the sequencer waits half a second at most, and uses the answer later', async () => {
  const failing = cacheOn(async (block) => {
    if (block.kind === 'number') throw new Fault('l1-unavailable')
    return found(block)
  })
  failing.head(20)
  assert.equal(await failing.next(7), 'unknown')

  let arrive: (block: FetchL1BlockResponse) => void = () => undefined
  const slow = cacheOn((block) =>
    block.kind === 'hash' ? found(block) : new Promise((resolve) => (arrive = resolve)),
  )
  slow.head(20)
  assert.equal(await slow.next(7), 'unknown')
  assert.equal(slow.clock.monotonicMs(), nextBudgetMs)
  assert.equal(await slow.next(7), 'unknown')
  arrive(await found({ kind: 'number', number: 8n }))
  assert.equal(await slow.next(7), 8n)
  assert.deepEqual(slow.asked, ['hash 7', 'number 8'])
})

test('in recover mode, the next L1 block is fetched again, and the sequencer waits until the request ends', async () => {
  const { asked, clock, head, next } = cacheOn(async (block) => {
    if (block.kind === 'number')
      await new Promise<void>((resolve) => void clock.after(3_000, resolve))
    return found(block)
  })
  head(20)
  assert.equal(await next(7, { isFresh: true, forMs: 4_000 }), 8n)
  assert.equal(await next(7, { isFresh: true, forMs: 4_000 }), 8n)
  assert.deepEqual(asked, ['hash 7', 'number 8', 'number 8'])
})

test('an L1 origin that L1 replaced is orphaned; an L1 origin that L1 does not have is missing; a failed request is a fault', async () => {
  const replaced = cacheOn(async (block) =>
    block.kind === 'hash' ? { kind: 'not-found' } : { kind: 'block', block: l1Block(7, 1) },
  )
  assert.equal(await replaced.next(7), 'orphaned')
  const gone = cacheOn(async () => ({ kind: 'not-found' }))
  assert.equal(await gone.next(7), 'missing')
  const failing = cacheOn(async () => {
    throw new Fault('l1-unavailable')
  })
  await assert.rejects(failing.load(7), Fault)
})

test('a next L1 block with another parent is orphaned, is not kept, and is read again', async () => {
  let isWrong = true
  const { asked, head, next } = cacheOn(async (block) => {
    if (block.kind === 'hash' || !isWrong) return found(block)
    return { kind: 'block', block: { ...l1Block(8), parentHash: hash(99) } }
  })
  head(20)
  assert.equal(await next(7), 'orphaned')
  isWrong = false
  assert.equal(await next(7), 8n)
  assert.deepEqual(asked, ['hash 7', 'number 8', 'number 8'])
  const reorged = cacheOn(async (block) =>
    block.kind === 'hash' ? found(block) : { kind: 'reorged', canonical: l1Ref(8) },
  )
  reorged.head(20)
  assert.equal(await reorged.next(7), 'orphaned')
})

for (const [what, number, fork] of [
  ['a head on another fork', 21, 1],
  ['a head that skips blocks, in which L1 may have been reorganised', 25, 0],
] as const)
  test(`after ${what}, the next L1 block is fetched again, and the answer to an earlier request is not used`, async () => {
    let arrive: (block: FetchL1BlockResponse) => void = () => undefined
    let isSlow = false
    const { asked, head, next } = cacheOn((block) =>
      isSlow && block.kind === 'number'
        ? new Promise((resolve) => (arrive = resolve))
        : found(block),
    )
    head(20)
    await next(7)
    head(21)
    assert.equal(await next(7), 8n)
    assert.equal(asked.length, 2)
    isSlow = true
    head(number, fork)
    assert.equal(await next(7), 'unknown')
    const late = arrive
    isSlow = false
    head(number + 10, fork)
    late({ kind: 'block', block: { ...l1Block(8), hash: hash(88) } })
    assert.equal(await next(7), 8n)
    assert.equal(asked.length, 4)
  })

test('another builder may have chosen the L1 origin of the parent or the next one, without confirmations; a block that L1 replaced is not adopted', async () => {
  const { origins } = cacheOn(found)
  const adopt = async (number: number, fork = 0) => {
    const { hash: of } = l1Block(number, fork)
    return (await origins.adopt({ hash: of, number: BigInt(number) }, l1Block(7)))?.number
  }
  assert.deepEqual([await adopt(7), await adopt(8)], [7n, 8n])
  assert.deepEqual([await adopt(8, 1), await adopt(6), await adopt(9)], Array(3).fill(undefined))
})

test('an L1 block is canonical if L1 has its hash at its number; if L1 has no block at that number, the result is undefined', async () => {
  const { origins } = cacheOn(async (block) =>
    block.kind === 'number' && block.number === 9n ? { kind: 'not-found' } : found(block),
  )
  assert.equal(await origins.isCanonical(blockId(7)), true)
  assert.equal(await origins.isCanonical({ ...blockId(7), hash: hash(99) }), false)
  assert.equal(await origins.isCanonical(blockId(9)), undefined)
})

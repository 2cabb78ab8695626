import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { L1Block } from '#protocol/block/l1-block.ts'
import type { Address } from '#protocol/primitives.ts'
import { Fault } from '#runtime/fault.ts'
import { MemoryL1 } from '#test/fakes/memory-l1.ts'
import { maxAhead, maxInFlight, Prefetcher } from './prefetcher.ts'

const batcherAddress = `0x${'ba'.repeat(20)}` as Address
const { chain } = new MemoryL1().grow(0, 200)

/** A prefetcher, and what it has asked for. Blocks have about 1 KiB. */
function prefetcher({ maxBytes = 64 * 1024 * 1024, fails = false } = {}) {
  const asked: number[] = []
  const waiting: (() => void)[] = []
  const faults: Fault[] = []
  const ahead = new Prefetcher({
    maxBytes,
    onFault: (fault) => faults.push(fault),
    fetch: ({ block }) => {
      const number = block.kind === 'number' ? Number(block.number) : -1
      asked.push(number)
      return new Promise<L1Block | undefined>((resolve, reject) => {
        const fault = new Fault('l1-unavailable')
        waiting.push(() => (fails ? reject(fault) : resolve(chain[number])))
      })
    },
  })
  const use = (number: number) =>
    ahead.asked(
      { block: { kind: 'number', number: BigInt(number) }, parentHash: undefined, batcherAddress },
      chain[number],
    )
  /** Answers all that was asked for, and what is asked for then. */
  const settle = async () => {
    while (waiting.length > 0) {
      for (const answer of waiting.splice(0)) answer()
      await new Promise(setImmediate)
    }
  }
  return { ahead, asked, faults, use, settle }
}

test('the next blocks are fetched, a few at a time, and none above the head', async () => {
  const { ahead, asked, use, settle } = prefetcher()
  ahead.head = 12n
  assert.deepEqual(asked, [])
  use(5)
  assert.equal(asked.length, maxInFlight)
  await settle()
  assert.deepEqual(asked, [6, 7, 8, 9, 10, 11, 12])
  ahead.head = 13n
  assert.deepEqual(asked.at(-1), 13)
})

test('no more blocks are ahead than may be', async () => {
  const { ahead, asked, use, settle } = prefetcher()
  ahead.head = 200n
  use(0)
  await settle()
  assert.equal(asked.length, maxAhead)
  use(1)
  await settle()
  assert.equal(asked.length, maxAhead + 1)
})

test('no more bytes are ahead than may be, and what is used makes room', async () => {
  const { ahead, asked, use, settle } = prefetcher({ maxBytes: 10 * 1_024 })
  ahead.head = 200n
  // What a block takes is guessed at first; blocks that are seen make the guess better.
  for (let number = 0; number < 60; number++) {
    use(number)
    await settle()
  }
  assert.ok(ahead.bytes <= 10 * 1_024)
  assert.ok(ahead.bytes >= 8 * 1_024, String(ahead.bytes))
  const before = asked.length
  use(60)
  await settle()
  assert.equal(asked.length, before + 1)
})

test('a jump forgets what was ahead, and a reorg what it replaced', async () => {
  const { ahead, asked, use, settle } = prefetcher()
  ahead.head = 20n
  use(5)
  await settle()
  use(15)
  await settle()
  assert.deepEqual(asked.slice(-5), [16, 17, 18, 19, 20])
  ahead.forgetAbove(18n)
  ahead.head = 20n
  assert.deepEqual(asked.slice(-2), [19, 20])
})

test('what cannot be fetched is left to whoever needs it', async () => {
  const { ahead, asked, faults, use, settle } = prefetcher({ fails: true })
  ahead.head = 20n
  use(5)
  await settle()
  assert.equal(asked.length, maxInFlight)
  assert.equal(faults.length, maxInFlight)
  assert.equal(ahead.bytes, 0)
})

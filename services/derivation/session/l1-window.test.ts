import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { L1Block } from '#protocol/block/l1-block.ts'
import { address, testL1Block } from '#test/fakes/test-rollup.ts'
import { blockId, hash } from '#test/fakes/values.ts'
import { type L1Ask, L1Window, maxFetches, maxWaitingBlocks, maxWaitingBytes } from './l1-window.ts'

const batcher = address(0xba)

/** A window after block 10, of an L1 of so many blocks. */
function windowTo(newest: number) {
  const window = new L1Window(blockId(10), batcher)
  let nowMs = 0
  const due = () => window.due({ newest: BigInt(newest), nowMs })
  const give = (ask: L1Ask, block: L1Block = blockAt(Number(ask.number))) =>
    window.answered(ask, { kind: 'block', block }, { nowMs })
  const fail = (ask: L1Ask) => window.failed(ask, new Error('a stall'), { nowMs })
  const pass = (ms: number) => {
    nowMs += ms
  }
  return { window, due, give, fail, pass, refuse: () => window.refuse({ nowMs }) }
}

/** With so many bytes of data, and a parent of a branch. */
function blockAt(number: number, bytes = 0, parent = hash(number - 1)): L1Block {
  const inbox = { hash: hash(1), type: 2, sender: batcher, data: new Uint8Array(bytes), blobs: [] }
  return { ...testL1Block(number), parentHash: parent, inboxTransactions: bytes > 0 ? [inbox] : [] }
}

const numbers = (asks: readonly L1Ask[]) => asks.map(({ number }) => Number(number))

function the(asks: readonly L1Ask[]): L1Ask {
  const [ask] = asks
  if (ask === undefined) throw new Error('nothing was asked')
  return ask
}

test('four are asked for ahead of what is read, and none that L1 does not have', () => {
  const { due, give } = windowTo(15)
  const first = due()
  assert.equal(first.length, maxFetches)
  assert.deepEqual(numbers(first), [11, 12, 13, 14])
  assert.deepEqual(due(), [])
  give(the(first.slice(1)))
  assert.deepEqual(numbers(due()), [15])
  give(the(first))
  assert.deepEqual(due(), [])
})

test('only the next block has to be a child of what is read; what is behind it is found out later', () => {
  const { due } = windowTo(15)
  assert.deepEqual(
    due().map(({ parentHash }) => parentHash),
    [hash(10), undefined, undefined, undefined],
  )
})

test('bytes that wait are bounded, by what the last block had', () => {
  const half = maxWaitingBytes / 2 - 2_048
  const { window, due, give } = windowTo(100)
  const [first, second, third, fourth] = due()
  if (!first || !second || !third || !fourth) throw new Error('too few')
  give(first, blockAt(11, half))
  assert.deepEqual(due(), [], 'three more of that size are on their way')
  give(second, blockAt(12, half))
  give(third, blockAt(13, half))
  give(fourth, blockAt(14, 10))
  assert.deepEqual(due(), [], 'too much waits')
  for (const number of [11, 12]) window.advance(blockId(number))
  assert.equal(due().length, maxFetches)
})

test('a single block may be larger than what may wait', () => {
  const { window, due, give } = windowTo(100)
  for (const ask of due()) give(ask, blockAt(Number(ask.number), maxWaitingBytes))
  assert.deepEqual(due(), [])
  for (const number of [11, 12, 13]) window.advance(blockId(number))
  assert.deepEqual(due(), [])
  window.advance(blockId(14))
  assert.deepEqual(numbers(due()), [15])
})

test('blocks that wait are bounded', () => {
  const { due, give } = windowTo(1_000)
  let given = 0
  for (let asks = due(); asks.length > 0; asks = due())
    for (const ask of asks) {
      give(ask)
      given++
    }
  assert.equal(given, maxWaitingBlocks)
})

test('a failure pauses, twice as long each time and 2 s at most, and says why', () => {
  const { window, due, fail, give, pass } = windowTo(11)
  for (const pauseMs of [250, 500, 1_000, 2_000, 2_000]) {
    fail(the(due()))
    assert.equal(window.problem, 'a stall')
    pass(pauseMs - 1)
    assert.deepEqual(due(), [])
    pass(1)
  }
  give(the(due()))
  assert.equal(window.problem, undefined)
  window.advance(blockId(11))
})

test('an answer to a question that was given up is not taken', () => {
  const { window, due, give, refuse, pass } = windowTo(11)
  const old = the(due())
  refuse()
  pass(250)
  const asked = the(due())
  give(old)
  assert.equal(window.peek(), undefined)
  give(asked)
  assert.equal(window.peek()?.number, 11n)
})

test('with another batcher all is asked for again', () => {
  const { window, due, give } = windowTo(12)
  for (const ask of due()) give(ask)
  window.useBatcher(batcher)
  assert.equal(window.peek()?.number, 11n)
  window.useBatcher(address(0xbb))
  assert.equal(window.peek(), undefined)
  assert.deepEqual(
    due().map(({ number, batcher: asked }) => [number, asked]),
    [
      [11n, address(0xbb)],
      [12n, address(0xbb)],
    ],
  )
})

test('a block that came ahead and is no child is asked for again, as a child', () => {
  const { window, due, give } = windowTo(12)
  const [first, second] = due()
  if (!first || !second) throw new Error('too few')
  give(first)
  give(second, blockAt(12, 0, hash(99)))
  window.advance(blockId(11))
  assert.equal(window.peek(), undefined)
  const again = the(due())
  assert.equal(again.parentHash, hash(11))
  assert.equal(give(again), 'taken')
  assert.equal(window.peek()?.number, 12n)
})

test('a next block with another parent is a reorg, however it is told', () => {
  const { window, due, give } = windowTo(11)
  const ask = the(due())
  assert.equal(give(ask, blockAt(11, 0, hash(99))), 'reorged')
  const other = windowTo(11)
  const asked = the(other.due())
  const canonical = { ...blockId(11), parentHash: hash(99), timestamp: 0n }
  const told = other.window.answered(asked, { kind: 'reorged', canonical }, { nowMs: 0 })
  assert.equal(told, 'reorged')
  assert.equal(window.peek(), undefined)
})

test('a block of another number is no answer', () => {
  const { window, due, give } = windowTo(11)
  give(the(due()), blockAt(12, 0, hash(10)))
  assert.equal(window.peek(), undefined)
  assert.equal(window.problem, 'it came as 12')
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { L1Block } from '#protocol/block/l1-block.ts'
import { address, testL1Block } from '#test/fakes/test-rollup.ts'
import { blockId, hash } from '#test/fakes/values.ts'
import {
  type L1Request,
  L1Window,
  maxFetches,
  maxWindowBlocks,
  maxWindowBytes,
} from './l1-window.ts'

const batcher = address(0xba)

/** A window that starts after L1 block 10. `newest` is the number of the L1 head. */
function windowTo(newest: number) {
  const window = new L1Window(blockId(10), batcher)
  let nowMs = 0
  const due = () => window.due({ newest: BigInt(newest), nowMs })
  const give = (request: L1Request, block: L1Block = blockAt(Number(request.number))) =>
    window.answered(request, { kind: 'block', block }, { nowMs })
  const fail = (request: L1Request) => window.failed(request, new Error('a stall'), { nowMs })
  const pass = (ms: number) => {
    nowMs += ms
  }
  return { window, due, give, fail, pass, refuse: () => window.refuse({ nowMs }) }
}

/** A block with `bytes` bytes of inbox data. */
function blockAt(number: number, bytes = 0, parent = hash(number - 1)): L1Block {
  const inbox = { hash: hash(1), type: 2, sender: batcher, data: new Uint8Array(bytes), blobs: [] }
  return { ...testL1Block(number), parentHash: parent, inboxTransactions: bytes > 0 ? [inbox] : [] }
}

const numbers = (requests: readonly L1Request[]) => requests.map(({ number }) => Number(number))

function the(requests: readonly L1Request[]): L1Request {
  const [request] = requests
  if (request === undefined) throw new Error('nothing was requested')
  return request
}

test('the four blocks after the block that derivation reads are requested, but no block above the L1 head', () => {
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

test('the request for the next block names the parent that it must have; requests for later blocks do not', () => {
  const { due } = windowTo(15)
  assert.deepEqual(
    due().map(({ parentHash }) => parentHash),
    [hash(10), undefined, undefined, undefined],
  )
})

test('the bytes of the window are limited; a requested block counts with the size of the last fetched block', () => {
  const half = maxWindowBytes / 2 - 2_048
  const { window, due, give } = windowTo(100)
  const [first, second, third, fourth] = due()
  if (!first || !second || !third || !fourth) throw new Error('too few')
  give(first, blockAt(11, half))
  assert.deepEqual(due(), [], 'three more of that size are requested')
  give(second, blockAt(12, half))
  give(third, blockAt(13, half))
  give(fourth, blockAt(14, 10))
  assert.deepEqual(due(), [], 'the window is full')
  for (const number of [11, 12]) window.advance(blockId(number))
  assert.equal(due().length, maxFetches)
})

test('if blocks together exceed the limit on bytes, they are stored, and the next block is requested when the window is empty', () => {
  const { window, due, give } = windowTo(100)
  for (const request of due()) give(request, blockAt(Number(request.number), maxWindowBytes))
  assert.deepEqual(due(), [])
  for (const number of [11, 12, 13]) window.advance(blockId(number))
  assert.deepEqual(due(), [])
  window.advance(blockId(14))
  assert.deepEqual(numbers(due()), [15])
})

test('the number of blocks is limited', () => {
  const { due, give } = windowTo(1_000)
  let given = 0
  for (let requests = due(); requests.length > 0; requests = due())
    for (const request of requests) {
      give(request)
      given++
    }
  assert.equal(given, maxWindowBlocks)
})

test('each consecutive failure doubles the delay before the next request, up to half a second, and the reason of the failure is kept', () => {
  const { window, due, fail, give, pass } = windowTo(11)
  for (const pauseMs of [250, 500, 500, 500]) {
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

test('the answer to a cancelled request is ignored', () => {
  const { window, due, give, refuse, pass } = windowTo(11)
  const old = the(due())
  refuse()
  pass(250)
  const current = the(due())
  give(old)
  assert.equal(window.peek(), undefined)
  give(current)
  assert.equal(window.peek()?.number, 11n)
})

test('when the batcher changes, all blocks are requested again', () => {
  const { window, due, give } = windowTo(12)
  for (const request of due()) give(request)
  window.useBatcher(batcher)
  assert.equal(window.peek()?.number, 11n)
  window.useBatcher(address(0xbb))
  assert.equal(window.peek(), undefined)
  assert.deepEqual(
    due().map((request) => [request.number, request.batcher]),
    [
      [11n, address(0xbb)],
      [12n, address(0xbb)],
    ],
  )
})

test('if a block fetched ahead does not match its parent, it is requested again, with the parent in the request', () => {
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

test('the verdict is `reorged` if the next block has another parent, or if da-watcher answers `reorged`', () => {
  const { window, due, give } = windowTo(11)
  const request = the(due())
  assert.equal(give(request, blockAt(11, 0, hash(99))), 'reorged')
  const other = windowTo(11)
  const pending = the(other.due())
  const canonical = { ...blockId(11), parentHash: hash(99), timestamp: 0n }
  const verdict = other.window.answered(pending, { kind: 'reorged', canonical }, { nowMs: 0 })
  assert.equal(verdict, 'reorged')
  assert.equal(window.peek(), undefined)
})

test('if an answer has a block of another number, it is refused', () => {
  const { window, due, give } = windowTo(11)
  give(the(due()), blockAt(12, 0, hash(10)))
  assert.equal(window.peek(), undefined)
  assert.equal(window.problem, 'da-watcher answered with block 12')
})

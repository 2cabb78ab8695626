import assert from 'node:assert/strict'
import { test } from 'node:test'
import { first, idOf, blockAt, hashesOf, withDiff, watched } from '#test/fakes/flashblock-watch.ts'
import { filledHash, sampleBase } from '#test/fakes/flashblocks.ts'

test('a block has ended when the next one begins, and is then compared with the sealed block', () => {
  const { watch, take, next, settle } = watched()
  const [a, b] = [blockAt(0, [1, 2, 3]), blockAt(1, [1])]
  take(a)
  assert.equal(next(), undefined)
  take(b)
  assert.equal(next(), 0)
  const report = settle(0, a)
  assert.ok(report)
  assert.equal(report.verdict, 'kept')
  assert.deepEqual(
    report.flashblocks.map(({ gapMs }) => gapMs),
    [undefined, 200, 200],
  )
  assert.deepEqual(
    report.flashblocks.map(({ transactions }) => transactions),
    [2, 2, 3],
  )
  assert.deepEqual(
    report.flashblocks.map(({ hashCheck }) => hashCheck),
    ['right', 'right', 'right'],
  )
  assert.equal(report.flashblocks[2]?.gasShare, (7 * 21_000) / Number(sampleBase.gasLimit))
  assert.deepEqual(report.payloadIds, [idOf(0)])
  assert.equal(next(), undefined)
  const { blocks, flashblocks, gaps, indices, unfinished } = watch.summary
  assert.deepEqual(blocks, { kept: 1, broken: 0, 'never-came': 0, unchecked: 0 })
  assert.equal(flashblocks, 4)
  assert.deepEqual(gaps, { count: 3, p50Ms: 200, p99Ms: 200, worstMs: 200 })
  assert.deepEqual(
    indices.map(({ flashblocks: count }) => count),
    [2, 1, 1],
  )
  assert.equal(unfinished, 1)
})

test('a block ends also after two block times without a flashblock, which the timestamps give', () => {
  const { take, next, settle, wait } = watched()
  take(blockAt(0, [1]))
  take(blockAt(1, [1]))
  settle(0, blockAt(0, [1]))
  wait(1_999)
  assert.equal(next(), undefined)
  wait(1)
  assert.equal(next(), 1)
})

test('a missing index is counted, unless it was published before the watch or while no stream was connected', () => {
  const { watch, take, settle } = watched()
  const blocks = [0, 1, 2, 3].map((at) => blockAt(at, [1, 1, 1]))
  const [a = [], b = [], c = [], d = []] = blocks
  take(a.slice(1), { number: first })
  take([b[0], b[2]].flatMap((each) => each ?? []))
  take(c.slice(0, 1))
  watch.disconnected()
  watch.connected(0)
  take(c.slice(2))
  take(d)
  const reports = [a, b, c].map((flashblocks, at) => settle(at, flashblocks))
  assert.deepEqual(
    reports.map((report) => report?.missing),
    [[0], [1], [1]],
  )
  assert.deepEqual(
    reports.map((report) => report?.isInterrupted),
    [true, false, true],
  )
  assert.ok(reports.every((report) => report?.verdict === 'kept'))
  assert.equal(watch.summary.missing, 1)
  // The time without a connection is not a gap of the stream.
  assert.equal(reports[2]?.flashblocks[1]?.gapMs, undefined)
  assert.equal(watch.summary.streams[0]?.connections, 2)
})

test('a block that came too late is judged again when the next one is sealed', () => {
  const { watch, next, settle, take } = watched()
  const [a, b] = [blockAt(0, [1, 2]), blockAt(1, [1])]
  take(a)
  take(b)
  assert.equal(watch.settle(first, { kind: 'never-came' }, 0)?.verdict, 'never-came')
  take(blockAt(2, [1]))
  assert.equal(next(), 1)
  settle(1, b)
  assert.equal(next(), 0)
  assert.equal(settle(0, a)?.verdict, 'kept')
  assert.deepEqual(watch.summary.blocks, { kept: 2, broken: 0, 'never-came': 0, unchecked: 0 })
})

test('what several streams delivered is judged also without what one stream alone delivered', () => {
  const { watch, settle, take } = watched({ streams: 2 })
  const [a, b] = [blockAt(0, [1, 1, 1]), blockAt(1, [1, 1, 1])]
  for (const block of [a, b]) {
    take(block)
    take(block.slice(0, 2), { stream: 1 })
  }
  take(blockAt(2, [1]))
  const lastLost = settle(0, a.slice(0, 2))
  assert.deepEqual([lastLost?.verdict, lastLost?.replicated.verdict], ['broken', 'kept'])
  assert.deepEqual(
    lastLost?.flashblocks.map(({ streams }) => streams),
    [2, 2, 1],
  )
  assert.deepEqual(watch.summary.replicated, { broken: 0, lost: 0 })
  const twoLost = settle(1, b.slice(0, 1))
  assert.deepEqual([twoLost?.lost.length, twoLost?.replicated.lost.length], [2, 1])
  assert.deepEqual(watch.summary.replicated, { broken: 1, lost: 1 })
})

test('what two streams deliver is counted once, with the delay of the later one', () => {
  const { watch, take } = watched({ streams: 2 })
  const a = blockAt(0, [1, 1])
  take(a.slice(0, 1))
  take(a.slice(0, 1), { stream: 1, stepMs: 30 })
  take(a.slice(1), { stream: 1 })
  take(a.slice(1), { stepMs: 50 })
  const { flashblocks, repeated, streams } = watch.summary
  assert.deepEqual([flashblocks, repeated], [2, 0])
  assert.deepEqual(
    streams.map(({ first: count }) => count),
    [1, 1],
  )
  assert.deepEqual(
    streams.map(({ later }) => later.worstMs),
    [50, 30],
  )
  // One of two streams is enough.
  watch.disconnected()
  take(blockAt(1, [1]))
  assert.equal(watch.summary.gaps.count, 2)
})

test('a flashblock that one stream delivers twice is repeated; another content is a contradiction', () => {
  const { watch, take, settle } = watched()
  const a = blockAt(0, [1, 1])
  const [, second = assert.fail()] = a
  const other = withDiff(second, { transactions: [Uint8Array.of(2, 9)], blockHash: filledHash(9) })
  take([...a, second, other, other])
  take(blockAt(1, [1]))
  const report = settle(0, a)
  assert.deepEqual([report?.repeated, report?.contradictions, report?.verdict], [2, 1, 'broken'])
  assert.deepEqual(report?.lost, hashesOf(other.diff))
  const { contradictions, lost, repeated } = watch.summary
  assert.deepEqual([repeated, contradictions, lost], [2, 1, 1])
})

test('a takeover shows as a second payload id', () => {
  const { watch, take, settle } = watched()
  const a = blockAt(0, [1, 2, 3])
  const b = a.map((each) => ({ ...each, payloadId: idOf(99) }))
  take([...a.slice(0, 2), ...b.slice(2)])
  take(blockAt(1, [1]))
  const report = settle(0, a)
  assert.deepEqual(report?.payloadIds, [idOf(0), idOf(99)])
  assert.deepEqual([report?.verdict, report?.missing], ['kept', []])
  assert.equal(watch.summary.withSeveralIds, 1)
})

test('a block that a reorg replaced is judged again, and counts once', () => {
  const { watch, take, next, settle } = watched()
  const [a, b, c] = [blockAt(0, [1, 2]), blockAt(1, [1]), blockAt(2, [1])]
  for (const flashblocks of [a, b, c]) take(flashblocks)
  assert.equal(settle(0, a)?.verdict, 'kept')
  assert.equal(next(), 1)
  const replaced = filledHash(0x77)
  assert.equal(settle(1, b, { parentHash: replaced })?.verdict, 'kept')
  assert.equal(next(), 0)
  const report = settle(0, a.slice(0, 1), { hash: replaced })
  assert.deepEqual([report?.verdict, report?.isAgain, report?.hash], ['broken', true, replaced])
  assert.deepEqual(report?.lost, hashesOf(a[1]?.diff ?? assert.fail()))
  const { blocks, lost } = watch.summary
  assert.deepEqual([blocks.kept, blocks.broken, lost], [1, 1, 2])
  assert.equal(next(), undefined)
})

test('a block that is published again after it was judged is followed again', () => {
  const { take, next, settle } = watched()
  const [a, b] = [blockAt(0, [1, 2]), blockAt(1, [1])]
  const again = blockAt(0, [1, 2, 3], idOf(50))
  take(a)
  take(b)
  settle(0, a)
  take(again)
  // The other block has ended, and this one grows.
  assert.equal(next(), 1)
  settle(1, b)
  assert.equal(next(), undefined)
  take(blockAt(1, [1], idOf(51)))
  assert.equal(next(), 0)
  const report = settle(0, again)
  assert.deepEqual([report?.verdict, report?.isAgain], ['kept', true])
})

test('a flashblock that comes after its block was judged was promised too', () => {
  const { watch, take, next, settle } = watched()
  const [a, b] = [blockAt(0, [1, 2]), blockAt(1, [1])]
  take(a.slice(0, 1))
  take(b)
  assert.equal(settle(0, a.slice(0, 1))?.verdict, 'kept')
  take(a.slice(1))
  assert.equal(next(), 0)
  assert.equal(settle(0, a.slice(0, 1))?.verdict, 'broken')
  assert.deepEqual([watch.summary.blocks.kept, watch.summary.blocks.broken], [0, 1])
})

test('a second judgement with the same result is not reported', () => {
  const { take, settle } = watched()
  const [a, b] = [blockAt(0, [1]), blockAt(1, [1])]
  take(a)
  take(b)
  assert.ok(settle(0, a))
  assert.equal(settle(0, a), undefined)
  assert.equal(settle(40, a), undefined)
})

test('a block that never came, and one that could not be fetched, are counted by name', () => {
  const { watch, take } = watched()
  for (const at of [0, 1, 2]) take(blockAt(at, [1]))
  assert.equal(watch.settle(first, { kind: 'never-came' }, 0)?.verdict, 'never-came')
  const unchecked = { kind: 'unchecked', reason: 'no answer' } as const
  assert.equal(watch.settle(first + 1n, unchecked, 0)?.reason, 'no answer')
  assert.deepEqual(watch.summary.blocks, { kept: 0, broken: 0, 'never-came': 1, unchecked: 1 })
})

test('blocks without flashblocks are counted, but not what an interruption or a jump skips', () => {
  const { watch, take } = watched()
  take(blockAt(0, [1]))
  take(blockAt(3, [1]))
  assert.equal(watch.summary.withoutFlashblocks, 2)
  watch.disconnected()
  watch.connected(0)
  take(blockAt(6, [1]))
  take(blockAt(100_000, [1]))
  assert.equal(watch.summary.withoutFlashblocks, 2)
})

test('wrong block hashes are found, and a stream without hashes has none to check', () => {
  const { watch, take, settle } = watched()
  const [a = assert.fail(), b = assert.fail()] = blockAt(0, [1, 1])
  take([a, withDiff(b, { blockHash: filledHash(5) })])
  const zero = {
    blockHash: filledHash(0),
    stateRoot: filledHash(0),
    withdrawalsRoot: filledHash(0),
  }
  const subblocks = blockAt(1, [1, 1]).map((each) => withDiff(each, zero))
  take(subblocks)
  take(blockAt(2, [1]))
  assert.equal(settle(0, [a, b])?.wrongHashes, 1)
  const report = settle(1, subblocks)
  assert.deepEqual([report?.wrongHashes, report?.verdict, report?.sealedAs], [0, 'kept', 'unknown'])
  assert.equal(watch.summary.wrongHashes, 1)
})

test('hashes of a stream without state roots are neither checked nor compared', () => {
  const { take, settle } = watched()
  const flashblocks = blockAt(0, [1, 1]).map((each) => withDiff(each, { stateRoot: filledHash(0) }))
  take(flashblocks)
  take(blockAt(1, [1]))
  const report = settle(0, flashblocks)
  assert.deepEqual([report?.wrongHashes, report?.verdict, report?.sealedAs], [0, 'kept', 'unknown'])
})

test('rules that a stream breaks are named', () => {
  const { take, settle } = watched()
  const [a = assert.fail(), b = assert.fail()] = blockAt(0, [1, 1])
  take([a, withDiff(b, { gasUsed: 0n })])
  take(blockAt(1, [1]))
  assert.deepEqual(settle(0, [a, b])?.flaws, ['gas-decreased'])
})

test('the block of a flashblock without base is known from its payload id, or else from its metadata', () => {
  const { watch, take, next } = watched()
  const [a = assert.fail(), b = assert.fail(), c = assert.fail()] = blockAt(0, [1, 1, 1])
  take([b])
  assert.equal(watch.summary.unplaced, 1)
  take([b], { number: first })
  take([c])
  take([a])
  assert.equal(watch.summary.flashblocks, 3)
  take(blockAt(1, [1]))
  assert.equal(next(), 0)
})

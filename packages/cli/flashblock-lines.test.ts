import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { BlockReport } from '#flashblock-stream/watch/block-report.ts'
import { FlashblockWatch } from '#flashblock-stream/watch/flashblock-watch.ts'
import type { Verdict } from '#flashblock-stream/watch/judge-block.ts'
import { filledHash, flashblocksOf, onStream, samplePayloadId } from '#test/fakes/flashblocks.ts'
import {
  blockLine,
  blockToJson,
  isKept,
  summaryLines,
  summaryToJson,
  watchLines,
} from './flashblock-lines.ts'

const kept: BlockReport = {
  number: 137_123_456n,
  verdict: 'kept',
  hash: filledHash(1),
  lost: [],
  differsAt: undefined,
  missing: [],
  unpublished: 0,
  sealedAs: 'last',
  hasOtherParent: false,
  reason: undefined,
  payloadIds: [samplePayloadId],
  flashblocks: [
    {
      index: 0,
      arrivedUnixMs: 1,
      gapMs: undefined,
      transactions: 1,
      gasShare: 0.01,
      hashCheck: 'right',
      streams: 1,
    },
    {
      index: 1,
      arrivedUnixMs: 201,
      gapMs: 200,
      transactions: 2,
      gasShare: 0.5,
      hashCheck: 'right',
      streams: 1,
    },
  ],
  repeated: 0,
  contradictions: 0,
  wrongHashes: 0,
  flaws: [],
  isInterrupted: false,
  isAgain: false,
  worstGapMs: 200.4,
  replicated: { verdict: 'kept', lost: [] },
}

const usual = '2 flashblocks, 3 transactions, worst gap 200 ms, 50.0 % of the gas limit'

for (const [what, change, line] of [
  ['was kept', {}, `kept: ${usual}`],
  ['was judged again', { isAgain: true }, `kept (checked again): ${usual}`],
  [
    'lost transactions',
    { verdict: 'broken', lost: [filledHash(7)], differsAt: 3 },
    `BROKEN: ${usual}, promised transactions that are not in the block: ${filledHash(7)}, the block differs from transaction 3 on`,
  ],
  ['never came', { verdict: 'never-came' }, `NEVER CAME: ${usual}`],
  ['is unchecked', { verdict: 'unchecked', reason: 'no' }, `unchecked: ${usual}, no`],
  ['lacks indices', { missing: [1, 3] }, `kept: ${usual}, indices missing: 1 3`],
  [
    'lacks indices after an interruption',
    { missing: [1], isInterrupted: true },
    `kept: ${usual}, indices not seen because no stream was connected: 1`,
  ],
  [
    'was taken over',
    { payloadIds: ['0x01', '0x02'], unpublished: 2 },
    `kept: ${usual}, payload ids 0x01 0x02, 2 transactions were not published`,
  ],
  [
    'breaks rules',
    { repeated: 1, contradictions: 2, wrongHashes: 3, flaws: ['gas-decreased'] },
    `kept: ${usual}, 1 repeated, 2 contradictions, 3 wrong block hashes, broken rules: gas-decreased`,
  ],
  ['has another hash', { sealedAs: 'other' }, `kept: ${usual}, no flashblock has the hash`],
  ['has another parent', { hasOtherParent: true }, `kept: ${usual}, the block has another parent`],
] as const satisfies readonly (readonly [string, Partial<BlockReport>, string])[])
  test(`the line of a block that ${what}`, () => {
    assert.ok(blockLine({ ...kept, ...change }).startsWith(`block 137123456 ${line}`))
  })

test('a line names 20 lost transactions, and JSON names all', () => {
  const lost = Array.from({ length: 21 }, (_, at) => filledHash(at))
  const report = { ...kept, lost }
  assert.match(blockLine(report), new RegExp(`${filledHash(19)} and 1 more`))
  assert.ok(!blockLine(report).includes(filledHash(20)))
  const json = JSON.parse(JSON.stringify(blockToJson(report))) as typeof report & { type: string }
  assert.deepEqual([json.type, json.number, json.lost], ['block', 137_123_456, lost])
})

/** A watch of two streams with long numbers. */
function watched(): FlashblockWatch {
  const watch = new FlashblockWatch(2)
  watch.connected(0)
  watch.connected(1)
  watch.malformed('not-flashblock')
  for (const [at, flashblock] of flashblocksOf(Array.from({ length: 12 }, () => 1)).entries())
    for (const stream of [0, 1]) {
      const arrivedMs = 12_345 * at + 1_000 * stream
      watch.take(stream, { flashblock: onStream(flashblock), arrivedMs, arrivedUnixMs: arrivedMs })
    }
  return watch
}

test('the table fits a terminal of 80 columns and 24 lines, and has each stream', () => {
  const names = ['ws://flashblocks.example.org:1111', 'wss://flashblocks-2.example.org']
  const lines = watchLines(watched(), { names, width: 80 })
  assert.deepEqual(
    lines.filter(({ length }) => length > 80),
    [],
  )
  assert.ok(lines.length <= 24, `${lines.length} lines`)
  const text = lines.join('\n')
  for (const part of [...names, 'index 11,', '… 4 more indices', '1 not-flashblock'])
    assert.ok(text.includes(part), part)
  const [first] = watchLines(new FlashblockWatch(1), { names, width: 80 })
  assert.equal(first, 'block    waits for the first flashblock')
})

test('the result has the name of each stream, and is JSON', () => {
  const { summary } = watched()
  const json = JSON.parse(JSON.stringify(summaryToJson(summary, ['a', 'b']))) as {
    readonly type: string
    readonly ok: boolean
    readonly streams: readonly { readonly name: string; readonly first: number }[]
  }
  assert.deepEqual([json.type, json.ok], ['summary', true])
  assert.deepEqual(
    json.streams.map(({ first, name }) => [name, first]),
    [
      ['a', 12],
      ['b', 0],
    ],
  )
  assert.ok(summaryLines(summary).every(({ length }) => length <= 80))
})

for (const [counts, isOk] of [
  [{}, true],
  [{ kept: 2 }, true],
  [{ kept: 1, unchecked: 3 }, true],
  [{ unchecked: 1 }, false],
  [{ kept: 9, broken: 1 }, false],
  [{ kept: 9, 'never-came': 1 }, false],
] as const satisfies readonly (readonly [Partial<Record<Verdict, number>>, boolean])[])
  test(`with ${JSON.stringify(counts)}, ${isOk ? 'no promise was broken' : 'the command fails'}`, () => {
    const none = { kept: 0, broken: 0, 'never-came': 0, unchecked: 0 }
    assert.equal(isKept({ blocks: { ...none, ...counts } }), isOk)
  })

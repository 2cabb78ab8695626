import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { L1BlockRef, L2BlockRef } from '#protocol/block/refs.ts'
import type { HardforkTimes } from '#protocol/chains/hardforks.ts'
import { fromHex, toHash } from '#protocol/codec/hex.ts'
import { rollupConfig } from '#test/fakes/rollup-config.ts'
import { readVectors } from '#test/vectors/derivation-vectors.ts'
import type { SingularBatch, SpanBatch } from './batch.ts'
import type { BatchOutput } from './batch-output.ts'
import { BatchStage } from './batch-stage.ts'
import { checkSingularBatch } from './batch-validity.ts'
import type { BatchContext, SafeBlock } from './batch-verdict.ts'
import { L1Origins } from './l1-origins.ts'
import { checkSpanBatch } from './span-batch-validity.ts'

// Blocks and batches in the form of the vector files.

interface PlainL1 {
  readonly hash: string
  readonly number: number
  readonly parentHash: string
  readonly time: number
}
interface PlainL2 extends PlainL1 {
  readonly l1Origin: { readonly hash: string; readonly number: number }
  readonly sequenceNumber: number
}
interface PlainSingular {
  readonly parentHash: string
  readonly epochNum: number
  readonly epochHash: string
  readonly timestamp: number
  readonly transactions: readonly string[]
}
interface PlainSpan {
  readonly parentCheck: string
  readonly l1OriginCheck: string
  readonly blocks: readonly Pick<PlainSingular, 'epochNum' | 'timestamp' | 'transactions'>[]
}

const hash = (hex: string) => toHash(fromHex(hex))
const l1 = ({ hash: h, number, parentHash, time }: PlainL1): L1BlockRef => ({
  hash: hash(h),
  number: BigInt(number),
  parentHash: hash(parentHash),
  timestamp: BigInt(time),
})
const l2 = (block: PlainL2): L2BlockRef => ({
  ...l1(block),
  l1Origin: { hash: hash(block.l1Origin.hash), number: BigInt(block.l1Origin.number) },
  sequenceNumber: BigInt(block.sequenceNumber),
})
const singular = (batch: PlainSingular): SingularBatch => ({
  parentHash: hash(batch.parentHash),
  epochNumber: BigInt(batch.epochNum),
  epochHash: hash(batch.epochHash),
  timestamp: BigInt(batch.timestamp),
  transactions: batch.transactions.map(fromHex),
})
const span = ({ blocks, ...checks }: PlainSpan): SpanBatch => ({
  ...checks,
  blocks: blocks.map(({ epochNum, timestamp, transactions }) => ({
    timestamp: BigInt(timestamp),
    epochNumber: BigInt(epochNum),
    transactions: transactions.map(fromHex),
  })),
})
const safeBlock = (ref: L2BlockRef, userTransactions: readonly string[]): SafeBlock => ({
  ref,
  transactions: [Uint8Array.of(0x7e), ...userTransactions.map(fromHex)],
})
const forkTimes = (forks: Readonly<Record<string, number>>): HardforkTimes =>
  Object.fromEntries(Object.entries(forks).map(([name, time]) => [name, BigInt(time)]))

interface Validity {
  readonly config: {
    readonly blockTime: number
    readonly seqWindowSize: number
    readonly maxSequencerDrift: number
  }
  readonly l1Blocks: Readonly<Record<string, PlainL1>>
  readonly l2Blocks: Readonly<Record<string, PlainL2>>
  readonly safeChain: Readonly<
    Record<string, { readonly block: string; readonly userTransactions: readonly string[] }>
  >
  readonly cases: readonly ({
    readonly name: string
    readonly l1Blocks: readonly string[]
    readonly safeHead: string
    readonly inclusion: string
    readonly forks: Readonly<Record<string, number>>
    readonly expected: string
  } & (
    | { readonly type: 'singular'; readonly batch: PlainSingular }
    | { readonly type: 'span'; readonly batch: PlainSpan }
  ))[]
}

const validity = readVectors('batch_validity.json') as Validity

function named<Value>(values: Readonly<Record<string, Value>>, name: string): Value {
  const value = values[name]
  assert.ok(value !== undefined, name)
  return value
}

for (const vector of validity.cases) {
  // Rules: singular-checks
  test(`${vector.type} batch: ${vector.name}`, () => {
    const context: BatchContext = {
      config: rollupConfig({
        blockTime: BigInt(validity.config.blockTime),
        sequencingWindow: BigInt(validity.config.seqWindowSize),
        maxSequencerDrift: BigInt(validity.config.maxSequencerDrift),
        hardforkTimes: forkTimes(vector.forks),
      }),
      l1Blocks: vector.l1Blocks.map((name) => l1(named(validity.l1Blocks, name))),
      safeHead: l2(named(validity.l2Blocks, vector.safeHead)),
      inclusion: l1(named(validity.l1Blocks, vector.inclusion)),
      safeBlock: (number) => {
        const safe = validity.safeChain[String(number)]
        return safe && safeBlock(l2(named(validity.l2Blocks, safe.block)), safe.userTransactions)
      },
    }
    const verdict =
      vector.type === 'singular'
        ? checkSingularBatch(singular(vector.batch), context)
        : checkSpanBatch(span(vector.batch), context)
    // When op-node cannot read a block, the batch is undecided; Atoll requests the block instead.
    const kind = verdict.kind === 'needs-block' ? 'undecided' : verdict.kind
    assert.equal(kind, vector.expected)
  })
}

interface Overlap {
  readonly config: { readonly blockTime: number; readonly seqWindowSize: number }
  readonly l1Blocks: readonly PlainL1[]
  readonly cases: readonly {
    readonly name: string
    readonly batch: PlainSpan
    readonly lagoonAtGenesis: boolean
    readonly safeChain: readonly {
      readonly readable: boolean
      readonly ref: PlainL2
      readonly userTransactions: readonly string[]
    }[]
    readonly safeHead: number
    readonly expected:
      | { readonly result: 'accept'; readonly flushed: boolean; readonly timestamp: number }
      | { readonly result: 'none'; readonly flushed: boolean }
  }[]
}

const overlap = readVectors('span_overlap_holocene.json') as Overlap

for (const { name, batch, lagoonAtGenesis, safeChain, safeHead, expected } of overlap.cases) {
  // Rules: span-overlap
  test(`batch stage, span batch: ${name}`, () => {
    const config = rollupConfig({
      blockTime: BigInt(overlap.config.blockTime),
      sequencingWindow: BigInt(overlap.config.seqWindowSize),
      hardforkTimes: lagoonAtGenesis ? { lagoon: 0n } : { holocene: 0n },
    })
    const [base, ...later] = overlap.l1Blocks.map(l1)
    const head = safeChain.find(({ ref }) => ref.number === safeHead)
    assert.ok(base !== undefined && head !== undefined)
    const origins = new L1Origins(config, base)
    const stage = new BatchStage({
      config,
      origins,
      safeBlock: (number) => {
        const safe = safeChain.find(({ ref }) => BigInt(ref.number) === number)
        return safe?.readable === true ? safeBlock(l2(safe.ref), safe.userTransactions) : undefined
      },
    })
    const parent = l2(head.ref)
    for (const origin of later) {
      origins.advance(origin)
      origins.update({ ...parent, l1Origin: base })
    }
    assert.equal(stage.next(parent).kind, 'needs-data')
    assert.deepEqual(summary(stage.add({ kind: 'span', batch: span(batch) }, parent)), expected)
  })
}

function summary(output: BatchOutput): Overlap['cases'][number]['expected'] {
  if (output.kind === 'batch')
    return { result: 'accept', flushed: false, timestamp: Number(output.batch.timestamp) }
  return { result: 'none', flushed: output.kind === 'invalid' }
}

interface EmptyBatches {
  readonly seqWindowSize: number
  readonly blockTime: number
  readonly cases: readonly {
    readonly note: string
    readonly l1Blocks: readonly { readonly number: number; readonly time: number }[]
    readonly originNumber: number
    readonly outOfData: boolean
    readonly parent: { readonly time: number; readonly originNumber: number }
    readonly expected:
      'eof' | 'advanceEpoch' | { readonly epochNum: number; readonly timestamp: number }
  }[]
}

const empty = readVectors('empty_batches.json') as EmptyBatches

for (const vector of empty.cases) {
  // Rules: window-over
  test(`empty batches: ${vector.note}`, () => {
    const zero = toHash(new Uint8Array(32))
    const hashOf = (number: number) => toHash(new Uint8Array(32).fill(number))
    const block = ({ number, time }: { number: number; time: number }): L1BlockRef => ({
      hash: hashOf(number),
      number: BigInt(number),
      parentHash: zero,
      timestamp: BigInt(time),
    })
    const [base, ...later] = vector.l1Blocks
    assert.ok(base !== undefined)
    const rules = {
      blockTime: BigInt(empty.blockTime),
      sequencingWindow: BigInt(empty.seqWindowSize),
    }
    const origins = new L1Origins(rules, block(base))
    const { time, originNumber } = vector.parent
    const parent: L2BlockRef = {
      ...block({ number: 9, time }),
      l1Origin: { hash: hashOf(originNumber), number: BigInt(originNumber) },
      sequenceNumber: 0n,
    }
    for (const one of later) advance(origins, block(one), parent)
    // The vector file omits the L1 blocks between the base and the L1 block being read.
    const last = later.at(-1)?.number ?? base.number
    if (later.length > 0 && last < vector.originNumber)
      advance(origins, block({ number: vector.originNumber, time: 2_000 }), parent)
    const firstBefore = origins.blocks[0]
    const batch = origins.makeEmptyBatch(parent, { isOutOfData: vector.outOfData })
    const outcome =
      batch !== undefined
        ? { epochNum: Number(batch.epochNumber), timestamp: Number(batch.timestamp) }
        : origins.blocks[0] === firstBefore
          ? 'eof'
          : 'advanceEpoch'
    assert.deepEqual(outcome, vector.expected)
  })
}

function advance(origins: L1Origins, origin: L1BlockRef, parent: L2BlockRef): void {
  origins.advance(origin)
  origins.update(parent)
}

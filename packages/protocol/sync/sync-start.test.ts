import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { L1BlockRef, L2BlockRef } from '#protocol/block/refs.ts'
import type { RollupConfig } from '#protocol/chains/rollup-config.ts'
import type { Hash } from '#protocol/primitives.ts'
import { testRollup } from '#test/fakes/test-rollup.ts'
import type { Page, PageRequest } from './block-pages.ts'
import { type EngineLabels, SyncStart, type SyncStartStep } from './sync-start.ts'

// Each epoch has two L2 blocks: L1 block 10 is the origin of L2 blocks 20 and 21. The hashes of a fork contain
// another letter.

const hashOf = (layer: 1 | 2, letter: string, number: number) =>
  `0x${layer}${letter}${number.toString(16).padStart(62, '0')}` as Hash

/** L1 up to block `length`; from `forkAt` on the blocks belong to fork b. */
function l1Chain(length: number, forkAt = Infinity): Map<number, L1BlockRef> {
  const letter = (at: number) => (at >= forkAt ? 'b' : 'a')
  const numbers = Array.from({ length: length + 1 }, (_, at) => at)
  return new Map(
    numbers.map((at) => [
      at,
      {
        number: BigInt(at),
        hash: hashOf(1, letter(at), at),
        parentHash: hashOf(1, letter(at - 1), at - 1),
        timestamp: BigInt(12 * at),
      },
    ]),
  )
}

/**
 * L2 up to block `length`, with origins on chain a of L1. The fields of `wrong` replace those of the block with the
 * same number.
 */
function l2Chain(length: number, wrong: Partial<L2BlockRef> = {}): L2BlockRef[] {
  return Array.from({ length: length + 1 }, (_, at) => {
    const origin = at >> 1
    const block: L2BlockRef = {
      number: BigInt(at),
      hash: hashOf(2, 'a', at),
      parentHash: hashOf(2, 'a', at - 1),
      timestamp: BigInt(6 * at),
      l1Origin: { number: BigInt(origin), hash: hashOf(1, 'a', origin) },
      sequenceNumber: BigInt(at & 1),
    }
    return wrong.number === block.number ? { ...block, ...wrong } : block
  })
}

const rollup: RollupConfig = {
  ...testRollup,
  blockTime: 6n,
  genesis: {
    ...testRollup.genesis,
    l1: { number: 0n, hash: hashOf(1, 'a', 0) },
    l2: { number: 0n, hash: hashOf(2, 'a', 0) },
  },
}

interface World {
  readonly l1: ReadonlyMap<number, L1BlockRef>
  readonly l2: readonly L2BlockRef[]
  readonly labels: EngineLabels
  readonly safeOffsetSeconds?: bigint
}

/** The chains and labels of a search. `heads` are the numbers of unsafe, safe and finalized; 0 is an absent label. */
function world(l1: World['l1'], l2: readonly L2BlockRef[], heads: readonly number[]): World {
  const [unsafe = 0, safe = 0, finalized = 0] = heads
  const at = (number: number) => (number === 0 ? undefined : l2[number])
  const head = l2[unsafe]
  assert.ok(head)
  return { l1, l2, labels: { unsafe: head, safe: at(safe), finalized: at(finalized) } }
}

function answer(request: PageRequest, { l1, l2 }: World): Page {
  const numbers = Array.from({ length: request.count }, (_, at) => Number(request.number) - at)
  if (request.kind === 'need-l1')
    return { kind: 'l1', blocks: numbers.flatMap((at) => l1.get(at) ?? []) }
  return { kind: 'l2', blocks: numbers.flatMap((at) => l2[at] ?? []) }
}

/** Runs a search to its end. */
function search(given: World): { readonly step: SyncStartStep; readonly requests: number } {
  const { labels, safeOffsetSeconds = 0n } = given
  const search = new SyncStart({ config: rollup, labels, safeOffsetSeconds })
  let step = search.step()
  let requests = 0
  while (step.kind === 'need-l1' || step.kind === 'need-l2') {
    requests++
    step = search.step(answer(step, given))
  }
  return { step, requests }
}

/** The found heads as `unsafe/safe/finalized`, or why the search failed. */
function found(given: World): string {
  const { step } = search(given)
  if (step.kind === 'failed') return step.reason
  assert.equal(step.kind, 'found')
  if (step.kind !== 'found') return ''
  const { unsafe, safe, finalized } = step.heads
  return [unsafe, safe, finalized].map(({ number }) => number).join('/')
}

// Rules: sync-start-window
test('the safe head is set back to a whole sequencing window below the newest block with a canonical L1 origin', () => {
  // The window is 10 blocks. The newest origin is 50, so 39 is the first origin more than ten below. The parent of its
  // first block is block 77.
  assert.equal(found(world(l1Chain(60), l2Chain(101), [101, 90, 4])), '101/77/4')
})

// Rules: sync-start-window
test('the safe head is not set back below the finalized head', () => {
  assert.equal(found(world(l1Chain(60), l2Chain(101), [101, 90, 85])), '101/85/85')
})

// Rules: sync-start-window
test('if the safe head is more than a sequencing window below the newest block, it is set back only to the end of the previous epoch', () => {
  assert.equal(found(world(l1Chain(60), l2Chain(101), [101, 30, 4])), '101/29/4')
})

// Rules: sync-start-origins
test('blocks whose L1 origin was replaced are dropped', () => {
  // L1 was replaced from block 46 on. L1 block 46 is the origin of L2 block 92, so L2 blocks up to 91 have canonical
  // origins.
  assert.equal(found(world(l1Chain(60, 46), l2Chain(101), [101, 90, 4])), '91/67/4')
})

// Rules: sync-start-origins
test('blocks with an L1 origin that is not available on L1 yet are kept', () => {
  assert.equal(found(world(l1Chain(45), l2Chain(101), [101, 90, 4])), '101/67/4')
})

// Rules: limit-reorg
test('a reorg of five sequencing windows is followed, and a longer reorg is not', () => {
  const l2 = l2Chain(201)
  assert.equal(found(world(l1Chain(120, 51), l2, [201, 60, 4])), '101/59/4')
  assert.equal(found(world(l1Chain(120, 50), l2, [201, 60, 4])), 'reorg-too-deep')
})

// Rules: sync-start-broken
test('if the L1 origin of the finalized block is not canonical, the search fails', () => {
  assert.equal(found(world(l1Chain(60, 40), l2Chain(101), [101, 95, 90])), 'reorg-past-finality')
})

// Rules: sync-start-broken
test('if the chain has another block at the height of the finalized block, the search fails', () => {
  const chain = l2Chain(101)
  const [unsafe, finalized] = [chain[101], chain[85]]
  assert.ok(unsafe && finalized)
  const other = { ...finalized, hash: hashOf(2, 'b', 85) }
  const labels = { unsafe, safe: chain[90], finalized: other }
  assert.equal(found({ l1: l1Chain(60), l2: chain, labels }), 'reorg-past-finality')
})

// Rules: sync-start-labels
test('if the client has no labels, the chain starts at its genesis', () => {
  assert.equal(found(world(l1Chain(60), l2Chain(20), [20])), '20/0/0')
  assert.equal(found(world(l1Chain(60), l2Chain(0), [0])), '0/0/0')
})

// Rules: sync-start-labels, limit-recover
test('a chain of more than fourteen windows without a safe head counts as EL-synced', () => {
  const l1 = l1Chain(160)
  assert.equal(found(world(l1, l2Chain(281), [281])), '281/0/0')
  assert.equal(found(world(l1, l2Chain(282), [282])), '282/282/282')
  // 13 seconds are rounded up to three blocks of six seconds.
  const offset = { safeOffsetSeconds: 13n }
  assert.equal(found({ ...world(l1, l2Chain(282), [282]), ...offset }), '282/279/279')
  assert.equal(found({ ...world(l1, l2Chain(282), [282]), safeOffsetSeconds: 10_000n }), '282/0/0')
})

// Rules: sync-start-labels
test('if the unsafe head is below the safe head, all heads start at the unsafe head', () => {
  assert.equal(found(world(l1Chain(60), l2Chain(101), [80, 90, 4])), '80/80/80')
  assert.equal(found(world(l1Chain(60), l2Chain(101), [80, 70, 90])), '80/80/80')
})

// Rules: sync-start-broken
test('if the chain has another genesis, the search fails', () => {
  const chain = l2Chain(10)
  const [unsafe] = chain.slice(-1)
  assert.ok(unsafe)
  const labels = { unsafe, safe: undefined, finalized: undefined }
  assert.equal(found({ l1: l1Chain(60, 0), l2: chain, labels }), 'wrong-chain')
})

for (const [name, wrong] of [
  ['a sequence number that jumps', { sequenceNumber: 5n }],
  ['an L1 origin that jumps', { l1Origin: { number: 9n, hash: hashOf(1, 'a', 9) } }],
] as const)
  // Rules: sync-start-broken, sync-start-unsafe-links
  test(`if blocks up to the safe head are not linked, the search fails; above it, they are dropped: ${name}`, () => {
    const chain = l2Chain(101, { number: 51n, ...wrong })
    assert.equal(found(world(l1Chain(60), chain, [101, 51, 4])), 'l2-inconsistent')
    const linked = found(world(l1Chain(60), l2Chain(50), [50, 40, 4]))
    assert.equal(found(world(l1Chain(60), chain, [101, 40, 4])), linked)
    assert.match(linked, /^50\//u)
  })

// Rules: sync-start-broken
test('if the chain changes during the search, the search fails', () => {
  const given = world(l1Chain(60), l2Chain(101), [101, 90, 4])
  assert.equal(found({ ...given, l2: given.l2.filter(({ number }) => number > 80n) }), 'l2-missing')
  const l1 = new Map([...given.l1, ...[...l1Chain(60, 20)].filter(([at]) => at === 42)])
  assert.equal(found({ ...given, l1 }), 'l1-inconsistent')
})

// Rules: limit-pages
test('blocks are requested in pages', () => {
  const { requests } = search(world(l1Chain(400), l2Chain(701), [701, 90, 4]))
  assert.ok(requests <= 9, `${requests} requests for 612 L2 blocks and 306 L1 blocks`)
})

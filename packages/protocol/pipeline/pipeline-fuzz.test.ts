import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc, { type Arbitrary } from 'fast-check'
import { decodeL1Attributes } from '#protocol/block/l1-attributes.ts'
import type { InboxTransaction, L1Block } from '#protocol/block/l1-block.ts'
import type { L2BlockRef } from '#protocol/block/refs.ts'
import { isActive } from '#protocol/chains/chain-spec.ts'
import type { RollupConfig } from '#protocol/chains/rollup-config.ts'
import { depositsOnly } from '#protocol/derivation/attributes.ts'
import { l2BlockRefOf, systemConfigOf } from '#protocol/derivation/l2-block.ts'
import { decodeDeposit } from '#protocol/transaction/deposit.ts'
import { toL1Block } from '#l1/to-l1-block.ts'
import { readRollupConfig } from '#records/folder/record-config.ts'
import { readL1 } from '#records/folder/read-l1.ts'
import { readL2 } from '#records/folder/read-l2.ts'
import { arbitraryL1, arbitraryLog, damaged } from '#test/fakes/arbitrary-l1.ts'
import { l1Block, l2Block } from '#test/fakes/batch-notation.ts'
import { batcherOf } from '#test/fakes/pipeline-notation.ts'
import { recordsFolder } from '#test/fakes/record-lines.ts'
import { type DerivedAttributes, type L2Head, Pipeline } from './pipeline.ts'

// For any L1 data, a pipeline returns an outcome and does not throw.

const numRuns = Number(process.env['ATOLL_FUZZ_RUNS'] ?? 40)

/** A chain to derive. Verdicts and block references replace an engine. */
interface Chain {
  readonly config: RollupConfig
  readonly base: L1Block
  readonly head: L2Head
  readonly blocks: readonly L1Block[]
  /** Verdict on each derived block; the list repeats. */
  readonly verdicts: readonly ('builds' | 'refuses')[]
  readonly refOf: (derived: DerivedAttributes) => L2BlockRef
}

/** Limit on the L2 blocks derived while one L1 block is read. A pipeline that derives more is in an endless loop. */
const maxBlocks = 2_000

/** Derives until L1 ends or the pipeline stops; returns the numbers of the derived blocks. */
function derive(chain: Chain): readonly bigint[] {
  const { config, base, blocks, verdicts, refOf } = chain
  const safeChain = new Map([[chain.head.ref.number, chain.head.ref]])
  const pipeline = new Pipeline({
    config,
    base,
    batcher: chain.head.systemConfig.batcherAddress,
    safeBlock: (number) => {
      const ref = safeChain.get(number) ?? l2Block(Number(number))
      return { ref, transactions: [Uint8Array.of(0x7e)] }
    },
  })
  const numbers: bigint[] = []
  let [safe, head] = [chain.head, chain.head]
  for (const block of [undefined, ...blocks]) {
    if (block !== undefined && !push(pipeline, block)) return numbers
    for (let count = 0; ; count++) {
      assert.ok(count < maxBlocks)
      const output = pipeline.next(head)
      if (output.kind === 'needs-l1-block') break
      if (output.kind !== 'attributes') return numbers
      check(output, { config, head })
      const verdict = verdicts[numbers.length % verdicts.length]
      numbers.push(head.ref.number + 1n)
      const isHolocene = isActive(config, 'holocene', output.derivedFrom.timestamp)
      const isReplaced = verdict === 'refuses' && depositsOnly(output.attributes) !== undefined
      if (isReplaced && isHolocene) pipeline.flush()
      head = { ref: refOf(output), systemConfig: output.systemConfig }
      if (isReplaced && !isHolocene) head = safe
      else if (output.isLastInSpan) safe = head
      safeChain.set(head.ref.number, head.ref)
    }
  }
  return numbers
}

function push(pipeline: Pipeline, block: L1Block): boolean {
  const pushed = pipeline.push(block)
  if (pushed.kind === 'taken') return true
  assert.equal(pushed.kind, 'needs-blobs')
  const inboxTransactions = block.inboxTransactions.map((transaction) => ({
    ...transaction,
    blobs: transaction.blobs.map((blob) => ({ ...blob, data: new Uint8Array(131_072) })),
  }))
  return pipeline.push({ ...block, inboxTransactions }).kind === 'taken'
}

/** Asserts the properties of attributes derived from any L1 data. */
function check(
  { attributes, parent, derivedFrom, l1Origin, sequenceNumber }: DerivedAttributes,
  { config, head }: Pick<Chain, 'config' | 'head'>,
): void {
  assert.equal(parent, head.ref)
  assert.equal(attributes.timestamp, parent.timestamp + config.blockTime)
  assert.ok(attributes.timestamp >= l1Origin.timestamp)
  assert.ok(l1Origin.number <= derivedFrom.number)
  const ahead = l1Origin.number - parent.l1Origin.number
  assert.ok(ahead === 0n || ahead === 1n)
  assert.ok(derivedFrom.number <= l1Origin.number + config.sequencingWindow || isEmpty(attributes))
  const reported = decodeL1Attributes(decodeDeposit(attributes.transactions[0] ?? noBytes).data)
  assert.equal(reported.sequenceNumber, sequenceNumber)
  assert.equal(reported.hash, l1Origin.hash)
}

const noBytes = new Uint8Array(0)

function isEmpty({ transactions }: DerivedAttributes['attributes']): boolean {
  return transactions.every((transaction) => transaction[0] === 0x7e)
}

const followed = ({ parent, l1Origin, sequenceNumber }: DerivedAttributes): L2BlockRef => ({
  ...l2Block(Number(parent.number) + 1, Number(l1Origin.number)),
  sequenceNumber,
})

// Rules: any-l1-data
test('a pipeline accepts L1 blocks with any content', () => {
  let derived = 0
  fc.assert(
    fc.property(arbitraryL1, ({ config, blocks, verdicts }) => {
      const { systemConfig } = config.genesis
      const origin = l1Block(2)
      const numbers = derive({
        config,
        base: { ...emptyBlock, ...origin, prevRandao: origin.hash },
        head: { ref: l2Block(12), systemConfig },
        blocks,
        verdicts,
        refOf: followed,
      })
      derived += numbers.length
    }),
    { numRuns },
  )
  // If no L2 block were derived, the test would check nothing.
  assert.ok(derived > 0)
})

const emptyBlock = {
  baseFee: 7n,
  excessBlobGas: undefined,
  parentBeaconBlockRoot: undefined,
  logs: [],
  inboxTransactions: [],
}

for (const name of ['many-channels', 'deposits-and-config', 'op-batcher-span']) {
  // Rules: any-l1-data
  test(`a pipeline accepts a chain with any change in its L1 blocks: ${name}`, async () => {
    const chain = await readChain(name)
    const good = derive({ ...chain, verdicts: ['builds'] })
    assert.ok(good.length > 50)
    const changes = fc.array(changeOf(chain), { minLength: 1, maxLength: 6 })
    const verdicts = fc.array(fc.constantFrom('builds', 'builds', 'builds', 'refuses'), {
      minLength: 1,
    })
    fc.assert(
      fc.property(changes, verdicts, (changed, said) => {
        const blocks = [...chain.blocks]
        for (const { at, change } of changed) {
          const block = blocks[at]
          if (block !== undefined) blocks[at] = change(block)
        }
        derive({ ...chain, blocks, verdicts: said })
      }),
      { numRuns: Math.ceil(numRuns / 10) },
    )
  })
}

/** Limit on the L1 blocks that are read from a record. */
const recordedBlocks = 60

async function readChain(name: string): Promise<Omit<Chain, 'verdicts'>> {
  const folder = `${recordsFolder}${name}`
  const config = await readRollupConfig(folder)
  const blocks: L1Block[] = []
  for await (const recorded of readL1(folder)) {
    blocks.push(toL1Block(recorded, config))
    if (blocks.length > recordedBlocks) break
  }
  const refs = new Map<bigint, L2BlockRef>()
  let head: L2Head | undefined
  for await (const { block } of readL2(folder, config)) {
    const ref = l2BlockRefOf(config, block)
    refs.set(ref.number, ref)
    head ??= { ref, systemConfig: systemConfigOf(config, block) }
  }
  const [base, ...rest] = blocks
  assert.ok(base !== undefined && head !== undefined)
  return { config, base, head, blocks: rest, refOf: (derived) => refOf(derived, refs) }
}

/** The recorded block if its parent and L1 origin equal the derived ones; otherwise an invented block. */
function refOf(derived: DerivedAttributes, recorded: ReadonlyMap<bigint, L2BlockRef>): L2BlockRef {
  const { parent, l1Origin, sequenceNumber, attributes } = derived
  const number = parent.number + 1n
  const known = recorded.get(number)
  if (known?.l1Origin.hash === l1Origin.hash && known.parentHash === parent.hash) return known
  const { hash } = l2Block(Number(number))
  const { timestamp } = attributes
  return { hash, number, parentHash: parent.hash, timestamp, l1Origin, sequenceNumber }
}

interface Change {
  readonly at: number
  readonly change: (block: L1Block) => L1Block
}

function changeOf({ config, blocks }: Pick<Chain, 'config' | 'blocks'>): Arbitrary<Change> {
  const items = blocks.flatMap(({ inboxTransactions }) => inboxTransactions)
  const some = fc.constantFrom(...items)
  const log = arbitraryLog(config).map((one) => (block: L1Block) => ({
    ...block,
    logs: [...block.logs, one],
  }))
  const more = fc
    .tuple(some.chain(changedItem), fc.nat(3))
    .map(([item, place]) => (block: L1Block) => ({
      ...block,
      inboxTransactions: block.inboxTransactions.toSpliced(place, 0, item),
    }))
  const fewer = fc.nat(3).map((place) => (block: L1Block) => ({
    ...block,
    inboxTransactions: block.inboxTransactions.toSpliced(place, 1),
  }))
  const change = fc.oneof(log, { weight: 4, arbitrary: more }, { weight: 2, arbitrary: fewer })
  return fc.record({ at: fc.nat(blocks.length - 1), change })
}

/** A transaction with changed bytes in its data or its blobs, or with another sender. */
function changedItem(item: InboxTransaction): Arbitrary<InboxTransaction> {
  const datas = item.blobs.map(({ versionedHash, data }) =>
    damaged(data ?? new Uint8Array(131_072)).map((changed) => ({ versionedHash, data: changed })),
  )
  const sender = fc.constantFrom(item.sender, item.sender, item.sender, batcherOf('B'))
  return fc.record({
    hash: fc.constant(item.hash),
    type: fc.constant(item.type),
    sender,
    data: damaged(item.data),
    blobs: fc.tuple(...datas),
  })
}

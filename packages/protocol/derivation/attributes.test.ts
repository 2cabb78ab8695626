import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { SingularBatch } from '#protocol/batch/batch.ts'
import { decodeL1Attributes, encodedL1AttributesForm } from '#protocol/block/l1-attributes.ts'
import type { L1Log } from '#protocol/block/l1-block.ts'
import type { L2BlockRef } from '#protocol/block/refs.ts'
import type { SystemConfig } from '#protocol/block/system-config.ts'
import { type HardforkName, hardforkNames, type HardforkTimes } from '#protocol/chains/hardforks.ts'
import type { RollupConfig } from '#protocol/chains/rollup-config.ts'
import { fromHex, toBytes32, toBytes8, toHex } from '#protocol/codec/hex.ts'
import type { Bytes32 } from '#protocol/primitives.ts'
import { decodeDeposit } from '#protocol/transaction/deposit.ts'
import { forksUpTo, testL1Block, testRollup, testSystemConfig } from '#test/fakes/test-rollup.ts'
import { blockId, hash } from '#test/fakes/values.ts'
import { encodeAttributesExtraData } from './attributes-extra-data.ts'
import {
  AttributesBuilder,
  type AttributesOutput,
  type AttributesSource,
  depositsOnly,
} from './attributes.ts'
import { systemConfigOf } from './l2-block.ts'

const runs = { numRuns: Number(process.env['ATOLL_FUZZ_RUNS'] ?? 100) }

/** A block at second 1,000 with L1 origin 50, whose child is in a new epoch. */
const parent: L2BlockRef = {
  ...blockId(500),
  parentHash: hash(499),
  timestamp: 1_000n,
  l1Origin: blockId(50),
  sequenceNumber: 3n,
}

const batch: SingularBatch = {
  parentHash: parent.hash,
  epochNumber: 51n,
  epochHash: hash(51),
  timestamp: 1_002n,
  transactions: [Uint8Array.of(2, 1), Uint8Array.of(2, 2)],
}

/** Changes for a child of `parent` in the same epoch. */
const sameEpoch: Partial<AttributesSource> = {
  batch: { ...batch, epochNumber: 50n, epochHash: hash(50) },
  epoch: testL1Block(50),
}

function build(
  changes: Partial<AttributesSource> = {},
  config: RollupConfig = testRollup,
): AttributesOutput {
  const source = { parent, systemConfig: testSystemConfig, batch, epoch: testL1Block(51) }
  return new AttributesBuilder(config).build({ ...source, ...changes })
}

function built(
  ...given: Parameters<typeof build>
): Extract<AttributesOutput, { kind: 'attributes' }> {
  const output = build(...given)
  assert.equal(output.kind, 'attributes')
  if (output.kind !== 'attributes') throw new Error('no attributes')
  return output
}

const at = (times: HardforkTimes): RollupConfig => ({ ...testRollup, hardforkTimes: times })

const l1AttributesOf = ({ attributes }: ReturnType<typeof built>) =>
  decodeDeposit(attributes.transactions[0] ?? new Uint8Array()).data

// Rules: attributes-fit
test('a batch that does not match its parent, time or epoch resets derivation', () => {
  const reasonOf = (changes: Partial<AttributesSource>) => {
    const output = build(changes)
    return output.kind === 'reset' ? output.reason : output.kind
  }
  assert.equal(reasonOf({ batch: { ...batch, parentHash: hash(1) } }), 'parent-hash')
  assert.equal(reasonOf({ batch: { ...batch, timestamp: 1_004n } }), 'timestamp')
  assert.equal(reasonOf({ batch: { ...batch, epochHash: hash(1) } }), 'epoch')
  assert.equal(reasonOf({ epoch: testL1Block(51, { parentHash: hash(1) }) }), 'l1-parent-hash')
  assert.equal(reasonOf({ epoch: testL1Block(51, { timestamp: 1_003n }) }), 'l1-timestamp')
  assert.equal(reasonOf({ epoch: testL1Block(51, { timestamp: 1_002n }) }), 'attributes')
  const other = { ...batch, epochNumber: 50n, epochHash: hash(1) }
  assert.equal(reasonOf({ batch: other, epoch: testL1Block(50, { hash: hash(1) }) }), 'epoch')
})

// Rules: sequence-number
test('the sequence number is 0 in the first block of an epoch, and grows by 1 with each further block', () => {
  assert.equal(decodeL1Attributes(l1AttributesOf(built())).sequenceNumber, 0n)
  assert.equal(decodeL1Attributes(l1AttributesOf(built(sameEpoch))).sequenceNumber, 4n)
})

/** A GAS_LIMIT update to 7, and a deposit log without its indexed topics and data. */
const gasLimitLog: L1Log = {
  address: testRollup.l1SystemConfigAddress,
  topics: [
    '0x1d2b0bda21d56b8bd12d4f94ebacffdfb35f5e226f84b461103bb8beab6353be' as Bytes32,
    `0x${'0'.repeat(64)}` as Bytes32,
    `0x${'2'.padStart(64, '0')}` as Bytes32,
  ],
  data: fromHex(`0x${['20', '20', '07'].map((word) => word.padStart(64, '0')).join('')}`),
  index: 0,
}
const brokenDeposit: L1Log = {
  address: testRollup.depositContractAddress,
  topics: ['0xb3813568d9991fc951961fcb4c784893574240a28925604d09fc577c55bb7c32' as Bytes32],
  data: new Uint8Array(),
  index: 1,
}

// Rules: epoch-deposits
test('logs apply in the first block of their epoch only', () => {
  const logs = [gasLimitLog]
  assert.equal(built({ epoch: testL1Block(51, { logs }) }).attributes.gasLimit, 7n)
  const later = built({ ...sameEpoch, epoch: testL1Block(50, { logs: [...logs, brokenDeposit] }) })
  assert.equal(later.attributes.gasLimit, 60_000_000n)
})

// Rules: deposit-malformed
test('a malformed deposit stops derivation', () => {
  const output = build({ epoch: testL1Block(51, { logs: [brokenDeposit] }) })
  assert.ok(output.kind === 'critical')
  assert.equal(output.reason, 'malformed-deposit')
  assert.match(output.detail ?? '', /^log 1 of L1 block 51 \(0x[0-9a-f]{64}\): topics$/)
})

test('a malformed config update is reported and ignored', () => {
  const logs = [{ ...gasLimitLog, data: new Uint8Array(3) }]
  const output = built({ epoch: testL1Block(51, { logs }) })
  assert.deepEqual(output.ignoredUpdates, [{ logIndex: 0, reason: 'data' }])
  assert.equal(output.attributes.gasLimit, 60_000_000n)
})

// Rules: scalar-invalid
test('from Ecotone on, an invalid scalar stops derivation', () => {
  const systemConfig = { ...testSystemConfig, scalar: `0x02${'0'.repeat(62)}` as Bytes32 }
  assert.deepEqual(build({ systemConfig }), { kind: 'critical', reason: 'l1-attributes' })
  assert.equal(build({ systemConfig }, at(forksUpTo('delta'))).kind, 'attributes')
})

// Rules: scalar-updates
test('the time of the L1 block with an update decides which fee scalars the update may set', () => {
  const word = (value: number) => value.toString(16).padStart(64, '0')
  const scalar = `02${'0'.repeat(62)}`
  const update: L1Log = {
    ...gasLimitLog,
    topics: [...gasLimitLog.topics.slice(0, 2), `0x${word(1)}` as Bytes32],
    data: fromHex(`0x${word(32)}${word(64)}${word(5)}${scalar}`),
  }
  const epoch = testL1Block(51, { logs: [update] })
  const given = (ecotone: bigint) => build({ epoch }, at(forksUpTo('delta', { ecotone })))
  const known = given(epoch.timestamp)
  assert.ok(known.kind === 'attributes')
  assert.deepEqual(known.ignoredUpdates, [{ logIndex: 0, reason: 'scalar' }])
  // Before Ecotone the invalid scalar is stored, and L1 attributes cannot be built from it.
  assert.deepEqual(given(epoch.timestamp + 1n), { kind: 'critical', reason: 'l1-attributes' })
})

// Rules: attributes-fields
test('fields of attributes are present from their forks on', () => {
  const fieldsOf = (last: HardforkName) => {
    const { attributes } = built({}, at(forksUpTo(last)))
    const names = ['withdrawals', 'parentBeaconBlockRoot', 'eip1559Params', 'minBaseFee'] as const
    return names.filter((name) => attributes[name] !== undefined).join(' ')
  }
  assert.equal(fieldsOf('regolith'), '')
  assert.equal(fieldsOf('canyon'), 'withdrawals')
  assert.equal(fieldsOf('ecotone'), 'withdrawals parentBeaconBlockRoot')
  assert.equal(fieldsOf('holocene'), 'withdrawals parentBeaconBlockRoot eip1559Params')
  assert.equal(fieldsOf('jovian'), 'withdrawals parentBeaconBlockRoot eip1559Params minBaseFee')
})

// Rules: attributes-fields
test('an L1 block without a beacon root gives attributes with a zero root', () => {
  const epoch = testL1Block(51, { parentBeaconBlockRoot: undefined })
  assert.equal(built({ epoch }).attributes.parentBeaconBlockRoot, hash(0))
})

// Rules: activation-l1-attributes
test('L1 attributes have the previous form in the activation block, and the form of the fork from the next block on', () => {
  const formsAround = (fork: HardforkName, before: HardforkName) => {
    const form = (time: bigint) =>
      encodedL1AttributesForm(l1AttributesOf(built({}, at(forksUpTo(before, { [fork]: time })))))
    return `${form(1_003n)} ${form(1_002n)} ${form(1_001n)} ${form(1_000n)}`
  }
  assert.equal(formsAround('ecotone', 'delta'), 'bedrock bedrock bedrock ecotone')
  assert.equal(formsAround('isthmus', 'holocene'), 'ecotone ecotone ecotone isthmus')
  assert.equal(formsAround('jovian', 'isthmus'), 'isthmus isthmus isthmus jovian')
})

// Rules: transaction-order
test('upgrade transactions come between the deposits and the batch', () => {
  const count = (last: HardforkName, times: HardforkTimes, config?: Partial<RollupConfig>) =>
    built({}, { ...at(forksUpTo(last, times)), ...config }).attributes.transactions.length
  const own = 1 + batch.transactions.length
  assert.equal(count('delta', { ecotone: 1_002n }), own + 6)
  assert.equal(count('delta', { ecotone: 1_000n }), own)
  assert.equal(count('delta', { ecotone: 1_002n, fjord: 1_002n }), own + 9)
  assert.equal(count('karst', { lagoon: 1_001n }), own + 28)
  assert.equal(count('karst', { lagoon: 1_001n }, { hasInteropPeers: true }), own + 30)
  const { transactions } = built({}, at(forksUpTo('delta', { ecotone: 1_002n }))).attributes
  assert.deepEqual(transactions.slice(-2), batch.transactions)
  assert.deepEqual(
    transactions.slice(0, -2).map((raw) => raw[0]),
    Array.from({ length: 7 }, () => 0x7e),
  )
})

// Rules: upgrade-gas
test('the activation blocks of Karst and Lagoon get upgrade gas', () => {
  const limit = (last: HardforkName, times: HardforkTimes) =>
    built({}, at(forksUpTo(last, times))).attributes.gasLimit
  assert.equal(limit('jovian', { karst: 1_002n }), 60_000_000n + 55_370_657n)
  assert.equal(limit('karst', { lagoon: 1_002n }), 60_000_000n + 60_653_172n)
  assert.equal(limit('jovian', { karst: 1_000n }), 60_000_000n)
})

// Rules: footprint-default
test('a footprint scalar of 0 is encoded as 400', () => {
  const systemConfig = { ...testSystemConfig, daFootprintGasScalar: 0 }
  const attributes = decodeL1Attributes(l1AttributesOf(built({ systemConfig })))
  assert.equal(attributes.daFootprintGasScalar, 400n)
})

// Rules: deposits-only
test('a deposits-only replacement keeps deposits and upgrade transactions', () => {
  const { attributes } = built({}, at(forksUpTo('delta', { ecotone: 1_002n })))
  const left = depositsOnly(attributes)
  assert.equal(left?.transactions.length, 7)
  assert.deepEqual({ ...left, transactions: [] }, { ...attributes, transactions: [] })
  assert.equal(left && depositsOnly(left), undefined)
})

// Rules: deposits-only
test('a deposits-only replacement has no batch transactions of any kind', () => {
  const types = [0xf8, 1, 2, 4, 0x7d, 0x7f]
  const transactions = types.map((type) => Uint8Array.of(type, 1))
  const { attributes } = built({ batch: { ...batch, transactions } })
  const count = attributes.transactions.length - types.length
  assert.deepEqual(depositsOnly(attributes)?.transactions, attributes.transactions.slice(0, count))
})

const word = fc.uint8Array({ minLength: 32, maxLength: 32 }).map(toBytes32)
const systemConfigs: fc.Arbitrary<SystemConfig> = fc.record(
  {
    batcherAddress: fc.constant(testSystemConfig.batcherAddress),
    overhead: word,
    scalar: fc.constantFrom(
      testSystemConfig.scalar,
      `0x${'7'.padStart(64, '0')}` as Bytes32,
      `0x00ff${'0'.repeat(60)}` as Bytes32,
    ),
    gasLimit: fc.bigInt({ min: 0n, max: 2n ** 62n }),
    eip1559Params: fc.constantFrom(
      testSystemConfig.eip1559Params,
      toBytes8(new Uint8Array(8)),
      toBytes8(new Uint8Array(8).fill(3)),
    ),
    operatorFeeParams: word,
    minBaseFee: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
    daFootprintGasScalar: fc.nat({ max: 65_535 }),
  },
  { noNullPrototype: true },
)

// Rules: config-from-block
test('the system config returned with attributes equals the system config read from the built block', () => {
  const around = fc.constantFrom(undefined, 990n, 1_000n, 1_001n, 1_002n)
  const property = fc.property(
    systemConfigs,
    fc.constantFrom(...hardforkNames),
    fc.record({ time: around, keeps: fc.boolean(), isNew: fc.boolean() }),
    (systemConfig, fork, { time, keeps, isNew }) => {
      const config: RollupConfig = {
        ...at(forksUpTo(fork, time === undefined ? {} : { [fork]: time })),
        keepsKarstUpgradeGas: keeps,
      }
      const output = built({ systemConfig, ...(isNew ? {} : sameEpoch) }, config)
      const { attributes } = output
      const block = {
        blockHash: hash(501),
        parentHash: parent.hash,
        number: 501n,
        timestamp: attributes.timestamp,
        gasLimit: attributes.gasLimit,
        transactions: attributes.transactions,
        extraData: encodeAttributesExtraData(attributes, config.eip1559),
      }
      assert.deepEqual(output.systemConfig, systemConfigOf(config, block))
    },
  )
  fc.assert(property, runs)
})

test('a used builder gives the same result as a new one', () => {
  const config = at(forksUpTo('isthmus', { jovian: 1_006n, karst: 1_012n }))
  const builder = new AttributesBuilder(config)
  let source: AttributesSource = {
    parent,
    systemConfig: testSystemConfig,
    batch,
    epoch: testL1Block(51),
  }
  for (let block = 0; block < 12; block++) {
    const output = builder.build(source)
    assert.deepEqual(
      output,
      new AttributesBuilder(config).build({ ...source, systemConfig: { ...source.systemConfig } }),
    )
    assert.equal(output.kind, 'attributes')
    if (output.kind !== 'attributes') return
    source = next(source, output.systemConfig, block % 5 === 4 ? 'new-epoch' : 'same-epoch')
  }
})

function next(
  { parent: before, batch: last, epoch }: AttributesSource,
  systemConfig: SystemConfig,
  kind: 'new-epoch' | 'same-epoch',
): AttributesSource {
  const isNew = last.epochNumber !== before.l1Origin.number
  const child: L2BlockRef = {
    ...blockId(before.number + 1n),
    parentHash: before.hash,
    timestamp: before.timestamp + 2n,
    l1Origin: { hash: epoch.hash, number: epoch.number },
    sequenceNumber: isNew ? 0n : before.sequenceNumber + 1n,
  }
  const l1 = kind === 'new-epoch' ? testL1Block(Number(epoch.number) + 1) : epoch
  return {
    parent: child,
    systemConfig,
    batch: {
      ...last,
      parentHash: child.hash,
      timestamp: child.timestamp + 2n,
      epochNumber: l1.number,
      epochHash: l1.hash,
    },
    epoch: l1,
  }
}

test('each block gets its own copy of the L1 attributes deposit', () => {
  const builder = new AttributesBuilder(testRollup)
  const source = { parent, systemConfig: testSystemConfig, batch, epoch: testL1Block(51) }
  const [first, second] = [builder.build(source), builder.build(source)]
  assert.ok(first.kind === 'attributes' && second.kind === 'attributes')
  const [one, other] = [first.attributes.transactions[0], second.attributes.transactions[0]]
  assert.ok(one && other && one.buffer !== other.buffer)
  assert.equal(toHex(one), toHex(other))
})

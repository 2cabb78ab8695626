import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import type { SingularBatch } from '#protocol/batch/batch.ts'
import { decodeHeader, hashHeader } from '#protocol/block/header.ts'
import type { L1Block, L1Log } from '#protocol/block/l1-block.ts'
import type { L2BlockRef } from '#protocol/block/refs.ts'
import type { SystemConfig } from '#protocol/block/system-config.ts'
import type { HardforkName } from '#protocol/chains/hardforks.ts'
import type { RollupConfig } from '#protocol/chains/rollup-config.ts'
import { fromHex, toHex } from '#protocol/codec/hex.ts'
import type { Address, Bytes32, Bytes8, Hash } from '#protocol/primitives.ts'
import { forksUpTo, testRollup } from '#test/fakes/test-rollup.ts'
import { readVectors } from '#test/vectors/derivation-vectors.ts'
import { AttributesBuilder } from './attributes.ts'

interface BlockIdJson {
  readonly hash: Hash
  readonly number: number
}

interface Case {
  readonly name: string
  readonly forks?: Readonly<Record<string, number>>
  readonly parent: BlockIdJson & {
    readonly parentHash: Hash
    readonly time: number
    readonly l1Origin: BlockIdJson
    readonly sequenceNumber: number
  }
  readonly parentSystemConfig: {
    readonly batcherAddr: Address
    readonly overhead: Bytes32
    readonly scalar: Bytes32
    readonly gasLimit: number
    readonly eip1559Params: Bytes8
    readonly operatorFeeParams: Bytes32
    readonly minBaseFee: number
    readonly daFootprintGasScalar: number
  }
  readonly batch: {
    readonly parentHash: Hash
    readonly epochNum: number
    readonly epochHash: Hash
    readonly timestamp: number
    readonly transactions: readonly string[]
  }
  readonly attributes: Readonly<Record<string, unknown>>
}

interface Vectors {
  readonly config: Readonly<Record<string, Address>>
  readonly cases: readonly Case[]
}

interface L1Vectors {
  readonly receipts: {
    readonly receipts: readonly {
      readonly status: number
      readonly logs: readonly {
        readonly address: Address
        readonly topics: readonly Bytes32[]
        readonly data: string
        readonly logIndex: number
      }[]
    }[]
  }
  readonly pragueHeader: { readonly rlp: string }
}

const { config, cases } = readVectors('attributes.json') as Vectors
const l1 = readVectors('l1_block.json') as L1Vectors

/** The update fraction of Prague on Mainnet. The header of the vectors is from the time of Prague. */
const pragueFraction = 5_007_716n

function rollupOf({ forks = {} }: Case): RollupConfig {
  const times: Partial<Record<HardforkName, bigint>> = {}
  for (const [key, time] of Object.entries(forks))
    times[key.replace('_time', '') as HardforkName] = BigInt(time)
  return {
    ...testRollup,
    hardforkTimes: forksUpTo('jovian', times),
    depositContractAddress: config['deposit_contract_address'] ?? testRollup.depositContractAddress,
    l1SystemConfigAddress: config['l1_system_config_address'] ?? testRollup.l1SystemConfigAddress,
    l1BlobSchedule: [{ timestamp: 0n, baseFeeUpdateFraction: pragueFraction }],
  }
}

function l1Block(): L1Block {
  const header = decodeHeader(fromHex(l1.pragueHeader.rlp))
  const logs: L1Log[] = l1.receipts.receipts
    .filter(({ status }) => status === 1)
    .flatMap(({ logs: some }) =>
      some.map(({ data, logIndex, ...log }) => ({ ...log, data: fromHex(data), index: logIndex })),
    )
  return {
    hash: hashHeader(header),
    number: header.number,
    parentHash: header.parentHash,
    timestamp: header.timestamp,
    prevRandao: header.prevRandao,
    baseFee: header.baseFeePerGas ?? 0n,
    excessBlobGas: header.excessBlobGas,
    parentBeaconBlockRoot: header.parentBeaconBlockRoot,
    logs,
    inboxTransactions: [],
  }
}

function parentOf({ parent }: Case): L2BlockRef {
  const { hash, number, parentHash, time, l1Origin, sequenceNumber } = parent
  return {
    hash,
    number: BigInt(number),
    parentHash,
    timestamp: BigInt(time),
    l1Origin: { hash: l1Origin.hash, number: BigInt(l1Origin.number) },
    sequenceNumber: BigInt(sequenceNumber),
  }
}

function configOf({ parentSystemConfig }: Case): SystemConfig {
  const { batcherAddr, gasLimit, minBaseFee, ...rest } = parentSystemConfig
  return {
    ...rest,
    batcherAddress: batcherAddr,
    gasLimit: BigInt(gasLimit),
    minBaseFee: BigInt(minBaseFee),
  }
}

function batchOf({ batch }: Case): SingularBatch {
  return {
    parentHash: batch.parentHash,
    epochNumber: BigInt(batch.epochNum),
    epochHash: batch.epochHash,
    timestamp: BigInt(batch.timestamp),
    transactions: batch.transactions.map(fromHex),
  }
}

for (const known of cases)
  // Rules: transaction-order
  test(`attributes: ${known.name}`, () => {
    const output = new AttributesBuilder(rollupOf(known)).build({
      parent: parentOf(known),
      systemConfig: configOf(known),
      batch: batchOf(known),
      epoch: l1Block(),
    })
    assert.equal(output.kind, 'attributes')
    if (output.kind !== 'attributes') return
    const { transactions, ...rest } = output.attributes
    const { transactions: want, ...wanted } = known.attributes
    const written = {
      ...rest,
      timestamp: `0x${rest.timestamp.toString(16)}`,
      gasLimit: `0x${rest.gasLimit.toString(16)}`,
      minBaseFee: Number(rest.minBaseFee),
    }
    assert.deepEqual(written, wanted)
    if (Array.isArray(want)) assert.deepEqual(transactions.map(toHex), want)
    else checkMany(transactions, want as Many)
  })

interface Many {
  readonly count: number
  readonly first: readonly string[]
  readonly sha256OfConcatenation: string
}

function checkMany(transactions: readonly Uint8Array[], want: Many): void {
  assert.equal(transactions.length, want.count)
  assert.deepEqual(transactions.slice(0, want.first.length).map(toHex), want.first)
  const hash = createHash('sha256')
  for (const raw of transactions) hash.update(raw)
  assert.equal(`0x${hash.digest('hex')}`, want.sha256OfConcatenation)
}

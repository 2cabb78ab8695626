import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { SystemConfig } from '#protocol/block/system-config.ts'
import { fromHex } from '#protocol/codec/hex.ts'
import type { Bytes32 } from '#protocol/primitives.ts'
import { address, testSystemConfig } from '#test/fakes/test-rollup.ts'
import { readVectors } from '#test/vectors/derivation-vectors.ts'
import { decodeFeeScalars, decodeOperatorFee } from './fee-scalars.ts'
import { updateSystemConfig, type UpdatedSystemConfig } from './system-config-updates.ts'

interface LogJson {
  readonly topics: readonly Bytes32[]
  readonly data: string
}

interface Vectors {
  readonly accepted: readonly (LogJson & {
    readonly name: string
    readonly effect: Readonly<Record<string, string | number>>
  })[]
  readonly ignored: readonly (LogJson & { readonly reason: string })[]
}

const { accepted, ignored } = readVectors('system_config_updates.json') as Vectors

function update({ topics, data }: LogJson, fork: 'bedrock' | 'ecotone'): UpdatedSystemConfig {
  const log = { address: address(1), topics, data: fromHex(data), index: 3 }
  const rules = { l1SystemConfigAddress: address(1), isEcotone: fork === 'ecotone' }
  return updateSystemConfig(testSystemConfig, [log], rules)
}

/** The fields by their names in the vectors, including those that are packed into `scalar` and `operatorFeeParams`. */
function fieldsOf(config: SystemConfig): Readonly<Record<string, string | number>> {
  const operator = decodeOperatorFee(config.operatorFeeParams)
  const scalars = decodeFeeScalars(config.scalar)
  return {
    batcherAddr: config.batcherAddress,
    overhead: config.overhead,
    scalar: config.scalar,
    baseFeeScalar: Number(scalars?.baseFeeScalar),
    blobBaseFeeScalar: Number(scalars?.blobBaseFeeScalar),
    gasLimit: Number(config.gasLimit),
    eip1559Params: config.eip1559Params,
    operatorFeeParams: config.operatorFeeParams,
    operatorFeeScalar: Number(operator.scalar),
    operatorFeeConstant: Number(operator.constant),
    minBaseFee: Number(config.minBaseFee),
    daFootprintGasScalar: config.daFootprintGasScalar,
  }
}

for (const { name, effect, ...log } of accepted)
  // Rules: config-update-types
  test(`an update is applied: ${name}`, () => {
    const updated = update(log, name.includes('pre-Ecotone') ? 'bedrock' : 'ecotone')
    assert.deepEqual(updated.ignored, [])
    const fields = fieldsOf(updated.config)
    for (const [field, value] of Object.entries(effect)) assert.equal(fields[field], value, field)
    const before = fieldsOf(testSystemConfig)
    const rest = Object.keys(before).filter((field) => !Object.hasOwn(effect, field))
    const implied = ['baseFeeScalar', 'blobBaseFeeScalar']
    for (const field of rest)
      if (!implied.includes(field)) assert.equal(fields[field], before[field], field)
  })

for (const { reason, ...log } of ignored)
  // Rules: config-update-types
  test(`an update is ignored: ${reason}`, () => {
    const updated = update(log, 'ecotone')
    assert.equal(updated.config, testSystemConfig)
    assert.deepEqual(
      updated.ignored.map(({ logIndex }) => logIndex),
      [3],
    )
  })

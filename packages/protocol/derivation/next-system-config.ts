import type { SystemConfig } from '#protocol/block/system-config.ts'
import type { RollupConfig } from '#protocol/chains/rollup-config.ts'
import { toFixedBigEndian } from '#protocol/codec/big-endian.ts'
import { toBytes32, toBytes8 } from '#protocol/codec/hex.ts'
import type { BlockRules } from './block-rules.ts'
import {
  decodeFeeScalars,
  decodeOperatorFee,
  encodeFeeScalars,
  encodeOperatorFee,
} from './fee-scalars.ts'
import { defaultDaFootprintGasScalar, hasOperatorFee } from './l1-attributes-deposit.ts'
import { lastingUpgradeGas } from './upgrade-gas.ts'

const zeroWord = toBytes32(new Uint8Array(32))
const zeroParams = toBytes8(new Uint8Array(8))

/**
 * Computes the system config for the child of a block from the config that the block was built with. The result equals
 * `systemConfigOf` of the block, but the block need not be decoded. Fields that the fork does not encode are reset, and
 * constants of the chain replace zeros.
 *
 * @param used the config of the block, including the updates of its L1 origin, with a valid scalar
 */
export function nextSystemConfig(
  config: RollupConfig,
  rules: BlockRules,
  used: SystemConfig,
): SystemConfig {
  const { forks, l1AttributesForm: form } = rules
  const scalars = form === 'bedrock' ? undefined : decodeFeeScalars(used.scalar)
  return {
    batcherAddress: used.batcherAddress,
    overhead: form === 'bedrock' ? used.overhead : zeroWord,
    scalar: scalars === undefined ? used.scalar : encodeFeeScalars(scalars),
    gasLimit: used.gasLimit + lastingUpgradeGas(config, rules),
    eip1559Params: forks.holocene ? paramsOf(config, used) : zeroParams,
    operatorFeeParams: hasOperatorFee(form)
      ? encodeOperatorFee(decodeOperatorFee(used.operatorFeeParams))
      : zeroWord,
    minBaseFee: forks.jovian ? used.minBaseFee : 0n,
    daFootprintGasScalar:
      form === 'jovian' ? used.daFootprintGasScalar || defaultDaFootprintGasScalar : 0,
  }
}

/** Replaces zeros by the constants of the chain, as the execution client does. */
function paramsOf(
  { eip1559 }: RollupConfig,
  { eip1559Params }: SystemConfig,
): SystemConfig['eip1559Params'] {
  if (eip1559Params !== zeroParams) return eip1559Params
  const bytes = new Uint8Array(8)
  bytes.set(toFixedBigEndian(eip1559.denominatorCanyon, 4))
  bytes.set(toFixedBigEndian(eip1559.elasticity, 4), 4)
  return toBytes8(bytes)
}

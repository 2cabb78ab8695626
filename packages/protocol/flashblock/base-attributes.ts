import { type BaseFeeParameters, decodeExtraData } from '#protocol/block/extra-data.ts'
import type { PayloadAttributes } from '#protocol/block/payload-attributes.ts'
import { isActive } from '#protocol/chains/chain-spec.ts'
import type { RollupConfig } from '#protocol/chains/rollup-config.ts'
import { DecodeError } from '#protocol/codec/decode-error.ts'
import { toBytes8 } from '#protocol/codec/hex.ts'
import type { FlashblockBase } from './flashblock.ts'

/**
 * The attributes of the block that begins with a base, with these transactions and no others.
 *
 * @returns undefined if the extra data is malformed
 */
export function attributesOfBase(
  config: RollupConfig,
  base: FlashblockBase,
  transactions: readonly Uint8Array[],
): PayloadAttributes | undefined {
  const { extraData, timestamp } = base
  const parameters = parametersIn(extraData)
  if (parameters === 'malformed') return undefined
  return {
    timestamp,
    prevRandao: base.prevRandao,
    suggestedFeeRecipient: base.feeRecipient,
    withdrawals: isActive(config, 'canyon', timestamp) ? [] : undefined,
    parentBeaconBlockRoot: isActive(config, 'ecotone', timestamp)
      ? base.parentBeaconBlockRoot
      : undefined,
    transactions,
    noTxPool: true,
    gasLimit: base.gasLimit,
    eip1559Params: parameters && toBytes8(extraData.subarray(1, 9)),
    minBaseFee: parameters?.minBaseFee,
  }
}

function parametersIn(extraData: Uint8Array): BaseFeeParameters | 'malformed' | undefined {
  try {
    return decodeExtraData(extraData)
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error
    return 'malformed'
  }
}

import { type BaseFeeParameters, encodeExtraData } from '#protocol/block/extra-data.ts'
import type { PayloadAttributes } from '#protocol/block/payload-attributes.ts'
import type { RollupConfig } from '#protocol/chains/rollup-config.ts'
import { fromBigEndian } from '#protocol/codec/big-endian.ts'
import { fromHex } from '#protocol/codec/hex.ts'

/** The attributes that go into the extra data of the header. */
export type HeaderFees = Pick<PayloadAttributes, 'eip1559Params' | 'minBaseFee'>

/** The constants of the chain, which replace zero parameters. */
export type ChainFees = Pick<RollupConfig['eip1559'], 'denominatorCanyon' | 'elasticity'>

/**
 * The EIP-1559 parameters that the execution client uses for attributes. Constants of the chain replace zeros.
 *
 * @returns undefined before Holocene
 * Spec: protocol/holocene/exec-engine.md#dynamic-eip-1559-parameters
 */
export function baseFeeParametersOf(
  { eip1559Params, minBaseFee }: HeaderFees,
  { denominatorCanyon, elasticity }: ChainFees,
): BaseFeeParameters | undefined {
  if (eip1559Params === undefined) return undefined
  const bytes = fromHex(eip1559Params)
  const denominator = fromBigEndian(bytes.subarray(0, 4))
  if (denominator === 0n) return { denominator: denominatorCanyon, elasticity, minBaseFee }
  return { denominator, elasticity: fromBigEndian(bytes.subarray(4)), minBaseFee }
}

/** The extra data in the header of the block built from attributes. */
export function encodeAttributesExtraData(fees: HeaderFees, chain: ChainFees): Uint8Array {
  const parameters = baseFeeParametersOf(fees, chain)
  return parameters === undefined ? new Uint8Array(0) : encodeExtraData(parameters)
}

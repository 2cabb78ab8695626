import type { L1Block } from '#protocol/block/l1-block.ts'
import type { RollupConfig } from '#protocol/chains/rollup-config.ts'

/** The minimum blob base fee, in wei. */
const minBlobBaseFee = 1n

/** Update fraction from Cancun, the first fork with blobs. Spec: EIP-4844 */
const cancunUpdateFraction = 3_338_477n

// Rule limit-blob-fee: The blob base fee has 256 bits. Spec: EIP-4844
/** Limit on the bits of the fee, which must fit a field of the L1 attributes. */
const maxFeeBits = 256n

/**
 * The blob base fee of an L1 block, in wei.
 *
 * @returns undefined if it has more than 256 bits, which no real L1 reaches
 * Spec: protocol/ecotone/l1-attributes.md; EIP-4844, EIP-7892; protocol/pectra-blob-schedule/derivation.md
 */
export function blobBaseFee(
  config: RollupConfig,
  { excessBlobGas, timestamp }: Pick<L1Block, 'excessBlobGas' | 'timestamp'>,
): bigint | undefined {
  if (excessBlobGas === undefined) return minBlobBaseFee
  return fakeExponential(excessBlobGas, updateFraction(config, timestamp))
}

// Rule blob-base-fee: The L1 fork and the Pectra blob schedule fix decide the update fraction of the blob base fee.
// Spec: pectra-blob-schedule/derivation.md, derive/l1_block_info.go
function updateFraction(
  { l1BlobSchedule, pectraBlobScheduleTime }: RollupConfig,
  l1Timestamp: bigint,
): bigint {
  // Chains that missed Prague on L1 keep Cancun's fraction until the time in their config.
  if (pectraBlobScheduleTime !== undefined && l1Timestamp < pectraBlobScheduleTime)
    return cancunUpdateFraction
  const fork = l1BlobSchedule.findLast(({ timestamp }) => timestamp <= l1Timestamp)
  return fork?.baseFeeUpdateFraction ?? cancunUpdateFraction
}

/**
 * Approximates the minimum fee times e to the power of a fraction, by a Taylor series in integers.
 *
 * @returns undefined above 256 bits
 * Spec: EIP-4844, fake_exponential
 */
export function fakeExponential(numerator: bigint, denominator: bigint): bigint | undefined {
  const most = denominator << maxFeeBits
  let sum = 0n
  let term = minBlobBaseFee * denominator
  for (let at = 1n; term > 0n; at++) {
    sum += term
    if (sum >= most) return undefined
    term = (term * numerator) / (denominator * at)
  }
  return sum / denominator
}

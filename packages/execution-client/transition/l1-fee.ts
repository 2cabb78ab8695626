import { fromBigEndian, toFixedBigEndian } from '#protocol/codec/big-endian.ts'
import type { Hardforks } from '#protocol/chains/hardforks.ts'
import { type Hex, toHex } from '#protocol/codec/hex.ts'
import type { WorldState } from '#execution-client/state/world-state.ts'
import { fastLzSize } from './fast-lz.ts'
import { l1BlockAddress } from './fee-vaults.ts'

/** Fee parameters of a block, from the slots of the L1Block predeploy. */
interface FeeParameters {
  readonly l1BaseFee: bigint
  readonly blobBaseFee: bigint
  readonly baseFeeScalar: bigint
  readonly blobBaseFeeScalar: bigint
  readonly operatorFeeScalar: bigint
  readonly operatorFeeConstant: bigint
  /** Overhead and scalar; undefined after the Ecotone parameters are set. */
  readonly bedrock: { readonly overhead: bigint; readonly scalar: bigint } | undefined
}

/** Minimum estimated size of a transaction on L1, in millionths of a byte. */
const minEstimatedSize = 100_000_000n

/** L1 data fee and operator fee of one block. Spec: protocol/exec-engine.md#l1-cost-fees-l1-fee-vault */
export class BlockFees {
  readonly #forks: Hardforks
  readonly #parameters: FeeParameters

  /** Reads the parameters after the L1 attributes deposit, before the first user transaction. */
  constructor(forks: Hardforks, state: WorldState) {
    this.#forks = forks
    this.#parameters = readParameters(forks, state)
  }

  /** L1 data fee of a transaction, in wei. */
  l1Fee(raw: Uint8Array): bigint {
    const { bedrock, l1BaseFee, blobBaseFee, baseFeeScalar, blobBaseFeeScalar } = this.#parameters
    if (bedrock !== undefined)
      return (
        ((dataGas(raw, { hasSignature: this.#forks.regolith }) + bedrock.overhead) *
          l1BaseFee *
          bedrock.scalar) /
        1_000_000n
      )
    const scaled = 16n * baseFeeScalar * l1BaseFee + blobBaseFeeScalar * blobBaseFee
    if (this.#forks.fjord) return (estimatedSize(raw) * scaled) / 1_000_000_000_000n
    return (dataGas(raw, { hasSignature: true }) * scaled) / 16_000_000n
  }

  /** Operator fee for `gas`, in wei. Spec: protocol/isthmus/exec-engine.md, jovian/exec-engine.md */
  operatorFee(gas: bigint): bigint {
    const { operatorFeeScalar: scalar, operatorFeeConstant } = this.#parameters
    if (!this.#forks.isthmus) return 0n
    const variable = this.#forks.jovian ? gas * scalar * 100n : (gas * scalar) / 1_000_000n
    return variable + operatorFeeConstant
  }
}

/** Estimated size of a transaction on L1, in bytes. Spec: protocol/jovian/exec-engine.md#da-footprint-block-limit */
export function estimatedBytes(raw: Uint8Array): bigint {
  return estimatedSize(raw) / 1_000_000n
}

/**
 * Cached estimates, by the bytes of the transaction. The pool needs an estimate at every new head. A block needs it for
 * the L1 fee and for the DA footprint.
 */
const estimates = new WeakMap<Uint8Array, bigint>()

/** Estimated size of a transaction on L1, in millionths of a byte. Spec: protocol/fjord/exec-engine.md#fees */
export function estimatedSize(raw: Uint8Array): bigint {
  const known = estimates.get(raw)
  if (known !== undefined) return known
  const estimate = 836_500n * BigInt(fastLzSize(raw)) - 42_585_600n
  const size = estimate < minEstimatedSize ? minEstimatedSize : estimate
  estimates.set(raw, size)
  return size
}

/** L1 gas of a transaction's bytes. Bedrock added 68 bytes for a signature. */
export function dataGas(
  raw: Uint8Array,
  { hasSignature }: { readonly hasSignature: boolean },
): bigint {
  let zeros = 0
  for (const byte of raw) if (byte === 0) zeros++
  const others = raw.length - zeros + (hasSignature ? 0 : 68)
  return BigInt(4 * zeros + 16 * others)
}

function readParameters(forks: Hardforks, state: WorldState): FeeParameters {
  const slot = (number: number) => state.slot(l1BlockAddress, slotKey(number))
  const word = (number: number) => toFixedBigEndian(fromBigEndian(slot(number)), 32)
  const part = (bytes: Uint8Array, from: number, to: number) =>
    fromBigEndian(bytes.subarray(from, to))
  const scalars = word(3)
  // The witness of a block, which is the data that its execution reads, lacks this slot before Isthmus.
  const operator = forks.isthmus ? word(8) : new Uint8Array(32)
  const ecotone = {
    l1BaseFee: fromBigEndian(slot(1)),
    blobBaseFee: forks.ecotone ? fromBigEndian(slot(7)) : 0n,
    baseFeeScalar: part(scalars, 16, 20),
    blobBaseFeeScalar: part(scalars, 20, 24),
  }
  // In the Ecotone activation block the parameters are not set yet, so their slots are zero.
  const isUnset =
    ecotone.blobBaseFee === 0n && ecotone.baseFeeScalar === 0n && ecotone.blobBaseFeeScalar === 0n
  return {
    ...ecotone,
    operatorFeeScalar: part(operator, 20, 24),
    operatorFeeConstant: part(operator, 24, 32),
    bedrock:
      !forks.ecotone || isUnset
        ? { overhead: fromBigEndian(slot(5)), scalar: fromBigEndian(slot(6)) }
        : undefined,
  }
}

function slotKey(number: number): Hex {
  return toHex(toFixedBigEndian(BigInt(number), 32))
}

import { decodeExtraData } from '#protocol/block/extra-data.ts'
import { hardforksAt } from '#protocol/chains/hardforks.ts'
import type { Header } from '#protocol/block/header.ts'
import type { ExecutionConfig } from './execution-config.ts'
import { InvalidBlock } from './invalid.ts'

/** Largest base fee that a header can have: 256 bits. Source: go-ethereum, core/types/block.go, SanityCheck */
const maxBaseFee = 2n ** 256n - 1n

/**
 * The base fee of the block after `parent`, in wei.
 * @throws InvalidBlock if `parent` cannot have a child: either `parent` used gas although its gas target is zero, where
 * op-geth would divide by zero; or the base fee of the child would exceed 256 bits
 * Spec: EIP-1559, protocol/holocene/exec-engine.md#dynamic-eip-1559-parameters, protocol/jovian/exec-engine.md
 */
export function nextBaseFee(config: ExecutionConfig, parent: Header, timestamp: bigint): bigint {
  const { elasticity, denominator, minBaseFee } = parametersOf(config, parent, timestamp)
  const baseFee = parent.baseFeePerGas ?? 0n
  const { gasUsed } = parent
  // From Jovian on the DA footprint counts like gas used.
  const isJovian = hardforksAt(config.hardforkTimes, parent.timestamp).jovian
  const footprint = isJovian ? (parent.blobGasUsed ?? 0n) : 0n
  const metered = footprint > gasUsed ? footprint : gasUsed
  const target = parent.gasLimit / elasticity
  const next = moved({ baseFee, metered, target, denominator })
  if (next > maxBaseFee) throw new InvalidBlock('the next base fee has more than 256 bits')
  return next < minBaseFee ? minBaseFee : next
}

function moved({
  baseFee,
  metered,
  target,
  denominator,
}: {
  readonly baseFee: bigint
  readonly metered: bigint
  readonly target: bigint
  readonly denominator: bigint
}): bigint {
  if (metered === target) return baseFee
  if (target === 0n)
    throw new InvalidBlock('gas was used, and the gas limit is below the elasticity')
  if (metered < target) {
    const less = baseFee - (baseFee * (target - metered)) / target / denominator
    return less < 0n ? 0n : less
  }
  const more = (baseFee * (metered - target)) / target / denominator
  return baseFee + (more < 1n ? 1n : more)
}

interface Parameters {
  readonly elasticity: bigint
  readonly denominator: bigint
  readonly minBaseFee: bigint
}

function parametersOf(
  { hardforkTimes, eip1559 }: ExecutionConfig,
  { extraData, timestamp: parentTime }: Header,
  timestamp: bigint,
): Parameters {
  // Before Holocene the extra data is arbitrary; a genesis often has some text.
  const { holocene } = hardforksAt(hardforkTimes, parentTime)
  const parameters = holocene ? decodeExtraData(extraData) : undefined
  if (parameters !== undefined) return { ...parameters, minBaseFee: parameters.minBaseFee ?? 0n }
  const { canyon } = hardforksAt(hardforkTimes, timestamp)
  const denominator = canyon ? eip1559.denominatorCanyon : eip1559.denominator
  return { elasticity: eip1559.elasticity, denominator, minBaseFee: 0n }
}

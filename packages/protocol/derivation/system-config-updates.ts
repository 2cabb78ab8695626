import type { L1Log } from '#protocol/block/l1-block.ts'
import type { SystemConfig } from '#protocol/block/system-config.ts'
import { abiUint, abiWord, wordBytes } from '#protocol/codec/abi-word.ts'
import { fromBigEndian } from '#protocol/codec/big-endian.ts'
import { fromHex, toAddress, toBytes32, toBytes8 } from '#protocol/codec/hex.ts'
import type { Address, Bytes32 } from '#protocol/primitives.ts'
import { isFeeScalars } from './fee-scalars.ts'
import { configUpdateEvent } from './system-config-contract.ts'

/** A system config after the updates of an L1 block. */
export interface UpdatedSystemConfig {
  /** The given object if no update changed it. */
  readonly config: SystemConfig
  /** Invalid updates, which are ignored while the others apply. */
  readonly ignored: readonly IgnoredUpdate[]
}

/** An update that was ignored. */
export interface IgnoredUpdate {
  readonly logIndex: number
  readonly reason: 'topics' | 'version' | 'type' | 'data' | 'scalar' | 'eip1559-params'
}

/** Rules for reading updates. */
export interface UpdateRules {
  readonly l1SystemConfigAddress: Address
  /** Whether Ecotone is active at the timestamp of the L1 block. */
  readonly isEcotone: boolean
}

const zeroWord = toBytes32(new Uint8Array(32))

// Rule config-update-order: Updates apply in log order; an invalid update is ignored, and the others apply.
// Spec: system-config.md#system-config-updates, derive/system_config.go
/**
 * Applies the config updates in the logs of an L1 block.
 *
 * @param logs from receipts with status 1, in log order; logs of other contracts and events are skipped
 * Spec: protocol/system-config.md#system-config-updates
 */
export function updateSystemConfig(
  config: SystemConfig,
  logs: readonly L1Log[],
  rules: UpdateRules,
): UpdatedSystemConfig {
  let updated = config
  const ignored: IgnoredUpdate[] = []
  for (const log of logs) {
    if (log.address !== rules.l1SystemConfigAddress || log.topics[0] !== configUpdateEvent) continue
    const change = changeOf(log, rules)
    if (typeof change === 'string') ignored.push({ logIndex: log.index, reason: change })
    else if (change !== noChange) updated = { ...updated, ...change }
  }
  return { config: updated, ignored }
}

type Change = Partial<SystemConfig> | IgnoredUpdate['reason']

const noChange: Change = {}

// Rule config-update-types: The type of a config update decides the format of its data.
// Spec: system-config.md#system-config-updates, derive/system_config.go
function changeOf({ topics, data }: L1Log, { isEcotone }: UpdateRules): Change {
  if (topics.length !== 3) return 'topics'
  if (topics[1] !== zeroWord) return 'version'
  const type = fromBigEndian(fromHex(topics[2] ?? '0x'))
  switch (type) {
    case 0n:
      return batcherOf(data)
    case 1n:
      return scalarsOf(data, isEcotone ? 'ecotone' : 'bedrock')
    case 2n:
      return uintOf(data, 64, (gasLimit) => ({ gasLimit }))
    case 3n:
      // Derivation does not use the signer of unsafe blocks.
      return noChange
    case 4n:
      return eip1559Of(data)
    case 5n: {
      const word = singleWord(data)
      return word === undefined ? 'data' : { operatorFeeParams: toBytes32(word) }
    }
    case 6n:
      return uintOf(data, 64, (minBaseFee) => ({ minBaseFee }))
    case 7n:
      return uintOf(data, 16, (scalar) => ({ daFootprintGasScalar: Number(scalar) }))
    default:
      return 'type'
  }
}

function batcherOf(data: Uint8Array): Change {
  const word = singleWord(data)
  if (word === undefined || abiUint(data, 2, 160) === undefined) return 'data'
  return { batcherAddress: toAddress(word.subarray(12)) }
}

/** From Ecotone on the overhead is zero, and an invalid scalar must not be stored. */
function scalarsOf(data: Uint8Array, form: 'bedrock' | 'ecotone'): Change {
  if (!isBytes(data, 2 * wordBytes)) return 'data'
  const overhead = wordOf(data, 2)
  const scalar = wordOf(data, 3)
  if (form === 'bedrock') return { overhead, scalar }
  return isFeeScalars(scalar) ? { overhead: zeroWord, scalar } : 'scalar'
}

/** Both numbers must be nonzero, or both must be zero, which selects the constants of the chain. */
function eip1559Of(data: Uint8Array): Change {
  const word = singleWord(data)
  if (word === undefined) return 'data'
  const isZero = (from: number, to: number) => fromBigEndian(word.subarray(from, to)) === 0n
  if (isZero(24, 28) !== isZero(28, 32)) return 'eip1559-params'
  return { eip1559Params: toBytes8(word.subarray(24)) }
}

function uintOf(
  data: Uint8Array,
  bits: number,
  toChange: (value: bigint) => Partial<SystemConfig>,
): Change {
  const value = singleWord(data) === undefined ? undefined : abiUint(data, 2, bits)
  return value === undefined ? 'data' : toChange(value)
}

function singleWord(data: Uint8Array): Uint8Array | undefined {
  return isBytes(data, wordBytes) ? abiWord(data, 2) : undefined
}

/** Whether the data is exactly one argument `bytes` of this length. */
function isBytes(data: Uint8Array, length: number): boolean {
  return (
    abiUint(data, 0, 64) === BigInt(wordBytes) &&
    abiUint(data, 1, 64) === BigInt(length) &&
    data.length === 2 * wordBytes + length
  )
}

function wordOf(data: Uint8Array, at: number): Bytes32 {
  return toBytes32(abiWord(data, at) ?? new Uint8Array(wordBytes))
}

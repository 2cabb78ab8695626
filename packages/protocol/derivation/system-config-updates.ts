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
  /** The same object if nothing changed. */
  readonly config: SystemConfig
  /** Updates that break a rule: each is left out alone, and the others count. */
  readonly ignored: readonly IgnoredUpdate[]
}

/** An update that had no effect. */
export interface IgnoredUpdate {
  readonly logIndex: number
  readonly reason: 'topics' | 'version' | 'type' | 'data' | 'scalar' | 'eip1559-params'
}

/** Which logs are updates, and how they are read. */
export interface UpdateRules {
  readonly l1SystemConfigAddress: Address
  /** Whether Ecotone has come at the timestamp of the L1 block. */
  readonly isEcotone: boolean
}

const zeroWord = toBytes32(new Uint8Array(32))

// Rule config-update-order: Updates apply in log order; an invalid one is ignored alone.
// Spec: system-config.md#system-config-updates, derive/system_config.go
/**
 * Applies what the logs of an L1 block say of the system config.
 *
 * @param logs from receipts with status 1, in log order; those of other contracts and events are passed over
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

// Rule config-update-types: Config updates by type, each with its data format. Spec: system-config.md#system-config-updates,
// derive/system_config.go
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
      // Who signs unsafe blocks is no matter of derivation.
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

/** From Ecotone on there is no overhead, and a scalar that could not be read as weights must not be stored. */
function scalarsOf(data: Uint8Array, form: 'bedrock' | 'ecotone'): Change {
  if (!isBytes(data, 2 * wordBytes)) return 'data'
  const overhead = wordOf(data, 2)
  const scalar = wordOf(data, 3)
  if (form === 'bedrock') return { overhead, scalar }
  return isFeeScalars(scalar) ? { overhead: zeroWord, scalar } : 'scalar'
}

/** Either both numbers are zero, for the chain's own constants, or none is. */
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

/** Whether the data are one argument `bytes` of that length, and nothing after it. */
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

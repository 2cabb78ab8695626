import type { L1Block } from '#protocol/block/l1-block.ts'
import { encodeL1Attributes, type L1Attributes } from '#protocol/block/l1-attributes.ts'
import type { SystemConfig } from '#protocol/block/system-config.ts'
import type { RollupConfig } from '#protocol/chains/rollup-config.ts'
import { putUint64 } from '#protocol/codec/big-endian.ts'
import { fromHex, toBytes32, toHash } from '#protocol/codec/hex.ts'
import type { Address } from '#protocol/primitives.ts'
import { type Deposit, encodeDeposit } from '#protocol/transaction/deposit.ts'
import { blobBaseFee } from './blob-base-fee.ts'
import type { BlockRules, L1AttributesForm } from './block-rules.ts'
import { decodeFeeScalars, decodeOperatorFee } from './fee-scalars.ts'
import { depositorAddress, l1BlockAddress } from './predeploys.ts'
import { SourceHashes } from './source-hash.ts'

// Rule footprint-default: A DA footprint scalar of 0 is written as 400. Spec: jovian/l1-attributes.md, derive/l1_block_info.go
/** Default gas scalar of the DA footprint, if L1 sets none. Spec: protocol/jovian/l1-attributes.md */
export const defaultDaFootprintGasScalar = 400

/** Offset of the sequence number, which has 8 bytes, in the calldata. */
const sequenceNumberAt = { bedrock: 156, packed: 12 } as const

/** Inputs of the L1 attributes of an epoch. */
export interface L1AttributesSource {
  readonly epoch: L1Block
  readonly systemConfig: SystemConfig
  readonly rules: BlockRules
}

// Rule l1-attributes-forms: L1 attributes have the forms Bedrock, Ecotone, Isthmus and Jovian; Regolith changes gas and
// system flag.
// Spec: deposits.md#l1-attributes-deposited-transaction, derive/l1_block_info.go
/**
 * Builds the L1 attributes of the first block of an epoch.
 *
 * @returns undefined if the scalar of the system config is invalid, or a fee is too large for its field
 * Spec: protocol/deposits.md#l1-attributes-deposited-transaction, ecotone, isthmus and jovian l1-attributes.md
 */
export function l1AttributesOf(
  config: RollupConfig,
  { epoch, systemConfig, rules }: L1AttributesSource,
): L1Attributes | undefined {
  const form = rules.l1AttributesForm
  const scalars = form === 'bedrock' ? undefined : decodeFeeScalars(systemConfig.scalar)
  const blobFee = form === 'bedrock' ? undefined : blobBaseFee(config, epoch)
  if (form !== 'bedrock' && (scalars === undefined || blobFee === undefined)) return undefined
  return {
    number: epoch.number,
    timestamp: epoch.timestamp,
    baseFee: epoch.baseFee,
    hash: epoch.hash,
    sequenceNumber: 0n,
    batcherHash: batcherHashOf(systemConfig.batcherAddress),
    bedrock: form === 'bedrock' ? bedrockOf(systemConfig) : undefined,
    ecotone: scalars && blobFee !== undefined ? { ...scalars, blobBaseFee: blobFee } : undefined,
    operatorFee: hasOperatorFee(form)
      ? decodeOperatorFee(systemConfig.operatorFeeParams)
      : undefined,
    daFootprintGasScalar:
      form === 'jovian'
        ? BigInt(systemConfig.daFootprintGasScalar || defaultDaFootprintGasScalar)
        : undefined,
  }
}

/** Whether the form of the attributes includes the operator fee. */
export function hasOperatorFee(form: L1AttributesForm): boolean {
  return form === 'isthmus' || form === 'jovian'
}

function batcherHashOf(batcher: Address): L1Attributes['batcherHash'] {
  const bytes = new Uint8Array(32)
  bytes.set(fromHex(batcher), 12)
  return toBytes32(bytes)
}

function bedrockOf({ overhead, scalar }: SystemConfig): L1Attributes['bedrock'] {
  return { overhead: BigInt(overhead), scalar: BigInt(scalar) }
}

/**
 * The L1 attributes deposits of one epoch. The deposits differ only in sequence number and source hash. Only one
 * deposit is encoded. Each block gets a copy with these two fields replaced, which takes half the time.
 */
export class L1AttributesDeposits {
  readonly #template: Uint8Array
  readonly #sources: SourceHashes
  readonly #sourceHashAt: number
  readonly #sequenceNumberAt: number

  constructor(attributes: L1Attributes, { forks }: Pick<BlockRules, 'forks'>) {
    const data = encodeL1Attributes(attributes)
    this.#template = encodeDeposit(depositOf(data, forks.regolith ? regolithGas : bedrockGas))
    this.#sources = new SourceHashes('l1Attributes', attributes.hash)
    // The list has 56 bytes or more, so its head includes length bytes. Type, head, length bytes and the head of the
    // first field precede the source hash.
    this.#sourceHashAt = 3 + (this.#template[1] ?? 0) - 0xf7
    const at = attributes.bedrock === undefined ? 'packed' : 'bedrock'
    this.#sequenceNumberAt = this.#template.length - data.length + sequenceNumberAt[at]
  }

  /** The L1 attributes deposit of the block with this sequence number. */
  at(sequenceNumber: bigint): Uint8Array {
    const deposit = this.#template.slice()
    deposit.set(this.#sources.at(sequenceNumber), this.#sourceHashAt)
    putUint64(deposit, this.#sequenceNumberAt, sequenceNumber)
    return deposit
  }
}

type DepositGas = Pick<Deposit, 'gas' | 'isSystemTransaction'>

const bedrockGas: DepositGas = { gas: 150_000_000n, isSystemTransaction: true }
const regolithGas: DepositGas = { gas: 1_000_000n, isSystemTransaction: false }

function depositOf(data: Uint8Array, gas: DepositGas): Deposit {
  return {
    sourceHash: toHash(new Uint8Array(32)),
    from: depositorAddress,
    to: l1BlockAddress,
    mint: 0n,
    value: 0n,
    data,
    ...gas,
  }
}

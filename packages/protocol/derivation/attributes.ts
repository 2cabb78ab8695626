import type { SingularBatch } from '#protocol/batch/batch.ts'
import type { L1Block } from '#protocol/block/l1-block.ts'
import type { PayloadAttributes } from '#protocol/block/payload-attributes.ts'
import type { L2BlockRef } from '#protocol/block/refs.ts'
import type { SystemConfig } from '#protocol/block/system-config.ts'
import { isActive } from '#protocol/chains/chain-spec.ts'
import type { RollupConfig } from '#protocol/chains/rollup-config.ts'
import { toHash } from '#protocol/codec/hex.ts'
import { type BlockRules, BlockRulesByTime } from './block-rules.ts'
import { depositsOfLogs, type UserDeposits } from './deposits.ts'
import { L1AttributesDeposits, l1AttributesOf } from './l1-attributes-deposit.ts'
import { nextSystemConfig } from './next-system-config.ts'
import { sequencerFeeVaultAddress } from './predeploys.ts'
import { type IgnoredUpdate, updateSystemConfig } from './system-config-updates.ts'
import { upgradeGas } from './upgrade-gas.ts'
import { upgradeTransactions } from './upgrade-transactions.ts'
import { depositType } from '#protocol/transaction/transaction-types.ts'

/** Inputs of payload attributes. */
export interface AttributesSource {
  readonly parent: L2BlockRef
  /** The system config of the parent, read with `systemConfigOf` or returned with the parent's attributes. */
  readonly systemConfig: SystemConfig
  readonly batch: SingularBatch
  /** The L1 block of the batch's epoch. */
  readonly epoch: L1Block
}

/** The outcome for a batch. */
export type AttributesOutput =
  | {
      readonly kind: 'attributes'
      readonly attributes: PayloadAttributes
      /** The system config for the child of the block. */
      readonly systemConfig: SystemConfig
      /** Updates in the epoch's L1 block that were ignored, so that the caller can log them. */
      readonly ignoredUpdates: readonly IgnoredUpdate[]
    }
  | {
      /** The batch does not match the parent or L1, so derivation must be reset. */
      readonly kind: 'reset'
      readonly reason: AttributesMismatch
    }
  | {
      /** L1 has data that the rollup's contracts cannot produce. Derivation must stop, or L2 would fork. */
      readonly kind: 'critical'
      readonly reason: 'malformed-deposit' | 'l1-attributes'
      /** The malformed log, and the reason. */
      readonly detail?: string
    }

/** The part of a batch that does not match its parent or L1. */
export type AttributesMismatch =
  'parent-hash' | 'timestamp' | 'epoch' | 'l1-parent-hash' | 'l1-timestamp'

const zeroHash = toHash(new Uint8Array(32))
const noUpdates: readonly IgnoredUpdate[] = []
const noDeposits: UserDeposits = { kind: 'deposits', transactions: [] }

/**
 * Builds payload attributes from batches. The builder caches values that the blocks of an epoch share. The cache does
 * not affect the output.
 * Spec: protocol/derivation.md#deriving-payload-attributes
 */
export class AttributesBuilder {
  readonly #config: RollupConfig
  readonly #rules: BlockRulesByTime
  #epoch: EpochDeposits | undefined
  #carried: CarriedConfig | undefined

  constructor(config: RollupConfig) {
    this.#config = config
    this.#rules = new BlockRulesByTime(config)
  }

  /** Builds the attributes of the block that a batch describes on top of the parent. */
  build(source: AttributesSource): AttributesOutput {
    const { parent, batch, epoch } = source
    const timestamp = parent.timestamp + this.#config.blockTime
    // Rule sequence-number: Sequence numbers restart with each epoch. Spec: derivation.md#deriving-payload-attributes,
    // derive/attributes.go
    const isNewEpoch = batch.epochNumber !== parent.l1Origin.number
    const mismatch = mismatchOf(source, timestamp)
    if (mismatch !== undefined) return { kind: 'reset', reason: mismatch }

    // Rule epoch-deposits: Deposits and config updates apply in the first block of an epoch.
    // Spec: derivation.md#deriving-payload-attributes, derive/attributes.go
    const deposits = isNewEpoch ? this.#userDeposits(epoch) : noDeposits
    // Rule deposit-malformed: A malformed deposit stops derivation. Spec: derive/deposits.go
    if (deposits.kind === 'malformed') return malformedDeposit(epoch, deposits)
    // Rule scalar-updates: The timestamp of a log's L1 block decides which scalars the log may set.
    // Spec: ecotone/derivation.md, derive/system_config.go
    const updated = isNewEpoch ? this.#updated(source) : undefined
    const systemConfig = updated?.config ?? source.systemConfig
    const rules = this.#rules.at(timestamp)
    const l1Attributes = this.#l1Attributes({ epoch, systemConfig, rules })
    if (l1Attributes === undefined) return { kind: 'critical', reason: 'l1-attributes' }

    // Rule transaction-order: Order of transactions: L1 attributes, deposits, upgrades, batch.
    // Spec: derivation.md#deriving-payload-attributes, derive/attributes.go
    const transactions = [l1Attributes.at(isNewEpoch ? 0n : parent.sequenceNumber + 1n)]
    // Pushed one by one, because a block may have more transactions than a call can have arguments.
    for (const raw of deposits.transactions) transactions.push(raw)
    for (const fork of rules.begins)
      for (const raw of upgradeTransactions(fork, this.#config)) transactions.push(raw)
    for (const raw of batch.transactions) transactions.push(raw)
    const { forks } = rules
    return {
      kind: 'attributes',
      attributes: {
        timestamp,
        prevRandao: epoch.prevRandao,
        suggestedFeeRecipient: sequencerFeeVaultAddress,
        // Rule attributes-fields: The fork decides which fields the attributes have. Spec: ecotone/derivation.md,
        // holocene/derivation.md, jovian/derivation.md, derive/attributes.go
        withdrawals: forks.canyon ? [] : undefined,
        parentBeaconBlockRoot: forks.ecotone
          ? (epoch.parentBeaconBlockRoot ?? zeroHash)
          : undefined,
        transactions,
        noTxPool: true,
        gasLimit: systemConfig.gasLimit + upgradeGas(rules),
        eip1559Params: forks.holocene ? systemConfig.eip1559Params : undefined,
        minBaseFee: forks.jovian ? systemConfig.minBaseFee : undefined,
      },
      systemConfig: this.#carry(systemConfig, rules),
      ignoredUpdates: updated?.ignored ?? noUpdates,
    }
  }

  #userDeposits({ logs, hash }: L1Block): UserDeposits {
    const { depositContractAddress } = this.#config
    return depositsOfLogs(logs, { depositContractAddress, l1BlockHash: hash })
  }

  #updated({ systemConfig, epoch }: AttributesSource): ReturnType<typeof updateSystemConfig> {
    return updateSystemConfig(systemConfig, epoch.logs, {
      l1SystemConfigAddress: this.#config.l1SystemConfigAddress,
      isEcotone: isActive(this.#config, 'ecotone', epoch.timestamp),
    })
  }

  #l1Attributes(key: EpochKey): L1AttributesDeposits | undefined {
    const known = this.#epoch
    if (
      known !== undefined &&
      known.epoch.hash === key.epoch.hash &&
      known.rules === key.rules &&
      known.systemConfig === key.systemConfig
    )
      return known.deposits
    const attributes = l1AttributesOf(this.#config, key)
    if (attributes === undefined) return undefined
    const deposits = new L1AttributesDeposits(attributes, key.rules)
    this.#epoch = { ...key, deposits }
    return deposits
  }

  /** Returns the same config object while nothing changes, so that the cached L1 attributes are found by identity. */
  #carry(used: SystemConfig, rules: BlockRules): SystemConfig {
    const known = this.#carried
    if (known?.rules === rules && (known.used === used || known.next === used)) return known.next
    const next = nextSystemConfig(this.#config, rules, used)
    this.#carried = { used, rules, next: isSame(next, used) ? used : next }
    return this.#carried.next
  }
}

interface EpochKey {
  readonly epoch: L1Block
  readonly systemConfig: SystemConfig
  readonly rules: BlockRules
}

interface EpochDeposits extends EpochKey {
  readonly deposits: L1AttributesDeposits
}

interface CarriedConfig {
  readonly used: SystemConfig
  readonly rules: BlockRules
  readonly next: SystemConfig
}

// Rule attributes-fit: A batch must match its parent, the next block time and the canonical L1; otherwise derivation is
// reset.
// Spec: derivation.md#deriving-payload-attributes, derive/attributes.go
function mismatchOf(
  { parent, batch, epoch }: AttributesSource,
  timestamp: bigint,
): AttributesMismatch | undefined {
  if (batch.parentHash !== parent.hash) return 'parent-hash'
  if (batch.timestamp !== timestamp) return 'timestamp'
  if (epoch.hash !== batch.epochHash || epoch.number !== batch.epochNumber) return 'epoch'
  const { l1Origin } = parent
  if (batch.epochNumber === l1Origin.number) {
    if (batch.epochHash !== l1Origin.hash) return 'epoch'
  } else if (epoch.parentHash !== l1Origin.hash) return 'l1-parent-hash'
  return timestamp < epoch.timestamp ? 'l1-timestamp' : undefined
}

function malformedDeposit(
  { number, hash }: L1Block,
  { logIndex, reason }: Extract<UserDeposits, { kind: 'malformed' }>,
): AttributesOutput {
  const detail = `log ${logIndex} of L1 block ${number} (${hash}): ${reason}`
  return { kind: 'critical', reason: 'malformed-deposit', detail }
}

function isSame(left: SystemConfig, right: SystemConfig): boolean {
  return (
    left.batcherAddress === right.batcherAddress &&
    left.overhead === right.overhead &&
    left.scalar === right.scalar &&
    left.gasLimit === right.gasLimit &&
    left.eip1559Params === right.eip1559Params &&
    left.operatorFeeParams === right.operatorFeeParams &&
    left.minBaseFee === right.minBaseFee &&
    left.daFootprintGasScalar === right.daFootprintGasScalar
  )
}

// Rule deposits-only: The replacement of a refused block has the same attributes without the batch transactions.
// Spec: holocene/derivation.md#engine-queue, derive/attributes_queue.go
/**
 * From Holocene on, the replacement for attributes whose payload the execution client refused. The replacement keeps
 * only deposits.
 *
 * @returns undefined if the attributes have deposits only
 * Spec: protocol/holocene/derivation.md#engine-queue
 */
export function depositsOnly(attributes: PayloadAttributes): PayloadAttributes | undefined {
  const transactions = attributes.transactions.filter((raw) => raw[0] === depositType)
  if (transactions.length === attributes.transactions.length) return undefined
  return { ...attributes, transactions }
}

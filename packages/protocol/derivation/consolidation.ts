import { type BaseFeeParameters, decodeExtraData } from '#protocol/block/extra-data.ts'
import type { Payload } from '#protocol/block/payload.ts'
import type { PayloadAttributes } from '#protocol/block/payload-attributes.ts'
import { isActive } from '#protocol/chains/chain-spec.ts'
import type { RollupConfig } from '#protocol/chains/rollup-config.ts'
import { DecodeError } from '#protocol/codec/decode-error.ts'
import { toHash, toHex } from '#protocol/codec/hex.ts'
import { areSameBytes } from '#protocol/codec/same-bytes.ts'
import { keccak256 } from '#protocol/codec/keccak.ts'
import type { Hash } from '#protocol/primitives.ts'
import { emptyTrieRoot } from '#protocol/trie/ordered-root.ts'
import { baseFeeParametersOf } from './attributes-extra-data.ts'

/** Attributes and their parent block. */
export interface DerivedBlock {
  readonly parentHash: Hash
  readonly attributes: PayloadAttributes
}

/** A difference between a block and derived attributes. */
export interface Difference {
  /** Name of the field in the Engine API payload, such as `transactions[7]`. */
  readonly field: string
  readonly derived: string
  readonly block: string
}

const emptyRoot = toHash(emptyTrieRoot)

/**
 * Compares a block with attributes, to decide whether the execution client would build this block from them.
 *
 * @returns the first difference; undefined if the block matches
 * Spec: protocol/derivation.md#l1-consolidation-payload-attributes-matching; op-node's rules where the specification is silent
 */
export function firstDifference(
  config: RollupConfig,
  { parentHash, attributes }: DerivedBlock,
  block: Payload,
): Difference | undefined {
  return (
    differenceOf('parentHash', parentHash, block.parentHash) ??
    differenceOf('timestamp', attributes.timestamp, block.timestamp) ??
    differenceOf('prevRandao', attributes.prevRandao, block.prevRandao) ??
    transactionDifference(attributes.transactions, block.transactions) ??
    differenceOf('gasLimit', attributes.gasLimit, block.gasLimit) ??
    withdrawalsDifference(config, attributes, block) ??
    differenceOf(
      'parentBeaconBlockRoot',
      attributes.parentBeaconBlockRoot,
      block.parentBeaconBlockRoot,
    ) ??
    differenceOf('feeRecipient', attributes.suggestedFeeRecipient, block.feeRecipient) ??
    extraDataDifference(config, attributes, block)
  )
}

type Comparable = string | bigint | number | undefined

// Rule consolidate-fields: Consolidation compares every field that the attributes define.
// Spec: derivation.md#l1-consolidation-payload-attributes-matching, attributes/engine_consolidate.go
function differenceOf(
  field: string,
  derived: Comparable,
  block: Comparable,
): Difference | undefined {
  if (derived === block) return undefined
  return { field, derived: String(derived ?? 'none'), block: String(block ?? 'none') }
}

function transactionDifference(
  derived: readonly Uint8Array[],
  block: readonly Uint8Array[],
): Difference | undefined {
  const count = differenceOf('transactions.length', derived.length, block.length)
  if (count !== undefined) return count
  for (let at = 0; at < derived.length; at++) {
    const [left, right] = [derived[at], block[at]]
    if (left !== undefined && right !== undefined && !areSameBytes(left, right))
      return differenceOf(`transactions[${at}]`, nameOf(left), nameOf(right))
  }
  return undefined
}

/** A longer transaction is shown by its hash. The L1 attributes deposit, which differs most often, is shorter. */
const longestShown = 400

function nameOf(raw: Uint8Array): string {
  return raw.length <= longestShown ? toHex(raw) : toHash(keccak256(raw))
}

// Rule consolidate-withdrawals: The fork decides how withdrawals and their root are compared.
// Spec: attributes/engine_consolidate.go
function withdrawalsDifference(
  config: RollupConfig,
  attributes: PayloadAttributes,
  block: Payload,
): Difference | undefined {
  const isCanyon = isActive(config, 'canyon', block.timestamp)
  const isIsthmus = isActive(config, 'isthmus', block.timestamp)
  const { withdrawalsRoot } = block
  if (!isCanyon) return differenceOf('withdrawals', listName(attributes.withdrawals), undefined)
  if (attributes.withdrawals === undefined || block.withdrawals === undefined)
    return {
      field: 'withdrawals',
      derived: listName(attributes.withdrawals) ?? 'none',
      block: listName(block.withdrawals) ?? 'none',
    }
  // From Isthmus on the field is a storage root, which only execution can compute.
  if (isIsthmus && withdrawalsRoot === undefined)
    return { field: 'withdrawalsRoot', derived: 'any', block: 'none' }
  if (isIsthmus || withdrawalsRoot === undefined) return undefined
  return differenceOf('withdrawalsRoot', emptyRoot, withdrawalsRoot)
}

function listName(withdrawals: readonly [] | undefined): string | undefined {
  return withdrawals === undefined ? undefined : '[]'
}

// Rule consolidate-extra-data: Extra data is compared by its decoded parameters; constants of the chain replace zeros.
// Spec: holocene/exec-engine.md, attributes/engine_consolidate.go
function extraDataDifference(
  config: RollupConfig,
  attributes: PayloadAttributes,
  { extraData, timestamp }: Payload,
): Difference | undefined {
  const derived = baseFeeParametersOf(attributes, config.eip1559)
  const inBlock = decodedOrNothing(extraData)
  if (derived === undefined) {
    const text = extraData.length === 0 ? undefined : toHex(extraData)
    return differenceOf('extraData', undefined, text)
  }
  const isJovian = isActive(config, 'jovian', timestamp)
  if (inBlock === undefined || (inBlock.minBaseFee !== undefined) !== isJovian)
    return { field: 'extraData', derived: textOf(derived), block: toHex(extraData) }
  return (
    differenceOf('extraData.denominator', derived.denominator, inBlock.denominator) ??
    differenceOf('extraData.elasticity', derived.elasticity, inBlock.elasticity) ??
    differenceOf('extraData.minBaseFee', derived.minBaseFee, inBlock.minBaseFee)
  )
}

function decodedOrNothing(extraData: Uint8Array): BaseFeeParameters | undefined {
  try {
    return decodeExtraData(extraData)
  } catch (error) {
    if (error instanceof DecodeError) return undefined
    throw error
  }
}

function textOf({ denominator, elasticity, minBaseFee }: BaseFeeParameters): string {
  return `${denominator}, ${elasticity}, ${minBaseFee ?? 'none'}`
}

import type { Payload } from '#protocol/block/payload.ts'
import type { PayloadAttributes } from '#protocol/block/payload-attributes.ts'
import { hashPayload } from '#protocol/block/payload-hash.ts'
import type { BlockId } from '#protocol/block/refs.ts'
import { isActivationBlock, isActive } from '#protocol/chains/chain-spec.ts'
import type { HardforkName } from '#protocol/chains/hardforks.ts'
import type { RollupConfig } from '#protocol/chains/rollup-config.ts'
import { toHex } from '#protocol/codec/hex.ts'
import { firstDifference } from '#protocol/derivation/consolidation.ts'
import { maxGossipBytes } from '#protocol/p2p/gossip-data.ts'
import {
  fixedPartBytes,
  logsBloomBytes,
  maxExtraDataBytes,
  maxTransactions,
  offsetBytes,
  rootBytes,
} from '#protocol/p2p/payload-layout.ts'
import { signatureBytes } from '#protocol/p2p/payload-signature.ts'
import {
  accessListType,
  dynamicFeeType,
  postExecType,
  setCodeType,
} from '#protocol/transaction/transaction-types.ts'

/** The block that a block builder was asked for. */
export interface RequestedBlock {
  readonly parent: BlockId
  readonly attributes: PayloadAttributes
}

/**
 * The first problem of a payload, such as `timestamp is 12, want 10`; undefined if there is no problem. The payload may
 * come from a foreign block builder, and is published before the execution client has checked it. Results of execution,
 * such as the state root, are not checked here.
 * Spec: protocol/exec-engine.md#engine-api; op-node, rollup/engine/engine_update.go
 */
export function payloadProblem(
  config: RollupConfig,
  requested: RequestedBlock,
  payload: Payload,
): string | undefined {
  const { attributes, parent } = requested
  return (
    valueProblem('blockNumber', payload.number, parent.number + 1n) ??
    presenceProblem(config, attributes, payload) ??
    attributesProblem(config, requested, payload) ??
    resultProblem(config, payload) ??
    addedTransactionProblem(config, attributes, payload) ??
    sizeProblem(payload) ??
    valueProblem('blockHash', payload.blockHash, hashPayload(payload))
  )
}

function valueProblem<Value extends string | bigint | number>(
  field: string,
  value: Value,
  want: Value,
): string | undefined {
  return value === want ? undefined : `${field} is ${value}, want ${want}`
}

function limitProblem<Value extends bigint | number>(
  field: string,
  value: Value,
  limit: Value,
): string | undefined {
  return value <= limit ? undefined : `${field} is ${value}, want at most ${limit}`
}

/** The fork from which on a payload has the field. */
const sinceFork = {
  withdrawals: 'canyon',
  blobGasUsed: 'ecotone',
  excessBlobGas: 'ecotone',
  parentBeaconBlockRoot: 'ecotone',
  withdrawalsRoot: 'isthmus',
} as const satisfies Partial<Record<keyof Payload, HardforkName>>

function presenceProblem(
  config: RollupConfig,
  { timestamp }: PayloadAttributes,
  payload: Payload,
): string | undefined {
  for (const [name, fork] of Object.entries(sinceFork)) {
    const isPresent = payload[name as keyof typeof sinceFork] !== undefined
    if (isPresent !== isActive(config, fork, timestamp))
      return `${name} is ${isPresent ? 'present, want no value' : 'absent, want a value'}`
  }
  return undefined
}

/** Compares as consolidation does, but the block may have further transactions. */
function attributesProblem(
  config: RollupConfig,
  { parent, attributes }: RequestedBlock,
  payload: Payload,
): string | undefined {
  const transactions = payload.transactions.slice(0, attributes.transactions.length)
  const requested = { parentHash: parent.hash, attributes }
  const difference = firstDifference(config, requested, { ...payload, transactions })
  return difference && `${difference.field} is ${difference.block}, want ${difference.derived}`
}

/** Checks the results of execution whose allowed values do not depend on the transactions, such as the gas used. */
function resultProblem(config: RollupConfig, payload: Payload): string | undefined {
  const { timestamp, logsBloom, blobGasUsed = 0n, excessBlobGas = 0n } = payload
  // From Jovian on, this field is the data availability footprint.
  const isBlobGas = !isActive(config, 'jovian', timestamp)
  return (
    limitProblem('gasUsed', payload.gasUsed, payload.gasLimit) ??
    (isBlobGas ? valueProblem('blobGasUsed', blobGasUsed, 0n) : undefined) ??
    valueProblem('excessBlobGas', excessBlobGas, 0n) ??
    valueProblem('logsBloom.length', logsBloom.length, logsBloomBytes)
  )
}

/** Checks the transactions that the block builder added to those of the attributes. */
function addedTransactionProblem(
  config: RollupConfig,
  { transactions: forced, noTxPool }: PayloadAttributes,
  { transactions, timestamp }: Payload,
): string | undefined {
  if (noTxPool) return valueProblem('transactions.length', transactions.length, forced.length)
  for (let at = forced.length; at < transactions.length; at++) {
    const raw = transactions[at]
    const type = raw?.[0]
    if (type === undefined) return `transactions[${at}] is empty, want a transaction`
    const isLast = at === transactions.length - 1
    if (isUserType(config, type, timestamp)) continue
    if (type === postExecType && isLast && mayHavePostExec(config, timestamp)) continue
    const name = toHex(Uint8Array.of(type))
    return `transactions[${at}] has type ${name}, want one that may be added to the block`
  }
  return undefined
}

/** First byte from which on a transaction is an RLP list: a legacy transaction. Spec: EIP-2718 */
const firstLegacyByte = 0xc0

/**
 * Whether users may send transactions with this first byte. Blob transactions are not allowed, and the batcher could
 * not make a span batch with an unknown type. Spec: protocol/delta/span-batches.md
 */
function isUserType(config: RollupConfig, type: number, timestamp: bigint): boolean {
  if (type === setCodeType) return isActive(config, 'isthmus', timestamp)
  return type >= firstLegacyByte || type === accessListType || type === dynamicFeeType
}

/** The activation block of Lagoon is derivable only without batch transactions. Spec: protocol/lagoon/derivation.md */
function mayHavePostExec(config: RollupConfig, timestamp: bigint): boolean {
  return isActive(config, 'lagoon', timestamp) && !isActivationBlock(config, 'lagoon', timestamp)
}

/** Size of a block message without its transactions: the signature, and the largest fields of any version. */
const maxBytesBesideTransactions: number =
  signatureBytes + rootBytes + fixedPartBytes[4] + maxExtraDataBytes

/** Peers refuse a larger block. */
function sizeProblem({ transactions }: Payload): string | undefined {
  let bytes = maxBytesBesideTransactions
  for (const { length } of transactions) bytes += offsetBytes + length
  return (
    limitProblem('transactions.length', transactions.length, maxTransactions) ??
    limitProblem('the size on gossip in bytes', bytes, maxGossipBytes)
  )
}

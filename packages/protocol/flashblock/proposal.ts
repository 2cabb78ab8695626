import type { Payload } from '#protocol/block/payload.ts'
import type { PayloadAttributes } from '#protocol/block/payload-attributes.ts'
import { hashPayload } from '#protocol/block/payload-hash.ts'
import type { RollupConfig } from '#protocol/chains/rollup-config.ts'
import { toFixedBigEndian } from '#protocol/codec/big-endian.ts'
import { toBytes8 } from '#protocol/codec/hex.ts'
import { joined } from '#protocol/codec/joined.ts'
import { areSameBytes } from '#protocol/codec/same-bytes.ts'
import {
  baseFeeParametersOf,
  encodeAttributesExtraData,
} from '#protocol/derivation/attributes-extra-data.ts'
import type { Bytes8 } from '#protocol/primitives.ts'
import { payloadProblem, type RequestedBlock } from '#protocol/sequencing/payload-problem.ts'
import { postExecType } from '#protocol/transaction/transaction-types.ts'
import { type Flashblock, type FlashblockDiff, notComputed } from './flashblock.ts'

// An execution client proposes a flashblock by building the whole block: the transactions of the earlier indices are
// forced, and the client adds transactions of its pool. The Engine API needs no extension for this.

/** What a proposal goes on from. */
export interface ProposalSource {
  /** The transactions of the earlier indices, with the deposits, without a post-exec transaction. */
  readonly prefix: readonly Uint8Array[]
  /** Number of earlier proposals for this block. */
  readonly attempt: number
  /** Gas that the block may have used after this index. */
  readonly gasBudget: bigint
}

/**
 * The attributes of a proposal. For equal attributes, op-geth would answer with an earlier build, without the newer
 * transactions of the pool. So each proposal has other EIP-1559 parameters: only the header has them, and
 * {@link settleProposal} puts them right, and the gas limit, which is the gas budget. Before Holocene, only the gas limit
 * can differ.
 */
export function proposalAttributes(
  config: RollupConfig,
  attributes: PayloadAttributes,
  { attempt, gasBudget, prefix }: ProposalSource,
): PayloadAttributes {
  const parameters = baseFeeParametersOf(attributes, config.eip1559)
  const forced = { ...attributes, transactions: prefix, noTxPool: false, gasLimit: gasBudget }
  if (parameters === undefined) return forced
  const denominator = parameters.denominator + BigInt(attempt)
  const eip1559Params = toBytes8(
    joined([toFixedBigEndian(denominator, 4), toFixedBigEndian(parameters.elasticity, 4)]),
  )
  return { ...forced, eip1559Params }
}

/** A proposal as the block that was asked for, or why it cannot be that block. */
export type SettledProposal =
  | { readonly kind: 'settled'; readonly payload: Payload }
  | { readonly kind: 'refused'; readonly reason: string }

/**
 * Turns a proposal into the block that the attributes ask for, and checks that it goes on from the earlier indices.
 * Execution clients may skip a forced transaction that no longer executes.
 */
export function settleProposal(
  config: RollupConfig,
  requested: RequestedBlock,
  { prefix, proposed }: { readonly prefix: readonly Uint8Array[]; readonly proposed: Payload },
): SettledProposal {
  const at = prefix.findIndex((raw, place) => {
    const other = proposed.transactions[place]
    return other === undefined || !areSameBytes(raw, other)
  })
  if (at !== -1) {
    const reason = `transactions[${at}] is not that of the earlier flashblocks`
    return { kind: 'refused', reason }
  }
  const { gasLimit } = requested.attributes
  const extraData = encodeAttributesExtraData(requested.attributes, config.eip1559)
  const isRight = gasLimit === proposed.gasLimit && areSameBytes(extraData, proposed.extraData)
  const renamed = isRight ? proposed : { ...proposed, extraData, gasLimit }
  const payload = isRight ? proposed : { ...renamed, blockHash: hashPayload(renamed) }
  const reason = payloadProblem(config, requested, payload)
  return reason === undefined ? { kind: 'settled', payload } : { kind: 'refused', reason }
}

/** The transactions that the next index goes on from. The client makes a new post-exec transaction for each block. */
export function prefixOf({ transactions }: Payload): readonly Uint8Array[] {
  return transactions.at(-1)?.[0] === postExecType ? transactions.slice(0, -1) : transactions
}

/** Place of a flashblock. */
export interface FlashblockPlace {
  readonly payloadId: Bytes8
  readonly index: number
  /** The block up to the index before; undefined for index 0. */
  readonly before: Payload | undefined
}

/** The flashblock that leads from the index before to a block. */
export function flashblockOf(
  payload: Payload,
  { before, index, payloadId }: FlashblockPlace,
): Flashblock {
  const prefix = prefixOf(payload)
  const earlier = before === undefined ? 0 : prefixOf(before).length
  const diff: FlashblockDiff = {
    stateRoot: payload.stateRoot,
    receiptsRoot: payload.receiptsRoot,
    logsBloom: payload.logsBloom,
    gasUsed: payload.gasUsed,
    blockHash: payload.blockHash,
    transactions: prefix.slice(earlier),
    withdrawalsRoot: payload.withdrawalsRoot ?? notComputed,
    blobGasUsed: payload.blobGasUsed,
    postExecTransaction:
      prefix.length < payload.transactions.length ? payload.transactions.at(-1) : undefined,
  }
  if (before !== undefined) return { payloadId, index, base: undefined, diff }
  const base = {
    parentBeaconBlockRoot: payload.parentBeaconBlockRoot ?? notComputed,
    parentHash: payload.parentHash,
    feeRecipient: payload.feeRecipient,
    prevRandao: payload.prevRandao,
    number: payload.number,
    gasLimit: payload.gasLimit,
    timestamp: payload.timestamp,
    extraData: payload.extraData,
    baseFeePerGas: payload.baseFeePerGas,
  }
  return { payloadId, index, base, diff }
}

import { decodeL1Attributes, type L1Attributes } from '#protocol/block/l1-attributes.ts'
import { type Hardforks, hardforksAt } from '#protocol/chains/hardforks.ts'
import { DecodeError } from '#protocol/codec/decode-error.ts'
import type { Hash } from '#protocol/primitives.ts'
import { decodeDeposit } from '#protocol/transaction/deposit.ts'
import { toData, toQuantity } from '#json-rpc/forms/fields.ts'
import type { BlockBody, KnownBlock } from '#execution-client/store/block-store.ts'
import type { ExecutionConfig } from '#execution-client/transition/execution-config.ts'
import { dataGas, estimatedBytes, estimatedSize } from '#execution-client/transition/l1-fee.ts'
import type { Receipt } from '#execution-client/transition/receipt.ts'
import { createdContract, readTransaction, type ReadTransaction } from './transaction-json.ts'
import { depositType } from '#protocol/transaction/transaction-types.ts'

/** Receipts of a block in op-geth's JSON form. */
export function receiptsToJson(
  block: KnownBlock,
  { transactions, receipts }: BlockBody,
  config: ExecutionConfig,
): readonly Record<string, unknown>[] {
  const forks = hardforksAt(config.hardforkTimes, block.header.timestamp)
  const attributes = l1AttributesOf(transactions)
  let firstLog = 0
  return transactions.map((raw, position) => {
    const receipt = receipts[position]
    if (receipt === undefined) throw new Error(`block ${block.hash} lacks receipt ${position}`)
    const transaction = readTransaction(raw)
    const logs = logsToJson(receipt, { block, position, transaction: transaction.hash, firstLog })
    firstLog += logs.length
    return {
      blockHash: block.hash,
      blockNumber: toQuantity(block.header.number),
      transactionHash: transaction.hash,
      transactionIndex: toQuantity(position),
      ...outcomeToJson(transaction, receipt),
      logs,
      ...feesToJson(raw, receipt, { attributes, forks }),
    }
  })
}

/** Position of a log. */
export interface LogPlace {
  readonly block: KnownBlock
  readonly position: number
  readonly transaction: Hash
  /** Number of logs in the block that precede the logs of this transaction. */
  readonly firstLog: number
}

/** Logs of a receipt in op-geth's JSON form. */
export function logsToJson(
  { logs }: Receipt,
  { block, position, transaction, firstLog }: LogPlace,
): readonly Record<string, unknown>[] {
  return logs.map(({ address, topics, data }, at) => ({
    address: toData(address),
    topics: topics.map(toData),
    data: toData(data),
    blockNumber: toQuantity(block.header.number),
    transactionHash: transaction,
    transactionIndex: toQuantity(position),
    blockHash: block.hash,
    blockTimestamp: toQuantity(block.header.timestamp),
    logIndex: toQuantity(firstLog + at),
    removed: false,
  }))
}

function outcomeToJson(
  { from, signed, deposit }: ReadTransaction,
  receipt: Receipt,
): Record<string, unknown> {
  const target = { to: signed?.to ?? deposit?.to }
  const nonce = signed?.nonce ?? receipt.depositNonce ?? 0n
  return {
    from,
    to: target.to ?? null,
    contractAddress: createdContract(target, from, nonce) ?? null,
    type: toQuantity(receipt.type),
    status: toQuantity(receipt.isSuccess ? 1 : 0),
    gasUsed: toQuantity(receipt.gasUsed),
    cumulativeGasUsed: toQuantity(receipt.cumulativeGasUsed),
    effectiveGasPrice: toQuantity(receipt.effectiveGasPrice),
    logsBloom: toData(receipt.bloom),
    ...(receipt.depositNonce !== undefined && { depositNonce: toQuantity(receipt.depositNonce) }),
    ...(receipt.depositVersion !== undefined && {
      depositReceiptVersion: toQuantity(receipt.depositVersion),
    }),
  }
}

function feesToJson(
  raw: Uint8Array,
  { fees }: Receipt,
  {
    attributes,
    forks,
  }: { readonly attributes: L1Attributes | undefined; readonly forks: Hardforks },
): Record<string, unknown> {
  if (fees === undefined) return {}
  const paid = { l1Fee: toQuantity(fees.l1Fee) }
  if (attributes === undefined) return paid
  const { bedrock, ecotone, operatorFee, daFootprintGasScalar } = attributes
  return {
    l1GasPrice: toQuantity(attributes.baseFee),
    l1GasUsed: toQuantity(l1GasUsed(raw, attributes, forks)),
    ...paid,
    ...(bedrock !== undefined && { l1FeeScalar: scalarText(bedrock.scalar) }),
    ...(ecotone !== undefined && {
      l1BlobBaseFee: toQuantity(ecotone.blobBaseFee),
      l1BaseFeeScalar: toQuantity(ecotone.baseFeeScalar),
      l1BlobBaseFeeScalar: toQuantity(ecotone.blobBaseFeeScalar),
    }),
    // op-geth omits these fields if the operator fee is zero.
    ...(operatorFee !== undefined &&
      (operatorFee.scalar > 0n || operatorFee.constant > 0n) && {
        operatorFeeScalar: toQuantity(operatorFee.scalar),
        operatorFeeConstant: toQuantity(operatorFee.constant),
      }),
    ...(daFootprintGasScalar !== undefined && {
      daFootprintGasScalar: toQuantity(daFootprintGasScalar),
      blobGasUsed: toQuantity(estimatedBytes(raw) * daFootprintGasScalar),
    }),
  }
}

function l1GasUsed(raw: Uint8Array, { bedrock }: L1Attributes, forks: Hardforks): bigint {
  if (bedrock !== undefined)
    return dataGas(raw, { hasSignature: forks.regolith }) + bedrock.overhead
  return forks.fjord
    ? (16n * estimatedSize(raw)) / 1_000_000n
    : dataGas(raw, { hasSignature: true })
}

/** Formats millionths as a decimal with at most ten digits. */
function scalarText(scalar: bigint): string {
  return String(Number((Number(scalar) / 1_000_000).toPrecision(10)))
}

function l1AttributesOf([first]: readonly Uint8Array[]): L1Attributes | undefined {
  if (first?.[0] !== depositType) return undefined
  try {
    return decodeL1Attributes(decodeDeposit(first).data)
  } catch (error) {
    // On a test chain, the first deposit of a block need not have L1 attributes.
    if (error instanceof DecodeError) return undefined
    throw error
  }
}

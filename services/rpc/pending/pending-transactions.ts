import type { Hash } from '#protocol/primitives.ts'
import { JsonRpcError } from '#json-rpc/json-rpc-answer.ts'
import { isFault } from '#runtime/fault.ts'
import { type ExecutionRpc, refusalOf } from '#services/rpc/execution/execution-rpc.ts'
import type { PendingView } from './pending-view.ts'
import type { PrefixReader } from './prefix-reader.ts'

/** Dependencies of the methods for one transaction. */
export interface TransactionOptions {
  readonly execution: Pick<ExecutionRpc, 'call'>
  readonly view: Pick<PendingView, 'place'>
  readonly reader: Pick<PrefixReader, 'receipts'>
}

/** `eth_getTransactionReceipt`: of the canonical chain, else of the newest prefix that has the transaction. */
export async function pendingReceipt(
  params: readonly unknown[],
  options: TransactionOptions,
): Promise<unknown> {
  const canonical = await canonicalAnswer('eth_getTransactionReceipt', params, options)
  return canonical ?? (await receiptInPrefix(hashIn(params), options)) ?? null
}

/** The receipt of a transaction in the newest prefix that has it; undefined if there is none. */
export async function receiptInPrefix(
  transaction: Hash | undefined,
  { reader, view }: Pick<TransactionOptions, 'reader' | 'view'>,
): Promise<unknown> {
  const place = transaction && view.place(transaction)
  if (place === undefined) return undefined
  try {
    const receipts = await reader.receipts(place.prefix.hash)
    return receipts?.find(({ transactionHash }) => transactionHash === transaction)
  } catch (error) {
    throw isFault(error) ? refusalOf(error) : error
  }
}

/** `eth_getTransactionByHash`: of the canonical chain, else of the newest prefix that has it, else of the pool. */
export async function pendingTransaction(
  params: readonly unknown[],
  options: Pick<TransactionOptions, 'execution' | 'view'>,
): Promise<unknown> {
  const known = await canonicalAnswer('eth_getTransactionByHash', params, options)
  if (isInBlock(known)) return known
  const transaction = hashIn(params)
  const place = transaction && options.view.place(transaction)
  if (place === undefined) return known
  const { position, prefix } = place
  const at = [prefix.hash, `0x${position.toString(16)}`]
  return (await options.execution.call('eth_getTransactionByBlockHashAndIndex', at)) ?? known
}

/**
 * What the execution client answers. While it indexes old transactions, it answers with an error for each that it does
 * not know. This error does not count for a transaction that a prefix has.
 */
async function canonicalAnswer(
  method: string,
  params: readonly unknown[],
  { execution, view }: Pick<TransactionOptions, 'execution' | 'view'>,
): Promise<unknown> {
  try {
    return await execution.call(method, params)
  } catch (error) {
    const transaction = hashIn(params)
    const isPending = transaction !== undefined && view.place(transaction) !== undefined
    if (error instanceof JsonRpcError && isPending) return null
    throw error
  }
}

/** The transaction that the first parameter names; undefined if it is not a hash. */
function hashIn([first]: readonly unknown[]): Hash | undefined {
  const text = typeof first === 'string' ? first.toLowerCase() : ''
  return /^0x[0-9a-f]{64}$/u.test(text) ? (text as Hash) : undefined
}

/** Whether a transaction has a block. A transaction of the pool has null in its place. */
function isInBlock(transaction: unknown): boolean {
  if (typeof transaction !== 'object' || transaction === null) return false
  const { blockHash } = transaction as { readonly blockHash?: unknown }
  return typeof blockHash === 'string'
}

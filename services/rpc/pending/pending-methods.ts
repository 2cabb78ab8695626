import type { Hash } from '#protocol/primitives.ts'
import type { Method, Methods } from '#json-rpc/json-rpc-dispatch.ts'
import type { Clock } from '#runtime/clock.ts'
import type { ExecutionRpc } from '#services/rpc/execution/execution-rpc.ts'
import { readParams } from '#services/rpc/methods/params.ts'
import { unlessLost } from './lost-prefix.ts'
import { pendingLogs } from './pending-logs.ts'
import { pendingStatus } from './pending-status.ts'
import type { PendingView } from './pending-view.ts'
import { pendingReceipt, pendingTransaction } from './pending-transactions.ts'
import type { PrefixReader } from './prefix-reader.ts'
import { sendAndWait } from './send-and-wait.ts'
import type { SyncWaits } from './sync-waits.ts'

/** Dependencies of the methods with `pending`. */
export interface PendingMethodsOptions {
  readonly execution: ExecutionRpc
  readonly view: PendingView
  readonly reader: Pick<PrefixReader, 'receipts'>
  readonly waits: SyncWaits
  readonly clock: Pick<Clock, 'after' | 'monotonicMs'>
}

/** How a call with `pending` names a block by its hash instead. */
interface ByHash {
  /** Position of the block parameter. */
  readonly at: number
  /** The method for a block hash. */
  readonly method: string
  /** The parameter for a block hash. */
  readonly toParam: (hash: Hash) => unknown
}

/** A method that takes a block hash in place of `pending`. Spec: EIP-1898 */
const sameMethod = (method: string, at: number): readonly [string, ByHash] => [
  method,
  { at, method, toParam: (blockHash) => ({ blockHash }) },
]

/** A method whose first parameter is a number or `pending`, and the same method for a block hash. */
const otherMethod = (byNumber: string, byHash: string): readonly [string, ByHash] => [
  byNumber,
  { at: 0, method: byHash, toParam: (hash) => hash },
]

const methodsWithBlock: readonly (readonly [string, ByHash])[] = [
  sameMethod('eth_call', 1),
  sameMethod('eth_createAccessList', 1),
  sameMethod('eth_estimateGas', 1),
  sameMethod('eth_getBalance', 1),
  sameMethod('eth_getBlockReceipts', 0),
  sameMethod('eth_getCode', 1),
  sameMethod('eth_getProof', 2),
  sameMethod('eth_getStorageAt', 2),
  sameMethod('eth_simulateV1', 1),
  otherMethod('eth_getBlockByNumber', 'eth_getBlockByHash'),
  otherMethod('eth_getBlockTransactionCountByNumber', 'eth_getBlockTransactionCountByHash'),
  otherMethod('eth_getHeaderByNumber', 'eth_getHeaderByHash'),
  otherMethod('eth_getTransactionByBlockNumberAndIndex', 'eth_getTransactionByBlockHashAndIndex'),
  otherMethod('eth_getUncleCountByBlockNumber', 'eth_getUncleCountByBlockHash'),
]

/** What flashblocks of this server can do. Source: base/base, crates/execution/flashblocks */
const capabilities = ['flashblocksv1'] as const

/** The methods that take flashblocks into account. */
export function pendingMethods(options: PendingMethodsOptions): Methods {
  const { execution, view } = options
  const atBlock = methodsWithBlock.map(([name, byHash]): readonly [string, Method] => [
    name,
    (params, { caller }) =>
      atPending({ name, params, byHash }, { view, execution: execution.by(caller) }),
  ])
  return {
    ...Object.fromEntries(atBlock),
    eth_getTransactionCount: (params, { caller }) =>
      transactionCount(params, { view, execution: execution.by(caller) }),
    eth_getTransactionReceipt: (params, { caller }) =>
      pendingReceipt(params, { ...options, execution: execution.by(caller) }),
    eth_getTransactionByHash: (params, { caller }) =>
      pendingTransaction(params, { view, execution: execution.by(caller) }),
    eth_getLogs: (params, { caller }) =>
      pendingLogs(params, { view, execution: execution.by(caller) }),
    eth_sendRawTransactionSync: (params, { caller }) =>
      sendAndWait(params, { ...options, caller, execution: execution.by(caller) }),
    op_supportedCapabilities: (params) => {
      readParams<[]>(params)
      return capabilities
    },
    atoll_pendingStatus: (params) => {
      readParams<[]>(params)
      return pendingStatus(view)
    },
  }
}

/** Calls a method for the newest prefix, if its block parameter is `pending`; otherwise as it is. */
async function atPending(
  {
    byHash,
    name,
    params,
  }: { readonly byHash: ByHash; readonly name: string; readonly params: readonly unknown[] },
  { execution, view }: Pick<PendingMethodsOptions, 'execution' | 'view'>,
): Promise<unknown> {
  const { at, method, toParam } = byHash
  if (params[at] !== 'pending') return execution.call(name, params)
  const prefix = view.newest()
  if (prefix !== undefined) {
    const atPrefix = params.with(at, toParam(prefix.hash))
    const answer = await unlessLost(() => execution.call(method, atPrefix))
    if (answer !== null || (await isKnown(prefix.hash, execution))) return answer
  }
  return execution.call(name, params.with(at, 'latest'))
}

/** Whether the execution client has a block. If it does, an answer of null is right: the block has no such transaction. */
async function isKnown(block: Hash, execution: Pick<ExecutionRpc, 'call'>): Promise<boolean> {
  return (await execution.call('eth_getBlockTransactionCountByHash', [block])) !== null
}

/**
 * The next nonce of an account. The pool may have transactions that no flashblock has, and may lack transactions that
 * the flashblocks of another builder have, so the higher number is right.
 */
async function transactionCount(
  params: readonly unknown[],
  { execution, view }: Pick<PendingMethodsOptions, 'execution' | 'view'>,
): Promise<unknown> {
  const method = 'eth_getTransactionCount'
  const prefix = params[1] === 'pending' ? view.newest() : undefined
  if (prefix === undefined) return execution.call(method, params)
  const atPrefix = params.with(1, { blockHash: prefix.hash })
  const [pool, included] = await Promise.all([
    execution.call(method, params),
    unlessLost(() => execution.call(method, atPrefix)),
  ])
  const isHigher =
    typeof pool === 'string' && typeof included === 'string' && BigInt(included) > BigInt(pool)
  return isHigher ? included : pool
}

import { setImmediate } from 'node:timers/promises'
import { toError } from '#runtime/fault.ts'
import type { BlockExecution } from '#execution-client/transition/block-execution.ts'
import type { BlockBuilder } from '#execution-client/transition/execute-block.ts'
import { transactionGas } from '#execution-client/transition/gas.ts'
import { InvalidTransaction } from '#execution-client/transition/invalid.ts'
import { estimatedBytes } from '#execution-client/transition/l1-fee.ts'
import type { PooledTransaction } from './pooled-transaction.ts'
import type { TransactionPool } from './transaction-pool.ts'

/** Limits on the pool transactions of a block. */
export interface FillLimits {
  /** Limit on the estimated L1 bytes of one transaction; 0 means no limit. First argument of `miner_setMaxDASize`. */
  readonly maxTxDaBytes: bigint
  /**
   * Limit on the estimated L1 bytes of all user transactions of the block; 0 means no limit. Second argument of
   * `miner_setMaxDASize`.
   */
  readonly maxBlockDaBytes: bigint
  /** Called before each transaction. Returns whether the deadline has passed or the block was fetched. */
  readonly isOver: () => boolean
}

/** Result of filling a block. */
export interface Filled {
  readonly added: number
  /** Transactions that could not be executed. */
  readonly dropped: number
  /**
   * Why filling ended: no further transaction fits, the gas is used, `isOver` returned true, the block must not have
   * user transactions, or the interpreter threw. A `broken` block cannot be used, since its last transaction may be
   * partly applied.
   */
  readonly end: 'no-more' | 'gas-used' | 'over' | 'forced-only' | 'broken'
  /** The error, with its transaction. */
  readonly error?: Error
}

/** Limit on the size of a block as in op-geth: 8 MiB minus a million bytes for other data. */
const maxBlockBytes = 7_388_608

/**
 * Adds pool transactions to a block after its forced transactions. A transaction that does not fit stays in the pool. A
 * transaction that cannot be executed is removed from the pool. The function may be called again for the same block
 * when more transactions have arrived.
 *
 * Other tasks run between two transactions, but must not use the interpreter of the block.
 *
 * @param builder builder of a block on the current head of the pool
 */
export async function fillBlock(
  { execution }: BlockBuilder,
  pool: TransactionPool,
  limits: FillLimits,
): Promise<Filled> {
  let [added, dropped] = [0, 0]
  const endBy = (end: Filled['end']): Filled => ({ added, dropped, end })
  if (!execution.takesUserTransactions) return endBy('forced-only')
  const best = pool.best(execution.context.baseFeePerGas)
  const room = new BlockRoom(execution, limits)
  for (let next = best.peek(); next !== undefined; next = best.peek()) {
    // Lets timers and requests run. One of them may end the filling.
    await setImmediate()
    if (limits.isOver()) return endBy('over')
    if (execution.gasLeft < transactionGas) return endBy('gas-used')
    const { hash, raw, sender, signed } = next
    const nonce = execution.nonceOf(sender)
    // The transaction is already in the block, forced or from an earlier call.
    if (signed.nonce < nonce) {
      best.shift()
      continue
    }
    const isGone = pool.get(hash) === undefined
    if (isGone || signed.nonce > nonce || !room.has(next)) {
      best.skipSender()
      continue
    }
    try {
      await execution.execute(raw)
    } catch (error) {
      // The transaction is removed after any error. Otherwise the next block would try it first again.
      pool.drop(hash, toError(error).message)
      dropped++
      if (!(error instanceof InvalidTransaction))
        return { ...endBy('broken'), error: new Error(`transaction ${hash}`, { cause: error }) }
      best.skipSender()
      continue
    }
    room.take(raw)
    added++
    best.shift()
  }
  return endBy('no-more')
}

/** Space left in a block for user transactions. */
class BlockRoom {
  readonly #execution: BlockExecution
  readonly #limits: FillLimits
  #bytes = 0
  #daBytes = 0n

  constructor(execution: BlockExecution, limits: FillLimits) {
    this.#execution = execution
    this.#limits = limits
    for (const { raw, deposit } of execution.transactions) {
      // Deposits are not posted to L1, so they use no DA bytes.
      if (deposit === undefined) this.take(raw)
      else this.#bytes += raw.length
    }
  }

  take(raw: Uint8Array): void {
    this.#bytes += raw.length
    this.#daBytes += estimatedBytes(raw)
  }

  has({ raw, signed }: PooledTransaction): boolean {
    const { gasLeft, daFootprint, context } = this.#execution
    const { maxTxDaBytes, maxBlockDaBytes } = this.#limits
    const daBytes = estimatedBytes(raw)
    return (
      signed.gasLimit <= gasLeft &&
      this.#bytes + raw.length < maxBlockBytes &&
      (maxTxDaBytes === 0n || daBytes <= maxTxDaBytes) &&
      (maxBlockDaBytes === 0n || this.#daBytes + daBytes <= maxBlockDaBytes) &&
      // Maximum DA footprint of a block. Spec: protocol/jovian/exec-engine.md#da-footprint-block-limit
      daFootprint + this.#execution.daFootprintOf(raw) <= context.gasLimit
    )
  }
}

import { setImmediate } from 'node:timers/promises'
import { toError } from '#runtime/fault.ts'
import type { BlockExecution } from '#execution-client/transition/block-execution.ts'
import type { BlockBuilder } from '#execution-client/transition/execute-block.ts'
import { transactionGas } from '#execution-client/transition/gas.ts'
import { InvalidTransaction } from '#execution-client/transition/invalid.ts'
import { estimatedBytes } from '#execution-client/transition/l1-fee.ts'
import type { PooledTransaction } from './pooled-transaction.ts'
import type { TransactionPool } from './transaction-pool.ts'

/** What a block takes of the pool at most. */
export interface FillLimits {
  /** Estimated bytes of one transaction on L1; 0: any. The first argument of `miner_setMaxDASize`. */
  readonly maxTxDaBytes: bigint
  /** The same of all transactions of users in the block; 0: any. The second argument. */
  readonly maxBlockDaBytes: bigint
  /** Asked before each transaction: whether the deadline has passed, or the block is wanted now. */
  readonly isOver: () => boolean
}

/** What came of filling a block. */
export interface Filled {
  readonly added: number
  /** Transactions that could not be executed. */
  readonly dropped: number
  /**
   * Why no more were added: nothing that fits is left, the gas is used up, the time is over, none are allowed, or the
   * interpreter broke: then the last one may be half done, and the block is of no use.
   */
  readonly end: 'no-more' | 'gas-used' | 'over' | 'forced-only' | 'broken'
  /** What broke, with the transaction. */
  readonly error?: Error
}

/** What op-geth's blocks have at most: 8 MiB without a million bytes for what else may come in. */
const maxBlockBytes = 7_388_608

/**
 * Adds transactions of the pool to a block that has its forced ones already. What does not fit stays in the pool; what
 * cannot be executed is dropped from it. It may be called again for the same block, when more have come.
 *
 * Other tasks run in between, but none may use the interpreter of the block.
 *
 * @param builder on the head that the pool knows
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
    // Timers and requests have their turn: one of them may say that it is over.
    await setImmediate()
    if (limits.isOver()) return endBy('over')
    if (execution.gasLeft < transactionGas) return endBy('gas-used')
    const { hash, raw, sender, signed } = next
    const nonce = execution.nonceOf(sender)
    // It is in the block already, forced or by an earlier call.
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
      // Whatever it is: the next block would meet the same one first again.
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

/** What is left of a block for transactions of users. */
class BlockRoom {
  readonly #execution: BlockExecution
  readonly #limits: FillLimits
  #bytes = 0
  #daBytes = 0n

  constructor(execution: BlockExecution, limits: FillLimits) {
    this.#execution = execution
    this.#limits = limits
    for (const { raw, deposit } of execution.transactions) {
      // What L1 forces is not sent back to it.
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
      // A block above this is not valid. Spec: protocol/jovian/exec-engine.md#da-footprint-block-limit
      daFootprint + this.#execution.daFootprintOf(raw) <= context.gasLimit
    )
  }
}

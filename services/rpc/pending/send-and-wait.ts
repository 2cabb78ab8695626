import { DecodeError } from '#protocol/codec/decode-error.ts'
import type { Hash } from '#protocol/primitives.ts'
import type { Caller } from '#json-rpc/clients.ts'
import { hashJson } from '#json-rpc/forms/fields.ts'
import { errorCodes, JsonRpcError } from '#json-rpc/json-rpc-answer.ts'
import type { Clock } from '#runtime/clock.ts'
import { converted, optional, readParams, uint64 } from '#services/rpc/methods/params.ts'
import { serverError } from '#services/rpc/methods/server-error.ts'
import { pendingReceipt, receiptInPrefix, type TransactionOptions } from './pending-transactions.ts'
import type { PendingView } from './pending-view.ts'
import type { SyncWaits } from './sync-waits.ts'

/** Longest time for which a client may wait for a receipt, and the time if it names none. Source: base/base */
const maxSyncMs = 6_000

/** Error code if there is no receipt in time. Spec: EIP-7966 */
const noReceiptCode = 4

/** Dependencies of `eth_sendRawTransactionSync`. */
export interface SendAndWaitOptions extends TransactionOptions {
  readonly view: Pick<PendingView, 'place' | 'onChange' | 'state'>
  readonly waits: SyncWaits
  readonly clock: Pick<Clock, 'after' | 'monotonicMs'>
  readonly caller: Caller | undefined
}

const rawTransaction = (json: unknown) => json

/** A number, or a quantity as geth takes it. */
const waitMs = optional((json: unknown): number => {
  const ms = typeof json === 'number' ? json : Number(uint64(json))
  return checked(ms)
})

const checked = converted((ms): number => {
  if (typeof ms === 'number' && Number.isInteger(ms) && ms >= 1 && ms <= maxSyncMs) return ms
  throw new DecodeError(`want a timeout from 1 to ${maxSyncMs} milliseconds`)
})

/**
 * `eth_sendRawTransactionSync`: sends a transaction, and answers with its receipt as soon as a flashblock or a block has
 * it. Spec: EIP-7966
 *
 * @throws JsonRpcError with code 4 and the hash of the transaction if there is no receipt in time
 */
export async function sendAndWait(
  params: readonly unknown[],
  options: SendAndWaitOptions,
): Promise<unknown> {
  const { caller, execution, waits } = options
  const [raw, limitMs = maxSyncMs] = readParams<[unknown, number | undefined]>(
    params,
    rawTransaction,
    waitMs,
  )
  const client = caller?.client ?? ''
  if (!waits.enter(client))
    throw new JsonRpcError(
      errorCodes.limitExceeded,
      'too many calls of eth_sendRawTransactionSync wait; send the transaction with eth_sendRawTransaction',
    )
  try {
    const sent = hashJson.safeParse(await execution.call('eth_sendRawTransaction', [raw]))
    if (!sent.success) throw serverError('the execution client answered without a transaction hash')
    const receipt = await receiptWithin(limitMs, sent.data, options)
    if (receipt !== null && receipt !== undefined) return receipt
    const message = `the transaction was added to the pool, but no block or flashblock has it after ${limitMs} ms`
    throw new JsonRpcError(noReceiptCode, message, sent.data)
  } finally {
    waits.leave(client)
  }
}

/** The receipt of a transaction, as soon as there is one; undefined if the time is over, or the client hangs up. */
async function receiptWithin(
  limitMs: number,
  transaction: Hash,
  options: SendAndWaitOptions,
): Promise<unknown> {
  const { caller, clock, view } = options
  const endMs = clock.monotonicMs() + limitMs
  let canonical: Hash | undefined
  while (caller?.isOpen() !== false) {
    const change = nextChange(view, clock, endMs - clock.monotonicMs())
    try {
      const head = view.state.overlay?.canonical.hash
      // A flashblock cannot add a receipt to the canonical chain, so that chain is read again only for a new head.
      const isNewHead = head === undefined || head !== canonical
      canonical = head
      const receipt = await receiptNow(transaction, { ...options, isNewHead })
      if (receipt !== null && receipt !== undefined) return receipt
      await change.happened
    } finally {
      change.stop()
    }
    if (clock.monotonicMs() >= endMs) return undefined
  }
  return undefined
}

/** The receipt of a transaction, if there is one. The transaction is sent, so a failure only means to wait. */
async function receiptNow(
  transaction: Hash,
  { isNewHead, ...options }: SendAndWaitOptions & { readonly isNewHead: boolean },
): Promise<unknown> {
  try {
    if (isNewHead) return await pendingReceipt([transaction], options)
    return await receiptInPrefix(transaction, options)
  } catch (error) {
    if (error instanceof JsonRpcError) return undefined
    throw error
  }
}

/** The next change of what is pending or canonical, or the end of a time. */
function nextChange(
  view: Pick<PendingView, 'onChange'>,
  clock: Pick<Clock, 'after'>,
  limitMs: number,
): { readonly happened: Promise<void>; readonly stop: () => void } {
  const { promise, resolve } = Promise.withResolvers<void>()
  const stopListening = view.onChange(resolve)
  const stopTimer = clock.after(Math.max(0, limitMs), resolve)
  const stop = () => {
    stopTimer()
    stopListening()
  }
  return { happened: promise, stop }
}

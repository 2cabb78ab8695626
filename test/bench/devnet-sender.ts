import { type Hex, keccak256 } from 'viem'
import type { JsonRpcClient } from '#json-rpc/json-rpc-client.ts'
import { userAccounts } from '#devnet/rollup/accounts.ts'
import { l2ChainId } from '#devnet/rollup/create-rollup.ts'
import { sleep, systemClock } from '#runtime/clock.ts'

const gwei = 1_000_000_000n

/** Milliseconds between two requests of an account. */
const tickMs = 100

/** Number of transactions that wait for a block at most; the pool has room for 6,144. */
const maxPending = 5_500

interface Signed {
  readonly raw: Hex
  readonly hash: Hex
}

/**
 * Sends transfers from all accounts of users. It keeps the nonces, and signs the transactions before it sends them, so
 * that signing does not take time from the devnet while it is measured.
 */
export class DevnetSender {
  readonly #client: JsonRpcClient
  readonly #accounts = userAccounts.map((account) => ({
    account,
    signed: [] as Signed[],
    nonce: 0,
  }))
  /** When each transaction was sent that is in no block yet, by `performance.now()`. */
  readonly #pending = new Map<string, number>()
  /** Index of the account that sends next. */
  #next = 0

  constructor(client: JsonRpcClient) {
    this.#client = client
  }

  /** Number of transactions that are in no block yet. */
  get pending(): number {
    return this.#pending.size
  }

  /** Removes a transaction that is in a block. @returns when it was sent; undefined if it was not sent here */
  included(hash: string): number | undefined {
    const sentMs = this.#pending.get(hash)
    this.#pending.delete(hash)
    return sentMs
  }

  /** Signs transactions until a number of them is ready. */
  async prepare(count: number): Promise<void> {
    for (const each of this.#accounts)
      while (each.signed.length < count / this.#accounts.length) {
        const raw = await each.account.signTransaction({
          chainId: l2ChainId,
          type: 'eip1559',
          nonce: each.nonce,
          to: each.account.address,
          value: 1n,
          gas: 21_000n,
          maxPriorityFeePerGas: gwei,
          maxFeePerGas: 100n * gwei,
        })
        each.nonce++
        each.signed.push({ raw, hash: keccak256(raw) })
      }
  }

  /**
   * Sends transactions that were prepared, at a rate.
   *
   * @returns the number that was sent; lower than the rate requires if the pool is almost full
   * @throws JsonRpcError if the node refuses a transaction
   */
  async send(perSecond: number, forMs: number): Promise<number> {
    const startedMs = performance.now()
    const requests: Promise<void>[] = []
    let [sent, skipped] = [0, 0]
    for (;;) {
      const elapsedMs = Math.min(performance.now() - startedMs, forMs)
      const due = Math.floor((elapsedMs * perSecond) / 1_000) - sent - skipped
      const count = Math.min(due, maxPending - this.pending)
      requests.push(...this.#sendNow(count))
      sent += count
      skipped += due - count
      if (elapsedMs >= forMs) break
      await sleep(systemClock, tickMs)
    }
    await Promise.all(requests)
    return sent
  }

  /** Sends from the accounts in turn, in one request for each account. */
  #sendNow(count: number): readonly Promise<void>[] {
    const requests = new Map<number, Signed[]>()
    for (let at = 0; at < count; at++) {
      const from = this.#next
      this.#next = (from + 1) % this.#accounts.length
      const transaction = this.#accounts[from]?.signed.shift()
      if (transaction === undefined) throw new RangeError('too few transactions were prepared')
      requests.set(from, [...(requests.get(from) ?? []), transaction])
    }
    return [...requests.values()].map((transactions) => {
      const request = this.#request(transactions)
      // eslint-disable-next-line atoll/use-rejection -- `send` awaits all requests at its end
      request.catch(() => undefined)
      return request
    })
  }

  async #request(transactions: readonly Signed[]): Promise<void> {
    const sentMs = performance.now()
    for (const { hash } of transactions) this.#pending.set(hash, sentMs)
    const calls = transactions.map(({ raw }) => {
      return { method: 'eth_sendRawTransaction', params: [raw] }
    })
    for (const answer of await this.#client.batch(calls)) if ('error' in answer) throw answer.error
  }
}

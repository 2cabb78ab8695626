import { encodeFunctionData, type Hex } from 'viem'
import type { HDAccount } from 'viem/accounts'
import * as z from 'zod'
import type { Address } from '#protocol/primitives.ts'
import { JsonRpcError } from '#json-rpc/json-rpc-answer.ts'
import { quantityJson } from '#json-rpc/forms/fields.ts'
import { parseJson } from '#json-rpc/forms/parse-json.ts'
import type { JsonRpcClient } from '#json-rpc/json-rpc-client.ts'
import { type Clock, sleep } from '#runtime/clock.ts'
import { isFault } from '#runtime/fault.ts'
import { portal } from '#devnet/contracts/contracts.ts'
import { l1ChainId } from '#devnet/l1/anvil.ts'
import { userAccounts } from '#devnet/rollup/accounts.ts'
import { l2ChainId } from '#devnet/rollup/create-rollup.ts'

/** Options of the traffic. */
export interface TrafficOptions {
  readonly l1: JsonRpcClient
  /** The execution client of the sequencer. */
  readonly l2: Pick<JsonRpcClient, 'call'>
  /** Address of the deposit contract. */
  readonly portal: Address
  /** L2 transactions per second; 0 for none. */
  readonly rate: number
  readonly clock: Clock
  readonly report: (what: string) => void
}

/** Counts of what was sent. */
export interface Sent {
  readonly transactions: number
  readonly deposits: number
}

const gwei = 1_000_000_000n

/** Of this many transactions, one creates a contract, and one has calldata. */
const cycle = 10

/** Milliseconds between two deposits. */
const depositMs = 5_000

/** Init code of a contract whose code is one byte, `STOP`. */
const smallContract: Hex = '0x60018060093d393df300'

/** Sends transactions of a user to L2, and deposits of another user to L1. */
export class Traffic {
  readonly #options: TrafficOptions
  readonly #stopping = new AbortController()
  readonly #running: Promise<unknown>
  /** Rejects when the traffic fails by a mistake of the program. */
  readonly failed: Promise<never>
  #transactions = 0
  #deposits = 0

  constructor(options: TrafficOptions) {
    this.#options = options
    this.#running = Promise.all(
      options.rate > 0
        ? [
            this.#repeat(1_000 / options.rate, () => this.#send()),
            this.#repeat(depositMs, () => this.#deposit()),
          ]
        : [],
    )
    this.failed = this.#running.then(() => new Promise<never>(() => undefined))
    // eslint-disable-next-line atoll/use-rejection -- the caller handles the rejection through `failed`
    this.failed.catch(() => undefined)
  }

  get sent(): Sent {
    return { transactions: this.#transactions, deposits: this.#deposits }
  }

  async stop(): Promise<void> {
    this.#stopping.abort()
    await this.#running
  }

  /**
   * Sends again and again. A failed attempt is not counted, and the next attempt comes at its time. A problem is reported
   * once, until an attempt succeeds.
   */
  async #repeat(everyMs: number, send: () => Promise<void>): Promise<void> {
    const { clock, report } = this.#options
    const { signal } = this.#stopping
    let problem: string | undefined
    let nextMs = clock.monotonicMs() + everyMs
    while (await sleep(clock, nextMs - clock.monotonicMs(), signal)) {
      // After a slow attempt, the times that have passed are not made up for.
      nextMs = Math.max(nextMs + everyMs, clock.monotonicMs())
      try {
        await send()
        problem = undefined
      } catch (error) {
        if (!isFault(error) && !(error instanceof JsonRpcError)) throw error
        if (error.message !== problem && !signal.aborted)
          report(`a transaction of the traffic was not sent: ${error.message}`)
        problem = error.message
      }
    }
  }

  async #send(): Promise<void> {
    const { l2 } = this.#options
    const [from = raise(), to = raise()] = userAccounts
    const place = this.#transactions % cycle
    const kinds: Readonly<Record<number, { readonly to?: Hex; readonly data: Hex }>> = {
      0: { data: smallContract },
      1: { to: to.address, data: `0x${'5a'.repeat(200)}` },
    }
    await send(l2, from, {
      chainId: l2ChainId,
      value: 1n,
      gas: 100_000n,
      ...(kinds[place] ?? { to: to.address, data: '0x' }),
    })
    this.#transactions++
  }

  /** Each fourth deposit fails on L2: it sends more ether than the account has. */
  async #deposit(): Promise<void> {
    const { l1, portal: to } = this.#options
    const [, , from = raise(), receiver = raise()] = userAccounts
    const value = this.#deposits % 4 === 3 ? 10n ** 30n : 1n
    const args = [receiver.address, value, 100_000n, false, '0x'] as const
    const data = encodeFunctionData({ ...portal, functionName: 'depositTransaction', args })
    await send(l1, from, { chainId: l1ChainId, value: 1n, gas: 200_000n, to, data })
    this.#deposits++
  }
}

interface Transaction {
  readonly chainId: number
  readonly value: bigint
  readonly gas: bigint
  readonly to?: Hex
  readonly data: Hex
}

/**
 * Signs and sends a transaction with the next nonce of the account.
 *
 * @throws Fault if the node does not answer
 * @throws JsonRpcError if the node refuses the transaction
 */
async function send(
  client: Pick<JsonRpcClient, 'call'>,
  account: HDAccount,
  transaction: Transaction,
): Promise<void> {
  const [count, head] = await Promise.all([
    client.call('eth_getTransactionCount', [account.address, 'pending']),
    client.call('eth_getBlockByNumber', ['latest', false]),
  ])
  const { baseFeePerGas } = parseJson(z.looseObject({ baseFeePerGas: quantityJson }), head, 'block')
  const raw = await account.signTransaction({
    ...transaction,
    type: 'eip1559',
    nonce: Number(parseJson(quantityJson, count, 'nonce')),
    maxPriorityFeePerGas: gwei,
    maxFeePerGas: 2n * baseFeePerGas + gwei,
  })
  await client.call('eth_sendRawTransaction', [raw])
}

function raise(): never {
  throw new Error('the devnet has too few accounts')
}

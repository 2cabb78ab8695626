import { privateKeyToAccount } from 'viem/accounts'
import { hardforksAt, type Hardforks } from '#protocol/chains/hardforks.ts'
import { fromBigEndian } from '#protocol/codec/big-endian.ts'
import { fromHex, toAddress, toHash } from '#protocol/codec/hex.ts'
import { keccak256 } from '#protocol/codec/keccak.ts'
import { encodeRlp, uintToRlp } from '#protocol/codec/rlp.ts'
import type { Address } from '#protocol/primitives.ts'
import type { PoolView } from '#execution-client/pool/pool-view.ts'
import type { PooledTransaction } from '#execution-client/pool/pooled-transaction.ts'
import { type HeadChange, TransactionPool } from '#execution-client/pool/transaction-pool.ts'

/** A letter for a sender. */
export type SenderName = 'a' | 'b' | 'c' | 'd'

const keys = {
  a: privateKeyToAccount(`0x${'a1'.repeat(32)}`),
  b: privateKeyToAccount(`0x${'b2'.repeat(32)}`),
  c: privateKeyToAccount(`0x${'c3'.repeat(32)}`),
  d: privateKeyToAccount(`0x${'d4'.repeat(32)}`),
} as const

export const senderNames: readonly SenderName[] = ['a', 'b', 'c', 'd']

export const poolChainId = 901

export function keyOf(name: SenderName): (typeof keys)[SenderName] {
  return keys[name]
}

export function addressOf(name: SenderName): Address {
  return toAddress(fromHex(keys[name].address.toLowerCase()))
}

/** Fields of a transaction that replace the defaults. */
export interface TransactionFields {
  readonly feeCap?: bigint
  readonly gas?: bigint
  readonly value?: bigint
  readonly data?: `0x${string}`
  /** `undefined` creates a contract. */
  readonly to?: `0x${string}` | undefined
  readonly chainId?: number
}

const known = new Map<string, Promise<Uint8Array>>()

/** A signed transaction. `a3:5` is from `a`, with nonce 3 and a tip of 5 wei. `a3` has a tip of 1 wei. */
export function signed(notation: string, fields: TransactionFields = {}): Promise<Uint8Array> {
  const key = [notation, ...Object.entries(fields)].join()
  const made = known.get(key) ?? sign(notation, fields)
  known.set(key, made)
  return made
}

/** Encodes the transaction without viem, which refuses invalid transactions. */
async function sign(notation: string, fields: TransactionFields): Promise<Uint8Array> {
  const [who = '', tip = '1'] = notation.split(':')
  const { chainId = poolChainId, gas = 21_000n, value = 0n, data = '0x' } = fields
  const { feeCap = 1_000n + BigInt(tip), to = `0x${'22'.repeat(20)}` } = fields
  const numbers = [BigInt(chainId), BigInt(who.slice(1)), BigInt(tip), feeCap, gas]
  const receiver = 'to' in fields && fields.to === undefined ? '0x' : to
  const body = [...numbers.map(uintToRlp), fromHex(receiver), uintToRlp(value), fromHex(data), []]
  const hash = toHash(keccak256(typed(encodeRlp(body))))
  const signature = fromHex(await keys[who.charAt(0) as SenderName].sign({ hash }))
  const yParity = BigInt((signature[64] ?? 0) - 27)
  const [r, s] = [signature.subarray(0, 32), signature.subarray(32, 64)].map(fromBigEndian)
  return typed(encodeRlp([...body, ...[yParity, r ?? 0n, s ?? 0n].map(uintToRlp)]))
}

function typed(body: Uint8Array): Uint8Array {
  const raw = new Uint8Array(1 + body.length).fill(2, 0, 1)
  raw.set(body, 1)
  return raw
}

/** A view of a head that a test sets. The base fee is 10 wei. */
export class FakeView implements PoolView {
  readonly chainId = BigInt(poolChainId)
  readonly nonces = new Map<Address, bigint>()
  readonly balances = new Map<Address, bigint>()
  readonly codes = new Map<Address, Uint8Array>()
  forks: Hardforks = hardforksAt({ jovian: 0n }, 1n)
  gasLimit = 30_000_000n
  maxTransactionGas: bigint | undefined
  baseFeePerGas = 10n
  fee = 0n

  account(address: Address): { readonly nonce: bigint; readonly balance: bigint } {
    const nonce = this.nonces.get(address) ?? 0n
    return { nonce, balance: this.balances.get(address) ?? 10n ** 18n }
  }

  code(address: Address): Uint8Array {
    return this.codes.get(address) ?? new Uint8Array(0)
  }

  l1Fee(): bigint {
    return this.fee
  }

  operatorFee(): bigint {
    return 0n
  }
}

/** Drives a pool: `add('a0:5')` adds or throws, `show()` lists its content. */
export function makePool(options: ConstructorParameters<typeof TransactionPool>[1] = {}) {
  const view = new FakeView()
  const pool = new TransactionPool(view, options)
  const reported: string[] = []
  pool.subscribe({
    pending: (transactions) => reported.push(`+${notate(transactions)}`),
    removed: (transaction, reason) => reported.push(`-${notate([transaction])} ${reason}`),
  })
  const add = async (...notations: readonly string[]) => {
    for (const notation of notations) pool.add(await signed(notation))
  }
  const show = () => {
    const { pending, queued } = pool.content()
    const all = (map: typeof pending) => notate([...map.values()].flat())
    return [all(pending), all(queued)].join(' | ')
  }
  const reset = async (change: { readonly [Key in keyof HeadChange]?: string } = {}) => {
    const raws = (notations = '') =>
      Promise.all(
        notations
          .split(' ')
          .filter(Boolean)
          .map((one) => signed(one)),
      )
    const refusals = pool.reset(view, {
      included: await raws(change.included),
      dropped: await raws(change.dropped),
    })
    return refusals.map(({ message }) => message)
  }
  return { view, pool, reported, add, show, reset }
}

/** Transactions as `signed` names them. */
export function notate(transactions: readonly PooledTransaction[]): string {
  return transactions
    .map(({ sender, signed: { nonce, maxPriorityFeePerGas: tip } }) => {
      const name = senderNames.find((one) => addressOf(one) === sender)
      return `${name}${nonce}${tip === 1n ? '' : `:${tip}`}`
    })
    .join(' ')
}

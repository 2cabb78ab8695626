import { type Hex, serializeTransaction, type TransactionSerializable } from 'viem'
import { hashPayload } from '#protocol/block/payload-hash.ts'
import { fromHex, toAddress, toBytes8, toHash } from '#protocol/codec/hex.ts'
import { keccak256 } from '#protocol/codec/keccak.ts'
import { toPayload } from '#protocol/flashblock/assembly.ts'
import type { Flashblock } from '#protocol/flashblock/flashblock.ts'
import type { Hash } from '#protocol/primitives.ts'
import { encodeDeposit } from '#protocol/transaction/deposit.ts'
import { filledHash, sampleBase } from '#test/fakes/flashblocks.ts'

/** A block that is built in flashblocks, with transactions of each type. */
export interface SampleBlock {
  readonly number: bigint
  readonly flashblocks: readonly Flashblock[]
  /** Hashes of the transactions up to each index. */
  readonly hashes: readonly (readonly Hash[])[]
}

/** Size of a sample block. */
export interface SampleSize {
  readonly flashblocks: number
  /** Number of transactions that an index after the first adds. */
  readonly transactions?: number
  /** Bytes of input of each of these transactions. */
  readonly inputBytes?: number
}

/** Makes a block; its first flashblock has a deposit only. No other block has its payload id. */
export function sampleBlock(
  number: number,
  { flashblocks: count, inputBytes = 4, transactions: added = 4 }: SampleSize,
): SampleBlock {
  const base = { ...sampleBase, number: BigInt(number), timestamp: 1_800_000_000n + BigInt(number) }
  const payloadId = toBytes8(fromHex(`0x03${number.toString(16).padStart(14, '0')}`))
  const all: Uint8Array[] = []
  const hashes: (readonly Hash[])[] = []
  const flashblocks = Array.from({ length: count }, (_, index): Flashblock => {
    const transactions =
      index === 0
        ? [depositOf(number)]
        : Array.from({ length: added }, (__, at) => signed(all.length + at, inputBytes))
    all.push(...transactions)
    hashes.push(all.map((raw) => toHash(keccak256(raw))))
    const results = {
      stateRoot: filledHash(index + 1),
      receiptsRoot: filledHash(0x33),
      logsBloom: new Uint8Array(256),
      gasUsed: 46_000n + 21_000n * BigInt(all.length),
      blockHash: filledHash(0),
      transactions,
      withdrawalsRoot: filledHash(0x55),
      blobGasUsed: 400n * BigInt(all.length),
    }
    const blockHash = hashPayload(toPayload(base, results, all))
    const diff = { ...results, blockHash }
    return { payloadId, index, base: index === 0 ? base : undefined, diff }
  })
  return { number: base.number, flashblocks, hashes }
}

function depositOf(number: number): Uint8Array {
  return encodeDeposit({
    sourceHash: filledHash(number % 256),
    from: toAddress(new Uint8Array(20).fill(2)),
    to: number % 2 === 0 ? toAddress(new Uint8Array(20).fill(3)) : undefined,
    mint: BigInt(number % 3),
    value: 0n,
    gas: 21_000n,
    isSystemTransaction: number % 5 === 0,
    data: new Uint8Array(4),
  })
}

const filled = (byte: string, size: number): Hex => `0x${byte.repeat(size)}`
const signature = { r: filled('12', 32), s: filled('34', 32), yParity: 1 } as const
const to = filled('aa', 20)
const accessList = [{ address: to, storageKeys: [filled('bb', 32)] }]
const perGas = { maxFeePerGas: 10n ** 9n, maxPriorityFeePerGas: 1n }

/** A transaction whose type depends on its position. viem encodes it, not Atoll. */
function signed(at: number, inputBytes: number): Uint8Array {
  const call = {
    chainId: 10,
    nonce: at,
    gas: 21_000n,
    value: BigInt(at),
    data: filled('ab', inputBytes),
  }
  const authorization = { address: to, chainId: 10, nonce: at, ...signature }
  const kinds: readonly TransactionSerializable[] = [
    { ...call, type: 'legacy', to, gasPrice: 10n ** 9n },
    { ...call, type: 'eip2930', to, gasPrice: 10n ** 9n, accessList },
    // A contract is created.
    { ...call, type: 'eip1559', to: null, accessList, ...perGas },
    { ...call, type: 'eip7702', to, authorizationList: [authorization], ...perGas },
  ]
  const transaction = kinds[at % kinds.length]
  if (transaction === undefined) throw new Error('no such type')
  const v = transaction.type === 'legacy' ? 56n : undefined
  return fromHex(
    serializeTransaction(transaction, v === undefined ? signature : { ...signature, v }),
  )
}

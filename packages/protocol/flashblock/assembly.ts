import type { Payload } from '#protocol/block/payload.ts'
import { hashPayload } from '#protocol/block/payload-hash.ts'
import { toHash } from '#protocol/codec/hex.ts'
import { keccak256 } from '#protocol/codec/keccak.ts'
import type { Bytes8, Hash } from '#protocol/primitives.ts'
import { depositType } from '#protocol/transaction/transaction-types.ts'
import {
  type Flashblock,
  type FlashblockBase,
  type FlashblockDiff,
  hasRoots,
  notComputed,
} from './flashblock.ts'

/** Why a flashblock cannot be the next one of a block. */
export type FlashblockFlaw =
  | 'wrong-payload-id'
  | 'index-gap'
  | 'too-many-flashblocks'
  | 'missing-base'
  | 'unexpected-base'
  | 'gas-decreased'
  | 'gas-above-limit'
  | 'empty-transaction'
  | 'misplaced-deposit'
  | 'repeated-transaction'

/** What an assembly does with a flashblock. */
export type AssemblyOutput =
  | { readonly kind: 'added' }
  /** The assembly has this index with the same block hash. */
  | { readonly kind: 'repeated' }
  /** The assembly has this index with another block hash: the builder contradicts itself. */
  | { readonly kind: 'contradicted'; readonly first: Flashblock }
  | { readonly kind: 'refused'; readonly reason: FlashblockFlaw }

/** Limit on the flashblocks of a block. A block of 2 s with an interval of 10 ms has 201. */
export const maxFlashblocks = 256

/** Puts the flashblocks of one block together. Source: rollup-boost, flashblocks/service.rs */
export class FlashblockAssembly {
  readonly payloadId: Bytes8
  readonly #parts: Flashblock[] = []
  readonly #hashes = new Set<Hash>()
  readonly #transactions: Uint8Array[] = []
  /** Number of transactions up to each index. */
  readonly #counts: number[] = []

  constructor(payloadId: Bytes8) {
    this.payloadId = payloadId
  }

  /** Number of flashblocks; the next index. */
  get length(): number {
    return this.#parts.length
  }

  /** Undefined until index 0 is there. */
  get base(): FlashblockBase | undefined {
    return this.#parts[0]?.base
  }

  get last(): Flashblock | undefined {
    return this.#parts.at(-1)
  }

  /** A flashblock; undefined if the assembly does not have this index. */
  at(index: number): Flashblock | undefined {
    return this.#parts[index]
  }

  /** Adds the next flashblock. A flashblock that is not added changes nothing. */
  add(flashblock: Flashblock): AssemblyOutput {
    const { diff, index } = flashblock
    if (flashblock.payloadId !== this.payloadId) return refused('wrong-payload-id')
    const known = this.#parts[index]
    if (known !== undefined)
      return isSameDiff(known.diff, diff)
        ? { kind: 'repeated' }
        : { kind: 'contradicted', first: known }
    const flaw = this.#flawOf(flashblock)
    if (flaw !== undefined) return refused(flaw)
    const hashes = diff.transactions.map((raw) => toHash(keccak256(raw)))
    if (new Set(hashes).size < hashes.length || hashes.some((hash) => this.#hashes.has(hash)))
      return refused('repeated-transaction')
    this.#parts.push(flashblock)
    for (const hash of hashes) this.#hashes.add(hash)
    this.#transactions.push(...diff.transactions)
    this.#counts.push(this.#transactions.length)
    return { kind: 'added' }
  }

  /** Removes the flashblocks from an index on. */
  truncate(index: number): void {
    const from = index === 0 ? 0 : (this.#counts[index - 1] ?? this.#transactions.length)
    for (const raw of this.#transactions.splice(from)) this.#hashes.delete(toHash(keccak256(raw)))
    this.#counts.splice(index)
    this.#parts.splice(index)
  }

  #flawOf({ base, diff, index }: Flashblock): FlashblockFlaw | undefined {
    if (index !== this.#parts.length) return 'index-gap'
    if (index >= maxFlashblocks) return 'too-many-flashblocks'
    if (index === 0 && base === undefined) return 'missing-base'
    if (index > 0 && base !== undefined) return 'unexpected-base'
    if (diff.gasUsed < (this.last?.diff.gasUsed ?? 0n)) return 'gas-decreased'
    const { gasLimit } = base ?? this.base ?? { gasLimit: 0n }
    if (diff.gasUsed > gasLimit) return 'gas-above-limit'
    if (diff.transactions.some(({ length }) => length === 0)) return 'empty-transaction'
    return areDepositsFirst(diff.transactions, index) ? undefined : 'misplaced-deposit'
  }

  /** The transactions up to an index, without a post-exec transaction; by default all. */
  transactions(index: number = this.length - 1): readonly Uint8Array[] {
    return this.#transactions.slice(0, this.#counts[index] ?? 0)
  }

  /** Whether a transaction is in a flashblock of this block. */
  has(transaction: Hash): boolean {
    return this.#hashes.has(transaction)
  }

  /**
   * The block up to an index, with the hash that the builder computed; by default up to the newest index.
   *
   * @returns undefined if the assembly does not have this index
   */
  payload(index: number = this.length - 1): Payload | undefined {
    const { base } = this
    const diff = this.#parts[index]?.diff
    if (base === undefined || diff === undefined) return undefined
    return toPayload(base, diff, this.transactions(index))
  }
}

/** The block that a header, results and all transactions up to an index make. */
export function toPayload(
  base: FlashblockBase,
  diff: FlashblockDiff,
  transactions: readonly Uint8Array[],
): Payload {
  const { postExecTransaction, withdrawalsRoot } = diff
  return {
    blockHash: diff.blockHash,
    parentHash: base.parentHash,
    feeRecipient: base.feeRecipient,
    stateRoot: diff.stateRoot,
    receiptsRoot: diff.receiptsRoot,
    logsBloom: diff.logsBloom,
    prevRandao: base.prevRandao,
    number: base.number,
    gasLimit: base.gasLimit,
    gasUsed: diff.gasUsed,
    timestamp: base.timestamp,
    extraData: base.extraData,
    baseFeePerGas: base.baseFeePerGas,
    withdrawals: [],
    blobGasUsed: diff.blobGasUsed ?? 0n,
    excessBlobGas: 0n,
    parentBeaconBlockRoot: base.parentBeaconBlockRoot,
    withdrawalsRoot: withdrawalsRoot === notComputed ? undefined : withdrawalsRoot,
    transactions:
      postExecTransaction === undefined ? transactions : [...transactions, postExecTransaction],
  }
}

/** Whether a block has the hash that its builder computed; `unknown` if the builder did not compute it from a state root. */
export function checkBlockHash(payload: Payload): 'right' | 'wrong' | 'unknown' {
  if (!hasRoots(payload) || payload.blockHash === notComputed) return 'unknown'
  return hashPayload(payload) === payload.blockHash ? 'right' : 'wrong'
}

function refused(reason: FlashblockFlaw): AssemblyOutput {
  return { kind: 'refused', reason }
}

/** Whether two results of an index are equal. Without block hashes, their other fields are compared. */
export function isSameDiff(first: FlashblockDiff, second: FlashblockDiff): boolean {
  return (
    first.blockHash === second.blockHash &&
    first.gasUsed === second.gasUsed &&
    first.receiptsRoot === second.receiptsRoot &&
    first.transactions.length === second.transactions.length
  )
}

/** Deposits are the first transactions of index 0, and in no other place. */
function areDepositsFirst(transactions: readonly Uint8Array[], index: number): boolean {
  const isDeposit = transactions.map((raw) => raw[0] === depositType)
  const others = isDeposit.indexOf(false)
  const count = others === -1 ? isDeposit.length : others
  if (isDeposit.slice(count).includes(true)) return false
  return index === 0 || count === 0
}

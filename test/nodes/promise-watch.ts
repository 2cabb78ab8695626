import type { Payload } from '#protocol/block/payload.ts'
import { areSameBytes } from '#protocol/codec/same-bytes.ts'
import { toPayload } from '#protocol/flashblock/assembly.ts'
import type { Flashblock } from '#protocol/flashblock/flashblock.ts'
import type { Bytes8, Hash } from '#protocol/primitives.ts'
import { depositType } from '#protocol/transaction/transaction-types.ts'

/** A flashblock that became public, with all that its block has so far. */
interface Promised {
  readonly number: bigint
  readonly payloadId: Bytes8
  readonly index: number
  /** The block up to index 0. */
  readonly first: Payload
  /** Transactions of users up to this index. */
  readonly users: readonly Uint8Array[]
}

/** The chain in which promises are to be kept. */
interface ChainView {
  /** The block of a number; undefined if the chain does not have it. */
  readonly canonical: (number: bigint) => Payload | undefined
  /** Whether the L1 origin of a block is not on L1 any more. */
  readonly isOrphaned: (payload: Payload) => boolean
}

/**
 * Watches the flashblocks that become public, and which of them another node has executed and stored. A leader that does
 * not know yet that another node leads may publish what no other node has: only op-conductor knows that it is lost.
 */
export class PromiseWatch {
  /** By the hash of the block up to the flashblock. */
  readonly #promised = new Map<Hash, Promised>()
  /** The builders that executed and stored a block up to a flashblock. */
  readonly #executed = new Map<Hash, Set<string>>()
  /** The builders that did not answer a new leader, by block number. */
  readonly #silent = new Map<bigint, Set<string>>()
  readonly #dropped = new Set<string>()
  readonly #fail: (error: Error) => void
  readonly #isForged: (number: bigint) => boolean

  /** @param isForged whether a builder signed two flashblocks of one index of a block */
  constructor(fail: (error: Error) => void, isForged: (number: bigint) => boolean) {
    this.#fail = fail
    this.#isForged = isForged
  }

  /**
   * Notes what a public stream shows, until its process ends. It shows each index once, and none without the ones before.
   */
  newStream(): (flashblock: Flashblock, number: bigint) => void {
    let shown: Promised | undefined
    return (flashblock, number) => {
      const { base, diff, index, payloadId } = flashblock
      const added = diff.transactions.filter(([type]) => type !== depositType)
      if (shown?.payloadId === payloadId && index === shown.index + 1)
        shown = { ...shown, index, users: [...shown.users, ...added] }
      else if (index === 0 && base !== undefined && shown?.payloadId !== payloadId) {
        const first = toPayload(base, diff, diff.transactions)
        shown = { number, payloadId, index, first, users: added }
      } else {
        const after = shown && `index ${shown.index} of ${shown.payloadId}`
        this.#fail(new Error(`a stream shows index ${index} of ${payloadId} after ${after}`))
        return
      }
      this.#promised.set(diff.blockHash, shown)
    }
  }

  /** Notes that the engine of a builder executed and stored the block up to a flashblock of another builder. */
  noteExecuted(blockHash: Hash, builder: string): void {
    this.#executed.set(blockHash, (this.#executed.get(blockHash) ?? new Set()).add(builder))
  }

  /** Notes that builders did not answer a new leader, which operators can read. */
  noteSilent(number: bigint, builders: readonly string[]): void {
    const silent = this.#silent.get(number) ?? new Set()
    this.#silent.set(number, new Set([...silent, ...builders]))
  }

  /** Notes that an engine dropped flashblocks, with a reason for operators. */
  noteDropped(payloadId: string): void {
    this.#dropped.add(payloadId)
  }

  /** Notes that a builder is accused, which must be guilty. */
  noteEquivocation(builder: string, number: bigint): void {
    if (!this.#isForged(number))
      this.#fail(new Error(`builder ${builder} signed no two flashblocks of block ${number}`))
  }

  /**
   * The first promise that was broken: a flashblock that was public, and that another builder had stored, and whose
   * transactions are not the first ones of the block. If L1 removed the L1 origin of the block, or the chain below the
   * block changed, nothing can keep the promise. Nor can a new leader, if no builder that had it answered, or anyone if
   * the builder promised two things.
   */
  broken({ canonical, isOrphaned }: ChainView): string | undefined {
    for (const [hash, { first, index, number, payloadId, users }] of this.#promised) {
      const block = canonical(number)
      const builders = this.#executed.get(hash)
      if (builders === undefined || block === undefined || this.#dropped.has(payloadId)) continue
      if (this.#isForged(number)) continue
      if (builders.isSubsetOf(this.#silent.get(number) ?? new Set())) continue
      if (isOrphaned(first) || block.parentHash !== first.parentHash) continue
      const sealed = block.transactions.filter(([type]) => type !== depositType)
      if (!users.every((raw, at) => areSameBytes(raw, sealed[at] ?? new Uint8Array(0))))
        return `index ${index} of ${payloadId} (${hash.slice(0, 10)}) was public and stored by ${[...builders].join(' and ')}, and block ${number} (${block.blockHash.slice(0, 10)}) does not have its transactions`
    }
    return undefined
  }
}

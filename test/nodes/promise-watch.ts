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
  /** The builder whose stream showed it first. */
  readonly builder: string
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
  /** When builders executed and stored a block up to a flashblock first. */
  readonly #executed = new Map<Hash, Map<string, number>>()
  /** When builders did not answer a new leader first, by block number. */
  readonly #silent = new Map<bigint, Map<string, number>>()
  readonly #now: () => number
  readonly #dropped = new Set<string>()
  readonly #fail: (error: Error) => void
  readonly #isForged: (number: bigint) => boolean

  /** @param parts.isForged whether a builder signed two flashblocks of one index of a block */
  constructor({
    fail,
    isForged,
    now,
  }: {
    readonly fail: (error: Error) => void
    readonly isForged: (number: bigint) => boolean
    readonly now: () => number
  }) {
    this.#fail = fail
    this.#isForged = isForged
    this.#now = now
  }

  /**
   * Notes what the public stream of a builder shows, until its process ends. It shows each index once, and none without
   * the ones before.
   */
  newStream(builder: string): (flashblock: Flashblock, number: bigint) => void {
    let shown: Promised | undefined
    return (flashblock, number) => {
      const { base, diff, index, payloadId } = flashblock
      const added = diff.transactions.filter(([type]) => type !== depositType)
      if (shown?.payloadId === payloadId && index === shown.index + 1)
        shown = { ...shown, index, builder, users: [...shown.users, ...added] }
      else if (index === 0 && base !== undefined && shown?.payloadId !== payloadId) {
        const first = toPayload(base, diff, diff.transactions)
        shown = { number, payloadId, index, builder, first, users: added }
      } else {
        const after = shown && `index ${shown.index} of ${shown.payloadId}`
        this.#fail(new Error(`a stream shows index ${index} of ${payloadId} after ${after}`))
        return
      }
      if (!this.#promised.has(diff.blockHash)) this.#promised.set(diff.blockHash, shown)
    }
  }

  /** Notes that the engine of a builder executed and stored the block up to a flashblock of another builder. */
  noteExecuted(blockHash: Hash, builder: string): void {
    const times = this.#executed.get(blockHash) ?? new Map<string, number>()
    if (!times.has(builder)) times.set(builder, this.#now())
    this.#executed.set(blockHash, times)
  }

  /** Notes that builders did not answer a new leader, which operators can read. */
  noteSilent(number: bigint, builders: readonly string[]): void {
    const times = this.#silent.get(number) ?? new Map<string, number>()
    for (const builder of builders) if (!times.has(builder)) times.set(builder, this.#now())
    this.#silent.set(number, times)
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
    for (const [hash, promised] of this.#promised) {
      const { first, index, number, payloadId, users } = promised
      const block = canonical(number)
      const builders = this.#executed.get(hash)
      if (builders === undefined || block === undefined || this.#dropped.has(payloadId)) continue
      if (this.#isForged(number)) continue
      if (this.#isUnreachable(promised, builders)) continue
      if (isOrphaned(first) || block.parentHash !== first.parentHash) continue
      const sealed = block.transactions.filter(([type]) => type !== depositType)
      if (!users.every((raw, at) => areSameBytes(raw, sealed[at] ?? new Uint8Array(0))))
        return `index ${index} of ${payloadId} (${hash.slice(0, 10)}) was public and stored by ${[...builders.keys()].join(' and ')}, and block ${number} (${block.blockHash.slice(0, 10)}) does not have its transactions`
    }
    return undefined
  }

  /**
   * Whether a new leader could not get a flashblock: the builders that had it did not answer, or got it from its builder
   * only after this one had not answered.
   */
  #isUnreachable({ builder, number }: Promised, executed: ReadonlyMap<string, number>): boolean {
    const silent = this.#silent.get(number) ?? new Map<string, number>()
    const missedMs = silent.get(builder) ?? Infinity
    return [...executed].every(([other, atMs]) => silent.has(other) || atMs > missedMs)
  }
}

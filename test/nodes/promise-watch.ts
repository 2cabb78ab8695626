import type { Payload } from '#protocol/block/payload.ts'
import { areSameBytes } from '#protocol/codec/same-bytes.ts'
import type { Flashblock } from '#protocol/flashblock/flashblock.ts'
import type { Bytes8 } from '#protocol/primitives.ts'
import { depositType } from '#protocol/transaction/transaction-types.ts'

/** A block as its flashblocks promise it. */
interface Promised {
  readonly number: bigint
  readonly payloadId: Bytes8
  /** Transactions of each index that was published. */
  readonly published: Map<number, readonly Uint8Array[]>
}

/** Watches the flashblocks that become public, and which of them another node has executed and stored. */
export class PromiseWatch {
  readonly #blocks = new Map<Bytes8, Promised>()
  /** The newest flashblock of each public stream. */
  readonly #shown = new Map<
    number,
    { readonly payloadId: Bytes8; readonly index: number; readonly number: bigint }
  >()
  /** The highest index that a node executed which did not make it, by payload id. */
  readonly #executed = new Map<Bytes8, number>()
  readonly #dropped = new Set<string>()
  readonly #fail: (error: Error) => void
  /** Number of published flashblocks. */
  published = 0
  takeovers = 0

  constructor(fail: (error: Error) => void) {
    this.#fail = fail
  }

  /** Notes that a public stream shows a flashblock. A stream shows each index once, and none without the ones before. */
  notePublished(node: number, flashblock: Flashblock, number: bigint): void {
    const { diff, index, payloadId } = flashblock
    const before = this.#shown.get(node)
    const goesOn = before?.payloadId === payloadId && index === before.index + 1
    const begins = index === 0 && before?.payloadId !== payloadId
    if (!goesOn && !begins)
      this.#fail(
        new Error(
          `stream ${node} shows index ${index} of ${payloadId} after ${before?.index} of ${before?.payloadId}`,
        ),
      )
    this.#shown.set(node, { payloadId, index, number })
    const block = this.#block(payloadId, number)
    const known = block.published.get(index)
    if (known === undefined) {
      block.published.set(index, diff.transactions)
      this.published++
    } else if (!isSame(known, diff.transactions))
      this.#fail(new Error(`two contents of index ${index} of ${payloadId} are public`))
  }

  /** Notes that the engine of another node executed and stored a flashblock. */
  noteExecuted(payloadId: Bytes8, index: number): void {
    this.#executed.set(payloadId, Math.max(this.#executed.get(payloadId) ?? -1, index))
  }

  /** Notes that an engine dropped flashblocks, with a reason for operators. */
  noteDropped(payloadId: string): void {
    this.#dropped.add(payloadId)
  }

  /**
   * The first promise that was broken: a flashblock that was public, and that another node had executed, and whose
   * transactions are not the first ones of the block.
   *
   * @param canonical the block of the chain; undefined if the chain does not have it
   */
  broken(canonical: (number: bigint) => Payload | undefined): string | undefined {
    for (const { number, payloadId, published } of this.#blocks.values()) {
      const executed = this.#executed.get(payloadId) ?? -1
      const block = canonical(number)
      if (block === undefined || this.#dropped.has(payloadId)) continue
      const users = block.transactions.filter(([type]) => type !== depositType)
      let at = 0
      for (let index = 0; index <= executed; index++) {
        const promised = published.get(index)
        // What was not public was not promised.
        if (promised === undefined) break
        const own = promised.filter(([type]) => type !== depositType)
        if (!isSame(own, users.slice(at, at + own.length)))
          return `index ${index} of ${payloadId} was public and stored elsewhere, and block ${number} (${block.blockHash.slice(0, 10)}) does not have its transactions`
        at += own.length
      }
    }
    return undefined
  }

  #block(payloadId: Bytes8, number: bigint): Promised {
    const known = this.#blocks.get(payloadId)
    if (known !== undefined) return known
    const block: Promised = { number, payloadId, published: new Map() }
    this.#blocks.set(payloadId, block)
    return block
  }
}

function isSame(first: readonly Uint8Array[], second: readonly Uint8Array[]): boolean {
  return (
    first.length === second.length &&
    first.every((raw, at) => areSameBytes(raw, second[at] ?? new Uint8Array(0)))
  )
}

import type { FetchL1BlockRequest } from '#messages/fetch-l1-block.ts'
import type { L1Heads } from '#messages/l1-heads.ts'
import type { InboxTransaction, L1Block } from '#protocol/block/l1-block.ts'
import type { BlockId, L1BlockRef } from '#protocol/block/refs.ts'
import { toHash } from '#protocol/codec/hex.ts'
import type { Random } from '#runtime/random.ts'
import type { VirtualClock } from '#test/simulator/virtual-clock.ts'
import { hashOf } from '#test/verifier/hash-of.ts'

/** Pause between two L1 blocks. */
const l1BlockMs = 4_000

/** Number of L1 blocks from the finalized block to the head. Reorgs are less deep. */
const finalityDepth = 12

/** Returns the batcher's transactions for the next L1 block. */
export type PostBatches = (
  block: Pick<L1Block, 'hash' | 'timestamp'>,
) => readonly InboxTransaction[]

/** An L1 that makes a block every few seconds of virtual time, and that can stall and be reorganised. */
export class LiveL1 {
  readonly #clock: VirtualClock
  readonly #random: Random
  #chain: readonly L1Block[]
  #forks = 0
  #stalledUntilMs = 0
  #finalized = 0
  /** Makes the batches of each L1 block. */
  post: PostBatches = () => []

  constructor(clock: VirtualClock, random: Random) {
    this.#clock = clock
    this.#random = random
    this.#chain = [this.#bareBlock(undefined)]
    const grow = () => {
      if (clock.monotonicMs() >= this.#stalledUntilMs) this.#extend()
      clock.after(l1BlockMs, grow)
    }
    clock.after(l1BlockMs, grow)
  }

  /** The first block. */
  get genesis(): L1Block {
    return this.#chain[0] ?? missing()
  }

  /** The newest block. */
  get head(): L1Block {
    return this.#chain.at(-1) ?? missing()
  }

  heads(): L1Heads {
    const final = refOf(this.#chain[this.#finalized])
    return { head: refOf(this.head), safe: final, finalized: final }
  }

  block({ block }: Pick<FetchL1BlockRequest, 'block'>): L1Block | undefined {
    return block.kind === 'number'
      ? this.#chain[Number(block.number)]
      : this.#chain.find(({ hash }) => hash === block.hash)
  }

  blocksDown({ number, count }: { number: bigint; count: number }): readonly L1BlockRef[] {
    return this.#chain
      .filter((block) => block.number <= number && block.number > number - BigInt(count))
      .toReversed()
      .map(refOf)
  }

  /** Whether a block is on the chain. */
  has({ hash, number }: BlockId): boolean {
    return this.#chain[Number(number)]?.hash === hash
  }

  /** Makes no blocks for a time. */
  stall(forMs: number): void {
    this.#stalledUntilMs = this.#clock.monotonicMs() + forMs
  }

  /** Replaces the newest blocks by a branch that is one block longer. @returns the number of blocks replaced */
  reorg(wanted: number): number {
    const depth = Math.min(wanted, this.#chain.length - 1 - this.#finalized)
    if (depth <= 0) return 0
    this.#forks++
    const replaced = this.#chain.slice(-depth)
    this.#chain = this.#chain.slice(0, -depth)
    for (const { timestamp } of replaced) this.#extend(timestamp)
    this.#extend()
    return depth
  }

  #extend(timestamp = BigInt(Math.floor(this.#clock.now() / 1_000))): void {
    const parent = this.head
    // Two blocks of L1 never have the same timestamp.
    const later = timestamp > parent.timestamp ? timestamp : parent.timestamp + 1n
    const bare = { ...this.#bareBlock(parent), timestamp: later }
    this.#chain = [...this.#chain, { ...bare, inboxTransactions: this.post(bare) }]
    this.#finalized = Math.max(this.#finalized, this.#chain.length - 1 - finalityDepth)
  }

  #bareBlock(parent: L1Block | undefined): L1Block {
    const number = parent === undefined ? 0n : parent.number + 1n
    const parentHash = parent?.hash ?? toHash(new Uint8Array(32))
    const hash = hashOf(`l1 ${number} ${this.#forks} ${parentHash}`)
    return {
      hash,
      number,
      parentHash,
      timestamp: BigInt(Math.floor(this.#clock.now() / 1_000)),
      prevRandao: hash,
      baseFee: BigInt(this.#random.between(7, 1_000_000_000)),
      excessBlobGas: 0n,
      parentBeaconBlockRoot: hashOf(`beacon ${hash}`),
      logs: [],
      inboxTransactions: [],
    }
  }
}

function refOf(block: L1Block | undefined): L1BlockRef {
  const { hash, number, parentHash, timestamp } = block ?? missing()
  return { hash, number, parentHash, timestamp }
}

function missing(): never {
  throw new Error('L1 has no such block')
}

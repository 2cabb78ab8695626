import type { Payload } from '#protocol/block/payload.ts'
import type { RollupConfig } from '#protocol/chains/rollup-config.ts'
import type { Hash } from '#protocol/primitives.ts'
import { refOfPayload } from '#test/verifier/stand-in-chain.ts'
import type { LiveL1 } from './live-l1.ts'

/** What the watch needs to know of a run. */
interface Watched {
  readonly config: RollupConfig
  readonly l1: LiveL1
  readonly trace: (what: string) => void
  readonly fail: (error: Error) => void
}

/** Watches the blocks that leave the nodes: those committed to the conductors, and those published to peers. */
export class ChainWatch {
  readonly #watched: Watched
  /** Published blocks by hash. */
  readonly #published = new Map<Hash, Payload>()
  /** Committed blocks, in order. */
  readonly committed: Payload[] = []
  readonly #committedHashes = new Set<Hash>()
  /** Whether a block must be committed before it is published. */
  needsCommit = true

  constructor(watched: Watched) {
    this.#watched = watched
  }

  get published(): readonly Payload[] {
    return [...this.#published.values()]
  }

  /** The newest committed block that L1 did not remove; undefined if there is no such block. */
  get latest(): Payload | undefined {
    return this.committed.findLast((payload) => !this.isOrphaned(payload))
  }

  /** Notes a block in the log of the conductors. */
  noteCommit(payload: Payload): void {
    this.#watched.trace(`committed ${nameOf(payload)}`)
    this.committed.push(payload)
    this.#committedHashes.add(payload.blockHash)
  }

  /**
   * Notes a block that gossip signed and passed to the network. One key never signs two blocks with the same parent,
   * unless L1 removed the L1 origin of one of them.
   */
  notePublish(payload: Payload): void {
    const { blockHash, number, parentHash } = payload
    const { fail, trace } = this.#watched
    trace(`published ${nameOf(payload)}`)
    if (this.needsCommit && !this.#committedHashes.has(blockHash))
      fail(new Error(`block ${nameOf(payload)} was published, but not committed`))
    for (const other of this.#published.values()) {
      const isOther = other.number === number && other.blockHash !== blockHash
      const isReplaced = this.isOrphaned(other) || this.isOrphaned(payload)
      if (isOther && other.parentHash === parentHash && !isReplaced)
        fail(new Error(`blocks ${nameOf(other)} and ${nameOf(payload)} were signed at one height`))
    }
    this.#published.set(blockHash, payload)
  }

  /** Whether the L1 origin of a block is not on L1 any more. */
  isOrphaned(payload: Payload): boolean {
    const { config, l1 } = this.#watched
    return !l1.has(refOfPayload(config, payload).l1Origin)
  }
}

/** The number and the start of the hash of a block. */
export function nameOf({ blockHash, number }: Payload): string {
  return `${number} (${blockHash.slice(0, 10)})`
}

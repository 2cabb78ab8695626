import type { FetchL1BlockRequest } from '#messages/fetch-l1-block.ts'
import type { L1Heads } from '#messages/l1-heads.ts'
import type { L1Block } from '#protocol/block/l1-block.ts'
import type { L1BlockRef } from '#protocol/block/refs.ts'
import { toHash } from '#protocol/codec/hex.ts'
import type { Address, Hash } from '#protocol/primitives.ts'
import { Fault } from '#runtime/fault.ts'
import type { SingleL1 } from './single-l1.ts'

/** An L1 whose chain a test writes. A block hash consists of the branch name and the block number. */
export class MemoryL1 implements SingleL1 {
  chain: L1Block[] = []
  finalized = 0
  signer = `0x${'51'.repeat(20)}` as Address
  /** Error with which calls fail; undefined if they succeed. */
  failure: string | undefined
  asked = 0

  /** Replaces all blocks from a number on. */
  grow(from: number, to: number, branch = 'a'): this {
    this.chain = this.chain.filter(({ number }) => number < BigInt(from))
    for (let number = from; number <= to; number++)
      this.chain.push(memoryBlock(BigInt(number), branch, this.chain.at(-1)))
    return this
  }

  heads(): Promise<L1Heads> {
    const [final, head] = [this.chain[this.finalized], this.chain.at(-1)]
    return this.#answer(() => {
      if (head === undefined) throw new Error('a chain without a block')
      return { head: refOf(head), safe: final && refOf(final), finalized: final && refOf(final) }
    })
  }

  fetchBlock({ block }: FetchL1BlockRequest): Promise<L1Block | undefined> {
    return this.#answer(() =>
      this.chain.find((candidate) =>
        block.kind === 'number' ? candidate.number === block.number : candidate.hash === block.hash,
      ),
    )
  }

  fetchUnsafeBlockSigner(): Promise<Address> {
    return this.#answer(() => this.signer)
  }

  async #answer<Value>(value: () => Value): Promise<Value> {
    this.asked++
    if (this.failure === undefined) return Promise.resolve(value())
    throw new Fault('l1-unavailable', { detail: this.failure })
  }
}

/** The hash of a block of a `MemoryL1`. */
export function memoryHash(number: bigint, branch: string): Hash {
  const bytes = new Uint8Array(32)
  bytes.set(new TextEncoder().encode(`${branch} ${number}`))
  return toHash(bytes)
}

function memoryBlock(number: bigint, branch: string, parent: L1Block | undefined): L1Block {
  const hash = memoryHash(number, branch)
  return {
    hash,
    number,
    parentHash: parent?.hash ?? toHash(new Uint8Array(32)),
    timestamp: 1_700_000_000n + 12n * number,
    prevRandao: hash,
    baseFee: 7n,
    excessBlobGas: undefined,
    parentBeaconBlockRoot: undefined,
    logs: [],
    inboxTransactions: [],
  }
}

function refOf({ hash, number, parentHash, timestamp }: L1Block): L1BlockRef {
  return { hash, number, parentHash, timestamp }
}

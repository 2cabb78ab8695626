import type { FetchL1BlockRequest } from '#messages/fetch-l1-block.ts'
import type { L1Heads } from '#messages/l1-heads.ts'
import type { L1Block } from '#protocol/block/l1-block.ts'
import type { L1BlockRef } from '#protocol/block/refs.ts'
import type { Address } from '#protocol/primitives.ts'
import type { VerifiedL1Header } from '#l1/l1-endpoint.ts'
import type { BlockFetcher } from './block-fetcher.ts'
import type { HeadWatch } from './head-watch.ts'
import type { L1Source } from './l1-source.ts'
import type { SignerReader } from './signer-reader.ts'

/** What L1 is asked with. */
export interface NodeL1Options {
  readonly watch: HeadWatch
  readonly fetcher: BlockFetcher
  readonly signer: SignerReader
}

/** L1 as its nodes tell it. */
export class NodeL1Source implements L1Source {
  readonly #options: NodeL1Options
  #heads: L1Heads | undefined
  #announce: () => void = () => undefined

  constructor(options: NodeL1Options) {
    this.#options = options
  }

  async heads(): Promise<L1Heads> {
    const heads = await this.#options.watch.read()
    const { fetcher } = this.#options
    const before = this.#heads
    this.#heads = heads
    const isNext = before === undefined || before.head.hash === heads.head.parentHash
    if (!isNext && before.head.hash !== heads.head.hash) {
      // What is between the two is not known: any number that is not final may have another block now.
      const final = heads.finalized?.number ?? -1n
      fetcher.forgetAbove(final)
    }
    if (heads.finalized !== undefined) fetcher.finalized = heads.finalized.number
    return heads
  }

  onHead(announce: () => void): () => void {
    this.#announce = announce
    return () => {
      this.#announce = () => undefined
    }
  }

  /** Takes a head that a node announced by itself. */
  announced(header: VerifiedL1Header): void {
    this.#options.watch.announce(header)
    this.#announce()
  }

  fetchBlock(wanted: FetchL1BlockRequest): Promise<L1Block | undefined> {
    return this.#options.fetcher.fetch(wanted)
  }

  fetchUnsafeBlockSigner(at: L1BlockRef): Promise<Address> {
    return this.#options.signer.read(at)
  }
}

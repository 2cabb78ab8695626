import type { SingularBatch } from '#protocol/batch/batch.ts'
import type { InboxTransaction } from '#protocol/block/l1-block.ts'
import { isActive } from '#protocol/chains/chain-spec.ts'
import type { RollupConfig } from '#protocol/chains/rollup-config.ts'
import { type Frame } from '#protocol/channel/frame.ts'
import type { Address } from '#protocol/primitives.ts'
import { cutChannel, newChannelId, packChannel } from '#test/differential/write-channel.ts'
import type { Random } from '#runtime/random.ts'
import { encodeBlob } from '#devnet/batcher/encode/blob.ts'
import { encodeFrames } from '#devnet/batcher/encode/frames.ts'
import { encodeSingularBatch } from '#devnet/batcher/encode/singular-batch.ts'
import { encodeSpanBatch, toSpanBatch } from '#devnet/batcher/encode/span-batch.ts'
import { hashOf } from './hash-of.ts'
import type { Sequencer } from './sequencer.ts'

/** The L1 block and the sender of a batcher's transactions. */
export interface Posting {
  readonly batcher: Address
  /** Timestamp of the L1 block. */
  readonly timestamp: bigint
  /** Makes transaction hashes unique to the L1 block. */
  readonly block: string
}

/** Posts the blocks of a sequencer, in every encoding of channels. Sometimes pauses for about a sequencing window. */
export class Batcher {
  readonly #config: RollupConfig
  readonly #random: Random
  #posted = 0
  #frames: Frame[] = []
  #silentFor = 0

  constructor(config: RollupConfig, random: Random) {
    this.#config = config
    this.#random = random
  }

  /** Called when the sequencer restarts. Frames that are not posted yet are then useless, and are usually dropped. */
  restart(): void {
    this.#posted = 0
    if (this.#random.chance(0.7)) this.#frames = []
  }

  /** The transactions of the next L1 block. */
  post(sequencer: Sequencer, posting: Posting): readonly InboxTransaction[] {
    const random = this.#random
    if (this.#silentFor > 0) {
      this.#silentFor--
      return []
    }
    if (random.chance(0.04))
      this.#silentFor = Math.min(12, Number(this.#config.sequencingWindow) + random.between(-1, 3))
    this.#write(sequencer, posting.timestamp)
    const transactions: InboxTransaction[] = []
    while (this.#frames.length > 0 && random.chance(0.85)) {
      const frames = this.#frames.splice(0, random.between(1, 3))
      transactions.push(this.#transaction(frames, posting, transactions.length))
    }
    return transactions
  }

  #write(sequencer: Sequencer, timestamp: bigint): void {
    const random = this.#random
    const { blocks } = sequencer
    while (this.#posted < blocks.length && random.chance(0.8)) {
      const isSpan = isActive(this.#config, 'delta', timestamp) && random.chance(0.6)
      const count = random.between(1, random.pick([3, 8, 30]))
      // A span batch that overlaps safe blocks is valid only if it repeats these blocks unchanged.
      const overlap = isSpan && random.chance(0.2) ? random.between(1, 4) : 0
      const from = Math.max(0, this.#posted - overlap)
      const batches = blocks.slice(from, this.#posted + count).map(({ batch }) => batch)
      this.#posted = Math.min(blocks.length, this.#posted + count)
      const entries = isSpan ? [this.#span(batches)] : batches.map(encodeSingularBatch)
      const isBrotli = isActive(this.#config, 'fjord', timestamp) && random.chance(0.3)
      const data = packChannel(entries, { random, isBrotli })
      const pieces = random.pick([1, 1, 1, 2, 3])
      this.#frames.push(...cutChannel(newChannelId(random), data, pieces))
    }
  }

  #span(batches: readonly SingularBatch[]): Uint8Array {
    const { genesis, l2ChainId } = this.#config
    const encoding = {
      genesisTimestamp: genesis.l2Timestamp,
      chainId: l2ChainId,
      beginsEpoch: false,
    }
    return encodeSpanBatch(toSpanBatch(batches), encoding)
  }

  #transaction(frames: readonly Frame[], posting: Posting, at: number): InboxTransaction {
    const { batcher: sender, block, timestamp } = posting
    const hash = hashOf(`tx ${block} ${at}`)
    const data = encodeFrames(frames)
    const isBlob = isActive(this.#config, 'ecotone', timestamp) && this.#random.chance(0.03)
    if (!isBlob) return { hash, type: 2, sender, data, blobs: [] }
    const blob = { versionedHash: hashOf(`blob ${block} ${at}`), data: encodeBlob(data) }
    return { hash, type: 3, sender, data: new Uint8Array(0), blobs: [blob] }
  }
}

import type { SingularBatch } from '#protocol/batch/batch.ts'
import type { Frame } from '#protocol/channel/frame.ts'
import type { Random } from '#runtime/random.ts'
import { hashByNumber } from './draft-channels.ts'
import type { ChannelDraft, Draft, Entry, Item, Post } from './draft.ts'
import { editBatches, editEntries, encodeEntry } from './edit-batches.ts'
import { cutChannel, editPacked, newChannelId, packChannel } from './write-channel.ts'

/** Probability of a flaw at each level. */
export interface Flaws {
  readonly batches: number
  readonly entries: number
  readonly packed: number
}

/** Options of new batches. */
export interface RebatchOptions {
  readonly random: Random
  readonly flaws: Flaws
  /** Channels of the record, whose transactions are used again. */
  readonly channels: readonly ChannelDraft[]
}

/** Replaces the batches of the record by new batches of the same transactions, in every encoding of channels. */
export function rebatch(draft: Draft, options: RebatchOptions): void {
  const writer = new Writer(draft, options)
  writer.write()
  draft.notes.push(`new batches: ${writer.notes.join(', ')}`)
}

class Writer {
  readonly notes: string[] = []
  readonly #draft: Draft
  readonly #random: Random
  readonly #flaws: Flaws
  readonly #pool: readonly Uint8Array[]
  readonly #forks: readonly number[]

  constructor(draft: Draft, { random, flaws, channels }: RebatchOptions) {
    this.#draft = draft
    this.#random = random
    this.#flaws = flaws
    this.#pool = transactionsOf(channels)
    this.#forks = Object.entries(draft.rollup).flatMap(([name, value]) =>
      name.endsWith('_time') && typeof value === 'number' ? [value] : [],
    )
  }

  write(): void {
    const random = this.#random
    const blocks = this.#blocks()
    const slots: Frame[][] = this.#draft.blocks.map(() => [])
    const last = slots.length - 1
    let slot = 1
    for (let from = 0; from < blocks.length;) {
      const to = from + random.between(1, random.pick([4, 12, 30]))
      // A span batch that overlaps safe blocks is valid only if it repeats these blocks unchanged.
      const overlap = random.chance(0.12) ? random.between(1, 3) : 0
      const batches = blocks.slice(Math.max(0, from - overlap), to)
      from = to
      const epoch = Number(batches.at(-1)?.epochNumber ?? 0n)
      const first = this.#draft.blocks.findIndex(({ header }) => Number(header.number) === epoch)
      slot = Math.min(last, Math.max(random.chance(0.9) ? slot : 1, first + 1))
      if (random.chance(0.1)) slot = Math.min(last, slot + random.between(1, 4))
      let at = slot
      for (const frame of this.#channel(batches)) {
        slots[at]?.push(frame)
        if (random.chance(0.25)) at = Math.min(last, at + 1)
      }
      if (random.chance(0.8)) slot = at
    }
    for (const [at, frames] of slots.entries()) {
      const block = this.#draft.blocks[at]
      if (block !== undefined) block.posts = this.#posts(frames, Number(block.header.timestamp))
    }
  }

  /** A chain that a sequencer could have made. Each block has the newest permitted epoch or an older epoch. */
  #blocks(): readonly SingularBatch[] {
    const { rollup, blocks: l1 } = this.#draft
    const random = this.#random
    const laziness = random.pick([0.1, 0.1, 0.3, 0.7])
    const emptiness = random.pick([0.1, 0.4, 0.8])
    const end = Number(l1.at(-1)?.header.timestamp ?? 0n)
    const blocks: SingularBatch[] = []
    let epoch = l1.findIndex(({ hash }) => hash === rollup.genesis.l1.hash)
    let number = BigInt(rollup.genesis.l2.number)
    for (let time = rollup.genesis.l2_time + rollup.block_time; time < end;) {
      const next = l1[epoch + 1]
      if (next !== undefined && Number(next.header.timestamp) <= time && !random.chance(laziness))
        epoch++
      const origin = l1[epoch]
      if (origin === undefined) break
      const begins = this.#forks.some((fork) => fork <= time && fork > time - rollup.block_time)
      const isEmpty = random.chance(begins ? 0.8 : emptiness)
      blocks.push({
        parentHash: hashByNumber(this.#draft, number),
        epochNumber: origin.header.number,
        epochHash: origin.hash,
        timestamp: BigInt(time),
        transactions: isEmpty ? [] : this.#transactions(),
      })
      number++
      time += rollup.block_time
    }
    return blocks
  }

  #transactions(): readonly Uint8Array[] {
    const count = this.#random.between(1, 3)
    return Array.from(
      { length: count },
      () => this.#pool[this.#random.between(0, this.#pool.length - 1)],
    ).filter((raw) => raw !== undefined)
  }

  #channel(batches: readonly SingularBatch[]): readonly Frame[] {
    const random = this.#random
    const writing = { random, rollup: this.#draft.rollup }
    let edited = batches
    if (random.chance(this.#flaws.batches)) edited = editBatches(edited, writing)
    let entries = this.#grouped(edited).flatMap((entry) => encodeEntry(entry, writing))
    if (random.chance(this.#flaws.entries)) entries = [...editEntries(entries, random)]
    const isBrotli = random.chance(0.4)
    let packed = packChannel(entries, { random, isBrotli: isBrotli && this.#allowsBrotli() })
    if (random.chance(this.#flaws.packed)) packed = editPacked(packed, random)
    this.notes.push(`${entries.length} entries`)
    return cutChannel(newChannelId(random), packed, random.pick([1, 1, 1, 2, 3, 5]))
  }

  /** True if Fjord is scheduled, even if the channel is posted before Fjord is active. Sometimes true without Fjord. */
  #allowsBrotli(): boolean {
    const fjord = this.#draft.rollup['fjord_time']
    return typeof fjord === 'number' || this.#random.chance(0.1)
  }

  #grouped(batches: readonly SingularBatch[]): readonly Entry[] {
    const random = this.#random
    const isSpans = random.chance(typeof this.#draft.rollup['delta_time'] === 'number' ? 0.6 : 0.1)
    if (!isSpans) return [{ kind: 'batches', form: 'singular', batches }]
    const cut = random.chance(0.6) ? batches.length : random.between(1, batches.length)
    return [
      { kind: 'batches' as const, form: 'span' as const, batches: batches.slice(0, cut) },
      {
        kind: 'batches' as const,
        form: random.pick<'span' | 'singular'>(['span', 'singular']),
        batches: batches.slice(cut),
      },
    ].filter((entry) => entry.batches.length > 0)
  }

  #posts(frames: readonly Frame[], time: number): Post[] {
    const random = this.#random
    const posts: Post[] = []
    const mixed = random.chance(0.1) ? mix(frames, random) : frames
    const ecotone = this.#draft.rollup['ecotone_time']
    const mayBlob = typeof ecotone === 'number' && (time >= ecotone || random.chance(0.1))
    for (let at = 0; at < mixed.length;) {
      const items: Item[] = []
      const isBlobs = mayBlob && random.chance(0.5)
      const count = isBlobs ? random.between(1, 3) : 1
      for (let item = 0; item < count && at < mixed.length; item++) {
        const taken = random.between(1, 3)
        items.push({ kind: 'frames', frames: mixed.slice(at, at + taken) })
        at += taken
      }
      const type = isBlobs ? 3 : random.pick([0, 1, 2, 2])
      const sender = this.#draft.rollup.genesis.system_config.batcherAddr
      posts.push({ sender, type, flaw: undefined, items })
    }
    return posts
  }
}

function mix(frames: readonly Frame[], random: Random): readonly Frame[] {
  return frames
    .map((frame) => ({ frame, at: random.next() }))
    .toSorted((left, right) => left.at - right.at)
    .map(({ frame }) => frame)
}

/** Transactions from the batches of a record, up to 200. */
function transactionsOf(channels: readonly ChannelDraft[]): readonly Uint8Array[] {
  return channels
    .flatMap(({ entries }) => entries)
    .flatMap((entry) => (entry.kind === 'batches' ? entry.batches : []))
    .flatMap(({ transactions }) => transactions)
    .filter((raw) => raw.length > 0 && raw.length < 2_000)
    .slice(0, 200)
}

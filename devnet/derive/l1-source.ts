import { flawOfL1Block, flawOfL1Receipts } from '#runtime/l1/verify-l1-block.ts'
import type { BlobCommitments } from '#runtime/l1/blob-commitments.ts'
import { readL1, type RecordedL1 } from '#runtime/record/read-l1.ts'
import { recordFault } from '#runtime/record/read-lines.ts'

/** L1 blocks in order. */
export interface L1Reader {
  /** The next; undefined after the last. */
  next(): RecordedL1 | undefined | Promise<RecordedL1 | undefined>
}

/** Where L1 blocks come from. */
export interface L1Source {
  /** Reads from a block on. @throws Fault `record` if there is no such block */
  open(from: bigint): Promise<L1Reader>
}

/** Blocks that are read, and their blobs checked, before they are asked for. */
const lookAhead = 8

/** Reads a record's L1 from its file, a few blocks ahead. */
export class L1File implements L1Source {
  readonly #folder: string
  readonly #commitments: BlobCommitments | undefined

  /** @param commitments checks each blob, off this thread; left out: blobs are believed */
  constructor(folder: string, commitments?: BlobCommitments) {
    this.#folder = folder
    this.#commitments = commitments
  }

  async open(from: bigint): Promise<L1Reader> {
    const lines = readL1(this.#folder)
    for (;;) {
      const read = await lines.next()
      if (read.done === true)
        throw recordFault(`${this.#folder}: l1.ndjson ends before block ${from}`)
      const first = read.value
      const { number } = first.block.header
      if (number > from)
        throw recordFault(`${first.where}: L1 block ${number}, but block ${from} is needed first`)
      if (number === from)
        return new AheadReader(first, lines, (block) => verifyBlobs(block, this.#commitments))
    }
  }
}

/** What became of a line that was read before it was asked for. */
type Read =
  | { readonly block: RecordedL1 | undefined }
  /** Who asks for it hears of it. */
  | { readonly error: unknown }

class AheadReader implements L1Reader {
  readonly #lines: AsyncGenerator<RecordedL1>
  readonly #check: (block: RecordedL1) => Promise<RecordedL1>
  readonly #ahead: Promise<Read>[]
  #reading: Promise<unknown> = Promise.resolve()

  constructor(
    first: RecordedL1,
    lines: AsyncGenerator<RecordedL1>,
    check: (block: RecordedL1) => Promise<RecordedL1>,
  ) {
    this.#lines = lines
    this.#check = check
    this.#ahead = [settled(this.#check(first))]
  }

  async next(): Promise<RecordedL1 | undefined> {
    while (this.#ahead.length < lookAhead) this.#ahead.push(settled(this.#read()))
    const read = await this.#ahead.shift()
    if (read === undefined) return undefined
    if ('error' in read) throw read.error
    return read.block
  }

  /** One line after the other, but the checks of several blocks at once. */
  #read(): Promise<RecordedL1 | undefined> {
    const line = this.#reading.then(() => this.#lines.next())
    this.#reading = line
    return line.then((read) => (read.done === true ? undefined : this.#check(read.value)))
  }
}

async function settled(block: Promise<RecordedL1 | undefined>): Promise<Read> {
  try {
    return { block: await block }
  } catch (error) {
    return { error }
  }
}

/** L1 in memory, for who goes through it more than once. */
export class L1Memory implements L1Source {
  readonly #blocks: readonly RecordedL1[]

  constructor(blocks: readonly RecordedL1[]) {
    this.#blocks = blocks
  }

  async open(from: bigint): Promise<L1Reader> {
    let at = this.#blocks.findIndex(({ block }) => block.header.number === from)
    if (at < 0) throw recordFault(`l1.ndjson has no block ${from}`)
    return { next: () => this.#blocks[at++] }
  }
}

/**
 * Checks the blobs of a block against their versioned hashes, off this thread.
 *
 * @param commitments left out: blobs are believed
 * @throws Fault `record` that says where
 */
export async function verifyBlobs(
  recorded: RecordedL1,
  commitments: BlobCommitments | undefined,
): Promise<RecordedL1> {
  if (commitments === undefined) return recorded
  for (const [versionedHash, blob] of recorded.blobs) {
    const found = await commitments.versionedHash(blob)
    if (found !== versionedHash)
      throw recordFault(
        `${recorded.where}: the blob ${versionedHash} has versioned hash ${found ?? 'none: it is no blob'}`,
      )
  }
  return recorded
}

/**
 * Checks a block against its hash, and its receipts against the block.
 *
 * @throws Fault `record` that says where, and what is not true
 */
export function verifyL1({ block, receipts, where }: RecordedL1): void {
  const flaw = flawOfL1Block(block) ?? flawOfL1Receipts(block, receipts)
  if (flaw !== undefined)
    throw recordFault(`${where}: L1 block ${block.header.number} is not true: ${flaw}`)
}

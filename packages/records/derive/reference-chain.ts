import type { SafeBlock } from '#protocol/batch/batch-verdict.ts'
import type { L2BlockRef } from '#protocol/block/refs.ts'
import type { RollupConfig } from '#protocol/chains/rollup-config.ts'
import { firstDifference } from '#protocol/derivation/consolidation.ts'
import { l2BlockRefOf, systemConfigOf } from '#protocol/derivation/l2-block.ts'
import type { DerivedAttributes, L2Head } from '#protocol/pipeline/pipeline.ts'
import { baseCandidateOf, findPipelineBase, searchHeld } from '#protocol/sync/pipeline-base.ts'
import type { RecordedL2 } from '#records/folder/read-l2.ts'
import { recordFault, within } from '#records/folder/read-lines.ts'
import type { Judge, Judgement } from './judge.ts'

/** Limit on the bytes of blocks that are kept for overlapping batches. */
const maxHeldBytes = 256 * 1_024 * 1_024

/** Number of blocks read ahead. */
const readAhead = 64

/** A recorded block with its reference. */
export interface ReferenceBlock extends RecordedL2 {
  readonly ref: L2BlockRef
}

/** The start of a pipeline. */
export interface ReferenceStart {
  readonly head: L2Head
  /** The L2 block at whose L1 origin the pipeline begins. */
  readonly base: L2BlockRef
  /** System config of an L2 block with that L1 origin. */
  readonly baseConfig: L2Head['systemConfig']
}

/** Options of reading a recorded chain. */
export interface ReferenceOptions {
  readonly config: RollupConfig
  /** Number of the block that is the safe head at the start; default: the first block. */
  readonly from?: bigint | undefined
  /** Whether to read all blocks into memory at the start; otherwise they are read when needed. */
  readonly isPreloaded?: boolean
}

/**
 * The L2 chain of a record, which replaces the engine. If attributes differ from the recorded block, they count as
 * refused by the execution client.
 */
export class ReferenceChain implements Judge {
  readonly start: ReferenceStart
  readonly #config: RollupConfig
  readonly #lines: AsyncGenerator<RecordedL2>
  readonly #isPreloaded: boolean
  readonly #held: Map<bigint, ReferenceBlock>
  #heldBytes: number
  #isAtEnd = false
  #last: ReferenceBlock

  private constructor(
    options: ReferenceOptions,
    read: {
      readonly lines: AsyncGenerator<RecordedL2>
      readonly blocks: readonly ReferenceBlock[]
    },
  ) {
    const last = read.blocks.at(-1)
    if (last === undefined) throw new RangeError('no block to start from')
    this.#config = options.config
    this.#lines = read.lines
    this.#isPreloaded = options.isPreloaded === true
    this.#held = new Map(read.blocks.map((block) => [block.ref.number, block]))
    this.#heldBytes = read.blocks.reduce((sum, block) => sum + sizeOf(block), 0)
    this.#last = last
    this.start = startOf(options.config, read.blocks)
  }

  /**
   * Reads up to the start block.
   *
   * @param lines blocks in order, each of which is the child of the block before it
   * @throws Fault `record`
   */
  static async open(
    lines: AsyncGenerator<RecordedL2>,
    options: ReferenceOptions,
  ): Promise<ReferenceChain> {
    const { config, from, isPreloaded } = options
    const blocks: ReferenceBlock[] = []
    for (;;) {
      const line = await lines.next()
      if (line.done === true)
        throw recordFault(
          `${blocks.at(-1)?.where}: l2.ndjson ends before ${from === undefined ? 'its first block' : `block ${from}`}`,
        )
      const read = toReference(config, line.value)
      blocks.push(read)
      if (read.isBefore) continue
      if (from !== undefined && read.ref.number > from)
        throw recordFault(`${read.where}: block ${from} is before the first`)
      if (from === undefined || read.ref.number === from) break
    }
    const chain = new ReferenceChain(options, { lines, blocks })
    if (isPreloaded === true) await chain.#read(Infinity)
    return chain
  }

  /** The last block that was read. If `isAtEnd`, it is the last block of the record. */
  get last(): ReferenceBlock {
    return this.#last
  }

  get isAtEnd(): boolean {
    return this.#isAtEnd
  }

  /** Reads to the end, and returns the last block. */
  async end(): Promise<ReferenceBlock> {
    await this.#read(Infinity)
    return this.#last
  }

  judge(derived: DerivedAttributes): Judgement | Promise<Judgement> {
    const number = derived.parent.number + 1n
    const found = this.#held.get(number)
    if (found !== undefined) return this.#compare(derived, found)
    return this.#isAtEnd ? { kind: 'beyond' } : this.#readAndJudge(derived, number)
  }

  /** A recorded block, read from the file if needed; undefined after the last. */
  async at(number: bigint): Promise<ReferenceBlock | undefined> {
    while (!this.#held.has(number) && !this.#isAtEnd && number > this.#last.ref.number)
      await this.#read(readAhead)
    return this.#held.get(number)
  }

  safeBlock(number: bigint): SafeBlock | undefined {
    const found = this.#held.get(number)
    return found && { ref: found.ref, transactions: found.block.transactions }
  }

  async #readAndJudge(derived: DerivedAttributes, number: bigint): Promise<Judgement> {
    const found = await this.at(number)
    this.#forget(derived)
    return found === undefined ? { kind: 'beyond' } : this.#compare(derived, found)
  }

  #compare(derived: DerivedAttributes, { ref, block }: ReferenceBlock): Judgement {
    const { attributes, parent } = derived
    const difference = firstDifference(this.#config, { parentHash: parent.hash, attributes }, block)
    if (difference !== undefined) return { kind: 'refused', differences: [difference] }
    return { kind: 'block', ref, matches: true, differences: [] }
  }

  async #read(count: number): Promise<void> {
    for (let read = 0; read < count && !this.#isAtEnd; read++) {
      const line = await this.#lines.next()
      this.#isAtEnd = line.done === true
      if (line.done === true) return
      this.#last = toReference(this.#config, line.value)
      this.#held.set(this.#last.ref.number, this.#last)
      this.#heldBytes += sizeOf(this.#last)
    }
  }

  /** Drops blocks that no valid batch can overlap any more. Above the size limit, also drops the oldest blocks. */
  #forget({ derivedFrom, parent }: DerivedAttributes): void {
    if (this.#isPreloaded) return
    const { sequencingWindow, channelTimeout } = this.#config
    const isOld = ({ ref }: ReferenceBlock) =>
      ref.l1Origin.number + sequencingWindow + channelTimeout < derivedFrom.number ||
      this.#heldBytes > maxHeldBytes
    for (const held of this.#held.values()) {
      if (!isOld(held) || held.ref.number >= parent.number) break
      this.#held.delete(held.ref.number)
      this.#heldBytes -= sizeOf(held)
    }
  }
}

function toReference(config: RollupConfig, recorded: RecordedL2): ReferenceBlock {
  const ref = within(recorded.where, () => l2BlockRefOf(config, recorded.block))
  return { ...recorded, ref }
}

function sizeOf({ block }: ReferenceBlock): number {
  return block.transactions.reduce((sum, { length }) => sum + length, 0)
}

function startOf(config: RollupConfig, blocks: readonly ReferenceBlock[]): ReferenceStart {
  const [first] = blocks
  const last = blocks.at(-1)
  if (first === undefined || last === undefined) throw new RangeError('no block to start from')
  const candidateOf = (block: ReferenceBlock) =>
    within(block.where, () => baseCandidateOf(config, block, block.block))
  const safe = candidateOf(last)
  // Lines are in order and without gaps. If the record begins after the base, its first block is used as the base.
  const search = findPipelineBase(config, safe, { lowest: first.ref.number })
  const base = searchHeld(search, (number) =>
    candidateOf(blocks[Number(number - first.ref.number)] ?? first),
  )
  const configOf = ({ block, where }: ReferenceBlock) =>
    within(where, () => systemConfigOf(config, block))
  return {
    head: { ref: safe.ref, systemConfig: configOf(safe) },
    base: base.ref,
    baseConfig: configOf(base),
  }
}

import type { StreamFlashblock } from '#json-rpc/forms/flashblock-json.ts'
import { toHash } from '#protocol/codec/hex.ts'
import { keccak256 } from '#protocol/codec/keccak.ts'
import {
  checkBlockHash,
  FlashblockAssembly,
  type FlashblockFlaw,
  maxFlashblocks,
} from '#protocol/flashblock/assembly.ts'
import { notComputed } from '#protocol/flashblock/flashblock.ts'
import type { Hash } from '#protocol/primitives.ts'
import { depositType } from '#protocol/transaction/transaction-types.ts'
import type { PublishedBlock, PublishedPart, PublishedRun } from './judge-block.ts'

/** A flashblock as it is kept: with hashes in place of its transactions. */
export interface SeenFlashblock extends PublishedPart {
  readonly gasUsed: bigint
  readonly receiptsRoot: Hash
  /** Whether the block up to this index has the hash that the builder gave it. */
  readonly hashCheck: 'right' | 'wrong' | 'unknown'
  readonly arrivedMs: number
  readonly arrivedUnixMs: number
  /** Time since the flashblock before this one; undefined after an interruption. */
  readonly gapMs: number | undefined
  /** The streams that delivered it. */
  readonly streams: Set<number>
}

/** When a flashblock arrived, and from which stream. */
export interface Arrival {
  readonly stream: number
  readonly arrivedMs: number
  readonly arrivedUnixMs: number
  readonly gapMs: number | undefined
}

/** What a flashblock is for a block. */
export type Addition =
  | { readonly kind: 'new'; readonly part: SeenFlashblock }
  /** Another stream had delivered it. */
  | { readonly kind: 'other-stream'; readonly part: SeenFlashblock }
  /** The same stream had delivered it. */
  | { readonly kind: 'repeated' }
  | { readonly kind: 'contradicted' }
  /** The block has as much as is kept. */
  | { readonly kind: 'too-much' }

/** Limit on the payload ids of a block. */
export const maxPayloadIds = 8

/** Limit on the contradictions of a block that are kept. */
export const maxContradictions = 16

/** Limit on the bytes of transactions of a block under one payload id. A block of 240 M gas has 60 MB at most. */
export const maxRunBytes = 64 * 1024 * 1024

/** Limit on the transactions of a block under one payload id. A block of 240 M gas has 11,428 at most. */
export const maxRunTransactions = 65_536

interface Run {
  readonly payloadId: string
  readonly parts: Map<number, SeenFlashblock>
  /** Undefined once the block has ended: the transactions are not needed any more. */
  assembly: FlashblockAssembly | undefined
  sizeBytes: number
  transactions: number
}

/** All that streams published of one block. */
export class BlockRecord {
  readonly number: bigint
  /** Whether no stream was connected for a part of the block, so that flashblocks may be missing here only. */
  isInterrupted = false
  /** Number of flashblocks that a stream delivered more than once. */
  repeated = 0
  readonly flaws = new Set<FlashblockFlaw>()
  parentHash: Hash | undefined
  gasLimit: bigint | undefined
  readonly #runs: Run[] = []
  readonly #contradictions: SeenFlashblock[] = []

  constructor(number: bigint) {
    this.number = number
  }

  /** Adds a flashblock of this block. */
  add(flashblock: StreamFlashblock, arrival: Arrival): Addition {
    const { base, diff, index, payloadId } = flashblock
    const run = this.#runs.find((each) => each.payloadId === payloadId) ?? this.#begin(flashblock)
    const sizeBytes = diff.transactions.reduce((sum, { length }) => sum + length, 0)
    if (run === undefined || isTooMuch(run, flashblock, sizeBytes)) return { kind: 'too-much' }
    const known = run.parts.get(index)
    const part = seen(
      flashblock,
      arrival,
      known === undefined ? this.#check(run, flashblock) : 'unknown',
    )
    if (known !== undefined) return this.#addAgain(known, part, arrival)
    run.parts.set(index, part)
    run.sizeBytes += sizeBytes
    run.transactions += diff.transactions.length
    this.parentHash ??= base?.parentHash
    this.gasLimit ??= base?.gasLimit
    return { kind: 'new', part }
  }

  #begin({ payloadId }: StreamFlashblock): Run | undefined {
    if (this.#runs.length >= maxPayloadIds) return undefined
    const run = {
      payloadId,
      parts: new Map<number, SeenFlashblock>(),
      assembly: new FlashblockAssembly(payloadId),
      sizeBytes: 0,
      transactions: 0,
    }
    this.#runs.push(run)
    return run
  }

  /** Checks the hash of the block up to an index, if all indices before it are there. */
  #check(run: Run, flashblock: StreamFlashblock): SeenFlashblock['hashCheck'] {
    if (run.assembly === undefined) return 'unknown'
    const output = run.assembly.add(flashblock)
    if (output.kind === 'refused' && output.reason !== 'index-gap') this.flaws.add(output.reason)
    const payload = output.kind === 'added' ? run.assembly.payload() : undefined
    return payload === undefined ? 'unknown' : checkBlockHash(payload)
  }

  #addAgain(known: SeenFlashblock, part: SeenFlashblock, { stream }: Arrival): Addition {
    const same = [known, ...this.#contradictions].find((each) => hasSameContent(each, part))
    if (same === undefined) {
      if (this.#contradictions.length < maxContradictions) this.#contradictions.push(part)
      return { kind: 'contradicted' }
    }
    if (same.streams.has(stream)) {
      this.repeated++
      return { kind: 'repeated' }
    }
    same.streams.add(stream)
    return { kind: 'other-stream', part: same }
  }

  /** The index after the highest one. */
  get nextIndex(): number {
    return 1 + Math.max(-1, ...this.#runs.flatMap(({ parts }) => [...parts.keys()]))
  }

  /** Drops what is needed only while the block grows. */
  end(): void {
    for (const run of this.#runs) run.assembly = undefined
  }

  /** The flashblocks of all payload ids, in the order of arrival. */
  get flashblocks(): readonly SeenFlashblock[] {
    return this.#runs
      .flatMap(({ parts }) => [...parts.values()])
      .toSorted((a, b) => a.arrivedMs - b.arrivedMs)
  }

  /** The payload ids, in the order of arrival. */
  get payloadIds(): readonly string[] {
    return this.#runs.map(({ payloadId }) => payloadId)
  }

  /** Number of contradictions; up to a limit. */
  get contradictions(): number {
    return this.#contradictions.length
  }

  /** What the judge needs of the flashblocks that at least so many streams delivered. */
  publishedBy(leastStreams: number): PublishedBlock {
    const isPublished = ({ streams }: SeenFlashblock) => streams.size >= leastStreams
    const runs = this.#runs.map(({ parts, payloadId }): PublishedRun => {
      const published = [...parts.values()].filter(isPublished)
      return { payloadId, parts: published.toSorted((a, b) => a.index - b.index) }
    })
    const contradictions = this.#contradictions.filter(isPublished)
    return { runs, contradictions, parentHash: this.parentHash }
  }
}

function isTooMuch(run: Run, { diff, index }: StreamFlashblock, sizeBytes: number): boolean {
  return (
    index >= maxFlashblocks ||
    run.sizeBytes + sizeBytes > maxRunBytes ||
    run.transactions + diff.transactions.length > maxRunTransactions
  )
}

function seen(
  { diff, index }: StreamFlashblock,
  { arrivedMs, arrivedUnixMs, gapMs, stream }: Arrival,
  hashCheck: SeenFlashblock['hashCheck'],
): SeenFlashblock {
  return {
    index,
    transactions: diff.transactions.map((raw) => toHash(keccak256(raw))),
    deposits: diff.transactions.filter(([type]) => type === depositType).length,
    // Without the state root, the hash is not that of a block that can be sealed.
    blockHash: diff.stateRoot === notComputed ? notComputed : diff.blockHash,
    gasUsed: diff.gasUsed,
    receiptsRoot: diff.receiptsRoot,
    hashCheck,
    arrivedMs,
    arrivedUnixMs,
    gapMs,
    streams: new Set([stream]),
  }
}

/** Streams without block hashes are compared by their other results. */
function hasSameContent(first: SeenFlashblock, second: SeenFlashblock): boolean {
  return (
    first.index === second.index &&
    first.blockHash === second.blockHash &&
    first.gasUsed === second.gasUsed &&
    first.receiptsRoot === second.receiptsRoot &&
    first.transactions.join() === second.transactions.join()
  )
}

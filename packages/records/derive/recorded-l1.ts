import { type BlobCommitments } from '#l1/blob-commitments.ts'
import { type L1View, toL1Block } from '#l1/to-l1-block.ts'
import { flawOfL1Block, flawOfL1Receipts } from '#l1/verify-l1-block.ts'
import { readL1, type RecordedL1 } from '#records/folder/read-l1.ts'
import { recordFault } from '#records/folder/read-lines.ts'
import type { SourcedL1Block } from './l1-source.ts'

/** Options of reading a record's L1. */
export interface RecordedL1Options {
  readonly folder: string
  readonly view: L1View
  /** Verifies blobs on other threads. If undefined, neither blobs nor the hashes and roots of blocks are verified. */
  readonly commitments: BlobCommitments | undefined
}

/** Number of blocks whose blobs are checked in parallel. */
const lookAhead = 8

/** Reads the whole L1 of a record into memory, with its blobs checked. @throws Fault `record` */
export async function loadL1(options: RecordedL1Options): Promise<readonly RecordedL1[]> {
  return Array.fromAsync(checkedL1(options))
}

/**
 * Prepares the L1 blocks of a record from block `from` on.
 *
 * @param recorded all blocks in memory; if undefined, blocks are read from the file when needed
 * @throws Fault `record` that names the file, the line and the problem
 */
export async function* prepareL1(
  options: RecordedL1Options,
  from: bigint,
  recorded: Iterable<RecordedL1> | AsyncIterable<RecordedL1> = checkedL1(options),
): AsyncGenerator<SourcedL1Block> {
  let isFirst = true
  for await (const each of recorded) {
    const { number } = each.block.header
    if (number < from) continue
    if (isFirst && number > from)
      throw recordFault(`${each.where}: L1 block ${number}, but block ${from} is needed first`)
    isFirst = false
    yield prepare(each, options)
  }
  if (isFirst) throw recordFault(`${options.folder}: l1.ndjson ends before block ${from}`)
}

function prepare(recorded: RecordedL1, { view, commitments }: RecordedL1Options): SourcedL1Block {
  const startedMs = performance.now()
  if (commitments !== undefined) verifyRoots(recorded)
  const l1 = toL1Block(recorded, view)
  return { l1, where: recorded.where, workMs: performance.now() - startedMs }
}

function verifyRoots({ block, receipts, where }: RecordedL1): void {
  const flaw = flawOfL1Block(block) ?? flawOfL1Receipts(block, receipts)
  if (flaw !== undefined)
    throw recordFault(`${where}: L1 block ${block.header.number} is invalid: ${flaw}`)
}

/** Parses lines in order, and verifies the blobs of several blocks in parallel. */
async function* checkedL1({ folder, commitments }: RecordedL1Options): AsyncGenerator<RecordedL1> {
  const ahead: Promise<Checked>[] = []
  for await (const recorded of readL1(folder)) {
    if (commitments === undefined) {
      yield recorded
      continue
    }
    ahead.push(checkBlobs(recorded, commitments))
    if (ahead.length === lookAhead) yield await taken(ahead.shift())
  }
  while (ahead.length > 0) yield await taken(ahead.shift())
}

/** A block, and the flaw of its blobs, if any. The flaw is thrown when the block is read. */
type Checked = { readonly recorded: RecordedL1; readonly flaw: string | undefined }

async function taken(checked: Promise<Checked> | undefined): Promise<RecordedL1> {
  if (checked === undefined) throw new Error('a block that was read ahead is gone')
  const { recorded, flaw } = await checked
  if (flaw !== undefined) throw recordFault(`${recorded.where}: ${flaw}`)
  return recorded
}

async function checkBlobs(recorded: RecordedL1, commitments: BlobCommitments): Promise<Checked> {
  for (const [versionedHash, blob] of recorded.blobs) {
    const found = await commitments.versionedHash(blob)
    if (found === versionedHash) continue
    const flaw = `the blob ${versionedHash} has versioned hash ${found ?? 'none: it is not a blob'}`
    return { recorded, flaw }
  }
  return { recorded, flaw: undefined }
}

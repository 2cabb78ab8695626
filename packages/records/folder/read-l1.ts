import * as z from 'zod'
import type { Hash } from '#protocol/primitives.ts'
import { hashJson, hexJson } from '#json-rpc/forms/fields.ts'
import { parseJson } from '#json-rpc/forms/parse-json.ts'
import { parseL1Block, parseL1Receipts } from '#l1/unverified-l1-block.ts'
import type { L1BlockWithBlobs } from '#l1/to-l1-block.ts'
import { readLines, recordFault, requireFile, within } from './read-lines.ts'

/** An L1 block of a record. */
export interface RecordedL1 extends L1BlockWithBlobs {
  /** File and line. */
  readonly where: string
}

const lineJson = z.object({
  block: z.unknown(),
  receipts: z.unknown(),
  blobs: z.array(z.looseObject({ versionedHash: hashJson, blob: hexJson })).nullish(),
})

/**
 * Reads the L1 blocks of a record in order. Each is the child of the block before it.
 *
 * @throws Fault `record` that names the file, the line and the problem
 */
export async function* readL1(folder: string): AsyncGenerator<RecordedL1> {
  let parent: RecordedL1 | undefined
  for await (const { json, where } of readLines(requireFile(folder, 'l1.ndjson'))) {
    const recorded = within(where, () => readLine(json, where))
    if (parent !== undefined) checkFits(recorded, parent)
    yield recorded
    parent = recorded
  }
  if (parent === undefined) throw recordFault(`${folder}: l1.ndjson has no block`)
}

function readLine(json: unknown, where: string): RecordedL1 {
  const line = parseJson(lineJson, json)
  const block = parseL1Block(line.block)
  const receipts = parseL1Receipts(line.receipts, block)
  const blobs = new Map<Hash, Uint8Array>()
  for (const { versionedHash, blob } of line.blobs ?? []) blobs.set(versionedHash, blob)
  return { where, block, receipts, blobs }
}

function checkFits({ block, where }: RecordedL1, { block: parent }: RecordedL1): void {
  if (block.header.parentHash === parent.hash && block.header.number === parent.header.number + 1n)
    return
  const found = `L1 block ${block.header.number} with parent ${block.header.parentHash}`
  const before = `block ${parent.header.number} with hash ${parent.hash}`
  throw recordFault(`${where}: ${found} does not fit the line before it: ${before}`)
}

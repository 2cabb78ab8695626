import type { Payload } from '#protocol/block/payload.ts'
import type { RollupConfig } from '#protocol/chains/rollup-config.ts'
import { type CheckedL2Block, parseL2Block } from '#json-rpc/forms/l2-block-json.ts'
import { findFile, readLines, recordFault, requireFile, within } from './read-lines.ts'

/** An L2 block of a record. */
export interface RecordedL2 extends CheckedL2Block {
  /** File and line. */
  readonly where: string
  /**
   * Whether the block is before the recorded chain. Channels and spans that begin before the chain need such blocks.
   */
  readonly isBefore: boolean
}

/**
 * Reads the L2 blocks of a record in order. Each matches its hash and is the child of the block before it. If the
 * record begins later than the chain, the blocks of `before.ndjson` come first.
 *
 * @throws Fault `record` that names the file, the line and the problem
 */
export async function* readL2(folder: string, config: RollupConfig): AsyncGenerator<RecordedL2> {
  const before = findFile(folder, 'before.ndjson')
  let parent: Payload | undefined
  for (const path of [before, requireFile(folder, 'l2.ndjson')]) {
    if (path === undefined) continue
    for await (const { json, where } of readLines(path)) {
      const reported = within(where, () => parseL2Block(json, config))
      if (parent !== undefined && reported.block.parentHash !== parent.blockHash)
        throw recordFault(
          `${where}: L2 block ${reported.block.number} with parent ${reported.block.parentHash} does not fit the line before it: block ${parent.number} with hash ${parent.blockHash}`,
        )
      yield { ...reported, where, isBefore: path === before }
      parent = reported.block
    }
  }
  if (parent === undefined) throw recordFault(`${folder}: l2.ndjson has no block`)
}

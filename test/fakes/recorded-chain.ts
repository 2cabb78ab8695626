import { fileURLToPath } from 'node:url'
import type { L1Block } from '#protocol/block/l1-block.ts'
import type { RollupConfig } from '#protocol/chains/rollup-config.ts'
import type { Genesis } from '#devnet/execution/genesis/genesis.ts'
import { readGenesis } from '#devnet/execution/recorded/read-genesis.ts'
import { toL1Block } from '#runtime/l1/to-l1-block.ts'
import { readRollupConfig } from '#runtime/record/open-record.ts'
import { readL1 } from '#runtime/record/read-l1.ts'
import { type ToldL2, readL2 } from '#runtime/record/read-l2.ts'
import { requireFile } from '#runtime/record/read-lines.ts'

/** A record, read to its end. */
export interface RecordedChain {
  readonly config: RollupConfig
  readonly genesis: Genesis
  /** From the rollup's genesis on. */
  readonly l1: readonly L1Block[]
  readonly l2: readonly ToldL2[]
}

/** Reads a record of `test/vectors/records`. */
export async function readRecord(name: string): Promise<RecordedChain> {
  const folder = fileURLToPath(new URL(`../vectors/records/${name}`, import.meta.url))
  const config = await readRollupConfig(folder)
  const genesis = await readGenesis(requireFile(folder, 'genesis.json'))
  const l1 = await Array.fromAsync(readL1(folder), (block) => toL1Block(block, config))
  const l2 = await Array.fromAsync(readL2(folder, config))
  return { config, genesis, l1, l2 }
}

import { fileURLToPath } from 'node:url'
import type { L1Block } from '#protocol/block/l1-block.ts'
import type { RollupConfig } from '#protocol/chains/rollup-config.ts'
import type { Genesis } from '#execution-client/genesis/genesis.ts'
import { readGenesis } from '#execution-client/genesis/read-genesis.ts'
import type { CheckedL2Block } from '#json-rpc/forms/l2-block-json.ts'
import { toL1Block } from '#l1/to-l1-block.ts'
import { readRollupConfig } from '#records/folder/record-config.ts'
import { readL1 } from '#records/folder/read-l1.ts'
import { readL2 } from '#records/folder/read-l2.ts'
import { requireFile } from '#records/folder/read-lines.ts'

/** A record, the recorded L1 and L2 blocks of a chain, in memory. */
export interface RecordedChain {
  readonly config: RollupConfig
  readonly genesis: Genesis
  /** L1 blocks from the rollup's genesis on. */
  readonly l1: readonly L1Block[]
  readonly l2: readonly CheckedL2Block[]
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

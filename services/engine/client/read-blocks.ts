import type { L2BlockRef } from '#protocol/block/refs.ts'
import type { RollupConfig } from '#protocol/chains/rollup-config.ts'
import { DecodeError } from '#protocol/codec/decode-error.ts'
import { type L2Block, l2BlockRefOf } from '#protocol/derivation/l2-block.ts'
import type { EngineLabels } from '#protocol/sync/sync-start.ts'
import { Fault } from '#runtime/fault.ts'
import type { ClientPorts } from '#services/engine/ports.ts'

/** The reference of a block. @throws Fault `wrong-chain` if the block does not belong to this rollup */
export function refOf(config: RollupConfig, block: L2Block): L2BlockRef {
  return decodeBlock(config, block, l2BlockRefOf)
}

/** Decodes the L1 attributes transaction of a block. @throws Fault `wrong-chain` if that transaction is not valid */
export function decodeBlock<Value>(
  config: RollupConfig,
  block: L2Block,
  decode: (config: RollupConfig, block: L2Block) => Value,
): Value {
  try {
    return decode(config, block)
  } catch (cause) {
    if (!(cause instanceof DecodeError)) throw cause
    const detail = `block ${block.number} (${block.blockHash}) does not belong to this rollup: ${cause.message}`
    throw new Fault('wrong-chain', { detail, cause })
  }
}

/** The heads that the execution client has. @throws Fault `l2-missing` if the execution client has no head */
export async function readLabels({ config, executionClient }: ClientPorts): Promise<EngineLabels> {
  const [unsafe, safe, finalized] = await Promise.all(
    (['unsafe', 'safe', 'finalized'] as const).map(async (label) => {
      const block = await executionClient.block({ kind: 'label', label })
      return block && refOf(config, block)
    }),
  )
  if (unsafe === undefined)
    throw new Fault('l2-missing', { detail: 'the execution client has no head' })
  return { unsafe, safe, finalized }
}

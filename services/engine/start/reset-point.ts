import type { ResetPoint } from '#messages/chain-state.ts'
import type { L1BlockRef, L2BlockRef } from '#protocol/block/refs.ts'
import { systemConfigOf } from '#protocol/derivation/l2-block.ts'
import type { Hash } from '#protocol/primitives.ts'
import { baseCandidateOf, findPipelineBase } from '#protocol/sync/pipeline-base.ts'
import { Fault } from '#runtime/fault.ts'
import { runSearch } from '#runtime/run-search.ts'
import { decodeBlock, refOf } from '#services/engine/client/read-blocks.ts'
import type { ClientPorts, Ports } from '#services/engine/ports.ts'

/**
 * Finds where derivation starts to read L1 if it continues from a safe head.
 *
 * @throws Fault `l2-missing`, `l1-inconsistent`, `wrong-chain`
 */
export async function resetPointOf(safe: L2BlockRef, ports: Ports): Promise<ResetPoint> {
  const { config } = ports
  await canonicalOrigin(safe, ports)
  const search = findPipelineBase(config, await candidateAt(safe, ports))
  const base = await runSearch(search, (number) => candidateAt({ number }, ports))
  const l1Origin = await canonicalOrigin(base.ref, ports)
  return { safe, l1Origin, systemConfig: decodeBlock(config, base.block, systemConfigOf) }
}

/** A block of the execution client where derivation may start. If `hash` is given, the block must have that hash. */
async function candidateAt(
  { number, hash }: { readonly number: bigint; readonly hash?: Hash },
  { config, executionClient }: ClientPorts,
) {
  const block = await executionClient.block({ kind: 'number', number })
  if (block === undefined || (hash !== undefined && block.blockHash !== hash)) {
    const detail = `the execution client lacks block ${number} of its chain`
    throw new Fault('l2-missing', { detail })
  }
  const source = { ref: refOf(config, block), block }
  return decodeBlock(config, block, () => baseCandidateOf(config, source, block))
}

/** The L1 origin of a block. @throws Fault `l1-inconsistent` if the L1 origin is not canonical, or L1 is behind */
async function canonicalOrigin(
  { number, l1Origin }: L2BlockRef,
  { l1 }: Pick<Ports, 'l1'>,
): Promise<L1BlockRef> {
  const [block] = await l1.blocksDown({ number: l1Origin.number, count: 1 })
  if (block?.number === l1Origin.number && block.hash === l1Origin.hash) return block
  const detail = `L1 does not have block ${l1Origin.number} (${l1Origin.hash}), the L1 origin of L2 block ${number}: L1 is behind, or was reorganised while it was read`
  throw new Fault('l1-inconsistent', { detail })
}

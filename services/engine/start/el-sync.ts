import type { Payload } from '#protocol/block/payload.ts'
import type { BlockId, L2BlockRef } from '#protocol/block/refs.ts'
import { Fault, isFault } from '#runtime/fault.ts'
import type { FaultCode } from '#runtime/fault-codes.ts'
import { readLabels, refOf } from '#services/engine/client/read-blocks.ts'
import type { StartHeads } from '#services/engine/forkchoice/heads.ts'
import { updateForkchoice } from '#services/engine/forkchoice/update-forkchoice.ts'
import type { Ports } from '#services/engine/ports.ts'
import type { FoundStart } from './find-start.ts'
import { resetPointOf } from './reset-point.ts'

/** Progress of the execution client's own sync. */
export type ElSynced =
  | { readonly kind: 'syncing' }
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'done'; readonly found: FoundStart }

/**
 * Makes the execution client fetch the chain from its peers, up to a given block. When the client has the chain, finds
 * the heads to continue from.
 */
export async function syncTo(payload: Payload, ports: Ports): Promise<ElSynced> {
  const { executionClient } = ports
  const status = await executionClient.newPayload(payload)
  if (status.kind === 'invalid') return { kind: 'refused', reason: status.reason }
  const head = payload.blockHash
  // No block is known to be safe or final yet.
  const heads = { head, safe: undefined, finalized: undefined }
  const updated = await executionClient.forkchoice(heads)
  if (updated.kind === 'invalid') return { kind: 'refused', reason: updated.reason }
  if (updated.kind === 'syncing') return { kind: 'syncing' }
  return { kind: 'done', found: await startAt(refOf(ports.config, payload), ports) }
}

/**
 * Finds where to start after EL sync. The safe head is set so far below the unsafe head that L1 still has the data of
 * every block in between. If the tip were safe, blocks that the batcher never posts would stay safe. The safe and
 * finalized heads of the execution client stay if they are higher.
 * Source: op-node, headsAfterELSync
 */
async function startAt(unsafe: L2BlockRef, ports: Ports): Promise<FoundStart> {
  const { config, executionClient, sync } = ports
  const labels = await readLabels(ports)
  const below = (sync.safeOffsetSeconds + config.blockTime - 1n) / config.blockTime
  const number = maxOf(unsafe.number - below, config.genesis.l2.number)
  const block = await executionClient.block({ kind: 'number', number })
  if (block === undefined)
    throw new Fault('l2-missing', {
      detail: `the execution client synced to block ${unsafe.number}, but does not have block ${number}`,
    })
  const finalized = higherOf(refOf(config, block), labels.finalized)
  return startWith({ unsafe, safe: higherOf(finalized, labels.safe), finalized }, ports)
}

function higherOf(block: L2BlockRef, label: L2BlockRef | undefined): L2BlockRef {
  return label !== undefined && label.number > block.number ? label : block
}

function maxOf(a: bigint, b: bigint): bigint {
  return a > b ? a : b
}

/**
 * Starts at a block of derivation's safe-head history, so that the history has no gap after EL sync. A finalized head
 * above that block is lowered to the block.
 * Source: op-node, headsAfterELSync
 *
 * @returns undefined if the chain does not have the block, or cannot start there
 */
export async function resumeAt(
  { hash, number }: BlockId,
  ports: Ports,
): Promise<FoundStart | undefined> {
  const { config, executionClient } = ports
  const { unsafe, finalized } = await readLabels(ports)
  const block = await executionClient.block({ kind: 'number', number })
  if (block?.blockHash !== hash || number > unsafe.number) return undefined
  const safe = refOf(config, block)
  const isAbove = finalized === undefined || finalized.number > number
  try {
    return await startWith({ unsafe, safe, finalized: isAbove ? safe : finalized }, ports)
  } catch (error) {
    if (isFault(error) && mismatches.includes(error.code)) return undefined
    throw error
  }
}

/** Faults that show that the chain cannot start at the block. After any other fault the call is repeated. */
const mismatches: readonly FaultCode[] = ['l2-missing', 'l1-inconsistent', 'engine-forkchoice']

async function startWith(heads: StartHeads, ports: Ports): Promise<FoundStart> {
  const { safe, finalized } = heads
  const start = await resetPointOf(safe, ports)
  await updateForkchoice(heads, ports)
  return { heads, start, isAtGenesis: finalized.hash === ports.config.genesis.l2.hash }
}

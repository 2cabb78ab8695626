import type { Payload } from '#protocol/block/payload.ts'
import type { BlockId, L2BlockRef } from '#protocol/block/refs.ts'
import { Fault, isFault } from '#runtime/fault.ts'
import type { FaultCode } from '#runtime/fault-codes.ts'
import { tellForkchoice } from './apply-attributes.ts'
import { type FoundStart, readLabels, refOf, resetPointOf } from './find-start.ts'
import type { StartHeads } from './heads.ts'
import type { EnginePorts } from './ports.ts'

/** How far the execution client came by itself. */
export type ElSynced =
  | { readonly kind: 'syncing' }
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'done'; readonly found: FoundStart }

/**
 * Has the execution client fetch the chain up to a block from its peers; if it has come there, finds the heads to go on from.
 */
export async function syncTo(payload: Payload, ports: EnginePorts): Promise<ElSynced> {
  const { executionClient } = ports
  const taken = await executionClient.newPayload(payload)
  if (taken.kind === 'invalid') return { kind: 'refused', reason: taken.reason }
  const head = payload.blockHash
  // Nothing is known to be safe or final yet.
  const heads = { head, safe: undefined, finalized: undefined }
  const chosen = await executionClient.forkchoice(heads)
  if (chosen.kind === 'invalid') return { kind: 'refused', reason: chosen.reason }
  if (chosen.kind === 'syncing') return { kind: 'syncing' }
  return { kind: 'done', found: await startAt(refOf(ports.config, payload), ports) }
}

/**
 * The safe head is put so far below that everything above it may still come from L1: if the tip were called safe, a batcher
 * could leave out blocks that were never posted. What the execution client calls safe or final stays so.
 * Source: op-node, headsAfterELSync
 */
async function startAt(unsafe: L2BlockRef, ports: EnginePorts): Promise<FoundStart> {
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
  return beginAt({ unsafe, safe: higherOf(finalized, labels.safe), finalized }, ports)
}

function higherOf(block: L2BlockRef, label: L2BlockRef | undefined): L2BlockRef {
  return label !== undefined && label.number > block.number ? label : block
}

function maxOf(a: bigint, b: bigint): bigint {
  return a > b ? a : b
}

/**
 * Begins with the safe head that derivation knows, so that its history has no gap after EL sync; what is final goes back with it.
 * Source: op-node, headsAfterELSync
 *
 * @returns undefined if the chain does not have it, or cannot begin there
 */
export async function resumeAt(
  { hash, number }: BlockId,
  ports: EnginePorts,
): Promise<FoundStart | undefined> {
  const { config, executionClient } = ports
  const { unsafe, finalized } = await readLabels(ports)
  const block = await executionClient.block({ kind: 'number', number })
  if (block?.blockHash !== hash || number > unsafe.number) return undefined
  const safe = refOf(config, block)
  const isAbove = finalized === undefined || finalized.number > number
  try {
    return await beginAt({ unsafe, safe, finalized: isAbove ? safe : finalized }, ports)
  } catch (error) {
    if (isFault(error) && unfit.includes(error.code)) return undefined
    throw error
  }
}

/** Faults that say that heads do not fit the execution client or L1; any other is of the way there. */
const unfit: readonly FaultCode[] = ['l2-missing', 'l1-inconsistent', 'engine-forkchoice']

async function beginAt(heads: StartHeads, ports: EnginePorts): Promise<FoundStart> {
  const { safe, finalized } = heads
  const start = await resetPointOf(safe, ports)
  await tellForkchoice(heads, ports)
  return { heads, start, isAtGenesis: finalized.hash === ports.config.genesis.l2.hash }
}

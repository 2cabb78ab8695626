import type { StartBuildingRequest } from '#messages/start-building.ts'
import type { Payload } from '#protocol/block/payload.ts'
import type { PayloadAttributes } from '#protocol/block/payload-attributes.ts'
import { type Flashblock, notComputed } from '#protocol/flashblock/flashblock.ts'
import { prefixOf, settleProposal } from '#protocol/flashblock/proposal.ts'
import { bestPrefix, decideTakeover, type StoredPrefix } from '#protocol/flashblock/takeover.ts'
import { checkPayload } from '#services/engine/apply/check-payload.ts'
import { syncingFault } from '#services/engine/client/syncing-fault.ts'
import { type Heads, toForkchoice } from '#services/engine/forkchoice/heads.ts'
import type { BuildPorts } from '#services/engine/ports.ts'

/** The outcome for the prefix that a block should go on from. */
export type TakenOver =
  | {
      readonly kind: 'taken-over'
      /** Whether no further index is made, because the time of the block is nearly over. */
      readonly isLast: boolean
      readonly prefix: StoredPrefix
      /** The newest flashblock of the prefix. Before a crash, it may have been stored and not published. */
      readonly newest: Flashblock
    }
  /** The block has to be built without the prefix. */
  | { readonly kind: 'dropped'; readonly prefix: StoredPrefix; readonly reason: string }

/**
 * Takes over the prefix that a request names, or another one that has arrived since the sequencer asked for it. The
 * execution client has executed the prefix before, or executes it now.
 *
 * @returns undefined if there is no prefix
 * @throws Fault `engine-syncing` if the execution client lacks the parent
 */
export async function takeOver(
  { attributes, continues, flashblocks: times, parent }: StartBuildingRequest,
  { heads, nowMs }: { readonly heads: Heads; readonly nowMs: number },
  ports: BuildPorts,
): Promise<TakenOver | undefined> {
  const kept = ports.flashblocks
  const prefixes = kept.prefixes(parent)
  const { timestamp } = attributes
  const stored =
    prefixes.find(({ payloadId }) => payloadId === continues) ??
    bestPrefix(prefixes, { parent, timestamp })
  const newest = stored && kept.assembly(stored.payloadId)?.at(stored.index)
  if (stored === undefined || newest === undefined || times === undefined) return undefined
  const { intervalMs } = times
  const slot = { parent, timestamp, nowMs, intervalMs, attributes }
  const decided = decideTakeover(ports.config, { ...stored, isExecuted: true }, slot)
  if (decided.kind === 'drop') return { kind: 'dropped', prefix: stored, reason: decided.reason }
  const payload =
    stored.payload.stateRoot === notComputed
      ? await withRoots(stored, attributes, { heads, ports })
      : stored.payload
  if (typeof payload === 'string') return { kind: 'dropped', prefix: stored, reason: payload }
  if (!stored.isExecuted) {
    const checked = await checkPayload(payload, ports)
    if (checked.kind === 'invalid')
      return { kind: 'dropped', prefix: stored, reason: checked.reason }
    kept.executed(stored.payloadId, stored.index)
  }
  const prefix = { ...stored, payload, isExecuted: true }
  return { kind: 'taken-over', isLast: decided.kind === 'seal', prefix, newest }
}

/**
 * The block of a prefix whose builder computes no roots: it has no hash to check, so the execution client builds it from
 * its transactions.
 *
 * @returns a text if the transactions cannot be in the block
 */
async function withRoots(
  { payload }: StoredPrefix,
  attributes: PayloadAttributes,
  { heads, ports }: { readonly heads: Heads; readonly ports: BuildPorts },
): Promise<Payload | string> {
  const { config, executionClient } = ports
  const prefix = prefixOf(payload)
  const forced = { ...attributes, transactions: prefix, noTxPool: true }
  const status = await executionClient.build(toForkchoice(heads), forced)
  if (status.kind === 'syncing') throw syncingFault(`block ${heads.unsafe.number}, the unsafe head`)
  if (status.kind === 'invalid') return status.reason
  const proposed = await executionClient.getPayload(status.payloadId, attributes.timestamp)
  if (proposed === undefined) return 'the execution client no longer knows the build'
  const parent = { hash: heads.unsafe.hash, number: heads.unsafe.number }
  const settled = settleProposal(config, { parent, attributes }, { prefix, proposed })
  return settled.kind === 'settled' ? settled.payload : settled.reason
}

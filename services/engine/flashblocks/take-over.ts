import type { StartBuildingRequest } from '#messages/start-building.ts'
import { type Flashblock, hasRoots } from '#protocol/flashblock/flashblock.ts'
import { prefixOf } from '#protocol/flashblock/proposal.ts'
import { bestPrefix, decideTakeover, type StoredPrefix } from '#protocol/flashblock/takeover.ts'
import { checkPayload } from '#services/engine/apply/check-payload.ts'
import type { Heads } from '#services/engine/forkchoice/heads.ts'
import type { BuildPorts } from '#services/engine/ports.ts'
import { buildExactly } from './build-exactly.ts'

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
  // Without roots there is no hash to check, so the execution client builds the block from its transactions.
  const payload = hasRoots(stored.payload)
    ? stored.payload
    : await buildExactly(prefixOf(stored.payload), attributes, { heads, ports })
  if (typeof payload === 'string') return { kind: 'dropped', prefix: stored, reason: payload }
  if (!stored.isExecuted) {
    const checked = await checkPayload(payload, ports)
    if (checked.kind === 'invalid')
      return { kind: 'dropped', prefix: stored, reason: checked.reason }
    kept.executed(newest, payload.blockHash)
  }
  const prefix = { ...stored, payload, isExecuted: true }
  return { kind: 'taken-over', isLast: decided.kind === 'seal', prefix, newest }
}

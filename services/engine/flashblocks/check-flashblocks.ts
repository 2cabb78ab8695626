import type { CheckedFlashblock, FlashblockOutcome } from '#messages/checked-flashblock.ts'
import type { ReceivedFlashblock } from '#messages/received-flashblock.ts'
import type { BlockId } from '#protocol/block/refs.ts'
import { notComputed } from '#protocol/flashblock/flashblock.ts'
import type { Bytes8 } from '#protocol/primitives.ts'
import { isFault } from '#runtime/fault.ts'
import { checkPayload } from '#services/engine/apply/check-payload.ts'
import type { BuildPorts } from '#services/engine/ports.ts'

/** A flashblock that was kept, and waits for the verdict of the execution client. */
type Waiting = Omit<CheckedFlashblock, 'outcome'>

/**
 * Keeps flashblocks of other builders, and has the newest one of each block executed. An unfinished block never becomes
 * a head.
 *
 * @param unsafe the unsafe head, whose children may have come earlier than it
 * @throws Fault of the execution client or of the disk
 */
export async function checkFlashblocks(
  received: readonly ReceivedFlashblock[],
  unsafe: BlockId,
  ports: BuildPorts,
): Promise<readonly CheckedFlashblock[]> {
  const checked: CheckedFlashblock[] = []
  const waiting = new Map<Bytes8, Waiting[]>()
  for (const each of received) {
    const { diff, index, payloadId } = each.flashblock
    const name = { payloadId, index, blockHash: diff.blockHash, peer: each.peer }
    const kept = ports.flashblocks.keep(each)
    if (kept.kind === 'refused')
      checked.push({ ...name, outcome: { kind: 'refused', reason: kept.reason } })
    else if (kept.kind === 'contradicted')
      checked.push({ ...name, outcome: { kind: 'refused', reason: 'contradicts-itself' } })
    else waiting.set(payloadId, [...(waiting.get(payloadId) ?? []), name])
  }
  // Flashblocks that came before their parent can be executed now.
  for (const { index, isExecuted, payload, payloadId } of ports.flashblocks.prefixes(unsafe)) {
    const { blockHash } = payload
    if (!isExecuted && !waiting.has(payloadId))
      waiting.set(payloadId, [{ payloadId, index, blockHash, peer: '' }])
  }
  for (const [payloadId, names] of waiting) {
    const outcomeOf = await executeNewest(payloadId, ports)
    checked.push(...names.map((name) => ({ ...name, outcome: outcomeOf(name.index) })))
  }
  return checked
}

/**
 * Has the newest flashblock of a block executed, with all earlier ones. If it is invalid, it is dropped, and the one before
 * it is the newest.
 *
 * @returns the outcome of each index
 */
async function executeNewest(
  payloadId: Bytes8,
  ports: BuildPorts,
): Promise<(index: number) => FlashblockOutcome> {
  let refused: { readonly from: number; readonly outcome: FlashblockOutcome } | undefined
  for (;;) {
    const newest = (ports.flashblocks.assembly(payloadId)?.length ?? 0) - 1
    const outcome = await executeAll(payloadId, ports)
    if (outcome.kind !== 'refused')
      return (index) => (refused !== undefined && index >= refused.from ? refused.outcome : outcome)
    refused = { from: newest, outcome }
  }
}

/** Has a block executed up to its newest flashblock, which is dropped if it is invalid. */
async function executeAll(payloadId: Bytes8, ports: BuildPorts): Promise<FlashblockOutcome> {
  const kept = ports.flashblocks
  const assembly = kept.assembly(payloadId)
  const payload = assembly?.payload()
  if (assembly === undefined || payload === undefined) return { kind: 'stored' }
  const index = assembly.length - 1
  if (kept.executedIndex(payloadId) === index) return { kind: 'executed' }
  // A block without roots has no hash that the execution client could check.
  if (payload.stateRoot === notComputed) return { kind: 'stored' }
  try {
    const verdict = await checkPayload(payload, ports)
    if (verdict.kind === 'invalid') {
      kept.drop(payloadId, index)
      return { kind: 'refused', reason: verdict.reason }
    }
  } catch (error) {
    // The parent is not known yet: the block before this one may still be on its way.
    if (!isFault(error, 'engine-syncing')) throw error
    return { kind: 'stored' }
  }
  kept.executed(payloadId, index)
  return { kind: 'executed' }
}

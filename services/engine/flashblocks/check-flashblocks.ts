import type { CheckedFlashblock, FlashblockOutcome } from '#messages/checked-flashblock.ts'
import type { ReceivedFlashblock } from '#messages/received-flashblock.ts'
import type { Payload } from '#protocol/block/payload.ts'
import type { FlashblockAssembly } from '#protocol/flashblock/assembly.ts'
import { attributesOfBase } from '#protocol/flashblock/base-attributes.ts'
import { type FlashblockBase, hasRoots } from '#protocol/flashblock/flashblock.ts'
import { prefixOf } from '#protocol/flashblock/proposal.ts'
import type { Bytes8, Hash } from '#protocol/primitives.ts'
import { isFault } from '#runtime/fault.ts'
import { checkPayload } from '#services/engine/apply/check-payload.ts'
import type { Heads } from '#services/engine/forkchoice/heads.ts'
import type { BuildPorts } from '#services/engine/ports.ts'
import type { KeptFlashblocks } from './kept-flashblocks.ts'
import { buildExactly } from './build-exactly.ts'

/** A flashblock that was kept, and waits for the verdict of the execution client. */
type Waiting = Omit<CheckedFlashblock, 'outcome'>

/**
 * Keeps flashblocks of other builders, and has the newest one of each block executed. An unfinished block never becomes
 * a head.
 *
 * @param heads the children of the unsafe head may have come earlier than it
 * @throws Fault of the execution client or of the disk
 */
export async function checkFlashblocks(
  received: readonly ReceivedFlashblock[],
  heads: Heads,
  ports: BuildPorts,
): Promise<readonly CheckedFlashblock[]> {
  const checked: CheckedFlashblock[] = []
  const waiting = new Map<Bytes8, Waiting[]>()
  for (const each of received) {
    const { diff, index, payloadId } = each.flashblock
    const name = { payloadId, index, blockHash: diff.blockHash, peer: each.peer }
    const kept = ports.flashblocks.keep(each, each)
    if (kept.kind === 'refused')
      checked.push({ ...name, outcome: { kind: 'refused', reason: kept.reason } })
    else if (kept.kind === 'contradicted')
      checked.push({ ...name, outcome: { kind: 'refused', reason: 'contradicts-itself' } })
    else waiting.set(payloadId, [...(waiting.get(payloadId) ?? []), name])
  }
  // Flashblocks that came before their parent can be executed now.
  for (const { index, isExecuted, payload, payloadId } of ports.flashblocks.allPrefixes(
    heads.unsafe,
  )) {
    const { blockHash } = payload
    if (!isExecuted && !waiting.has(payloadId))
      waiting.set(payloadId, [{ payloadId, index, blockHash, peer: '' }])
  }
  for (const [payloadId, names] of waiting) {
    const executed = await executeNewest(payloadId, heads, ports)
    for (const name of names) {
      const outcome = executed.outcomeOf(name.index)
      // A builder that computes no roots does not name the hash.
      const { newest } = executed
      const isNewest = name.index === newest?.index && outcome.kind === 'executed'
      const blockHash = (isNewest ? newest.hash : undefined) ?? name.blockHash
      checked.push({ ...name, blockHash, outcome })
    }
  }
  return checked
}

/**
 * Keeps flashblocks that wait for their check, so that they can be taken over without it. The check repeats what it
 * refuses, and reports if the disk fails.
 */
export function keepReceived(received: readonly ReceivedFlashblock[], kept: KeptFlashblocks): void {
  try {
    for (const each of received) kept.keep(each, each)
  } catch (error) {
    if (!isFault(error, 'flashblock-store')) throw error
  }
}

/** The outcomes for the flashblocks of a block. */
interface Executed {
  outcomeOf(index: number): FlashblockOutcome
  /** The newest executed index, with its block hash; undefined if there is none. */
  readonly newest: ReturnType<KeptFlashblocks['newestExecuted']>
}

/**
 * Has the newest flashblock of a block executed, with all earlier ones. If it is invalid, it is dropped, and the one before
 * it is the newest.
 */
async function executeNewest(
  payloadId: Bytes8,
  heads: Heads,
  ports: BuildPorts,
): Promise<Executed> {
  const kept = ports.flashblocks
  let refused: { readonly from: number; readonly outcome: FlashblockOutcome } | undefined
  for (;;) {
    const assembly = kept.assembly(payloadId)
    const last = assembly?.last
    const index = (assembly?.length ?? 0) - 1
    const isKnown = kept.newestExecuted(payloadId)?.index === index
    const verdict = isKnown ? undefined : await verdictOf(assembly, heads, ports)
    // Meanwhile, others may have come, for a call that does not wait for the check.
    if (kept.assembly(payloadId)?.last !== last) continue
    if (verdict?.kind === 'invalid') {
      kept.drop(payloadId, index)
      refused = { from: index, outcome: { kind: 'refused', reason: verdict.reason } }
      continue
    }
    if (verdict?.kind === 'valid' && last !== undefined) kept.executed(last, verdict.blockHash)
    const outcome = { kind: verdict?.kind === 'unknown' ? 'stored' : 'executed' } as const
    return {
      outcomeOf: (at) => (refused !== undefined && at >= refused.from ? refused.outcome : outcome),
      newest: kept.newestExecuted(payloadId),
    }
  }
}

/** What the execution client says about a block. */
type Verdict =
  | { readonly kind: 'valid'; readonly blockHash: Hash }
  | { readonly kind: 'invalid'; readonly reason: string }
  /** Its parent is not known yet: the block before this one may still be on its way. */
  | { readonly kind: 'unknown' }

/** Has a block executed up to its newest flashblock. */
async function verdictOf(
  assembly: FlashblockAssembly | undefined,
  heads: Heads,
  ports: BuildPorts,
): Promise<Verdict> {
  const payload = assembly?.payload()
  if (assembly?.base === undefined || payload === undefined) return { kind: 'unknown' }
  try {
    const built = hasRoots(payload)
      ? payload
      : await withRoots(payload, assembly.base, { heads, ports })
    if (built === undefined) return { kind: 'unknown' }
    if (typeof built === 'string') return { kind: 'invalid', reason: built }
    const checked = await checkPayload(built, ports)
    return checked.kind === 'invalid' ? checked : { ...checked, blockHash: built.blockHash }
  } catch (error) {
    if (isFault(error, 'engine-syncing')) return { kind: 'unknown' }
    throw error
  }
}

/**
 * A block whose builder computes no roots: it has no hash that could be checked, so the execution client builds it from
 * its transactions.
 *
 * @returns undefined if it is not the child of the unsafe head; a text if it cannot be built, or has other results
 */
async function withRoots(
  payload: Payload,
  base: FlashblockBase,
  { heads, ports }: { readonly heads: Heads; readonly ports: BuildPorts },
): Promise<Payload | string | undefined> {
  if (payload.parentHash !== heads.unsafe.hash) return undefined
  const transactions = prefixOf(payload)
  const attributes = attributesOfBase(ports.config, base, transactions)
  if (attributes === undefined) return 'the extra data of the base is malformed'
  const built = await buildExactly(transactions, attributes, { heads, ports })
  if (typeof built === 'string') return built
  const other = computedFields.find((field) => built[field] !== payload[field])
  return other === undefined ? built : `${other} is ${payload[other]}, want ${built[other]}`
}

/** What such a builder computes. */
const computedFields = ['number', 'baseFeePerGas', 'gasUsed', 'receiptsRoot'] as const

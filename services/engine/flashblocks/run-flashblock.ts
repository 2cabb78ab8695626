import {
  flashblockOf,
  prefixOf,
  proposalAttributes,
  settleProposal,
} from '#protocol/flashblock/proposal.ts'
import type { Payload } from '#protocol/block/payload.ts'
import type { Flashblock } from '#protocol/flashblock/flashblock.ts'
import type { Bytes8 } from '#protocol/primitives.ts'
import type { PayloadId } from '#engine-api/execution-client.ts'
import { checkPayload } from '#services/engine/apply/check-payload.ts'
import { syncingFault } from '#services/engine/client/syncing-fault.ts'
import { type Heads, toForkchoice } from '#services/engine/forkchoice/heads.ts'
import type { BuildPorts, ClientPorts } from '#services/engine/ports.ts'
import { buildExactly } from './build-exactly.ts'
import {
  type FlashblockAction,
  type FlashblockBuild,
  nextGasBudget,
  nextIndex,
} from './flashblock-build.ts'

/** A step of a block with flashblocks. */
export interface FlashblockJob {
  readonly kind: 'flashblock'
  readonly action: FlashblockAction
  readonly build: FlashblockBuild
}

/** The outcome of a step. */
export type FlashblockDone =
  | {
      readonly outcome: 'opened'
      readonly payloadId: Bytes8
      readonly open: PayloadId
      readonly gasBudget: bigint
    }
  /** The execution client found the block up to the next index valid. */
  | {
      readonly outcome: 'made'
      readonly payloadId: Bytes8
      readonly payload: Payload
      readonly flashblock: Flashblock
      /** Whether the execution client built it again without a gas budget. */
      readonly isExact: boolean
    }
  | { readonly outcome: 'refused'; readonly payloadId: Bytes8; readonly reason: string }

/** Carries out a step. @throws Fault `engine-syncing` if the execution client lacks the parent */
export async function runFlashblock(
  { action, build }: FlashblockJob,
  { heads, nowMs }: { readonly heads: Heads; readonly nowMs: number },
  ports: BuildPorts,
): Promise<FlashblockDone> {
  const { payloadId } = build
  if (action === 'open') {
    const { attempt, attributes, newest } = build
    if (newest === undefined) throw new Error('a build goes on from an index that does not exist')
    const prefix = prefixOf(newest.payload)
    const gasBudget = nextGasBudget(build, nowMs)
    const source = { attempt: attempt + 1, prefix, gasBudget }
    const proposal = proposalAttributes(ports.config, attributes, source)
    const status = await ports.executionClient.build(toForkchoice(heads), proposal)
    switch (status.kind) {
      case 'started':
        return { outcome: 'opened', payloadId, open: status.payloadId, gasBudget }
      case 'invalid':
        return { outcome: 'refused', payloadId, reason: status.reason }
      case 'syncing':
        throw syncingFault(`block ${heads.unsafe.number}, the unsafe head`)
    }
  }
  const next = await nextPayload(build, heads, ports)
  if (typeof next === 'string') return { outcome: 'refused', payloadId, reason: next }
  const { isExact, payload } = next
  const index = nextIndex(build)
  const flashblock = flashblockOf(payload, { payloadId, index, before: build.newest?.payload })
  const { epoch } = build
  const kept = ports.flashblocks.keep({ number: payload.number, epoch, flashblock })
  // What a restart would lose is not published.
  if (kept.kind === 'refused') return { outcome: 'refused', payloadId, reason: kept.reason }
  if (kept.kind === 'contradicted')
    return { outcome: 'refused', payloadId, reason: 'contradicts a stored flashblock' }
  ports.flashblocks.executed(flashblock, payload.blockHash)
  return { outcome: 'made', payloadId, payload, flashblock, isExact }
}

/** The block up to the next index, which the execution client finds valid, or why there is none. */
async function nextPayload(
  build: FlashblockBuild,
  heads: Heads,
  ports: BuildPorts,
): Promise<{ readonly payload: Payload; readonly isExact: boolean } | string> {
  const settled = await proposed(build, ports)
  if (typeof settled === 'string') return settled
  const checked = await checkPayload(settled, ports)
  if (checked.kind === 'valid') return { payload: settled, isExact: false }
  // A contract may read the gas limit, which is the gas budget while the client builds.
  const exact = await buildExactly(prefixOf(settled), build.attributes, { heads, ports })
  if (typeof exact === 'string') return checked.reason
  const again = await checkPayload(exact, ports)
  return again.kind === 'valid' ? { payload: exact, isExact: true } : again.reason
}

/** The block that the execution client proposes, or why it cannot be used. */
async function proposed(
  { attributes, newest, open, parent, payloadId }: FlashblockBuild,
  { config, executionClient }: ClientPorts,
): Promise<Payload | string> {
  const payload = await executionClient.getPayload(open ?? payloadId, attributes.timestamp)
  if (payload === undefined) return 'the execution client no longer knows the build'
  const prefix = newest === undefined ? attributes.transactions : prefixOf(newest.payload)
  const settled = settleProposal(config, { parent, attributes }, { prefix, proposed: payload })
  return settled.kind === 'settled' ? settled.payload : settled.reason
}

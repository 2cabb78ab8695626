import type { Logger } from 'pino'
import type { ApplyAttributesRequest } from '#messages/apply-attributes.ts'
import type { Payload } from '#protocol/block/payload.ts'
import type { PayloadAttributes } from '#protocol/block/payload-attributes.ts'
import type { L2BlockRef } from '#protocol/block/refs.ts'
import type { Hash } from '#protocol/primitives.ts'
import { firstDifference } from '#protocol/derivation/consolidation.ts'
import { afterRefusal } from '#protocol/pipeline/refused-payload.ts'
import type { ForkchoiceHeads } from '#engine-api/execution-client.ts'
import { Fault } from '#runtime/fault.ts'
import { refOf } from '#services/engine/client/read-blocks.ts'
import { syncingFault } from '#services/engine/client/syncing-fault.ts'
import { type Heads, headsAfter, toForkchoice } from '#services/engine/forkchoice/heads.ts'
import { updateForkchoice } from '#services/engine/forkchoice/update-forkchoice.ts'
import type { ClientPorts } from '#services/engine/ports.ts'

/** Outcome of payload attributes. */
export type Applied =
  | {
      readonly kind: 'consolidated' | 'built' | 'replaced'
      readonly block: L2BlockRef
      /** Why the execution client refused the block of the batch; set only for `replaced`. */
      readonly reason?: string
      /** Whether the chain had the block before, as the replacement of the same batch: the blocks above it stay. */
      readonly isPresent?: boolean
    }
  /** Before Holocene: the batch is dropped, together with the blocks of its span that are not safe yet. */
  | { readonly kind: 'dropped'; readonly unsafe: L2BlockRef; readonly reason: string }

/** Attributes, and the heads that they are applied to. */
export interface Application {
  readonly request: ApplyAttributesRequest
  readonly heads: Heads
}

/** Maximum number of attempts to build a block if the execution client forgets the payload id. */
const maxBuilds = 3

/**
 * Makes the next block of the safe chain: consolidates the unsafe block if it matches; otherwise, builds a block.
 *
 * Spec: protocol/derivation.md#processing-l1-consolidation-or-force-inclusion, holocene/derivation.md#engine-queue
 */
export async function applyAttributes(
  { request, heads }: Application,
  ports: ClientPorts,
  log: Logger,
): Promise<Applied> {
  const { attributes } = request
  const present = await presentBlock({ request, heads }, ports, log)
  if (present?.derived !== undefined) return { kind: 'consolidated', block: present.derived }
  const built = await build({ request, heads, attributes }, ports)
  if (built.kind === 'block') return { kind: 'built', block: built.block }
  const { reason } = built
  const then = afterRefusal(ports.config, request)
  if (then.kind === 'critical') throw refusedDeposits(request, reason)
  const l2 = { number: request.parent.number + 1n }
  if (then.kind === 'revoke-span') {
    log.warn({ l2, reason }, 'dropped a batch whose block is invalid')
    return { kind: 'dropped', unsafe: await restore(heads, ports), reason }
  }
  log.warn(
    { l2, reason },
    'the block of a batch is invalid: replaced it with a deposits-only block',
  )
  const { attributes: depositsOnly } = then
  const kept = present?.hash
  const replaced = await build({ request, heads, attributes: depositsOnly, kept }, ports)
  if (replaced.kind === 'refused') throw refusedDeposits(request, replaced.reason)
  const { block } = replaced
  return { kind: 'replaced', block, reason, isPresent: block.hash === kept }
}

/** The block that the chain has at this height. */
interface Present {
  readonly hash: Hash
  /** The block, if it is that of the attributes. */
  readonly derived: L2BlockRef | undefined
}

async function presentBlock(
  { request, heads }: Application,
  { config, executionClient }: ClientPorts,
  log: Logger,
): Promise<Present | undefined> {
  const { attributes, parent } = request
  if (parent.number >= heads.unsafe.number) return undefined
  const number = parent.number + 1n
  const block = await executionClient.block({ kind: 'number', number })
  if (block === undefined)
    throw new Fault('l2-lost', {
      detail: `the execution client lost block ${number} below its head ${heads.unsafe.number}`,
    })
  const difference = firstDifference(config, { parentHash: parent.hash, attributes }, block)
  const { blockHash: hash } = block
  if (difference === undefined) return { hash, derived: refOf(config, block) }
  const l2 = { number, hash }
  log.warn({ l2, ...difference }, 'an unsafe block differs from the derived block and is replaced')
  return { hash, derived: undefined }
}

type Built =
  | { readonly kind: 'block'; readonly block: L2BlockRef }
  | { readonly kind: 'refused'; readonly reason: string }

/** A block to build. */
interface Build extends Application {
  readonly attributes: PayloadAttributes
  /** If the build has the hash of this block of the chain, the chain above it stays. */
  readonly kept?: Hash | undefined
}

async function build(
  { attributes, heads, kept, request }: Build,
  ports: ClientPorts,
): Promise<Built> {
  const { config, executionClient } = ports
  const { parent } = request
  const payload = await buildPayload(
    { ...toForkchoice(heads), head: parent.hash },
    attributes,
    ports,
  )
  if ('refusal' in payload) return { kind: 'refused', reason: payload.refusal }
  // A client that deviates from the attributes would split the chain.
  const difference = firstDifference(config, { parentHash: parent.hash, attributes }, payload)
  if (difference !== undefined)
    throw new Fault('payload-mismatch', {
      detail: `the execution client built a block ${payload.number} that differs from its attributes: ${difference.field} is ${difference.block}, want ${difference.derived}`,
    })
  const { concludesBatch } = request
  if (payload.blockHash === kept) {
    // After a reset, the batch of a block that was replaced is derived again. The client has executed this block.
    const block = refOf(config, payload)
    await updateForkchoice(headsAfter(heads, { block, isNew: false, concludesBatch }), ports)
    return { kind: 'block', block }
  }
  const status = await executionClient.newPayload(payload)
  if (status.kind === 'invalid') return { kind: 'refused', reason: status.reason }
  if (status.kind === 'syncing') throw syncingFault('its own block')
  const block = refOf(config, payload)
  const next = headsAfter(heads, { block, isNew: true, concludesBatch })
  if (status.kind === 'valid') await updateForkchoice(next, ports)
  else {
    // The forkchoice makes the client execute the block, so its answer is the verdict on the block.
    const verdict = await executionClient.forkchoice(toForkchoice(next))
    if (verdict.kind === 'invalid') return { kind: 'refused', reason: verdict.reason }
    if (verdict.kind === 'syncing') throw syncingFault('its own block')
  }
  return { kind: 'block', block }
}

async function buildPayload(
  heads: ForkchoiceHeads,
  attributes: PayloadAttributes,
  { executionClient }: ClientPorts,
): Promise<Payload | { readonly refusal: string }> {
  for (let attempt = 0; attempt < maxBuilds; attempt++) {
    const started = await executionClient.build(heads, attributes)
    if (started.kind === 'invalid') return { refusal: started.reason }
    if (started.kind === 'syncing') throw syncingFault('the safe head')
    const payload = await executionClient.getPayload(started.payloadId, attributes.timestamp)
    if (payload !== undefined) return payload
  }
  throw new Fault('payload-lost', {
    detail: `the execution client forgot the payload id of its build, ${maxBuilds} times in a row`,
  })
}

/** If the dropped span had replaced an unsafe chain, restores that chain. */
async function restore(heads: Heads, ports: ClientPorts): Promise<L2BlockRef> {
  const { backupUnsafe, unsafe } = heads
  if (backupUnsafe !== undefined) {
    const backup = { ...heads, unsafe: backupUnsafe }
    const status = await ports.executionClient.forkchoice(toForkchoice(backup))
    if (status.kind === 'valid') return backupUnsafe
  }
  await updateForkchoice(heads, ports)
  return unsafe
}

function refusedDeposits({ parent }: ApplyAttributesRequest, reason: string): Fault {
  return new Fault('deposits-refused', {
    detail: `the execution client refuses block ${parent.number + 1n}, which has only deposits: ${reason}`,
  })
}

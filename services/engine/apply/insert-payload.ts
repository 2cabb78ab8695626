import type { Payload } from '#protocol/block/payload.ts'
import type { L2BlockRef } from '#protocol/block/refs.ts'
import { DecodeError } from '#protocol/codec/decode-error.ts'
import { l2BlockRefOf } from '#protocol/derivation/l2-block.ts'
import { Fault } from '#runtime/fault.ts'
import { type Heads, toForkchoice } from '#services/engine/forkchoice/heads.ts'
import type { ClientPorts } from '#services/engine/ports.ts'

/** Outcome of `insertPayload`. */
export type Inserted =
  | { readonly kind: 'inserted'; readonly block: L2BlockRef }
  /** The block is invalid. A retry cannot change that. */
  | { readonly kind: 'refused'; readonly reason: string }
  /** The execution client fetches the missing blocks below the block. */
  | { readonly kind: 'syncing' }

/** Makes a block the unsafe head. The safe and finalized heads stay unchanged. */
export async function insertPayload(
  payload: Payload,
  heads: Heads,
  { config, executionClient }: ClientPorts,
): Promise<Inserted> {
  let block: L2BlockRef
  try {
    block = l2BlockRefOf(config, payload)
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error
    return { kind: 'refused', reason: error.message }
  }
  const status = await executionClient.newPayload(payload)
  if (status.kind === 'invalid') return { kind: 'refused', reason: status.reason }
  // The forkchoice is sent even if the client lacks the parent, because this forkchoice makes the client fetch the
  // parent.
  const updated = await executionClient.forkchoice(toForkchoice({ ...heads, unsafe: block }))
  if (updated.kind === 'valid') return { kind: 'inserted', block }
  if (updated.kind === 'syncing') return { kind: 'syncing' }
  const detail = `the execution client accepted block ${block.number} (${block.hash}), then called it invalid: ${updated.reason}`
  throw new Fault('engine-unsure', { detail })
}

import type { Payload } from '#protocol/block/payload.ts'
import type { L2BlockRef } from '#protocol/block/refs.ts'
import { DecodeError } from '#protocol/codec/decode-error.ts'
import { l2BlockRefOf } from '#protocol/derivation/l2-block.ts'
import { Fault } from '#runtime/fault.ts'
import { type Heads, toForkchoice } from './heads.ts'
import type { EnginePorts } from './ports.ts'

/** What became of an unsafe block. */
export type Inserted =
  | { readonly kind: 'inserted'; readonly block: L2BlockRef }
  /** For good. */
  | { readonly kind: 'refused'; readonly reason: string }
  /** The execution client fetches what is below it. */
  | { readonly kind: 'syncing' }

/** Makes a block the unsafe head; the safe and the finalized head stay what they are. */
export async function insertPayload(
  payload: Payload,
  heads: Heads,
  { config, executionClient }: EnginePorts,
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
  // Also if it lacks the parent: that it is to be the head is what makes the client fetch it.
  const chosen = await executionClient.forkchoice(toForkchoice({ ...heads, unsafe: block }))
  if (chosen.kind === 'valid') return { kind: 'inserted', block }
  if (chosen.kind === 'syncing') return { kind: 'syncing' }
  const detail = `the execution client took block ${block.number} (${block.hash}), and then calls it invalid: ${chosen.reason}`
  throw new Fault('engine-unsure', { detail })
}

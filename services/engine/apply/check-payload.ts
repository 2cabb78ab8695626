import type { Payload } from '#protocol/block/payload.ts'
import { DecodeError } from '#protocol/codec/decode-error.ts'
import { l2BlockRefOf } from '#protocol/derivation/l2-block.ts'
import { Fault } from '#runtime/fault.ts'
import { syncingFault } from '#services/engine/client/syncing-fault.ts'
import type { ClientPorts } from '#services/engine/ports.ts'

/** Outcome of `checkPayload`. */
type Checked =
  | { readonly kind: 'valid' }
  /** The block is invalid. A retry cannot change that. */
  | { readonly kind: 'invalid'; readonly reason: string }

/**
 * Executes a child of the unsafe head. No head changes.
 *
 * @throws Fault `engine-syncing` if the execution client lacks the parent, `engine-unsure` if it only stores the block
 */
export async function checkPayload(
  payload: Payload,
  { config, executionClient }: ClientPorts,
): Promise<Checked> {
  try {
    l2BlockRefOf(config, payload)
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error
    return { kind: 'invalid', reason: error.message }
  }
  const status = await executionClient.newPayload(payload)
  switch (status.kind) {
    case 'valid':
    case 'invalid':
      return status
    case 'syncing':
      throw syncingFault(`the parent of block ${payload.number}`)
    case 'accepted':
      throw new Fault('engine-unsure', {
        detail: `the execution client stored block ${payload.number} without executing it`,
      })
  }
}

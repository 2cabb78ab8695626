import type { Payload } from '#protocol/block/payload.ts'
import type { PayloadAttributes } from '#protocol/block/payload-attributes.ts'
import { settleProposal } from '#protocol/flashblock/proposal.ts'
import { syncingFault } from '#services/engine/client/syncing-fault.ts'
import { type Heads, toForkchoice } from '#services/engine/forkchoice/heads.ts'
import type { BuildPorts } from '#services/engine/ports.ts'

/**
 * The block on the unsafe head that has these transactions and no others, built by the execution client. It still has to
 * be given to the client as a new payload.
 *
 * @param transactions with the deposits, without a post-exec transaction
 * @returns a text if the transactions cannot be in the block
 * @throws Fault `engine-syncing` if the execution client lacks the parent
 */
export async function buildExactly(
  transactions: readonly Uint8Array[],
  attributes: PayloadAttributes,
  { heads, ports }: { readonly heads: Heads; readonly ports: BuildPorts },
): Promise<Payload | string> {
  const { config, executionClient } = ports
  const forced = { ...attributes, transactions, noTxPool: true }
  const status = await executionClient.build(toForkchoice(heads), forced)
  if (status.kind === 'syncing') throw syncingFault(`block ${heads.unsafe.number}, the unsafe head`)
  if (status.kind === 'invalid') return status.reason
  const proposed = await executionClient.getPayload(status.payloadId, attributes.timestamp)
  if (proposed === undefined) return 'the execution client no longer knows the build'
  const parent = { hash: heads.unsafe.hash, number: heads.unsafe.number }
  const settled = settleProposal(config, { parent, attributes }, { prefix: transactions, proposed })
  return settled.kind === 'settled' ? settled.payload : settled.reason
}

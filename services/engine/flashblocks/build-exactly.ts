import type { Payload } from '#protocol/block/payload.ts'
import type { PayloadAttributes } from '#protocol/block/payload-attributes.ts'
import { DecodeError } from '#protocol/codec/decode-error.ts'
import { gasLimitOf } from '#protocol/flashblock/gas-budget.ts'
import { settleProposal } from '#protocol/flashblock/proposal.ts'
import { isFault } from '#runtime/fault.ts'
import { syncingFault } from '#services/engine/client/syncing-fault.ts'
import { type Heads, toForkchoice } from '#services/engine/forkchoice/heads.ts'
import type { BuildPorts } from '#services/engine/ports.ts'

/** Where a block is built. */
interface Place {
  readonly heads: Heads
  readonly ports: BuildPorts
}

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
  place: Place,
): Promise<Payload | string> {
  try {
    for (const raw of transactions) gasLimitOf(raw)
    return await build(transactions, attributes, place)
  } catch (error) {
    if (error instanceof DecodeError) return `a transaction is malformed: ${error.message}`
    // For a transaction that it cannot decode or execute, op-geth has no verdict, but an error.
    if (isFault(error, 'engine-refused')) return 'the execution client refuses to build the block'
    throw error
  }
}

async function build(
  transactions: readonly Uint8Array[],
  attributes: PayloadAttributes,
  { heads, ports }: Place,
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

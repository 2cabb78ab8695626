import type { FetchL1BlockRequest, FetchL1BlockResponse } from '#messages/fetch-l1-block.ts'
import { type L1Block, sizeOfL1Block } from '#protocol/block/l1-block.ts'
import type { RollupConfig } from '#protocol/chains/rollup-config.ts'
import { updateSystemConfig } from '#protocol/derivation/system-config-updates.ts'
import type { Address, Hash } from '#protocol/primitives.ts'
import { maxPayloadBytes } from '#bus/bus-limits.ts'
import { Fault } from '#runtime/fault.ts'

/** What an answer has beside the data in it, and then some: hashes, addresses, lengths, headers. */
const overheadBytes = 64 * 1024

/**
 * Whose blobs belong to a block: the batcher that the request names, and those that the block itself makes batchers.
 *
 * An update of the system config counts from its own block on, so the caller cannot have known of it.
 */
export function batchersOf(
  { batcherAddress }: Pick<FetchL1BlockRequest, 'batcherAddress'>,
  { logs }: Pick<L1Block, 'logs'>,
  { genesis, l1SystemConfigAddress }: Pick<RollupConfig, 'genesis' | 'l1SystemConfigAddress'>,
): ReadonlySet<Address> {
  const known = { ...genesis.systemConfig, batcherAddress }
  const rules = { l1SystemConfigAddress, isEcotone: false }
  const { config } = updateSystemConfig(known, logs, rules)
  return new Set([batcherAddress, config.batcherAddress])
}

/** The versioned hashes of the blobs that batchers posted in a block. */
export function blobsOf(block: L1Block, batchers: ReadonlySet<Address>): readonly Hash[] {
  const hashes = block.inboxTransactions
    .filter(({ sender }) => batchers.has(sender))
    .flatMap(({ blobs }) => blobs.map(({ versionedHash }) => versionedHash))
  return [...new Set(hashes)]
}

/**
 * The answer to a request for a block. Of transactions to the inbox only those of batchers are sent along: anybody can
 * post there, and what strangers post must not make the answer too large to send.
 *
 * @throws Fault `too-large` if the batchers' own data is more than the bus carries
 */
export function answerOf(
  { parentHash }: FetchL1BlockRequest,
  block: L1Block | undefined,
  batchers: ReadonlySet<Address>,
): FetchL1BlockResponse {
  if (block === undefined) return { kind: 'not-found' }
  if (parentHash !== undefined && block.parentHash !== parentHash) {
    const { hash, number, parentHash: parent, timestamp } = block
    return { kind: 'reorged', canonical: { hash, number, parentHash: parent, timestamp } }
  }
  const inboxTransactions = block.inboxTransactions.filter(({ sender }) => batchers.has(sender))
  const answer = { ...block, inboxTransactions }
  const bytes = sizeOfL1Block(answer)
  if (bytes + overheadBytes <= maxPayloadBytes) return { kind: 'block', block: answer }
  const detail = `L1 block ${block.number} has ${bytes} bytes of the batcher, more than the bus carries`
  throw new Fault('too-large', { detail })
}

import type { FetchL1BlockRequest, FetchL1BlockResponse } from '#messages/fetch-l1-block.ts'
import { type L1Block, sizeOfL1Block } from '#protocol/block/l1-block.ts'
import type { RollupConfig } from '#protocol/chains/rollup-config.ts'
import { updateSystemConfig } from '#protocol/derivation/system-config-updates.ts'
import type { Address, Hash } from '#protocol/primitives.ts'
import { maxPayloadBytes } from '#bus/bus-limits.ts'
import { Fault } from '#runtime/fault.ts'

/** Upper bound on what a response has besides logs and batcher data: hashes, addresses, lengths, message headers. */
const overheadBytes = 64 * 1024

/**
 * The batchers of a block: the batcher that the request names, and each batcher to which an update of the system config
 * in the block changes.
 *
 * An update applies to the block that contains it, so the caller cannot know the new batcher yet.
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
 * The response to a request for a block. Only the batchers' transactions to the inbox are included, because other
 * senders could make the response larger than the bus allows.
 *
 * @returns Fault `too-large` if the logs and the batchers' data are larger than the bus allows
 */
export function responseTo(
  request: FetchL1BlockRequest,
  block: L1Block | undefined,
  config: Pick<RollupConfig, 'genesis' | 'l1SystemConfigAddress'>,
): FetchL1BlockResponse | Fault {
  if (block === undefined) return { kind: 'not-found' }
  if (request.parentHash !== undefined && block.parentHash !== request.parentHash) {
    const { hash, number, parentHash, timestamp } = block
    return { kind: 'reorged', canonical: { hash, number, parentHash, timestamp } }
  }
  const batchers = batchersOf(request, block, config)
  const inboxTransactions = block.inboxTransactions.filter(({ sender }) => batchers.has(sender))
  const filtered = { ...block, inboxTransactions }
  const bytes = sizeOfL1Block(filtered)
  if (bytes + overheadBytes <= maxPayloadBytes) return { kind: 'block', block: filtered }
  const detail = `L1 block ${block.number} has ${bytes} bytes of logs and batcher data, more than a message may have`
  return new Fault('too-large', { detail })
}

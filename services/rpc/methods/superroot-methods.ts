import type { BlockId, L2BlockRef } from '#protocol/block/refs.ts'
import type { RollupConfig } from '#protocol/chains/rollup-config.ts'
import { superRoot } from '#protocol/block/super-root.ts'
import { toQuantity } from '#json-rpc/forms/fields.ts'
import type { Methods } from '#json-rpc/json-rpc-dispatch.ts'
import { blockAt } from '#services/rpc/blocks/block-at.ts'
import { outputOf } from '#services/rpc/blocks/output-at.ts'
import type { State } from '#services/rpc/state.ts'
import { idToJson } from '#services/rpc/status/ref-json.ts'
import type { NodeMethodsOptions } from './optimism-methods.ts'
import { readParams, uint64 } from './params.ts'
import { serverError } from './server-error.ts'

/** The namespace `superroot`, for the node's own chain only. Source: op-node, node/superroot_api.go */
export function superrootMethods(options: NodeMethodsOptions): Methods {
  return {
    superroot_atTimestamp: async (params, { caller }) => {
      const [timestamp] = readParams<[bigint]>(params, uint64)
      return superRootAt(timestamp, { ...options, calls: options.calls.by(caller) })
    },
  }
}

async function superRootAt(timestamp: bigint, options: NodeMethodsOptions) {
  const { config } = options
  const number = blockNumberAt(timestamp, config)
  const { state, found } = await blockAt(number, options)
  const skeleton = skeletonOf(state, config)
  if (found === undefined || number > (state.chain?.localSafe.number ?? 0n)) return skeleton
  const { output, root } = await outputOf(found, { ...options, failure: 'outputV0AtBlock@' })
  const required = idToJson(await requiredL1(found.ref, options))
  const chainId = String(config.l2ChainId)
  const { messagePasserStorageRoot, stateRoot, blockHash } = output
  return {
    ...skeleton,
    optimistic_at_timestamp: {
      [chainId]: {
        output: { stateRoot, messagePasserStorageRoot, blockHash },
        output_root: root,
        required_l1: required,
      },
    },
    data: {
      verified_required_l1: required,
      super: {
        timestamp: toQuantity(timestamp),
        chains: [{ ChainID: chainId, Output: root }],
      },
      super_root: superRoot(timestamp, [{ chainId: config.l2ChainId, outputRoot: root }]),
    },
  }
}

/** The newest block at or before a timestamp. */
function blockNumberAt(timestamp: bigint, { genesis, blockTime }: RollupConfig): bigint {
  const { l2, l2Timestamp } = genesis
  if (timestamp >= l2Timestamp) return l2.number + (timestamp - l2Timestamp) / blockTime
  const early = `did not reach genesis time (${l2Timestamp}) yet`
  throw serverError(`target block number for timestamp ${timestamp}: ${early}`)
}

/**
 * The fields of the answer that do not depend on the block. If the block is missing or not yet local safe, the answer
 * has only these fields.
 */
function skeletonOf({ chain, progress }: State, { l2ChainId }: RollupConfig) {
  return {
    current_l1: idToJson(progress?.currentL1),
    safe_timestamp: Number(chain?.safe.timestamp ?? 0n),
    local_safe_timestamp: Number(chain?.localSafe.timestamp ?? 0n),
    finalized_timestamp: Number(chain?.finalized.timestamp ?? 0n),
    optimistic_at_timestamp: {},
    chain_ids: [String(l2ChainId)],
  }
}

/** The L1 block from which a block was derived; undefined for the genesis block, which was not derived. */
async function requiredL1(
  { hash, number }: L2BlockRef,
  { calls, config }: NodeMethodsOptions,
): Promise<BlockId | undefined> {
  if (hash === config.genesis.l2.hash) return undefined
  const answer = await calls.safeHeadAt({ kind: 'l2-number', number })
  if (answer.kind === 'found') return answer.entry.l1
  const reason =
    answer.kind === 'not-yet' ? 'l1 at safe head not found' : 'l1 at safe head history unavailable'
  throw serverError(`l1AtSafeHead@${hash}:${number}: ${reason}`)
}

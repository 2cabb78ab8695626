import type { SafeHeadAtResponse } from '#messages/safe-head-at.ts'
import { rollupConfigToJson } from '#protocol/chains/rollup-config-json.ts'
import { PreparedResult } from '#json-rpc/json-rpc-answer.ts'
import type { Methods } from '#json-rpc/json-rpc-dispatch.ts'
import { type BlockReader, blockAt } from '#services/rpc/blocks/block-at.ts'
import { outputOf } from '#services/rpc/blocks/output-at.ts'
import type { NodeCalls } from '#services/rpc/blocks/node-calls.ts'
import type { Ports } from '#services/rpc/ports.ts'
import { idToJson, l2RefToJson } from '#services/rpc/status/ref-json.ts'
import { syncStatusOf } from '#services/rpc/status/sync-status.ts'
import { blockNumber, readParams, uint64 } from './params.ts'
import { serverError } from './server-error.ts'

/** Dependencies of the methods in the namespaces `optimism` and `superroot`. */
export interface NodeMethodsOptions
  extends BlockReader, Pick<Ports, 'config' | 'dependencySet' | 'version'> {
  readonly calls: Pick<NodeCalls, 'l2Block' | 'safeHeadAt' | 'by'>
}

const zeroWord = `0x${'00'.repeat(32)}`

/** The namespace `optimism`. Source: op-node, node/api.go */
export function optimismMethods(options: NodeMethodsOptions): Methods {
  const { calls, config, dependencySet, version, view } = options
  const rollupConfig = new PreparedResult(rollupConfigToJson(config))
  return {
    optimism_syncStatus: (params) => {
      readParams(params)
      return view.syncStatus
    },
    optimism_rollupConfig: (params) => {
      readParams(params)
      return rollupConfig
    },
    optimism_version: (params) => {
      readParams(params)
      return version
    },
    optimism_dependencySet: (params) => {
      readParams(params)
      if (dependencySet === undefined) throw serverError('not found')
      return dependencySet
    },
    optimism_outputAtBlock: async (params, { caller }) => {
      const [asked] = readParams<[bigint | 'unsafe' | 'safe' | 'finalized']>(params, blockNumber)
      const number = typeof asked === 'bigint' ? asked : (view.state.chain?.[asked].number ?? 0n)
      return outputAtBlock(number, { ...options, calls: calls.by(caller) })
    },
    optimism_safeHeadAtL1Block: async (params, { caller }) => {
      const [number] = readParams<[bigint]>(params, uint64)
      const answer = await calls.by(caller).safeHeadAt({ kind: 'l1-number', number })
      return safeHeadToJson(answer)
    },
  }
}

async function outputAtBlock(number: bigint, options: NodeMethodsOptions) {
  const { state, found } = await blockAt(number, options)
  if (found === undefined) {
    const missing = `failed to determine L2BlockRef of height ${number}, could not get payload: not found`
    throw serverError(`failed to get L2 block ref with sync status: ${missing}`)
  }
  const failure = 'failed to get L2 output at block '
  const { output, root } = await outputOf(found, { ...options, failure })
  return {
    version: zeroWord,
    outputRoot: root,
    blockRef: l2RefToJson(found.ref),
    withdrawalStorageRoot: output.messagePasserStorageRoot,
    stateRoot: output.stateRoot,
    syncStatus: syncStatusOf(state),
  }
}

function safeHeadToJson(answer: SafeHeadAtResponse) {
  if (answer.kind !== 'found') throw serverError('not found')
  const { l1, safe } = answer.entry
  return { l1Block: idToJson(l1), safeHead: idToJson(safe) }
}

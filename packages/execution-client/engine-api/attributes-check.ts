import type { PayloadAttributes } from '#protocol/block/payload-attributes.ts'
import { hardforksAt } from '#protocol/chains/hardforks.ts'
import { fromBigEndian } from '#protocol/codec/big-endian.ts'
import { fromHex } from '#protocol/codec/hex.ts'
import { JsonRpcError } from '#json-rpc/json-rpc-answer.ts'
import type { ExecutionConfig } from '#execution-client/transition/execution-config.ts'
import type { PayloadJson } from '#json-rpc/forms/payload-json.ts'
import type { AttributesJson } from './payload-json.ts'

/** Codes of the Engine API. Spec: execution-apis, src/engine/common.md#errors */
export const engineCodes = {
  invalidParams: -32_602,
  unknownPayload: -38_001,
  invalidForkchoice: -38_002,
  invalidAttributes: -38_003,
  unsupportedFork: -38_005,
} as const

/** Maximum gas limit of a block. Source: go-ethereum, params/protocol_params.go */
const maxGasLimit = 2n ** 63n - 1n

/** Version of `engine_forkchoiceUpdated`. */
export type ForkchoiceVersion = 1 | 2 | 3

/**
 * Checks that attributes match the version of the call, as op-geth does.
 *
 * @throws JsonRpcError if they do not match
 */
export function checkAttributesVersion(
  attributes: AttributesJson,
  version: ForkchoiceVersion,
  config: ExecutionConfig,
): void {
  const forks = hardforksAt(config.hardforkTimes, attributes.timestamp)
  const hasWithdrawals = isThere(attributes.withdrawals)
  const hasRoot = isThere(attributes.parentBeaconBlockRoot)
  const wrong = (detail: string) => invalidAttributes(detail)
  if (version === 1) {
    const refuse = (detail: string) =>
      new JsonRpcError(engineCodes.invalidParams, `Invalid parameters: ${detail}`)
    if (hasWithdrawals || hasRoot) throw refuse('withdrawals and beacon root not supported in V1')
    if (forks.ecotone) throw refuse('fcuV1 called post-shanghai')
    return
  }
  if (version === 2) {
    if (hasRoot) throw wrong('unexpected beacon root')
    if (!forks.canyon && hasWithdrawals) throw wrong('withdrawals before shanghai')
    if (forks.ecotone)
      throw unsupportedFork('fcuV2 must only be called with paris or shanghai payloads')
    if (forks.canyon && !hasWithdrawals) throw wrong('missing withdrawals')
    return
  }
  if (!hasWithdrawals) throw wrong('missing withdrawals')
  if (!hasRoot) throw wrong('missing beacon root')
  if (!forks.ecotone)
    throw unsupportedFork('fcuV3 must only be called for cancun/prague/osaka payloads')
}

/**
 * Checks the rules of the OP Stack for attributes. Spec: exec-engine.md#extended-payloadattributesv3
 *
 * @returns the parsed attributes
 * @throws JsonRpcError -38003
 */
export function checkedAttributes(
  json: AttributesJson,
  config: ExecutionConfig,
): PayloadAttributes {
  const forks = hardforksAt(config.hardforkTimes, json.timestamp)
  const { gasLimit, withdrawals } = json
  const eip1559Params = json.eip1559Params ?? undefined
  const minBaseFee = json.minBaseFee ?? undefined
  if (gasLimit === undefined || gasLimit === null)
    throw invalidAttributes('gasLimit parameter is required')
  if (gasLimit > maxGasLimit) throw invalidAttributes(`gasLimit ${gasLimit}, max ${maxGasLimit}`)
  if (forks.canyon && (withdrawals?.length ?? 0) > 0)
    throw invalidAttributes('non-empty withdrawals post-Canyon')
  if (forks.holocene && eip1559Params === undefined)
    throw invalidAttributes('holocene eip-1559 params should be 8 bytes, got 0')
  if (!forks.holocene && eip1559Params !== undefined)
    throw invalidAttributes('non-empty eip1559Params pre-Holocene')
  if (eip1559Params !== undefined) checkEip1559Params(fromHex(eip1559Params))
  if (forks.jovian && minBaseFee === undefined)
    throw invalidAttributes('missing minBaseFee post-Jovian')
  if (!forks.jovian && minBaseFee !== undefined)
    throw invalidAttributes('non-nil minBaseFee pre-Jovian')
  return {
    timestamp: json.timestamp,
    prevRandao: json.prevRandao,
    suggestedFeeRecipient: json.suggestedFeeRecipient,
    withdrawals: forks.canyon ? [] : undefined,
    parentBeaconBlockRoot: json.parentBeaconBlockRoot ?? undefined,
    transactions: json.transactions ?? [],
    noTxPool: json.noTxPool ?? false,
    gasLimit,
    eip1559Params,
    minBaseFee,
  }
}

function checkEip1559Params(params: Uint8Array): void {
  const denominator = fromBigEndian(params.subarray(0, 4))
  const elasticity = fromBigEndian(params.subarray(4, 8))
  if (elasticity !== 0n && denominator === 0n)
    throw invalidAttributes(
      'holocene params cannot have a 0 denominator unless elasticity is also 0',
    )
  if (denominator !== 0n && elasticity === 0n)
    throw invalidAttributes(
      'holocene params cannot have a 0 elasticity unless denominator is also 0',
    )
}

/**
 * The reason why a payload is invalid; undefined if it is valid. Checks only the rules of the OP Stack that a payload
 * can break although its block hash is correct.
 * Spec: protocol/holocene, isthmus and jovian, each exec-engine.md
 */
export function payloadProblem(payload: PayloadJson, config: ExecutionConfig): string | undefined {
  const forks = hardforksAt(config.hardforkTimes, payload.timestamp)
  const { extraData, gasLimit, withdrawalsRoot, logsBloom } = payload
  if (gasLimit > maxGasLimit) return `invalid gasLimit: have ${gasLimit}, max ${maxGasLimit}`
  if (forks.canyon && (payload.withdrawals?.length ?? 0) > 0)
    return 'non-empty withdrawals post-Canyon'
  const size = forks.jovian ? 17 : forks.holocene ? 9 : undefined
  if (size === undefined && extraData.length > 0) return 'extraData must be empty before Holocene'
  if (size !== undefined && extraData.length !== size)
    return `extraData of ${extraData.length} bytes, want ${size}`
  if (size !== undefined && extraData[0] !== (forks.jovian ? 1 : 0))
    return `extraData of version ${extraData[0]}, want ${forks.jovian ? 1 : 0}`
  if (size !== undefined && fromBigEndian(extraData.subarray(1, 5)) === 0n)
    return 'extraData with a denominator of 0'
  if (size !== undefined && fromBigEndian(extraData.subarray(5, 9)) === 0n)
    return 'extraData with an elasticity of 0'
  if (forks.isthmus && !isThere(withdrawalsRoot)) return 'nil withdrawalsRoot post-Isthmus'
  if (!forks.isthmus && isThere(withdrawalsRoot)) return 'non-nil withdrawalsRoot pre-Isthmus'
  if (logsBloom.length !== 256) return `invalid logsBloom length: ${logsBloom.length}`
  return undefined
}

/** The error for attributes that break a rule. */
export function invalidAttributes(detail: string): JsonRpcError {
  return new JsonRpcError(engineCodes.invalidAttributes, 'Invalid payload attributes', {
    err: detail,
  })
}

/** The error for a call of the wrong version. */
export function unsupportedFork(detail: string): JsonRpcError {
  return new JsonRpcError(engineCodes.unsupportedFork, 'Unsupported fork', { err: detail })
}

/** Whether an optional field is present. */
export function isThere(value: unknown): boolean {
  return value !== undefined && value !== null
}

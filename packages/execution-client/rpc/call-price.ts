import { toAddress } from '#protocol/codec/hex.ts'
import { errorCodes, JsonRpcError } from '#json-rpc/json-rpc-answer.ts'
import type { CallJson } from './call-json.ts'
import { rpcCodes } from './params.ts'

/** What a call pays for its gas, in wei. */
export interface CallPrice {
  /** At most; 0 for a call that names no price. */
  readonly feeCap: bigint
  /** What GASPRICE tells. */
  readonly gasPrice: bigint
}

const zeroAddress = toAddress(new Uint8Array(20))

/**
 * The price of a call in a block of that base fee, as in geth.
 *
 * @throws JsonRpcError for a price that no such block takes
 */
export function priceOf(call: CallJson, baseFee: bigint): CallPrice {
  const { feeCap, tip } = capsOf(call)
  if (feeCap === 0n && tip === 0n) return { feeCap, gasPrice: 0n }
  const from = call.from ?? zeroAddress
  if (tip > feeCap)
    throw new JsonRpcError(
      rpcCodes.server,
      `max priority fee per gas higher than max fee per gas: address ${from}, maxPriorityFeePerGas: ${tip}, maxFeePerGas: ${feeCap}`,
    )
  if (feeCap < baseFee)
    throw new JsonRpcError(
      rpcCodes.server,
      `max fee per gas less than block base fee: address ${from}, maxFeePerGas: ${feeCap}, baseFee: ${baseFee}`,
    )
  return { feeCap, gasPrice: feeCap < baseFee + tip ? feeCap : baseFee + tip }
}

/** The most that a call pays for its gas, and the most above the base fee. */
function capsOf({ gasPrice, maxFeePerGas, maxPriorityFeePerGas }: CallJson): {
  readonly feeCap: bigint
  readonly tip: bigint
} {
  const [feeCap, tip] = [maxFeePerGas ?? undefined, maxPriorityFeePerGas ?? undefined]
  if (typeof gasPrice !== 'bigint') return { feeCap: feeCap ?? 0n, tip: tip ?? 0n }
  if (feeCap === undefined && tip === undefined) return { feeCap: gasPrice, tip: gasPrice }
  const message = 'both gasPrice and (maxFeePerGas or maxPriorityFeePerGas) specified'
  throw new JsonRpcError(errorCodes.invalidParams, message)
}

import { toAddress } from '#protocol/codec/hex.ts'
import { errorCodes, JsonRpcError } from '#json-rpc/json-rpc-answer.ts'
import type { CallJson } from './call-json.ts'
import { rpcCodes } from './params.ts'

/** Gas price of a call, in wei. */
export interface CallPrice {
  /** Maximum price; 0 for a call without a price. */
  readonly feeCap: bigint
  /** Result of the opcode GASPRICE. */
  readonly gasPrice: bigint
}

const zeroAddress = toAddress(new Uint8Array(20))

/**
 * The price of a call in a block with a base fee, as in geth.
 *
 * @throws JsonRpcError for a price below the base fee
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

/** Maximum fee and maximum tip of a call. */
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

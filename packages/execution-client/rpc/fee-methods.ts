import * as z from 'zod'
import { JsonRpcError } from '#json-rpc/json-rpc-answer.ts'
import type { Methods } from '#json-rpc/json-rpc-dispatch.ts'
import type { Chain } from '#execution-client/chain/chain.ts'
import { quantityJson, toQuantity } from '#json-rpc/forms/fields.ts'
import type { KnownBlock } from '#execution-client/store/block-store.ts'
import { nextBaseFee } from '#execution-client/transition/base-fee.ts'
import { blockJson, blocksBetween, parseParam, requireBlock, rpcCodes } from './params.ts'
import { depositType } from '#protocol/transaction/transaction-types.ts'

/** The tip that is always suggested, in wei: op-geth's minimum. */
const suggestedTip = 1_000_000n

/** Limit on the blocks of a fee history, as in geth. */
export const maxHistoryBlocks = 1_024n

/** Limit on the percentiles of a fee history. */
export const maxPercentiles = 100

/** Methods for gas prices. Spec: execution-apis, src/eth/fee_market.yaml */
export function feeMethods(chain: Chain): Methods {
  return {
    eth_gasPrice: () => toQuantity(baseFeeAfter(chain, chain.head) + suggestedTip),
    eth_maxPriorityFeePerGas: () => toQuantity(suggestedTip),
    eth_blobBaseFee: () => '0x1',
    eth_feeHistory: (params) => feeHistory(chain, params),
  }
}

const percentilesJson = z
  .array(z.number().min(0).max(100))
  .max(maxPercentiles)
  .nullish()
  .refine(
    (list) => (list ?? []).every((value, at, all) => at === 0 || value >= (all[at - 1] ?? 0)),
    'percentiles must ascend',
  )

function feeHistory(chain: Chain, params: readonly unknown[]): unknown {
  const asked = parseParam(z.union([quantityJson, z.int().positive().transform(BigInt)]), params, 0)
  if (asked < 1n) throw new JsonRpcError(rpcCodes.invalidParams, 'want at least one block')
  const newest = requireBlock(chain, parseParam(blockJson, params, 1))
  const percentiles = parseParam(percentilesJson, params, 2) ?? []
  const count = asked < maxHistoryBlocks ? asked : maxHistoryBlocks
  const last = newest.header.number
  const first = last - count + 1n < 0n ? 0n : last - count + 1n
  const blocks = [...blocksBetween(chain, first, last)]
  const { length } = blocks
  return {
    oldestBlock: toQuantity(first),
    baseFeePerGas: [
      ...blocks.map(({ header }) => header.baseFeePerGas ?? 0n),
      baseFeeAfter(chain, newest),
    ].map(toQuantity),
    gasUsedRatio: blocks.map(({ header }) => Number(header.gasUsed) / Number(header.gasLimit)),
    baseFeePerBlobGas: Array.from({ length: length + 1 }, () => '0x0'),
    blobGasUsedRatio: Array.from({ length }, () => 0),
    ...(percentiles.length > 0 && {
      reward: blocks.map((block) => rewards(chain, block, percentiles)),
    }),
  }
}

/** Tips at percentiles of the gas used. */
function rewards(
  chain: Chain,
  block: KnownBlock,
  percentiles: readonly number[],
): readonly string[] {
  const { receipts } = chain.body(block)
  const baseFee = block.header.baseFeePerGas ?? 0n
  const paid = receipts
    .filter(({ type }) => type !== depositType)
    .map(({ effectiveGasPrice, gasUsed }) => ({ tip: effectiveGasPrice - baseFee, gas: gasUsed }))
    .toSorted((left, right) => Number(left.tip - right.tip))
  return percentiles.map((percentile) => {
    const wanted = (Number(block.header.gasUsed) * percentile) / 100
    let used = 0
    for (const { tip, gas } of paid) {
      used += Number(gas)
      if (used >= wanted) return toQuantity(tip)
    }
    return toQuantity(paid.at(-1)?.tip ?? 0n)
  })
}

function baseFeeAfter(chain: Chain, { header }: KnownBlock): bigint {
  return nextBaseFee(chain.config, header, header.timestamp + 1n)
}

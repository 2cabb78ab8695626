import * as z from 'zod'
import { errorCodes, JsonRpcError } from '#json-rpc/json-rpc-answer.ts'
import type { ExecutionRpc } from '#services/rpc/execution/execution-rpc.ts'
import { serverError } from '#services/rpc/methods/server-error.ts'
import { unlessLost } from './lost-prefix.ts'
import type { PendingView } from './pending-view.ts'

/** A filter whose range may end at `pending`. The execution client checks the other fields. */
const filterJson = z.looseObject({
  fromBlock: z.unknown().optional(),
  toBlock: z.unknown().optional(),
  blockHash: z.unknown().optional(),
})

/** A log, as far as its place is concerned. */
const placedLogJson = z.looseObject({ blockNumber: z.string(), logIndex: z.string() })
const logsJson = z.array(placedLogJson)

type PlacedLog = z.output<typeof placedLogJson>

/** Dependencies of `eth_getLogs`. */
export interface PendingLogsOptions {
  readonly execution: Pick<ExecutionRpc, 'call'>
  readonly view: Pick<PendingView, 'prefixes' | 'state'>
}

/**
 * `eth_getLogs`. If the range ends at `pending`, the answer has the logs of the canonical chain, and those of the
 * prefixes above it. A block that has become canonical meanwhile is in both answers, so that logs are compared by block
 * number and index.
 *
 * @throws JsonRpcError -32602 for a range from `pending` to an earlier block
 */
export async function pendingLogs(
  params: readonly unknown[],
  { execution, view }: PendingLogsOptions,
): Promise<unknown> {
  const filter = filterJson.safeParse(params[0]).data
  const { blockHash, fromBlock, toBlock, ...rest } = filter ?? {}
  const isOfOneBlock = blockHash !== undefined && blockHash !== null
  if (isOfOneBlock || (toBlock !== 'pending' && fromBlock !== 'pending'))
    return execution.call('eth_getLogs', params)
  if (toBlock !== 'pending')
    throw new JsonRpcError(errorCodes.invalidParams, 'invalid block range params')
  const ask = (asked: object) =>
    execution.call('eth_getLogs', params.with(0, { ...rest, ...asked }))
  const prefixes = view.prefixes()
  const newest = prefixes.at(-1)
  if (newest === undefined) {
    const from = fromBlock === 'pending' ? 'latest' : fromBlock
    return ask({ fromBlock: from, toBlock: 'latest' })
  }
  const from = fromBlock === 'pending' ? newest.number : numberOf(fromBlock)
  // The execution client refuses a range that begins above its head.
  const isAboveHead = from !== undefined && from > (view.state.overlay?.canonical.number ?? 0n)
  const answers = await Promise.all([
    ...(isAboveHead ? [] : [ask({ fromBlock, toBlock: 'latest' })]),
    ...prefixes
      .filter(({ number }) => from === undefined || number >= from)
      .map(({ hash }) => unlessLost(() => ask({ blockHash: hash }))),
  ])
  return together(answers)
}

/** The logs of all answers, each log once. */
function together(answers: readonly unknown[]): readonly PlacedLog[] {
  const logs = new Map<string, PlacedLog>()
  for (const answer of answers) {
    const { data, success } = logsJson.safeParse(answer ?? [])
    if (!success) throw serverError('the execution client answered eth_getLogs without logs')
    for (const log of data) {
      const place = `${log.blockNumber}:${log.logIndex}`
      if (!logs.has(place)) logs.set(place, log)
    }
  }
  return [...logs.values()]
}

/** The number of a block parameter; undefined for a label. */
function numberOf(block: unknown): bigint | undefined {
  return typeof block === 'string' && /^0x[0-9a-fA-F]{1,16}$/u.test(block)
    ? BigInt(block)
    : undefined
}

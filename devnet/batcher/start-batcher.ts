import { randomBytes } from 'node:crypto'
import type { LocalAccount } from 'viem'
import * as z from 'zod'
import type { RollupConfig } from '#protocol/chains/rollup-config.ts'
import { toChannelId } from '#protocol/codec/hex.ts'
import { hashJson, quantityJson, toQuantity } from '#json-rpc/forms/fields.ts'
import { parseL2Block } from '#json-rpc/forms/l2-block-json.ts'
import { parseJson } from '#json-rpc/forms/parse-json.ts'
import { JsonRpcClient } from '#json-rpc/json-rpc-client.ts'
import type { Clock } from '#runtime/clock.ts'
import { Batcher, type PostedCounts } from './batcher.ts'
import { L1Inbox } from './l1-inbox.ts'
import type { ChannelForm } from './make-channel.ts'

/** Options of a batcher on a node. */
export interface BatcherSettings {
  readonly config: RollupConfig
  readonly form: ChannelForm
  readonly l1Url: string
  /** JSON-RPC of the rollup node, for its heads. */
  readonly rollupUrl: string
  /** JSON-RPC of the execution client, for the blocks. */
  readonly executionUrl: string
  readonly account: LocalAccount
  readonly clock: Clock
  readonly report: (what: string) => void
}

/** A batcher that posts blocks until it is stopped. */
export interface RunningBatcher {
  readonly posted: () => PostedCounts
  /** Rejects when the batcher fails by a mistake of the program. */
  readonly failed: Promise<never>
  stop(): Promise<void>
}

/** Number of L1 blocks in a channel, and of those after which a channel is posted again. */
const [channelBlocks, patience] = [2n, 10n]

/** A channel is closed this many L1 blocks before its first block can no longer be derived from it. */
const windowMargin = 4n

/** Bytes of transactions in a channel, before compression. */
const channelBytes = 600_000

const pollMs = 500
/** Long, since an L1 that verifies many blobs answers late. */
const timeoutMs = 20_000

/** Hash of the heads while the rollup node has none. */
const noBlock = `0x${'00'.repeat(32)}`

const headsJson = z.looseObject({
  unsafe_l2: z.looseObject({ hash: hashJson, number: z.number() }),
  safe_l2: z.looseObject({ hash: hashJson, number: z.number() }),
})
const l1Json = z.looseObject({ number: quantityJson, timestamp: quantityJson })

/** Starts a batcher that posts the unsafe blocks of a node to L1. */
export function startBatcher(settings: BatcherSettings): RunningBatcher {
  const { account, clock, config, executionUrl, form, l1Url, report, rollupUrl } = settings
  const clientOf = (url: string) =>
    new JsonRpcClient({ endpoints: [{ url }], timeoutMs, rounds: 1, clock })
  const [l1, rollup, execution] = [clientOf(l1Url), clientOf(rollupUrl), clientOf(executionUrl)]
  const chainId = Number(config.l1ChainId)
  const inbox = new L1Inbox({ client: l1, chainId, account, inbox: config.batchInboxAddress })
  const batcher = new Batcher(
    {
      heads: async () => {
        const status = await rollup.call('optimism_syncStatus', [])
        const { safe_l2: safe, unsafe_l2: unsafe } = parseJson(headsJson, status, 'status')
        const idOf = ({ hash, number }: typeof safe) => ({ hash, number: BigInt(number) })
        return unsafe.hash === noBlock ? undefined : { safe: idOf(safe), unsafe: idOf(unsafe) }
      },
      l1Head: async () =>
        parseJson(l1Json, await l1.call('eth_getBlockByNumber', ['latest', false]), 'block'),
      block: async (number) => {
        const json = await execution.call('eth_getBlockByNumber', [toQuantity(number), true])
        return json === null ? undefined : parseL2Block(json, config).block
      },
      send: (data, earlier) => inbox.send(data, earlier),
      included: (transaction) => inbox.included(transaction),
      newChannelId: () => toChannelId(randomBytes(16)),
      report,
      clock,
    },
    { config, form, pollMs, channelBlocks, channelBytes, windowMargin, patience },
  )
  const stopping = new AbortController()
  const running = batcher.run(stopping.signal)
  const failed = running.then(() => new Promise<never>(() => undefined))
  // eslint-disable-next-line atoll/use-rejection -- the caller handles the rejection through `failed`
  failed.catch(() => undefined)
  return {
    posted: () => batcher.posted,
    failed,
    stop: async () => {
      stopping.abort()
      // Calls in progress end with a fault, so that the batcher ends at once.
      for (const client of [l1, rollup, execution]) await client.close()
      await running
    },
  }
}

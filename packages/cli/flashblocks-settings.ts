import * as z from 'zod'
import { streamTimes } from '#flashblock-stream/stream-client.ts'
import { listOf, milliseconds, onOff, url, wholeNumber } from '#runtime/settings/setting-kinds.ts'

/** Settings of `atoll flashblocks watch`. */
export const flashblocksWatchSettings = z.strictObject({
  ws: listOf(url(['ws', 'wss'], 'ws://localhost:1111')).describe(
    'streams of flashblocks of one chain, by WebSocket; of what several of them deliver, the first arrival counts',
  ),
  l2Rpc: url(['http', 'https', 'ws', 'wss'], 'http://localhost:8545').describe(
    'JSON-RPC endpoint of a node of this chain, which has the sealed blocks',
  ),
  until: wholeNumber(0, Number.MAX_SAFE_INTEGER)
    .optional()
    .describe(
      'number of the last block to check; by default, the command runs until it is stopped',
    ),
  json: onOff()
    .default(false)
    .describe('whether to print one JSON object for each block, and one with the result'),
  pingPeriodMs: milliseconds(10, 60_000)
    .default(streamTimes.pingPeriodMs)
    .describe('interval of pings to each stream'),
  pongTimeoutMs: milliseconds(50, 600_000)
    .default(streamTimes.pongTimeoutMs)
    .describe(
      'time for the answer to a ping, after which a stream is connected again; as long as a stream never answered a ping, a flashblock in this time is enough',
    ),
})

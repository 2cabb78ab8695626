import * as z from 'zod'
import { chainSettings } from '#runtime/settings/chain-settings.ts'
import { listOf, url, wholeNumber } from '#runtime/settings/setting-kinds.ts'

/** Settings of da-watcher. */
export const config = z.strictObject({
  ...chainSettings.shape,
  l1RpcUrls: listOf(url(['http', 'https'], 'http://localhost:8545')).describe(
    'JSON-RPC endpoint of L1; several are scored, and the best is asked first',
  ),
  l1BeaconUrls: listOf(url(['http', 'https'], 'http://localhost:5052'))
    .optional()
    .describe('beacon API endpoint of L1; needed where a batcher posts blobs'),
  l1PollMs: wholeNumber(10, 600_000)
    .default(2_000)
    .describe('how often the heads of L1 are asked for'),
  l1TimeoutMs: wholeNumber(100, 600_000)
    .default(10_000)
    .describe('how long one request to L1 may take'),
})

import * as z from 'zod'
import { l1Settings } from '#l1/l1-settings.ts'
import { chainSettings } from '#runtime/settings/chain-settings.ts'
import { listOf, url, want, wholeNumber } from '#runtime/settings/setting-kinds.ts'

const beaconUrls = () => listOf(url(['http', 'https'], 'http://localhost:5052'))

/** Settings of da-watcher. */
export const config = z.strictObject({
  ...chainSettings.shape,
  ...l1Settings.shape,
  l1BeaconUrls: beaconUrls()
    .optional()
    .describe('beacon API endpoints of L1; needed where a batcher posts blobs'),
  l1BeaconArchiveUrls: beaconUrls()
    .optional()
    .describe('beacon API endpoints that are asked for blobs that the others do not keep any more'),
  l1TrustedUrls: listOf(url(['http', 'https', 'ws', 'wss'], 'http://localhost:8545'))
    .optional()
    .describe(
      'those of the endpoints above whose answers are believed without being checked: your own nodes, and no others',
    ),
  l1PollMs: wholeNumber(10, 600_000)
    .default(2_000)
    .describe('how often the head of L1 is asked for where it is not announced'),
  l1FinalityPollMs: wholeNumber(10, 3_600_000)
    .optional()
    .describe(
      'how often the safe and the finalized head of L1 are asked for, which move once an epoch; left out: twelve times as seldom as the head',
    ),
  l1RateLimit: wholeNumber(0, 1_000_000)
    .default(0)
    .describe('how many calls a second each JSON-RPC endpoint of L1 is asked at most; 0: no limit'),
  dataDir: want(z.string().optional(), 'a folder; it is made if it is not there').describe(
    'where verified L1 blocks and blobs are kept, for this node and others on the machine; left out: nowhere',
  ),
  cacheMib: wholeNumber(16, 1_048_576)
    .default(1_024)
    .describe('how much is kept there, in MiB; the oldest goes first'),
})

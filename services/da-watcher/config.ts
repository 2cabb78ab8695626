import * as z from 'zod'
import { headerLinesProblem, isHeaderLine } from '#json-rpc/header-lines.ts'
import { l1Settings } from '#l1/l1-settings.ts'
import { chainSettings } from '#runtime/settings/chain-settings.ts'
import {
  listOf,
  milliseconds,
  readableFile,
  seconds,
  secret,
  url,
  want,
  wholeNumber,
} from '#runtime/settings/setting-kinds.ts'

const beaconUrls = () => listOf(url(['http', 'https'], 'http://localhost:5052'))

/** Settings of da-watcher. */
export const config = z.strictObject({
  ...chainSettings.shape,
  ...l1Settings.shape,
  l1BeaconUrls: beaconUrls()
    .optional()
    .describe('beacon API endpoints of L1; required if the batcher posts blobs'),
  l1BeaconArchiveUrls: beaconUrls()
    .optional()
    .describe(
      'beacon API endpoints with old blobs, which are queried for blobs that the other endpoints have pruned',
    ),
  l1BeaconHeader: secret(
    want(z.string().refine(isHeaderLine).optional(), 'a header, as in Name: value'),
  ).describe(
    'header of each request to the first beacon endpoint; better put a secret into --l1-beacon-headers-file',
  ),
  l1BeaconHeadersFile: readableFile(
    'one header per line; for several servers, a line such as [https://host] above the headers of each server',
    headerLinesProblem,
  )
    .optional()
    .describe(
      'file with headers for the beacon API endpoints, by server, as in Authorization: Bearer KEY',
    ),
  l1BeaconGenesisTime: wholeNumber(0, 99_999_999_999)
    .optional()
    .describe(
      'Unix seconds of slot 0 of the beacon chain; by default the answer of the endpoints, or the known value of a public chain',
    ),
  l1BeaconSlotSeconds: seconds(1, 3_600)
    .optional()
    .describe('duration of a slot of the beacon chain; by default the answer of the endpoints'),
  l1TrustedUrls: listOf(url(['http', 'https', 'ws', 'wss'], 'http://localhost:8545'))
    .optional()
    .describe('endpoints of L1 whose answers are not verified; only for your own nodes'),
  l1PollMs: milliseconds(10, 600_000)
    .default(2_000)
    .describe('period at which the head of L1 is polled while no endpoint announces heads'),
  l1FinalityPollMs: milliseconds(10, 3_600_000)
    .optional()
    .describe(
      'period at which the safe and the finalized head of L1 are polled; by default 12 times the period of the head',
    ),
  l1RateLimit: wholeNumber(0, 1_000_000)
    .default(0)
    .describe('maximum number of calls per second to each JSON-RPC endpoint of L1; 0: no limit'),
  dataDir: want(z.string().optional(), 'a folder; it is created if it does not exist').describe(
    'folder of the cache of L1 blocks and blobs, which nodes on one machine may share if they have the same --l1-trusted-urls; by default there is no cache',
  ),
  cacheMib: wholeNumber(16, 1_048_576)
    .default(1_024)
    .describe('size limit of the cache, in MiB; the oldest blocks are removed first'),
})

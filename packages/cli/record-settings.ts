import * as z from 'zod'
import { chainSettings } from '#runtime/settings/chain-settings.ts'
import {
  insteadOf,
  milliseconds,
  onOff,
  readableFile,
  url,
  want,
  wholeNumber,
} from '#runtime/settings/setting-kinds.ts'

const blockNumber = () => wholeNumber(0, Number.MAX_SAFE_INTEGER)

/** Settings of `atoll record`. */
export const recordSettings = z.strictObject({
  l1RpcUrl: insteadOf(
    'fromCache',
    url(['http', 'https'], 'http://localhost:8545')
      .optional()
      .describe('JSON-RPC endpoint of L1; or give --from-cache'),
  ),
  fromCache: want(z.string().optional(), 'the --data-dir of a da-watcher').describe(
    'read L1 blocks and blobs from the cache of a da-watcher, so that the derivation during an incident can be repeated elsewhere',
  ),
  trustL1: onOff()
    .default(false)
    .describe(
      'use L1 blocks without checking them against their hashes; for an L1 for development whose hashes are wrong',
    ),
  l1BeaconUrl: url(['http', 'https'], 'http://localhost:5052')
    .optional()
    .describe(
      'L1 beacon API endpoint that still has the blobs of the L1 blocks to record; needed if a batcher used blobs',
    ),
  l2RpcUrl: url(['http', 'https'], 'http://localhost:9545').describe(
    'JSON-RPC endpoint of an L2 execution client that has the L2 blocks from --from to --to',
  ),
  ...chainSettings.shape,
  genesis: readableFile("a genesis in geth's form, gzipped or not")
    .optional()
    .describe(
      'L2 genesis to add to the record, so that the blocks of the record can be executed; --from must be the genesis block',
    ),
  from: blockNumber().describe('number of the L2 block that is the safe head at the start'),
  to: blockNumber().describe('number of the last L2 block'),
  out: want(z.string(), 'a folder that does not exist yet').describe('folder to write'),
  requestTimeoutMs: milliseconds(100, 600_000).default(30_000).describe('timeout of one request'),
})

import * as z from 'zod'
import { headerLinesProblem } from '#json-rpc/header-lines.ts'
import {
  listOf,
  milliseconds,
  readableFile,
  url,
  wholeNumber,
} from '#runtime/settings/setting-kinds.ts'

/** Settings of every service that queries L1. */
export const l1Settings = z.strictObject({
  l1RpcUrls: listOf(url(['http', 'https', 'ws', 'wss'], 'http://localhost:8545')).describe(
    'JSON-RPC endpoints of L1; the best endpoint is queried first, and an endpoint with a ws URL announces new heads',
  ),
  l1TimeoutMs: milliseconds(100, 600_000).default(10_000).describe('timeout of one request to L1'),
  l1RpcHeadersFile: readableFile('headers of each request to L1, one in a line', headerLinesProblem)
    .optional()
    .describe(
      'file with headers for the JSON-RPC endpoints of L1, as in Authorization: Bearer KEY',
    ),
  l1RpcMaxBatchSize: wholeNumber(1, 1_000)
    .default(100)
    .describe('calls in one request to L1; an endpoint that refuses this many gets fewer'),
})

/** Values of `l1Settings`. */
export type L1Settings = z.output<typeof l1Settings>

import * as z from 'zod'
import { onOff, shownDefault, want, wholeNumber } from '#runtime/settings/setting-kinds.ts'

/** Settings of `atoll derive`. */
export const deriveSettings = z.strictObject({
  record: want(
    z.string(),
    'a folder with rollup.json, l1.ndjson and l2.ndjson, gzipped or not',
  ).describe('recorded L1 data to derive from, with the L2 chain to compare with'),
  from: wholeNumber(0, Number.MAX_SAFE_INTEGER)
    .optional()
    .describe(
      'number of the L2 block that is the safe head at the start (default: the first of the record)',
    ),
  execute: onOff()
    .default(false)
    .describe(
      'whether each block is built in the embedded execution client, from the genesis of the record',
    ),
  verifyL1: onOff()
    .default(false)
    .describe(
      'whether header hashes, transactions roots, receipts roots and blobs of L1 are checked',
    ),
  repeat: wholeNumber(1, 1_000)
    .default(1)
    .describe(
      'number of runs, for measuring; with more than one run, L1 is loaded into memory first',
    ),
  quiet: onOff().default(false).describe('whether to print only the summary, without progress'),
  json: shownDefault(
    onOff().default(!process.stdout.isTTY),
    'true if the output is not a terminal',
  ).describe('whether to print a line of JSON for each block, and one for the summary'),
})

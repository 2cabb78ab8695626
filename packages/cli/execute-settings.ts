import * as z from 'zod'
import { insteadOf, onOff, readableFile, want } from '#runtime/settings/setting-kinds.ts'

/** Settings of `atoll execute`. */
export const executeSettings = z.strictObject({
  chain: insteadOf(
    'fixture',
    want(z.string(), 'a folder with genesis.json, l2.ndjson and expected.ndjson, gzipped or not')
      .optional()
      .describe('recorded chain to execute from its genesis; or give --fixture'),
  ),
  fixture: readableFile('a recorded block with its witness')
    .optional()
    .describe('recorded block to execute'),
  opGeth: onOff()
    .default(false)
    .describe('whether Karst keeps the EVM rules of Jovian, as in op-geth'),
  json: onOff().default(false).describe('whether to print one JSON object'),
})

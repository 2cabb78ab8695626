import * as z from 'zod'
import { toAddress, fromHex } from '#protocol/codec/hex.ts'
import { listOf, port, want, wholeNumber } from '#runtime/settings/setting-kinds.ts'

/** Factor on the recorded speed; 0 is as fast as possible. */
const speed = want(
  z
    .string()
    .regex(/^(?:max|\d{1,6}(?:\.\d{1,3})?)$/u)
    .transform((text) => (text === 'max' ? 0 : Number(text))),
  'a number such as 12 or 0.5, or max',
)

const reorg = want(
  z
    .string()
    .regex(/^[1-9]\d{0,5}@\d{1,15}(?:\+[1-9]\d{0,5})?$/u)
    .transform((text) => {
      const [depth = '', block = '', stay = '2'] = text.split(/[@+]/u)
      return { depth: BigInt(depth), block: BigInt(block), stay: BigInt(stay) }
    }),
  'DEPTH@BLOCK or DEPTH@BLOCK+BLOCKS, such as 3@20 or 3@20+5',
)

const address = want(
  z
    .string()
    .regex(/^0x[0-9a-fA-F]{40}$/u)
    .transform((text) => toAddress(fromHex(text))),
  'an address of 20 bytes in hex',
)

/** Settings of `atoll l1-replay`. */
export const l1ReplaySettings = z.strictObject({
  record: want(z.string(), 'a folder with rollup.json and l1.ndjson, gzipped or not').describe(
    'recorded L1 data to serve',
  ),
  speed: speed
    .default(1)
    .describe(
      'factor on the recorded speed at which the chain grows; max or 0: all blocks from the start',
    ),
  reorg: listOf(reorg)
    .optional()
    .describe(
      'when BLOCK is the head, other blocks replace the last DEPTH blocks; after BLOCKS more blocks (default 2), the recorded blocks replace these again',
    ),
  safeLag: wholeNumber(0, 1_000_000)
    .default(4)
    .describe('how many blocks the safe head is behind the head, until the head is the last block'),
  finalizedLag: wholeNumber(0, 1_000_000)
    .default(8)
    .describe(
      'how many blocks the finalized head is behind the head, until the head is the last block',
    ),
  unsafeBlockSigner: address
    .optional()
    .describe('signer of unsafe blocks, until a log of the record changes it'),
  host: want(z.string(), 'an address').default('127.0.0.1').describe('address to serve on'),
  rpcPort: port().default(8545).describe('port of JSON-RPC; 0 takes any free port'),
  beaconPort: port().default(5052).describe('port of the beacon API; 0 takes any free port'),
})

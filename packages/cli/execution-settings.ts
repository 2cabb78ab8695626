import { hexKeyProblem } from '#runtime/keys/hex-key.ts'
import * as z from 'zod'
import { hardforkNames } from '#protocol/chains/hardforks.ts'
import { commandHealthSettings, logSettings } from '#runtime/settings/service-settings.ts'
import {
  chainId,
  listOf,
  onOff,
  oneOf,
  port,
  readableFile,
  shownDefault,
  want,
  wholeNumber,
} from '#runtime/settings/setting-kinds.ts'

const address = want(z.string().regex(/^0x[0-9a-fA-F]{40}$/), 'an address')

/** Settings of `atoll execution-client`. */
export const executionClientSettings = z.strictObject({
  genesis: readableFile("a genesis in geth's form, gzipped or not").describe(
    'first block of the chain; atoll genesis makes one',
  ),
  jwtSecretFile: readableFile('64 hex digits', hexKeyProblem).describe(
    'secret that the consensus client knows too; atoll keys create jwt makes one',
  ),
  dataDir: z.string().optional().describe('folder for the chain; default: in memory'),
  archive: onOff()
    .default(false)
    .describe(
      'whether to keep all states; otherwise, the last 128 and those from the finalized block on are kept',
    ),
  opGeth: onOff()
    .default(false)
    .describe('whether Karst keeps the EVM rules of Jovian, as in op-geth'),
  host: z.string().default('127.0.0.1').describe('address that serves both APIs'),
  enginePort: port().default(8551).describe('port of the Engine API'),
  rpcPort: port().default(8545).describe('port for users: JSON-RPC over HTTP and WebSocket'),
  rpcHosts: listOf(z.string())
    .default(['localhost'])
    .describe(
      'host names under which the JSON-RPC port may be called; * for any; IP addresses are always allowed',
    ),
  cors: listOf(z.string()).optional().describe('origins of web pages that may call; * for all'),
  ...logSettings.shape,
  ...commandHealthSettings.shape,
})

/** Settings of `atoll genesis`. */
export const genesisSettings = z.strictObject({
  chainId: chainId().describe('chain id of the new chain'),
  out: z.string().optional().describe('file to write; default: standard output'),
  timestamp: shownDefault(
    wholeNumber(0, Number.MAX_SAFE_INTEGER).optional().describe('Unix seconds of the first block'),
    'now',
  ),
  fork: oneOf(hardforkNames)
    .default('karst')
    .describe('newest hardfork that is active from the first block on'),
  laterForks: want(
    listOf(z.string().regex(/^[a-z]+=\d{1,9}$/)).optional(),
    'hardforks and seconds after the first block, such as lagoon=60; several with commas',
  ).describe('hardforks that activate later, each with its seconds after the first block'),
  gasLimit: wholeNumber(5_000, 2_000_000_000).default(60_000_000).describe('gas limit of a block'),
  mnemonic: want(z.string(), 'words of a mnemonic')
    .default('test test test test test test test test test test test junk')
    .describe('mnemonic of the funded accounts; never one with real funds'),
  accounts: wholeNumber(0, 100).default(10).describe('number of accounts'),
  fund: listOf(address).optional().describe('further accounts with ether'),
  ether: wholeNumber(0, 1_000_000_000).default(10_000).describe('ether of each account'),
})

import * as z from 'zod'
import { l1Settings } from '#l1/l1-settings.ts'
import { hexKeyProblem } from '#runtime/keys/hex-key.ts'
import { chainSettings } from '#runtime/settings/chain-settings.ts'
import {
  milliseconds,
  oneOf,
  readableFile,
  seconds,
  urlWithoutUser,
  want,
} from '#runtime/settings/setting-kinds.ts'

/** Settings of the engine. */
export const config = z.strictObject({
  ...chainSettings.shape,
  ...l1Settings.shape,
  engineUrl: urlWithoutUser(['http', 'https'], 'http://127.0.0.1:8551')
    .default('http://127.0.0.1:8551')
    .describe('Engine API of the execution client'),
  jwtSecretFile: readableFile('a secret of 32 bytes in hex', hexKeyProblem).describe(
    'secret shared with the execution client',
  ),
  engineTimeoutMs: milliseconds(1, 600_000)
    .default(10_000)
    .describe('timeout of one call to the execution client'),
  dataDir: want(z.string().optional(), 'a folder; it is created if it does not exist').describe(
    'folder of the flashblocks of unfinished blocks, which another builder may continue; by default they are kept in memory only',
  ),
  syncMode: oneOf(['cl', 'el'])
    .default('cl')
    .describe('cl: every block is derived; el: the execution client fetches blocks from its peers'),
  elSyncSafeOffsetSeconds: seconds(0, 31_536_000)
    .default(43_200)
    .describe('with el: distance of the safe head below the synced head'),
})

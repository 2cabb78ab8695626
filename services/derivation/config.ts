import * as z from 'zod'
import { chainSettings } from '#runtime/settings/chain-settings.ts'
import { want, wholeNumber } from '#runtime/settings/setting-kinds.ts'

/** Settings of derivation. */
export const config = z.strictObject({
  ...chainSettings.shape,
  dataDir: want(z.string().min(1), 'a folder').describe(
    'folder of the safe-head history; created if missing',
  ),
  verifierL1Confirmations: wholeNumber(0, 1_000_000)
    .default(0)
    .describe('number of blocks that L1 must have on top of a block before derivation reads it'),
})

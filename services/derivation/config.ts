import * as z from 'zod'
import { chainSettings } from '#runtime/settings/chain-settings.ts'
import { want, wholeNumber } from '#runtime/settings/setting-kinds.ts'

/** Settings of derivation. */
export const config = z.strictObject({
  ...chainSettings.shape,
  dataDir: want(z.string().min(1), 'a folder').describe(
    'folder that keeps the safe-head history; made if it is not there',
  ),
  verifierL1Confirmations: wholeNumber(0, 1_000_000)
    .default(0)
    .describe('blocks that L1 must have on top of one before it is derived from'),
})

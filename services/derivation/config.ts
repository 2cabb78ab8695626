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
    .describe(
      'confirmations: number of L1 blocks that must follow an L1 block before derivation reads that block',
    ),
})

import type * as z from 'zod'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { ServiceMain } from '#service/service.ts'
import { loadServiceConfig } from '#runtime/settings/chain-settings.ts'
import type { config as settingsOfDerivation } from './config.ts'
import { runDerivation } from './run.ts'
import { createDerivationMetrics } from './metrics.ts'
import { SafeHeadHistory } from './history/safe-head-history.ts'

/** Wires the service. */
export const startDerivation: ServiceMain<z.output<typeof settingsOfDerivation>> = async (
  service,
) => {
  const { settings, metrics } = service
  const { dataDir, verifierL1Confirmations } = settings
  const config = await loadServiceConfig(settings)
  await mkdir(dataDir, { recursive: true })
  const history = new SafeHeadHistory(join(dataDir, 'safe-heads.sqlite'))
  try {
    await runDerivation(
      { ...service, metrics: createDerivationMetrics(metrics) },
      { config, confirmations: BigInt(verifierL1Confirmations), history },
    )
  } finally {
    history.close()
  }
}

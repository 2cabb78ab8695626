import type * as z from 'zod'
import type { ServiceMain } from '#service/service.ts'
import { loadServiceConfig } from '#runtime/settings/chain-settings.ts'
import type { config as settingsSchema } from './config.ts'
import { runDaWatcher } from './da-watcher.ts'
import { openL1 } from './open-l1.ts'
import { createDaWatcherMetrics } from './metrics.ts'

/** Wires the service. */
export const startDaWatcher: ServiceMain<z.output<typeof settingsSchema>> = async (service) => {
  const { settings } = service
  const rollup = await loadServiceConfig(settings)
  const { metrics: registry } = service
  const metrics = createDaWatcherMetrics(registry)
  const { l1, close } = openL1(settings, { ...service, config: rollup, metrics, registry })
  try {
    const ports = { l1, config: rollup, pollMs: settings.l1PollMs }
    await runDaWatcher({ ...service, metrics }, ports)
  } finally {
    await close()
  }
}

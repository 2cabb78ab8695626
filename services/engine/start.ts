import type * as z from 'zod'
import { JsonRpcClient } from '#json-rpc/json-rpc-client.ts'
import type { ServiceMain } from '#service/service.ts'
import { loadServiceConfig } from '#runtime/settings/chain-settings.ts'
import type { config as settingsSchema } from './config.ts'
import { runEngine } from './engine.ts'
import { L1Headers } from './l1-headers.ts'
import { createEngineMetrics } from './metrics.ts'
import { openExecutionClient } from './open-client.ts'

/** Wires the service. */
export const startEngine: ServiceMain<z.output<typeof settingsSchema>> = async (service) => {
  const { clock, lease, metrics: registry, settings, signal } = service
  const rollup = await loadServiceConfig(settings)
  if (lease === undefined) throw new Error('the engine needs a lease')
  const metrics = createEngineMetrics(registry)
  const client = await openExecutionClient({
    ...settings,
    config: rollup,
    clock,
    onCall: (method, ms) => metrics.called(method, ms),
    signal,
  })
  const l1Rpc = new JsonRpcClient({
    endpoints: settings.l1RpcUrls.map((url) => ({ url })),
    timeoutMs: settings.l1TimeoutMs,
    rounds: 3,
    clock,
  })
  const { elSyncSafeOffsetSeconds, instance, syncMode } = settings
  const sync = { mode: syncMode, safeOffsetSeconds: BigInt(elSyncSafeOffsetSeconds) }
  try {
    await runEngine(
      { ...service, lease, metrics, instance },
      {
        config: rollup,
        executionClient: client.executionClient,
        l1: new L1Headers(l1Rpc, signal),
        sync,
      },
    )
  } finally {
    await Promise.all([client.close(), l1Rpc.close()])
  }
}

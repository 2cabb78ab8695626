import type * as z from 'zod'
import { EngineApiClient } from '#runtime/engine-api/engine-api-client.ts'
import { Fault } from '#runtime/fault.ts'
import { JsonRpcClient } from '#runtime/json-rpc/json-rpc-client.ts'
import { createToken, readJwtSecret } from '#runtime/json-rpc/jwt.ts'
import type { ServiceMain } from '#runtime/service/service.ts'
import { loadRollupConfig } from '#runtime/settings/chain-settings.ts'
import type { config as settingsSchema } from './config.ts'
import { runEngine } from './engine.ts'
import { L1Headers } from './l1-headers.ts'
import { createEngineMetrics } from './metrics.ts'

/** Wires the service. */
export const startEngine: ServiceMain<z.output<typeof settingsSchema>> = async (service) => {
  const { clock, lease, metrics: registry, settings, signal } = service
  const rollup = await loadRollupConfig(settings)
  if (rollup.l2ChainId !== settings.chainId)
    throw new Fault('settings', {
      severity: 'critical',
      detail: `--chain-id is ${settings.chainId}, but the rollup config is that of chain ${rollup.l2ChainId}`,
    })
  if (lease === undefined) throw new Error('the engine needs a lease')
  const secret = await readJwtSecret(settings.jwtSecretFile)
  const metrics = createEngineMetrics(registry)
  const headers = () => ({ authorization: `Bearer ${createToken(secret, clock.now())}` })
  const engineRpc = new JsonRpcClient({
    endpoints: [{ url: settings.engineUrl, headers }],
    timeoutMs: settings.engineTimeoutMs,
    rounds: 1,
    clock,
  })
  const l1Rpc = new JsonRpcClient({
    endpoints: settings.l1RpcUrls.map((url) => ({ url })),
    timeoutMs: settings.l1TimeoutMs,
    rounds: 3,
    clock,
  })
  const executionClient = new EngineApiClient({
    rpc: engineRpc,
    config: rollup,
    monotonicMs: () => clock.monotonicMs(),
    onCall: (method, ms) => metrics.called(method, ms),
    signal,
  })
  const { elSyncSafeOffsetSeconds, instance, syncMode } = settings
  const sync = { mode: syncMode, safeOffsetSeconds: BigInt(elSyncSafeOffsetSeconds) }
  try {
    await runEngine(
      { ...service, lease, metrics, instance },
      { config: rollup, executionClient, l1: new L1Headers(l1Rpc, signal), sync },
    )
  } finally {
    await Promise.all([engineRpc.close(), l1Rpc.close()])
  }
}

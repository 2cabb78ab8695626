import type { TestContext } from 'node:test'
import { Counter, Registry } from 'prom-client'
import { type HealthServer, serveHealth } from '#service/health-server.ts'

/** The health of a service with one metric. */
export interface TestHealth {
  readonly health: HealthServer
  readonly registry: Registry
}

/** Starts a health server, which stops when the test ends. */
export async function serveTestHealth(
  t: TestContext,
  reasons: readonly string[] = [],
): Promise<TestHealth> {
  const registry = new Registry()
  new Counter({ name: 'atoll_test_total', help: 'a test', registers: [registry] }).inc(7)
  const health = await serveHealth({
    host: '127.0.0.1',
    port: 0,
    portFlag: '--health-port',
    metrics: () => registry.metrics(),
    reasonsNotReady: () => reasons,
  })
  t.after(() => health.close())
  return { health, registry }
}

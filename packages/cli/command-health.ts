import type * as z from 'zod'
import type { commandHealthSettings } from '#runtime/settings/service-settings.ts'

/**
 * Serves the liveness of a command that is no service, if its settings name a port. Such a command has no states that
 * would make it unready, and no metrics.
 *
 * @throws Fault `health-port` if the address cannot be bound
 */
export async function serveCommandHealth({
  healthHost: host,
  healthPort: port,
}: z.output<typeof commandHealthSettings>): Promise<{ close(): Promise<void> }> {
  if (port === undefined) return { close: () => Promise.resolve() }
  const { serveHealth } = await import('#service/health-server.ts')
  return serveHealth({
    host,
    port,
    portFlag: '--health-port',
    metrics: () => Promise.resolve(''),
    reasonsNotReady: () => [],
  })
}

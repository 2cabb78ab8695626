import { Gauge, type Registry } from 'prom-client'

/** Registers the metrics that every service has beside its own. */
export function registerServiceMetrics(registry: Registry, isReady: () => boolean): void {
  // eslint-disable-next-line no-new -- a gauge registers itself
  new Gauge({
    name: 'atoll_service_ready',
    help: '1 if the service is ready; 0 while it starts, waits or stands by, for the reasons that /readyz names',
    registers: [registry],
    collect() {
      this.set(isReady() ? 1 : 0)
    },
  })
}

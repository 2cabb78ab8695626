import { Gauge, type Registry } from 'prom-client'

/** The state that the metrics of a service show. Each scrape reads this state. */
export interface ShownState {
  /** Whether the service is ready, as `/readyz` answers. */
  readonly isReady: () => boolean
  /** Whether the service waits while another instance holds its lease. */
  readonly isStandby: () => boolean
}

/** Registers the metrics that every service has in addition to its own. */
export function registerServiceMetrics(
  registry: Registry,
  { isReady, isStandby }: ShownState,
): void {
  registerGauge(registry, isReady, {
    name: 'atoll_service_ready',
    help: '1 if the service is ready; 0 while it starts, waits or stands by, for the reasons that /readyz names',
  })
  registerGauge(registry, isStandby, {
    name: 'atoll_service_standby',
    help: '1 while another instance of the service is active, and this instance waits to take over',
  })
}

function registerGauge(
  registry: Registry,
  isSo: () => boolean,
  names: { readonly name: string; readonly help: string },
): void {
  // eslint-disable-next-line no-new -- a gauge registers itself
  new Gauge({
    ...names,
    registers: [registry],
    collect() {
      this.set(isSo() ? 1 : 0)
    },
  })
}

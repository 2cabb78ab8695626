import { Counter, type Registry } from 'prom-client'

/** Registers the metrics of a node beside those of its services. */
export function createNodeMetrics(registry: Registry): {
  readonly restarts: Counter<'service'>
} {
  return {
    restarts: new Counter({
      name: 'atoll_node_restarts_total',
      help: 'restarts of a service after it ended unexpectedly; 0 for a service that never did',
      labelNames: ['service'],
      registers: [registry],
    }),
  }
}

import { Counter, type Registry } from 'prom-client'

/** Registers the metrics of the node itself. Each service registers its own. */
export function createNodeMetrics(registry: Registry): {
  readonly restarts: Counter<'service'>
} {
  return {
    restarts: new Counter({
      name: 'atoll_node_restarts_total',
      help: 'restarts of a service that ended unexpectedly; 0 if it has not been restarted',
      labelNames: ['service'],
      registers: [registry],
    }),
  }
}

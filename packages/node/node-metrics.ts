import { Counter, type Registry } from 'prom-client'

/** Registers the metrics that a node has of its own; its services have theirs. */
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

import { Registry } from 'prom-client'
import { createBusMetrics, registerBusGauges } from '#bus/bus-metrics.ts'
import { createNodeMetrics } from '#node/node-metrics.ts'
import { registerServiceMetrics } from '#service/service-metrics.ts'
import {
  createMetrics as daWatcherMetrics,
  registerGauges as daWatcherGauges,
} from '#services/da-watcher/metrics.ts'
import { createMetrics as derivationMetrics } from '#services/derivation/metrics.ts'
import { createMetrics as engineMetrics } from '#services/engine/metrics.ts'
import {
  createMetrics as flashblockMetrics,
  registerGauges as flashblockGauges,
} from '#services/flashblock-p2p/metrics.ts'
import { createMetrics as gossipMetrics } from '#services/gossip/metrics.ts'
import { createMetrics as sequencerMetrics } from '#services/sequencer/metrics.ts'
import { createMetrics as rpcMetrics, registerGauges as rpcGauges } from '#services/rpc/metrics.ts'
import { type Alert, alerts } from './alerts.ts'
import { table } from './messages-page.ts'

/** A metric, as the registry describes it. */
export interface Described {
  readonly name: string
  readonly type: string
  readonly help: string
  readonly labels: readonly string[]
}

/** The functions that register metrics, by the title of their section. */
const sources: Readonly<Record<string, (registry: Registry) => void>> = {
  'The node': (registry) => createNodeMetrics(registry),
  'Every service': (registry) =>
    registerServiceMetrics(registry, { isReady: () => true, isStandby: () => false }),
  'The bus, in every service': (registry) => {
    createBusMetrics(registry)
    registerBusGauges(registry, { stateAges: () => [], leaseRemainingMs: () => undefined })
  },
  'da-watcher': (registry) => {
    daWatcherMetrics(registry)
    daWatcherGauges(registry, { ratings: () => [], bytes: () => ({ memory: 0, disk: 0 }) })
  },
  derivation: (registry) => derivationMetrics(registry),
  engine: (registry) => engineMetrics(registry),
  gossip: (registry) => gossipMetrics(registry),
  sequencer: (registry) => sequencerMetrics(registry),
  'flashblock-p2p': (registry) => {
    flashblockMetrics(registry)
    flashblockGauges(registry, { peers: () => 0, clocks: () => 0, clients: () => 0 })
  },
  rpc: (registry) => {
    rpcMetrics(registry)
    rpcGauges(registry, { sockets: () => 0, subscriptions: () => 0 })
  },
}

/** Labels that each metric has: two that Prometheus adds, and the service. */
const commonLabels = ['instance', 'job', 'service']

/** The metrics of a node by section. */
export async function describedMetrics(): Promise<ReadonlyMap<string, readonly Described[]>> {
  const sections = new Map<string, readonly Described[]>()
  for (const [title, register] of Object.entries(sources)) {
    const registry = new Registry()
    register(registry)
    const labelsOf = (name: string): readonly string[] => {
      const metric: object = registry.getSingleMetric(name) ?? {}
      return 'labelNames' in metric ? (metric.labelNames as readonly string[]) : []
    }
    const metrics = await registry.getMetricsAsJSON()
    sections.set(
      title,
      metrics.map(({ name, type, help }) => ({
        name,
        type: String(type),
        help,
        labels: labelsOf(name),
      })),
    )
  }
  return sections
}

/** The operators' page of metrics and alerts. @throws Error if an alert has a metric or a label that does not exist */
export async function metricsPage(): Promise<string> {
  const sections = await describedMetrics()
  const problems = alertProblems(alerts, [...sections.values()].flat())
  if (problems.length > 0) throw new Error(`tools/generate/alerts.ts:\n  ${problems.join('\n  ')}`)
  return [
    '# Metrics',
    '',
    'Made by `npm run generate` from the metrics that the services register, and from `tools/generate/alerts.ts`.',
    '',
    '`atoll node` serves all of them at `http://127.0.0.1:7300/metrics` (`--metrics-addr`, `--metrics-port`), with the label `service`.',
    'A counter begins at 0 with each start of its service. A counter with labels has no sample until it counts for the first time.',
    'Each service also has the metrics of [prom-client](https://github.com/siimon/prom-client) for a Node.js process, such as',
    '`process_resident_memory_bytes`, `process_cpu_seconds_total`, `process_open_fds`, `nodejs_eventloop_lag_p99_seconds`.',
    '',
    '## Alerts',
    '',
    '`deploy/prometheus/alerts.yml` has these alerts as rules for Prometheus; `deploy/prometheus/prometheus.yml` is an example that',
    'scrapes a node as job `atoll`, which `AtollNodeDown` needs. **page**: act now, since the node makes no progress or will soon make none.',
    '**ticket**: act within days. Watch the free space of the disk with the metrics of the machine.',
    '',
    ...table(
      ['alert', 'if', 'for', 'severity', 'what happened', 'what to do'],
      alerts.map(({ name, expr, for: lasts, severity, means, action }) => {
        return [`\`${name}\``, `\`${expr}\``, lasts, severity, means, action]
      }),
    ),
    '',
    ...[...sections].flatMap(([title, metrics]) => [
      `## ${title}`,
      '',
      ...table(
        ['metric', 'type', 'labels', 'what it is', 'alerts'],
        metrics.map(({ name, type, help, labels }) => [
          `\`${name}\``,
          type,
          labels.map((label) => `\`${label}\``).join(', '),
          help,
          alerts
            .filter(({ expr }) => namesIn(expr).includes(name))
            .map((alert) => `\`${alert.name}\``)
            .join(', '),
        ]),
      ),
      '',
    ]),
  ].join('\n')
}

/** The mistakes in a table of alerts: metrics and labels that do not exist. */
export function alertProblems(
  rules: readonly Pick<Alert, 'name' | 'expr'>[],
  metrics: readonly Described[],
): readonly string[] {
  const known = new Map(metrics.map(({ name, labels }) => [name, labels]))
  return rules.flatMap(({ name, expr }) => {
    const names = namesIn(expr)
    const labels = new Set([
      ...commonLabels,
      ...names.flatMap((metric) => known.get(metric) ?? []),
      ...(expr.includes('_bucket') ? ['le'] : []),
    ])
    return [
      ...names
        .filter((metric) => !known.has(metric))
        .map((metric) => `${name}: ${metric} does not exist`),
      ...labelsIn(expr)
        .filter((label) => !labels.has(label))
        .map((label) => `${name}: ${names.join(', ')} has no label ${label}`),
    ]
  })
}

/** The metrics of Atoll in an expression. */
function namesIn(expr: string): readonly string[] {
  return [...expr.matchAll(/atoll_\w+/gu)].map(([name]) => name.replace(/_bucket$/u, ''))
}

/** The labels in the matchers and groupings of an expression. */
function labelsIn(expr: string): readonly string[] {
  const matchers = [...expr.matchAll(/(\w+)\s*(?:=~|!~|!=|=)\s*"/gu)].map(([, label = '']) => label)
  const groupings = [...expr.matchAll(/\b(?:by|on|ignoring|without) \(([^)]*)\)/gu)]
  return [...matchers, ...groupings.flatMap(([, list = '']) => list.split(/,\s*/u))]
}

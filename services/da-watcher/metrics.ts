import { Counter, Gauge, Histogram, type Registry } from 'prom-client'
import type { FaultCode } from '#runtime/fault-codes.ts'
import type { EndpointRating } from '#l1/endpoint-score.ts'
import type { FoundIn } from './block-fetcher.ts'

/** What da-watcher counts. */
export interface DaWatcherMetrics {
  headMoved(label: 'head' | 'safe' | 'finalized', number: bigint): void
  reorganised(depth: bigint): void
  /** A block was asked for over the bus. */
  answered(outcome: AnswerOutcome, seconds: number): void
  /** L1 was asked: a method of JSON-RPC, or `beacon`. */
  called(method: string): void
  /** Something that was wanted was found. */
  found(what: 'block' | 'blob', where: FoundIn): void
  /** An endpoint failed, and how. */
  failed(code: FaultCode): void
}

/** Values that are asked for when somebody looks. */
export interface DaWatcherGauges {
  ratings(): readonly EndpointRating[]
  /** Bytes by what holds them. */
  bytes(): Readonly<Record<'memory' | 'disk', number>>
}

/** How a request for a block ended. */
export type AnswerOutcome = 'block' | 'not-found' | 'reorged' | 'failed'

/** Counts into a registry. */
export function createDaWatcherMetrics(registry: Registry): DaWatcherMetrics {
  const registers = [registry]
  const heads = new Gauge({
    name: 'atoll_da_watcher_head_number',
    help: 'number of an L1 head',
    labelNames: ['label'],
    registers,
  })
  const reorgs = new Counter({
    name: 'atoll_da_watcher_reorgs_total',
    help: 'times that L1 replaced its newest blocks',
    registers,
  })
  const depth = new Gauge({
    name: 'atoll_da_watcher_reorg_depth',
    help: 'blocks that the last reorg of L1 replaced',
    registers,
  })
  const answers = new Histogram({
    name: 'atoll_da_watcher_answer_seconds',
    help: 'from a request for an L1 block to its answer',
    labelNames: ['outcome'],
    buckets: [0.001, 0.005, 0.025, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers,
  })
  const calls = new Counter({
    name: 'atoll_da_watcher_l1_calls_total',
    help: 'calls to L1, by method; requests to a beacon API are one method',
    labelNames: ['method'],
    registers,
  })
  const found = new Counter({
    name: 'atoll_da_watcher_found_total',
    help: 'blocks and blobs of L1 that were wanted, by where they were',
    labelNames: ['what', 'where'],
    registers,
  })
  const failures = new Counter({
    name: 'atoll_da_watcher_failures_total',
    help: 'requests to L1 that failed, by code',
    labelNames: ['code'],
    registers,
  })
  return {
    headMoved: (label, number) => heads.set({ label }, Number(number)),
    reorganised: (blocks) => {
      reorgs.inc()
      depth.set(Number(blocks))
    },
    answered: (outcome, seconds) => answers.observe({ outcome }, seconds),
    called: (method) => calls.inc({ method }),
    found: (what, where) => found.inc({ what, where }),
    failed: (code) => failures.inc({ code }),
  }
}

/** Shows what is thought of endpoints, and what is held. */
export function registerDaWatcherGauges(registry: Registry, gauges: DaWatcherGauges): void {
  const registers = [registry]
  const gauge = ({ name, help, label }: Described, rows: () => readonly Row[]) =>
    new Gauge({
      name: `atoll_da_watcher_${name}`,
      help,
      labelNames: [label],
      registers,
      collect() {
        this.reset()
        for (const [value, number] of rows()) this.set({ [label]: value }, number)
      },
    })
  const ofEach = (number: (rating: EndpointRating) => number) => () =>
    gauges.ratings().map((rating) => [rating.name, number(rating)] as const)
  const cost = 'what asking an endpoint of L1 is expected to take, failures and all'
  const lies = 'times that an endpoint of L1 told what is not true'
  const resting = '1 while an endpoint of L1 is not asked, because it lied or limits'
  const held = 'L1 data that is held'
  const label = 'endpoint'
  gauge(
    { name: 'endpoint_cost_seconds', help: cost, label },
    ofEach(({ score }) => score / 1_000),
  )
  gauge(
    { name: 'endpoint_lies', help: lies, label },
    ofEach((rating) => rating.lies),
  )
  gauge(
    { name: 'endpoint_resting', help: resting, label },
    ofEach(({ rest }) => (rest === undefined ? 0 : 1)),
  )
  gauge({ name: 'held_bytes', help: held, label: 'where' }, () => Object.entries(gauges.bytes()))
}

interface Described {
  readonly name: string
  readonly help: string
  readonly label: string
}

/** The value of a label, and the number that belongs to it. */
type Row = readonly [string, number]

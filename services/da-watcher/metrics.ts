import { Counter, Gauge, Histogram, type Registry } from 'prom-client'
import type { FaultCode } from '#runtime/fault-codes.ts'
import type { EndpointRating } from '#l1/endpoint-score.ts'
import type { FoundIn } from './l1/block-fetcher.ts'
import type { State } from './state.ts'

/** Metrics of da-watcher. */
export interface Metrics {
  /** Sets the gauges to the values of a state. */
  observe(state: Pick<State, 'heads'>): void
  reorganised(depth: bigint): void
  /** Counts a request for a block over the bus. */
  answered(outcome: AnswerOutcome, seconds: number): void
  /** Counts a call to L1: a method of JSON-RPC, or `beacon`. */
  called(method: string): void
  /** Counts a block or blob, by where it was found. */
  found(what: 'block' | 'blob', where: FoundIn): void
  /** Counts a failure of an endpoint. */
  failed(code: FaultCode): void
}

/** Values that are read at each scrape. */
export interface Gauges {
  ratings(): readonly EndpointRating[]
  /** Bytes of stored L1 data. */
  bytes(): Readonly<Record<'memory' | 'disk', number>>
}

/** Outcome of a request for a block. */
export type AnswerOutcome = 'block' | 'not-found' | 'reorged' | 'failed'

/** Registers the metrics. */
export function createMetrics(registry: Registry): Metrics {
  const registers = [registry]
  const heads = new Gauge({
    name: 'atoll_da_watcher_head_number',
    help: 'number of the newest block of L1, by label: head, safe, finalized',
    labelNames: ['label'],
    registers,
  })
  const reorgs = new Counter({
    name: 'atoll_da_watcher_reorgs_total',
    help: 'reorgs of L1 that da-watcher detected',
    registers,
  })
  const depth = new Gauge({
    name: 'atoll_da_watcher_reorg_depth',
    help: 'number of blocks that the last reorg of L1 replaced',
    registers,
  })
  const answers = new Histogram({
    name: 'atoll_da_watcher_answer_seconds',
    help: 'time from a request of derivation for an L1 block to its answer, by outcome: block, not-found, reorged, failed',
    labelNames: ['outcome'],
    buckets: [0.001, 0.005, 0.025, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers,
  })
  const calls = new Counter({
    name: 'atoll_da_watcher_l1_calls_total',
    help: 'calls to the endpoints of L1, by method; all requests to beacon APIs count as method beacon',
    labelNames: ['method'],
    registers,
  })
  const found = new Counter({
    name: 'atoll_da_watcher_found_total',
    help: 'blocks and blobs that were requested, by what (block, blob) and where they were found (memory, disk, l1)',
    labelNames: ['what', 'where'],
    registers,
  })
  const failures = new Counter({
    name: 'atoll_da_watcher_failures_total',
    help: 'failed requests to the endpoints of L1, by fault code',
    labelNames: ['code'],
    registers,
  })
  return {
    observe: (state) => {
      for (const label of ['head', 'safe', 'finalized'] as const) {
        const ref = state.heads?.[label]
        if (ref !== undefined) heads.set({ label }, Number(ref.number))
      }
    },
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

/** Registers gauges of the ratings of endpoints and of the sizes of caches. */
export function registerGauges(registry: Registry, gauges: Gauges): void {
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
  const label = 'endpoint'
  const cost =
    'expected cost of a call to an endpoint of L1: latency plus penalties for failures and lag; the lowest is queried first'
  gauge(
    { name: 'endpoint_cost_seconds', help: cost, label },
    ofEach(({ score }) => score / 1_000),
  )
  const wrong =
    'answers of an endpoint of L1 that failed verification since the start of the service'
  gauge(
    { name: 'endpoint_wrong_answers', help: wrong, label },
    ofEach(({ wrongAnswers }) => wrongAnswers),
  )
  const resting = '1 while an endpoint of L1 is not queried after a wrong answer or a rate limit'
  gauge(
    { name: 'endpoint_resting', help: resting, label },
    ofEach(({ rest }) => (rest === undefined ? 0 : 1)),
  )
  const held = 'bytes of L1 data that are kept, by where: memory, disk'
  gauge({ name: 'held_bytes', help: held, label: 'where' }, () => Object.entries(gauges.bytes()))
}

interface Described {
  readonly name: string
  readonly help: string
  readonly label: string
}

/** The value of the label, and the value of the gauge. */
type Row = readonly [string, number]

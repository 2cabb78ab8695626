import { Counter, Gauge, Histogram, type Registry } from 'prom-client'

/** What da-watcher counts. */
export interface DaWatcherMetrics {
  headMoved(label: 'head' | 'safe' | 'finalized', number: bigint): void
  reorganised(depth: bigint): void
  /** A block was asked for over the bus. */
  answered(outcome: AnswerOutcome, seconds: number): void
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
  return {
    headMoved: (label, number) => heads.set({ label }, Number(number)),
    reorganised: (blocks) => {
      reorgs.inc()
      depth.set(Number(blocks))
    },
    answered: (outcome, seconds) => answers.observe({ outcome }, seconds),
  }
}

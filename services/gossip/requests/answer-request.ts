import type { Logger } from 'pino'
import { fetchL2Block } from '#messages/subjects.ts'
import type { Bus } from '#bus/bus.ts'
import type { RollupConfig } from '#protocol/chains/rollup-config.ts'
import { type Clock, sleep } from '#runtime/clock.ts'
import { isFault } from '#runtime/fault.ts'
import type { Metrics } from '#services/gossip/metrics.ts'
import type { PayloadAnswer } from './payload-answer.ts'
import { RequestLimits } from './request-limits.ts'

/** What is needed to answer requests. */
export interface AnswerSources {
  readonly bus: Pick<Bus, 'call'>
  readonly clock: Clock
  readonly config: RollupConfig
  readonly log: Pick<Logger, 'debug'>
  readonly metrics: Pick<Metrics, 'requested'>
  readonly signal: AbortSignal
}

/** Time in which the engine must return a block. */
const fetchMs = 5_000

/**
 * Returns the function that answers a request of a peer for a block. The function returns undefined if the peer asks
 * too often, or if gossip stops.
 */
export function answering({ bus, clock, config, log, metrics, signal }: AnswerSources) {
  const limits = new RequestLimits()
  const answerOf = async (number: bigint): Promise<PayloadAnswer> => {
    if (!isInRange(config, number, clock.now())) return { kind: 'out-of-range' }
    try {
      const request = { block: { kind: 'number', number }, part: 'payload' } as const
      const found = await bus.call(fetchL2Block, request, { deadlineMs: fetchMs })
      if (found.kind === 'not-found' || found.part.kind !== 'payload') return { kind: 'not-found' }
      return { kind: 'payload', payload: found.part.payload }
    } catch (error) {
      if (!isFault(error)) throw error
      log.debug({ error }, 'a block that a peer requested could not be read')
      return { kind: 'failed' }
    }
  }
  return async (peer: string, number: bigint): Promise<PayloadAnswer | undefined> => {
    const waitMs = limits.take(peer, clock.monotonicMs())
    if (waitMs === undefined) {
      metrics.requested('throttled')
      return undefined
    }
    if (waitMs > 0 && !(await sleep(clock, waitMs, signal))) return undefined
    const answer = await answerOf(number)
    metrics.requested(answer.kind)
    return answer
  }
}

/** Whether the chain can have a block of this number now. */
function isInRange({ genesis, blockTime }: RollupConfig, number: bigint, nowMs: number): boolean {
  const sinceGenesis = BigInt(Math.floor(nowMs / 1_000)) - genesis.l2Timestamp
  const highest = genesis.l2.number + sinceGenesis / blockTime
  return number >= genesis.l2.number && number <= highest
}

import type { Logger } from 'pino'
import { idOf } from '#protocol/block/refs.ts'
import { isStuck } from '#services/engine/jobs/failure.ts'
import type { Metrics } from '#services/engine/metrics.ts'
import type { Report } from '#services/engine/state.ts'

/** A failure that needs an operator is logged at the third attempt, then once every 20 attempts. */
const stuckLogAttempts = { first: 3, period: 20 }

/** Logs and counts what happened. */
export function report(
  what: Report,
  { log, metrics }: { readonly log: Logger; readonly metrics: Metrics },
): void {
  switch (what.kind) {
    case 'report-refused': {
      const { payload, reason } = what
      const l2 = { number: payload.number, hash: payload.blockHash }
      metrics.payloadRefused()
      log.warn({ l2, reason }, 'an unsafe block was refused')
      return
    }
    case 'report-flashblock-refused': {
      const { block: parent, index, reason } = what
      metrics.flashblockRefused()
      log.warn({ parent, index, reason }, 'a flashblock was refused')
      return
    }
    case 'report-generation': {
      const { cause, chain } = what
      const { finalized, generation, safe, start, unsafe } = chain
      metrics.generationChanged(cause)
      const others = { unsafe: idOf(unsafe), finalized: idOf(finalized) }
      const l1Origin = idOf(start.l1Origin)
      log.info({ safe: idOf(safe), cause, ...others, l1Origin, generation }, 'generation began')
      return
    }
    case 'report-applied': {
      const { applied, chain } = what
      metrics.applied(applied.kind)
      if (applied.kind !== 'dropped')
        log.debug({ l2: idOf(applied.block), safe: idOf(chain.safe) }, `block ${applied.kind}`)
      return
    }
    case 'report-failure': {
      const { failure, job } = what
      metrics.failed(job, failure.code)
      const { code, detail, times, timesAlike } = failure
      const fields = { job, code, reason: detail, times }
      // The failure is logged rarely, because the status shows it while it lasts.
      if (isStuck(failure)) {
        const { first, period } = stuckLogAttempts
        if (timesAlike % period === first) log.error(fields, 'the engine needs an operator')
      } else if (times === 1 || timesAlike === 1) log.warn(fields, 'the engine retries')
    }
  }
}

import type { Logger } from 'pino'
import type { Payload } from '#protocol/block/payload.ts'
import { idOf } from '#protocol/block/refs.ts'
import { toHash } from '#protocol/codec/hex.ts'
import { keccak256 } from '#protocol/codec/keccak.ts'
import type { Hash } from '#protocol/primitives.ts'
import { depositType } from '#protocol/transaction/transaction-types.ts'
import { isStuck } from '#services/engine/jobs/failure.ts'
import type { Metrics } from '#services/engine/metrics.ts'
import type { Report } from '#services/engine/state.ts'

/** A failure that needs an operator is logged at the third attempt, then once every 20 attempts. */
const stuckLogAttempts = { first: 3, period: 20 }

/** Limit on the transactions that a line names. */
const maxNamedTransactions = 100

/** Hashes of the transactions that users were promised. */
function lostTransactions({ transactions }: Payload): readonly Hash[] {
  return transactions
    .filter(([type]) => type !== depositType)
    .slice(0, maxNamedTransactions)
    .map((raw) => toHash(keccak256(raw)))
}

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
    case 'report-taken-over': {
      const { isLast, prefix } = what.takenOver
      const l2 = { number: prefix.payload.number, hash: prefix.payload.blockHash }
      const { index, payloadId } = prefix
      metrics.takenOver(isLast ? 'sealed' : 'continued')
      log.info({ l2, payloadId, index, isLast }, 'flashblocks were taken over')
      return
    }
    case 'report-prefix-dropped': {
      const { prefix, reason } = what.dropped
      const { payload, payloadId } = prefix
      const lost = lostTransactions(payload)
      metrics.takenOver('dropped')
      log.error(
        { l2: { number: payload.number }, payloadId, reason, lost },
        'flashblocks cannot be taken over: their transactions are not in the block',
      )
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

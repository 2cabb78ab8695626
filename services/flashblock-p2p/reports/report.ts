import { toHash } from '#protocol/codec/hex.ts'
import { keccak256 } from '#protocol/codec/keccak.ts'
import type { Flashblock } from '#protocol/flashblock/flashblock.ts'
import { depositType } from '#protocol/transaction/transaction-types.ts'
import type { Context } from '#services/flashblock-p2p/ports.ts'
import type { Effect } from '#services/flashblock-p2p/state.ts'

/** An effect that only operators see. */
type Report = Extract<
  Effect,
  {
    readonly kind:
      | 'report-acknowledged'
      | 'report-refused'
      | 'report-replaced'
      | 'report-unacknowledged'
      | 'report-unsigned'
  }
>

/** Logs and counts what happened. */
export function report(
  effect: Report,
  { clocks, log, metrics }: Pick<Context, 'clocks' | 'log' | 'metrics'>,
): void {
  switch (effect.kind) {
    case 'report-refused': {
      const { index, payloadId, peer, reason } = effect
      metrics.refused(reason)
      // After a stream is joined in the middle of a block, the rest of the block follows. A node may be behind.
      const isUsual = reason === 'index-gap' || reason === 'wrong-height'
      const level = isUsual ? 'debug' : 'warn'
      log[level]({ peer, payloadId, index, reason }, 'a flashblock of another builder was refused')
      return
    }
    case 'report-acknowledged':
      metrics.acknowledged(effect.status, effect.durationMs / 1_000)
      if (effect.clockAheadMs !== undefined) clocks.note(effect.peer, effect.clockAheadMs)
      return
    case 'report-replaced': {
      const { flashblocks, number } = effect
      log.warn(
        { l2: { number }, ...replacedFields(flashblocks) },
        'a new leader did not have these flashblocks: if they were public, their transactions may be lost',
      )
      return
    }
    case 'report-unacknowledged':
      metrics.unacknowledged()
      return
    case 'report-unsigned':
      log.warn(
        { l2: { number: effect.number } },
        'flashblocks are not signed: other builders may refuse them',
      )
      return
  }
}

/** Limit on the transactions that are logged. */
const maxLoggedTransactions = 100

function replacedFields(flashblocks: readonly Flashblock[]) {
  const raws = flashblocks.flatMap(({ diff }) => diff.transactions)
  const users = raws.filter(([type]) => type !== depositType)
  const transactions = users.slice(0, maxLoggedTransactions).map((raw) => toHash(keccak256(raw)))
  const { index, payloadId } = flashblocks[0] ?? {}
  return { payloadId, index, transactions }
}

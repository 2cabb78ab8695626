import type { Payload } from '#protocol/block/payload.ts'
import type { Context } from '#services/sequencer/ports.ts'
import type { Report } from '#services/sequencer/state.ts'

/** Logs and counts what happened. */
export function report(effect: Report, { log, metrics }: Pick<Context, 'log' | 'metrics'>): void {
  switch (effect.kind) {
    case 'report-trouble':
      metrics.failed(effect.trouble)
      log.warn({ reason: effect.why }, `cannot make the next block: ${words[effect.trouble]}`)
      return
    case 'report-inserted': {
      const { nowMs, payload } = effect
      const delayMs = nowMs - Number(payload.timestamp) * 1_000
      metrics.inserted(payload.transactions.length, delayMs / 1_000)
      log.info({ l2: idOf(payload), txs: payload.transactions.length, delayMs }, 'made a block')
      return
    }
    case 'report-dropped':
      metrics.dropped()
      log.warn({ l2: idOf(effect.payload), reason: effect.why }, 'a sealed block is dropped')
      return
    case 'report-activity':
      log.info(effect.isActive ? 'the sequencer was started' : 'the sequencer was stopped')
  }
}

/** What failed, as shown to operators. */
const words = {
  signer: 'its signer',
  attributes: 'its attributes',
  'l1-origin': 'its L1 origin',
  engine: 'the engine',
  seal: 'its sealing',
  'bad-payload': 'the block that was built',
  conductor: 'op-conductor',
  insert: 'its insertion',
  'invalid-block': 'the execution client refuses it',
  stale: 'the heads of the engine',
} as const

function idOf({ blockHash: hash, number }: Payload) {
  return { number, hash }
}

import type { Context } from '#services/gossip/ports.ts'
import type { Report } from '#services/gossip/state.ts'

/** Logs and counts what happened. */
export function report(what: Report, { log, metrics }: Pick<Context, 'log' | 'metrics'>): void {
  switch (what.kind) {
    case 'report-block': {
      const { outcome, block, id, ageMs } = what
      metrics.received(block.version, outcome, ageMs)
      // At `debug`, since otherwise a peer could fill the log with invalid blocks.
      log.debug({ l2: id, peer: block.peer, outcome }, 'block from a peer')
      return
    }
    case 'report-dial': {
      const { id: peer, failure: reason, isStatic } = what
      if (isStatic) log.warn({ peer, reason }, 'a static peer cannot be reached')
      else log.debug({ peer, reason }, 'a peer cannot be reached')
      return
    }
    case 'report-topic':
      log.info({ topic: what.topic }, 'new blocks have another topic')
      return
    case 'report-signer': {
      const { current: signer, previous } = what.signers ?? {}
      if (signer === undefined) log.warn('the chain has no unsafe block signer')
      else log.info({ signer, previous: previous?.address }, 'accepts blocks of this signer')
      return
    }
  }
}

import type { Waiting } from '#service/status-reporter.ts'
import type { State } from './state.ts'

/** What rpc waits for. As long as it waits, clients see heads of zero, as with op-node. */
export function waitOf({ chain, l1 }: State): Waiting | undefined {
  if (chain === undefined)
    return {
      what: 'the heads of the engine',
      next: 'answers with heads of zero until the engine has found its start',
      on: 'engine',
    }
  if (l1 !== undefined) return undefined
  return {
    what: 'the heads of L1',
    next: 'answers with L1 heads of zero until da-watcher has read them',
    on: 'da-watcher',
  }
}

import type { Waiting } from '#service/status-reporter.ts'
import type { State } from './state.ts'

/** What rpc waits for. As long as it waits, the heads that it waits for are all zero for clients, as with op-node. */
export function waitOf({ chain, l1 }: State): Waiting | undefined {
  if (chain === undefined)
    return {
      what: 'the heads of the engine',
      next: 'answers with heads that are all zero until the engine has found the blocks to start from',
      on: 'engine',
    }
  if (l1 !== undefined) return undefined
  return {
    what: 'the heads of L1',
    next: 'answers with L1 heads that are all zero until da-watcher has read them',
    on: 'da-watcher',
  }
}

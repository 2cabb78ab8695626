import { Fault } from '#runtime/fault.ts'

/** The fault of an execution client that cannot carry out a call because it does not know a block. */
export function syncingFault(what: string): Fault {
  const detail = `the execution client is syncing and does not know ${what}`
  return new Fault('engine-syncing', { detail })
}

import { constants } from 'node:os'
import { endProcess } from './end-process.ts'

const stopSignals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** Signals within this time count as one, since one signal may arrive both directly and from the parent process. */
const sameRequestMs = 500

/**
 * Calls back at the first SIGINT, SIGTERM or SIGHUP. A further signal, `sameRequestMs` or more later, ends the process
 * immediately.
 */
export function onStopSignal(stop: (signal: NodeJS.Signals) => void): void {
  let askedMs: number | undefined
  for (const name of stopSignals)
    process.on(name, () => {
      if (askedMs === undefined) {
        askedMs = performance.now()
        stop(name)
      } else if (performance.now() - askedMs >= sameRequestMs) {
        endProcess(128 + constants.signals[name])
      }
    })
}

/** Calls back when the parent process that opened an IPC channel has ended, or immediately if it already has. */
export function onParentGone(stop: () => void): void {
  process.once('disconnect', stop)
  if ('connected' in process && !process.connected) stop()
}

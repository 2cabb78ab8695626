import { constants } from 'node:os'

const stopSignals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** A signal to a group of processes comes more than once: by itself, and from whoever passes it on. */
const sameRequestMs = 1_000

/** Calls back at the first SIGINT, SIGTERM or SIGHUP; one that comes a second or more after it ends the process at once. */
export function onStopSignal(stop: (signal: NodeJS.Signals) => void): void {
  let askedMs: number | undefined
  for (const name of stopSignals)
    process.on(name, () => {
      if (askedMs === undefined) {
        askedMs = performance.now()
        stop(name)
      } else if (performance.now() - askedMs >= sameRequestMs) {
        process.exit(128 + constants.signals[name])
      }
    })
}

/** Calls back when the process that started this one with a channel is gone, however it ended; at once if it is already. */
export function onParentGone(stop: () => void): void {
  process.once('disconnect', stop)
  if ('connected' in process && !process.connected) stop()
}

import { type Backoff, backoffMs } from '#runtime/backoff.ts'
import { type Clock, every } from '#runtime/clock.ts'

/** Options of a watch. */
export interface StoreWatchOptions {
  readonly clock: Clock
  /** Why the folder of the store does not accept writes; undefined if it accepts them. */
  readonly problem: () => string | undefined
  readonly report: (what: string) => void
  /** Ends the server, which is then started again. */
  readonly restart: () => void
}

/** Interval at which the folder of a failed store is tested for writes. */
const testPeriodMs = 1_000

/** Pauses from a failure to the restart. The pauses grow if failures repeat although the folder accepts writes. */
const restartBackoff: Backoff = { firstMs: 1_000, longestMs: 30_000 }

/** After this time without a restart, the next pause is `firstMs` again. */
const steadyMs = 60_000

/**
 * Restarts a NATS server whose store failed, when the folder accepts writes again. The server itself does not recover:
 * after one failed write, nats-server 2.15 no longer acknowledges messages of that stream, and earlier releases disable
 * JetStream. Requests about streams still succeed, so only the log shows the failure.
 */
export class StoreWatch {
  readonly #options: StoreWatchOptions
  readonly #stopTests: () => void
  #failedMs: number | undefined
  #restarts = 0
  #restartedMs = 0
  #reported: string | undefined

  constructor(options: StoreWatchOptions) {
    this.#options = options
    this.#stopTests = every(options.clock, testPeriodMs, () => this.#test())
  }

  /** Reads a line of the server's log. */
  readLine(line: string): void {
    if (!isStoreFailure(line)) return
    const { clock, problem, report } = this.#options
    this.#failedMs ??= clock.monotonicMs()
    const why = problem() ?? 'its folder accepts writes'
    if (this.#reported === why) return
    this.#reported = why
    report(`the NATS server cannot store messages: ${messageOf(line)}; ${why}`)
  }

  /** Must be called when the server has ended, since its next process opens the store again. */
  ended(): void {
    this.#failedMs = undefined
    this.#reported = undefined
  }

  stop(): void {
    this.#stopTests()
  }

  #test(): void {
    const { clock, problem, report, restart } = this.#options
    const nowMs = clock.monotonicMs()
    if (this.#failedMs === undefined) return
    if (nowMs - this.#restartedMs > steadyMs) this.#restarts = 0
    if (nowMs - this.#failedMs < backoffMs(restartBackoff, this.#restarts)) return
    if (problem() !== undefined) return
    report(
      'the folder of the NATS server accepts writes: restarting the server, whose store failed',
    )
    this.#failedMs = undefined
    this.#restartedMs = nowMs
    this.#restarts++
    restart()
  }
}

/**
 * Whether a line of a NATS server's log says that its store failed. A line about a client is ignored, since the client
 * chooses a part of its text.
 */
export function isStoreFailure(line: string): boolean {
  return /\[(?:ERR|WRN|FTL)\]/u.test(line) && !/ - cid:\d/u.test(line) && failures.test(line)
}

/** Words in errors about the store, of nats-server 2.9 to 2.15 and of the operating system. */
const failures =
  /failed to store a msg|critical write error|will be disabled|disabling jetstream|no space left on device|read-only file system|permission denied|input\/output error|quota exceeded/iu

/** A log line without process id and time. */
function messageOf(line: string): string {
  return line.replace(/^.*?\[(?:ERR|WRN|FTL)\] /u, '')
}

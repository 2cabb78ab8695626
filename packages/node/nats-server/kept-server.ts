import { backoffMs } from '#runtime/backoff.ts'
import { sleep, systemClock } from '#runtime/clock.ts'
import { writeProblem } from '#runtime/disk-space.ts'
import { isFault, isSystemError } from '#runtime/fault.ts'
import type { Report } from '#node/supervisor.ts'
import type { RunningNatsServer } from './nats-server.ts'
import type { PreparedBus } from './prepare-bus.ts'
import { StoreWatch } from './store-watch.ts'

/** Pauses before a server that ended is started again. */
const restartBackoff = { firstMs: 100, longestMs: 1_000 }

/** Options of a server that is kept running. */
export interface KeptServerOptions {
  readonly host: string
  /** 0 for any free port. */
  readonly port: number
  /** Folder of the bus. */
  readonly dataDir: string
  readonly report: Report
  /** Cancels the first start. */
  readonly signal?: AbortSignal | undefined
}

/**
 * Keeps a NATS server running. When the server ends, it is started again in the same folder, so that no acknowledged
 * message is lost. If its store fails, the server is restarted when the store can be written again.
 */
export class KeptServer {
  readonly #bus: Pick<PreparedBus, 'start'>
  readonly #options: KeptServerOptions
  readonly #watch: StoreWatch
  readonly #stopping = new AbortController()
  #running: RunningNatsServer
  readonly #kept: Promise<void>

  private constructor(
    bus: Pick<PreparedBus, 'start'>,
    options: KeptServerOptions,
    { running, watch }: { readonly running: RunningNatsServer; readonly watch: StoreWatch },
  ) {
    this.#bus = bus
    this.#options = options
    this.#running = running
    this.#watch = watch
    this.#kept = this.#keep()
  }

  /** Starts a server. @throws Fault as `startNatsServer` if the first start fails */
  static async start(
    bus: Pick<PreparedBus, 'start'>,
    options: KeptServerOptions,
  ): Promise<KeptServer> {
    const { dataDir, host, port, report, signal } = options
    let kept: KeptServer | undefined
    const watch = new StoreWatch({
      clock: systemClock,
      problem: () => writeProblem(dataDir),
      report: (what) => report(what, 'warn'),
      restart: () => void kept?.endServer(),
    })
    try {
      const onLog = (line: string) => watch.readLine(line)
      const running = await bus.start({ host, port, onLog, signal })
      kept = new KeptServer(bus, options, { running, watch })
      return kept
    } finally {
      if (kept === undefined) watch.stop()
    }
  }

  get url(): string {
    return this.#running.url
  }

  get pid(): number {
    return this.#running.pid
  }

  async stop(): Promise<void> {
    this.#stopping.abort()
    this.#watch.stop()
    await this.#running.stop()
    await this.#kept
  }

  /** Ends the server process, which is then started again. */
  async endServer(): Promise<void> {
    await this.#running.stop()
  }

  async #keep(): Promise<void> {
    const { dataDir, host, report } = this.#options
    const { signal } = this.#stopping
    const { port } = this.#running
    const onLog = (line: string) => this.#watch.readLine(line)
    let reported: string | undefined
    for (let failures = 0; !signal.aborted;) {
      if (failures === 0) await this.#running.ended
      if (signal.aborted) return
      this.#watch.ended()
      const pauseMs = backoffMs(restartBackoff, failures)
      if (failures === 0) report(`the NATS server ended; restarting it in ${pauseMs} ms`, 'warn')
      await sleep(systemClock, pauseMs, signal)
      if (signal.aborted) return
      try {
        const running = await this.#bus.start({ host, port, onLog, signal })
        this.#running = running
        // If `stop` was called during this start, it stopped the earlier server process and not the new one.
        if (signal.aborted) await running.stop()
        failures = 0
        reported = undefined
      } catch (error) {
        if (signal.aborted) return
        if (!isFault(error) && !isSystemError(error)) throw error
        const why = `the NATS server does not start: ${error.message}`
        if (reported !== why) report(`${why}; ${writeProblem(dataDir) ?? dataDir}`, 'warn')
        reported = why
        failures++
      }
    }
  }
}

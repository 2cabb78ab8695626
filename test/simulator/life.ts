import type { Connection } from '#bus/connection.ts'
import type { MemoryConnection } from '#bus/memory/memory-connection.ts'
import type { ServiceBus } from '#bus/service-bus.ts'
import type { Clock } from '#runtime/clock.ts'

/**
 * One run of a process, from its start to its end. Timers and messages wait while the process is frozen. After its end,
 * they are dropped.
 */
export class Life {
  readonly clock: Clock
  readonly connections: MemoryConnection[] = []
  bus: ServiceBus | undefined
  readonly #ended = new AbortController()
  #frozen: (() => void)[] | undefined
  #isOver = false
  readonly #onEffect: () => void

  /** @param onEffect called after each message that the process sends */
  constructor(clock: Clock, onEffect: () => void) {
    this.#onEffect = onEffect
    this.clock = {
      now: () => clock.now(),
      monotonicMs: () => clock.monotonicMs(),
      after: (delayMs, run) => clock.after(delayMs, () => this.#reach(run)),
    }
  }

  /** A signal that is not aborted during the run, because a killed process is not notified. */
  get signal(): AbortSignal {
    return this.#ended.signal
  }

  /** Wraps a connection of the process. Counts what the process sends, and drops all messages after its end. */
  guarded(connection: MemoryConnection): Connection {
    return {
      get server() {
        return connection.server
      },
      get isUp() {
        return connection.isUp
      },
      publish: (message) => {
        if (this.#isOver) return
        connection.publish(message)
        this.#onEffect()
      },
      request: async (message, options) => {
        if (this.#isOver) return new Promise(() => undefined)
        try {
          const answer = connection.request(message, options)
          this.#onEffect()
          return await answer
        } finally {
          await this.#turn()
        }
      },
      subscribe: (subject, options) =>
        connection.subscribe(subject, {
          ...options,
          onMessage: (message) => this.#reach(() => options.onMessage(message)),
        }),
      onReconnect: (run) => connection.onReconnect(() => this.#reach(run)),
      close: () => connection.close(),
    }
  }

  freeze(): void {
    this.#frozen ??= []
  }

  thaw(): void {
    const waiting = this.#frozen ?? []
    this.#frozen = undefined
    for (const run of waiting) this.#reach(run)
  }

  end(): void {
    this.#isOver = true
  }

  /**
   * Aborts the signal after the whole run. Node.js keeps each signal of `AbortSignal.any` that has a listener, and so the
   * memory of the run, until one of its signals is aborted.
   */
  release(): void {
    this.end()
    this.#ended.abort()
    void this.bus?.close()
  }

  #reach(run: () => void): void {
    if (this.#isOver) return
    if (this.#frozen === undefined) run()
    else this.#frozen.push(run)
  }

  /** Resolves immediately if the process runs, and at the thaw if it is frozen. Never resolves after its end. */
  #turn(): Promise<void> {
    return new Promise((resolve) => this.#reach(resolve))
  }
}

import { type Clock, every } from '#runtime/clock.ts'

/** When a connection is checked. */
export interface KeepAliveTimes {
  /** Interval of pings. */
  readonly pingPeriodMs: number
  /** Time for the answer to a ping. */
  readonly pongTimeoutMs: number
}

/** How a connection is checked. */
interface KeepAliveOptions extends KeepAliveTimes {
  readonly clock: Clock
  /** Sends a ping with this payload. */
  readonly ping: (payload: string) => void
  /** Called once, when the other side is silent. No ping is sent afterwards. */
  readonly onSilent: () => void
  /** Whether the other side is known to answer pings, from an earlier connection. */
  readonly answers: boolean
}

/**
 * Finds out that the other side of a connection is silent. Each ping needs an answer in time. Some proxies do not answer
 * pings: as long as no pong ever came, any message is a sign of life too.
 */
export class KeepAlive {
  readonly #options: KeepAliveOptions
  /** Cancels the timeout of each ping that is not answered, by its number. */
  readonly #waiting = new Map<number, () => void>()
  readonly #stopPings: () => void
  #answers: boolean
  #sent = 0
  /** Number of signs of life other than pongs. */
  #signs = 0

  constructor(options: KeepAliveOptions) {
    this.#options = options
    this.#answers = options.answers
    this.#stopPings = every(options.clock, options.pingPeriodMs, () => this.#ping())
  }

  /** Whether the other side is known to answer pings. */
  get answers(): boolean {
    return this.#answers
  }

  /** Takes a pong. A pong also answers all earlier pings. A pong without a ping is ignored. */
  pong(payload: string): void {
    const number = Number(payload)
    if (!this.#waiting.has(number)) return
    this.#answers = true
    for (const [earlier, cancel] of this.#waiting)
      if (earlier <= number) {
        cancel()
        this.#waiting.delete(earlier)
      }
  }

  /** Counts a message or a ping of the other side as a sign of life. */
  sign(): void {
    this.#signs++
  }

  /** Ends the pings. */
  stop(): void {
    this.#stopPings()
    for (const cancel of this.#waiting.values()) cancel()
    this.#waiting.clear()
  }

  #ping(): void {
    const { clock, ping, pongTimeoutMs } = this.#options
    const number = ++this.#sent
    const signs = this.#signs
    const cancel = clock.after(pongTimeoutMs, () => this.#timedOut(number, signs))
    this.#waiting.set(number, cancel)
    ping(String(number))
  }

  /**
   * If this process was busy for the whole time, the pong may have arrived and is not read yet. So the connection
   * ends only after one more turn of the event loop.
   */
  #timedOut(number: number, signs: number): void {
    const cancel = this.#options.clock.after(0, () => this.#unanswered(number, signs))
    this.#waiting.set(number, cancel)
  }

  /** @param signs signs of life before the ping */
  #unanswered(number: number, signs: number): void {
    this.#waiting.delete(number)
    if (!this.#answers && this.#signs > signs) return
    this.stop()
    this.#options.onSilent()
  }
}

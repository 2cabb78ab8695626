/** Limit on calls that run at a time. More would delay derivation, which makes the same calls. */
export const maxCallsAtOnce = 16

/** Limit on calls of one client that run at a time, so that other clients do not wait for all of its calls. */
export const maxCallsOfClient = 8

/** Limit on calls that wait. Further calls are refused. */
export const maxWaitingCalls = 256

/** Limit on calls of one client that wait. */
export const maxWaitingOfClient = 128

/** Limits the calls that run at a time. Clients take turns, regardless of the number of their waiting calls. */
export class CallQueue {
  /** The waiting calls of each client, in order. The first client has the next turn. */
  readonly #waiting = new Map<string, (() => void)[]>()
  readonly #runningOf = new Map<string, number>()
  #running = 0
  #size = 0

  /** Waits for a turn, which the caller ends with `leave`. @returns false immediately if too many calls wait */
  async enter(client: string): Promise<boolean> {
    if (this.#running < maxCallsAtOnce && this.#mayRun(client)) {
      this.#begin(client)
      return true
    }
    const own = this.#waiting.get(client) ?? []
    if (this.#size >= maxWaitingCalls || own.length >= maxWaitingOfClient) return false
    this.#waiting.set(client, own)
    this.#size++
    await new Promise<void>((resolve) => own.push(resolve))
    return true
  }

  /** Ends a turn. The next waiting call gets the free place immediately, before a new call can take it. */
  leave(client: string): void {
    const running = (this.#runningOf.get(client) ?? 0) - 1
    if (running > 0) this.#runningOf.set(client, running)
    else this.#runningOf.delete(client)
    this.#running--
    for (const [next, calls] of this.#waiting) {
      if (!this.#mayRun(next)) continue
      const run = calls.shift()
      this.#size--
      // The client moves to the end of the queue.
      this.#waiting.delete(next)
      if (calls.length > 0) this.#waiting.set(next, calls)
      this.#begin(next)
      run?.()
      return
    }
  }

  #mayRun(client: string): boolean {
    return (this.#runningOf.get(client) ?? 0) < maxCallsOfClient
  }

  #begin(client: string): void {
    this.#running++
    this.#runningOf.set(client, (this.#runningOf.get(client) ?? 0) + 1)
  }
}

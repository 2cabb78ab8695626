/** Calls that run at once. More would delay derivation, which makes the same calls. */
export const maxCallsAtOnce = 16

/** Those of them that are of one client, so that another one does not wait for all. */
export const maxCallsOfClient = 8

/** Calls that wait; further ones are refused. */
export const maxWaitingCalls = 256

/** Those of them that are of one client. */
export const maxWaitingOfClient = 128

/** Lets few calls run at once, and clients in turn, however many calls each of them has waiting. */
export class CallQueue {
  /** Calls of each client that wait, in order. The first client is the next. */
  readonly #waiting = new Map<string, (() => void)[]>()
  readonly #runningOf = new Map<string, number>()
  #running = 0
  #size = 0

  /** Waits for a turn, which ends with `leave`. @returns false at once if too many wait */
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

  /** Ends a turn. The next call takes its place now, so that one that comes meanwhile cannot take it too. */
  leave(client: string): void {
    const running = (this.#runningOf.get(client) ?? 0) - 1
    if (running > 0) this.#runningOf.set(client, running)
    else this.#runningOf.delete(client)
    this.#running--
    for (const [next, calls] of this.#waiting) {
      if (!this.#mayRun(next)) continue
      const run = calls.shift()
      this.#size--
      // To the end of the line.
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

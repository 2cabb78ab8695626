/** How often it is shown, at most. */
const periodMs = 100

/** A line on a terminal that tells how far the work is; nothing elsewhere. */
export class Progress {
  readonly #startedMs = performance.now()
  #count = 0
  #shownMs = 0

  /** Counts one more, and shows the line now and then. @param line is told how many there are a second */
  count(line: (perSecond: number) => string): void {
    this.#count++
    const nowMs = performance.now()
    if (!process.stderr.isTTY || nowMs - this.#shownMs < periodMs) return
    this.#shownMs = nowMs
    const perSecond = (this.#count / (nowMs - this.#startedMs)) * 1_000
    process.stderr.write(`\r\u001B[K${line(perSecond)}`)
  }

  /** Takes the line away. */
  clear(): void {
    if (this.#shownMs > 0) process.stderr.write('\r\u001B[K')
  }
}

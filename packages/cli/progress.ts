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
    this.show(() => line((this.#count / (performance.now() - this.#startedMs)) * 1_000))
  }

  /** Shows a line, if the last has been there for a while. */
  show(line: () => string): void {
    const nowMs = performance.now()
    if (!process.stderr.isTTY || nowMs - this.#shownMs < periodMs) return
    this.#shownMs = nowMs
    process.stderr.write(`\r\u001B[K${line()}`)
  }

  /** Takes the line away. */
  clear(): void {
    if (this.#shownMs > 0) process.stderr.write('\r\u001B[K')
  }
}

/** Shortest interval between two updates. */
const periodMs = 100

/** Shows progress in a line on a terminal; shows nothing elsewhere. */
export class Progress {
  readonly #startedMs = performance.now()
  #count = 0
  #shownMs = 0

  /**
   * Counts one item, and updates the line at intervals. @param line returns the text of the line; its argument is the
   * number of items per second
   */
  count(line: (perSecond: number) => string): void {
    this.#count++
    this.show(() => line((this.#count / (performance.now() - this.#startedMs)) * 1_000))
  }

  /** Shows a line, unless the last line was shown a short time ago. */
  show(line: () => string): void {
    const nowMs = performance.now()
    if (!process.stderr.isTTY || nowMs - this.#shownMs < periodMs) return
    this.#shownMs = nowMs
    process.stderr.write(`\r\u001B[K${line()}`)
  }

  /** Clears the line. */
  clear(): void {
    if (this.#shownMs > 0) process.stderr.write('\r\u001B[K')
  }
}

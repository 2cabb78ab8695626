import { widthOf, wrap, wrapWidthOf } from '#runtime/screen/lines.ts'

/** Interval of progress lines. */
const linePeriodMs = 1_000

/** Shortest interval between two drawings of the table. */
const drawPeriodMs = 100

/** Options of a table. */
export interface LiveTableOptions {
  /** Whether heads are shown at all. */
  readonly isShown: boolean
  /** A terminal shows a table. Any other output gets progress lines. */
  readonly output: Pick<NodeJS.WriteStream, 'isTTY' | 'columns' | 'write'>
}

/** What a table shows at one moment. */
export interface Shown {
  /** A table of at most `width` columns. */
  readonly lines: (width: number) => readonly string[]
  /** The most important part, in one line. */
  readonly line: () => string
}

/** Shows heads: on a terminal, a table that is drawn repeatedly; elsewhere, progress lines. */
export class LiveTable {
  readonly #isShown: boolean
  readonly #output: LiveTableOptions['output']
  #drawnLines = 0
  #drawnMs = -Infinity
  #last: Shown | undefined

  constructor({ isShown, output }: LiveTableOptions) {
    this.#isShown = isShown
    this.#output = output
  }

  /** Whether the table is on the terminal of the standard output. If so, other lines must be written with `say`. */
  mixesWith(stdout: Pick<NodeJS.WriteStream, 'isTTY'>): boolean {
    return this.#isTable && stdout.isTTY
  }

  /** Whether the table is drawn on a terminal. */
  get #isTable(): boolean {
    return this.#isShown && this.#output.isTTY
  }

  /** Writes one or more lines. On a terminal, they appear above the table. */
  say(what: string): void {
    const wasDrawn = this.#drawnLines > 0
    this.#erase()
    const width = wrapWidthOf(this.#output)
    const lines = what.trimEnd().split('\n')
    const wrapped = lines.flatMap((line) => wrap(line, { width, indent: 2 }))
    this.#output.write(`${wrapped.join('\n')}\n`)
    if (wasDrawn && this.#last !== undefined) this.#draw(this.#last)
  }

  /** Shows the heads, unless they were shown a short time ago. */
  show(shown: Shown): void {
    this.#last = shown
    const nowMs = performance.now()
    const periodMs = this.#isTable ? drawPeriodMs : linePeriodMs
    if (!this.#isShown || nowMs - this.#drawnMs < periodMs) return
    this.#drawnMs = nowMs
    this.#draw(shown)
  }

  /** Shows the last heads, and leaves them on the screen. */
  end(): void {
    if (this.#isShown && this.#last !== undefined) this.#draw(this.#last)
    this.#drawnLines = 0
  }

  #draw(shown: Shown): void {
    this.#erase()
    if (!this.#isTable) {
      this.#output.write(`${shown.line()}\n`)
      return
    }
    // Lines are cut at the width: if the terminal wrapped a line, the next drawing would erase too few lines.
    const width = widthOf(this.#output)
    const lines = shown.lines(width).map((line) => line.slice(0, width))
    this.#output.write(`${lines.join('\n')}\n`)
    this.#drawnLines = lines.length
  }

  #erase(): void {
    if (this.#drawnLines > 0) this.#output.write(`\u001B[${this.#drawnLines}A\u001B[J`)
    this.#drawnLines = 0
  }
}

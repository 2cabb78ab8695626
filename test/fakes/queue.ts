/** Values that a test waits for, in order. */
export class Queue<Value> {
  readonly #values: Value[] = []
  readonly #takers: ((value: Value) => void)[] = []

  push(value: Value): void {
    const taker = this.#takers.shift()
    if (taker === undefined) this.#values.push(value)
    else taker(value)
  }

  /** The next value, as soon as there is one. */
  async next(): Promise<Value> {
    const [value] = this.#values.splice(0, 1)
    return value ?? new Promise((resolve) => void this.#takers.push(resolve))
  }

  /** Number of values that no caller took. */
  get length(): number {
    return this.#values.length
  }
}

/** Some of what one thread hands to another. */
export interface Handed {
  readonly messages: number
  readonly bytes: number
}

/** How far one reading is ahead of who uses it. */
export class Ahead {
  /** From either of them on it waits. */
  readonly #limits: Handed
  #messages = 0
  #bytes = 0
  #isEnded = false
  #wake: () => void = () => undefined

  constructor(limits: Handed) {
    this.#limits = limits
  }

  /** Nobody wants the rest. */
  get isEnded(): boolean {
    return this.#isEnded
  }

  /** A message with so many bytes was handed over. */
  add(bytes: number): void {
    this.#messages++
    this.#bytes += bytes
  }

  /** Of what was handed over so much was used. */
  use({ messages, bytes }: Handed): void {
    this.#messages -= messages
    this.#bytes -= bytes
    this.#wake()
  }

  /** Lets go of who waits for room: there will be none. */
  end(): void {
    this.#isEnded = true
    this.#wake()
  }

  /** Waits until there is room for one more message, or nobody wants it. */
  async room(): Promise<void> {
    while (!this.#isEnded && this.#isFull())
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
  }

  #isFull(): boolean {
    return this.#messages >= this.#limits.messages || this.#bytes >= this.#limits.bytes
  }
}

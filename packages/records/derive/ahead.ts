/** Number and total size of messages passed between threads. */
export interface Handed {
  readonly messages: number
  readonly bytes: number
}

/** Limits how much a reader sends before its consumer has used it. */
export class Ahead {
  /** The reader waits when either limit is reached. */
  readonly #limits: Handed
  #messages = 0
  #bytes = 0
  #isEnded = false
  #wake: () => void = () => undefined

  constructor(limits: Handed) {
    this.#limits = limits
  }

  /** Whether the consumer has stopped. */
  get isEnded(): boolean {
    return this.#isEnded
  }

  /** Called when a message was sent. */
  add(bytes: number): void {
    this.#messages++
    this.#bytes += bytes
  }

  /** Called when messages were consumed. */
  use({ messages, bytes }: Handed): void {
    this.#messages -= messages
    this.#bytes -= bytes
    this.#wake()
  }

  /** Releases a reader that waits for room, since the consumer stopped. */
  end(): void {
    this.#isEnded = true
    this.#wake()
  }

  /** Waits until there is room for another message, or the consumer stops. */
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

import type { ArrivedBlock, Verdict } from '#services/gossip/ports.ts'

/** Limits on messages that wait for their verdict. As in op-node, messages beyond the limits are dropped. */
export const maxWaiting = { messages: 256, bytes: 64 * 2 ** 20 } as const

/** Messages of peers, each of which waits for its verdict. */
export class Arrivals {
  readonly #waiting = new Map<number, (verdict: Verdict) => void>()
  #listener: ((block: ArrivedBlock) => void) | undefined
  #bytes = 0
  #last = 0

  /** Calls back with each message, until the returned function is called. Without a listener, messages are ignored. */
  listen(listener: (block: ArrivedBlock) => void): () => void {
    this.#listener = listener
    return () => this.close()
  }

  /** Waits for the verdict on a message; `busy` if too many messages wait. */
  async add(block: Omit<ArrivedBlock, 'arrival'>): Promise<Verdict | 'busy'> {
    const listener = this.#listener
    if (listener === undefined) return 'ignore'
    const bytes = block.data.bytes.length
    if (this.#waiting.size >= maxWaiting.messages || this.#bytes + bytes > maxWaiting.bytes)
      return 'busy'
    const arrival = ++this.#last
    this.#bytes += bytes
    const verdict = await new Promise<Verdict>((resolve) => {
      this.#waiting.set(arrival, resolve)
      listener({ ...block, arrival })
    })
    this.#bytes -= bytes
    return verdict
  }

  /** Ends the wait of a message. A second verdict has no effect. */
  judge(arrival: number, verdict: Verdict): void {
    const resolve = this.#waiting.get(arrival)
    this.#waiting.delete(arrival)
    resolve?.(verdict)
  }

  /** Ignores all messages, those that wait and those to come. */
  close(): void {
    this.#listener = undefined
    for (const arrival of this.#waiting.keys()) this.judge(arrival, 'ignore')
  }
}

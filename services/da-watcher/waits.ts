import type { StatusReporter } from '#runtime/service/status-reporter.ts'
import type { WaitTopic } from './step.ts'

/** Several things may be waited for at once; a status tells one, the first of these. */
const order: readonly WaitTopic[] = ['heads', 'block', 'signer']

/** What each topic is, in the words of an operator. */
const words: Readonly<Record<WaitTopic, string>> = {
  heads: 'the heads of L1',
  block: 'a block of L1',
  signer: 'the unsafe block signer, from the system config contract on L1',
}

/** Keeps the status true while several things are waited for. */
export class Waits {
  readonly #status: Pick<StatusReporter, 'waitFor' | 'goOn'>
  readonly #next: string
  readonly #reasons = new Map<WaitTopic, string>()

  /** @param next what is done about it, whatever it is */
  constructor(status: Pick<StatusReporter, 'waitFor' | 'goOn'>, next: string) {
    this.#status = status
    this.#next = next
  }

  /** @returns whether it is news */
  waitFor(topic: WaitTopic, reason: string): boolean {
    const isNews = this.#reasons.get(topic) !== reason
    this.#reasons.set(topic, reason)
    this.#tell()
    return isNews
  }

  goOn(topic: WaitTopic): void {
    if (this.#reasons.delete(topic)) this.#tell()
  }

  #tell(): void {
    const topic = order.find((candidate) => this.#reasons.has(candidate))
    if (topic === undefined) this.#status.goOn()
    else this.#status.waitFor(`${words[topic]}: ${this.#reasons.get(topic) ?? ''}`, this.#next)
  }
}

import { isFault } from '#runtime/fault.ts'
import type { StatusReporter } from '#runtime/service/status-reporter.ts'
import type { Failure, WaitTopic } from './step.ts'

/** Several things may be waited for at once; a status tells one, the first of these. */
const order: readonly WaitTopic[] = ['heads', 'block', 'signer']

/** What each topic is, in the words of an operator. */
const words: Readonly<Record<WaitTopic, string>> = {
  heads: 'the heads of L1',
  block: 'a block of L1',
  signer: 'the unsafe block signer, from the system config contract on L1',
}

/** What an operator can do, by the code of the fault. */
const advices: Readonly<Record<string, string>> = {
  'l1-unavailable': 'see that these endpoints run and can be reached from here, or give others',
  'l1-behind': 'if it lasts, the endpoint is not in sync, or dropped what is old: give another',
  'l1-untrue': 'this endpoint tells what hashes deny: take it out',
  'blobs-missing':
    'see --l1-beacon-urls, and --l1-beacon-archive-urls for blobs older than 18 days',
}

/** What to say of an error that is waited out. @throws any other */
export function failureOf(error: unknown): Failure {
  if (!isFault(error) || error.severity !== 'temporary') throw error
  const { next } = error.fields
  const told = [typeof next === 'string' ? next : undefined, advices[error.code]]
  const known = told.filter((text) => text !== undefined)
  return { reason: error.message, next: known.length === 0 ? undefined : known.join('; ') }
}

/** Keeps the status true while several things are waited for. */
export class Waits {
  readonly #status: Pick<StatusReporter, 'waitFor' | 'goOn'>
  readonly #next: string
  readonly #failures = new Map<WaitTopic, Failure>()

  /** @param next what is done about it, whatever it is */
  constructor(status: Pick<StatusReporter, 'waitFor' | 'goOn'>, next: string) {
    this.#status = status
    this.#next = next
  }

  /** @returns whether it is news */
  waitFor(topic: WaitTopic, failure: Failure): boolean {
    const isNews = this.#failures.get(topic)?.reason !== failure.reason
    this.#failures.set(topic, failure)
    this.#tell()
    return isNews
  }

  goOn(topic: WaitTopic): void {
    if (this.#failures.delete(topic)) this.#tell()
  }

  #tell(): void {
    const topic = order.find((candidate) => this.#failures.has(candidate))
    const failure = topic && this.#failures.get(topic)
    if (topic === undefined || failure === undefined) {
      this.#status.goOn()
      return
    }
    const { reason, next } = failure
    const also = next === undefined ? '' : `; ${next}`
    this.#status.waitFor(`${words[topic]}: ${reason}`, `${this.#next}${also}`)
  }
}

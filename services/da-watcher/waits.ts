import { isFault } from '#runtime/fault.ts'
import { faultRule } from '#runtime/fault-codes.ts'
import type { StatusReporter } from '#service/status-reporter.ts'
import type { Failure, WaitTopic } from './step.ts'

/** Several things may be waited for at once; a status tells one, the first of these. */
const order: readonly WaitTopic[] = ['heads', 'block', 'signer']

/** What each topic is, in the words of an operator. */
const words: Readonly<Record<WaitTopic, string>> = {
  heads: 'the heads of L1',
  block: 'a block of L1',
  signer: 'the unsafe block signer, from the system config contract on L1',
}

/** What to say of an error that is waited out. @throws any other */
export function failureOf(error: unknown): Failure {
  if (!isFault(error) || error.severity !== 'temporary') throw error
  const { code, message: reason } = error
  const { advice } = faultRule(code)
  const again = isFault(error, 'l1-unavailable') ? error.fields.next : undefined
  return { code, reason, next: again === undefined ? advice : `${again}; ${advice}` }
}

/** What is not asked for again in this time is not wanted any more: derivation asks each few seconds. */
export const forgottenMs = 15_000

/** One span of trouble. */
interface Trouble {
  /** What failed last. */
  readonly failure: Failure
  /** What of the topic fails, such as blocks, and when it failed last; the trouble is over when none is left. */
  readonly failing: Map<string | undefined, number>
}

interface WaitsOptions {
  /** What is done about it, whatever it is. */
  readonly next: string
  readonly monotonicMs: () => number
}

/** Keeps the status true while several things are waited for. */
export class Waits {
  readonly #status: Pick<StatusReporter, 'waitFor' | 'goOn'>
  readonly #options: WaitsOptions
  readonly #troubles = new Map<WaitTopic, Trouble>()

  constructor(status: Pick<StatusReporter, 'waitFor' | 'goOn'>, options: WaitsOptions) {
    this.#status = status
    this.#options = options
  }

  /** @returns whether it is news, for this span of trouble */
  waitFor(topic: WaitTopic, failure: Failure, about?: string): boolean {
    const known = this.#troubles.get(topic)
    const failing = known?.failing ?? new Map<string | undefined, number>()
    this.#forget(failing)
    failing.set(about, this.#options.monotonicMs())
    this.#troubles.set(topic, { failure, failing })
    this.#tell()
    return known === undefined || nameOf(known.failure) !== nameOf(failure)
  }

  /** Another of the topic that succeeds says nothing of one that failed, as long as that is asked for. */
  goOn(topic: WaitTopic, about?: string): void {
    const failing = this.#troubles.get(topic)?.failing
    if (failing === undefined) return
    failing.delete(about)
    this.#forget(failing)
    if (failing.size > 0) return
    this.#troubles.delete(topic)
    this.#tell()
  }

  #forget(failing: Trouble['failing']): void {
    const sinceMs = this.#options.monotonicMs() - forgottenMs
    for (const [about, atMs] of failing) if (atMs <= sinceMs) failing.delete(about)
  }

  #tell(): void {
    const topic = order.find((candidate) => this.#troubles.has(candidate))
    const failure = topic && this.#troubles.get(topic)?.failure
    if (topic === undefined || failure === undefined) {
      this.#status.goOn()
      return
    }
    const { reason, next } = failure
    const also = next === undefined ? '' : `; ${next}`
    this.#status.waitFor(`${words[topic]}: ${reason}`, `${this.#options.next}${also}`)
  }
}

function nameOf({ code, reason }: Failure): string {
  return code ?? reason
}

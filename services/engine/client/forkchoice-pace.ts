import type { ExecutionClient, ForkchoiceHeads } from '#engine-api/execution-client.ts'
import type { PayloadAttributes } from '#protocol/block/payload-attributes.ts'
import { type Clock, sleep } from '#runtime/clock.ts'
import { Fault } from '#runtime/fault.ts'

/**
 * Limit on forkchoice calls in vain within `paceWindowMs`. A call is in vain if it fails, repeats an earlier call, or
 * is answered with SYNCING. A call without attributes is also in vain if it is answered with INVALID. Each job has its
 * own pauses. This limit is for all jobs together, for example if two jobs set the heads back and forth.
 */
export const maxVainForkchoices = 10

/** Time over which calls are counted. */
export const paceWindowMs = 1_000

/** Delays the forkchoice calls of a client while `maxVainForkchoices` calls were in vain within the last second. */
export function paceForkchoices(
  client: ExecutionClient,
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
): ExecutionClient {
  const pace = new ForkchoicePace(clock, signal)
  return {
    newPayload: (payload) => client.newPayload(payload),
    forkchoice: (heads) =>
      pace.call(keyOf(heads), async () => {
        const status = await client.forkchoice(heads)
        return { answer: status, isVain: status.kind !== 'valid' }
      }),
    build: (heads, attributes) =>
      pace.call(`${keyOf(heads)} ${digestOf(attributes)}`, async () => {
        const status = await client.build(heads, attributes)
        // INVALID is a verdict on the attributes. The next block is built from other attributes.
        return { answer: status, isVain: status.kind === 'syncing' }
      }),
    getPayload: (payloadId, timestamp) => client.getPayload(payloadId, timestamp),
    block: (which) => client.block(which),
    blocksDown: (from) => client.blocksDown(from),
    accountProof: (block) => client.accountProof(block),
    chainId: () => client.chainId(),
    capabilities: () => client.capabilities(),
  }
}

/** The forkchoice calls of the last second. */
class ForkchoicePace {
  readonly #clock: Clock
  readonly #signal: AbortSignal
  /** Times of the calls by their parameters. */
  readonly #calls = new Map<string, number>()
  /** Times of the calls in vain, the oldest first. */
  #vain: number[] = []

  constructor(clock: Clock, signal: AbortSignal) {
    this.#clock = clock
    this.#signal = signal
  }

  async call<Answer>(
    key: string,
    send: () => Promise<{ readonly answer: Answer; readonly isVain: boolean }>,
  ): Promise<Answer> {
    await this.#wait()
    const nowMs = this.#clock.monotonicMs()
    const isRepeated = this.#calls.has(key)
    // A repeated call moves to the end, so that the map is in order of time.
    this.#calls.delete(key)
    this.#calls.set(key, nowMs)
    let isVain = true
    try {
      const sent = await send()
      isVain = isRepeated || sent.isVain
      return sent.answer
    } finally {
      if (isVain) this.#vain.push(nowMs)
    }
  }

  async #wait(): Promise<void> {
    for (;;) {
      const nowMs = this.#clock.monotonicMs()
      this.#forget(nowMs - paceWindowMs)
      const [oldest] = this.#vain
      if (oldest === undefined || this.#vain.length < maxVainForkchoices) return
      const isOver = await sleep(this.#clock, oldest + paceWindowMs - nowMs, this.#signal)
      if (!isOver) throw new Fault('aborted')
    }
  }

  #forget(upToMs: number): void {
    this.#vain = this.#vain.filter((atMs) => atMs > upToMs)
    for (const [key, atMs] of this.#calls) {
      if (atMs > upToMs) return
      this.#calls.delete(key)
    }
  }
}

function keyOf({ head, safe, finalized }: ForkchoiceHeads): string {
  return `${head} ${safe} ${finalized}`
}

/** Distinguishes the two kinds of attributes for one parent: from the batch, and with deposits only. */
function digestOf({ timestamp, transactions }: PayloadAttributes): string {
  return `${timestamp} ${transactions.length}`
}

import { flashblockNumber } from '#messages/built-flashblock.ts'
import { flashblockReceived } from '#messages/flashblock-subjects.ts'
import type { Bus } from '#bus/bus.ts'
import { toError } from '#runtime/fault.ts'
import type { Source } from '#service/inbox.ts'
import type { Event } from '#services/engine/state.ts'

/**
 * The flashblocks of other builders, from the block above the first known unsafe head on. So the engine also gets those
 * that arrived while it was restarted.
 */
export class FlashblockTail {
  readonly #first = Promise.withResolvers<bigint>()
  readonly source: Source<Event>

  constructor(bus: Bus) {
    this.source = (sink) => {
      const ended = new AbortController()
      const pump = async () => {
        const from = await this.#first.promise
        const entries = bus.tail(flashblockReceived, { from, signal: ended.signal })
        for await (const { value, inContext } of entries)
          await inContext(() => sink.push({ kind: 'flashblock-received', received: value }))
      }
      pump().catch((error: unknown) => sink.fail(toError(error)))
      return () => ended.abort()
    }
  }

  /** Notes the unsafe head. Only the first call has an effect. */
  begin(unsafe: bigint): void {
    this.#first.resolve(flashblockNumber(unsafe + 1n, 0))
  }
}

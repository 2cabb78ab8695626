import { flashblockReceived } from '#messages/flashblock-subjects.ts'
import type { Bus } from '#bus/bus.ts'
import { toError } from '#runtime/fault.ts'
import type { Source } from '#service/inbox.ts'
import type { Event } from '#services/engine/state.ts'

/** The flashblocks of other builders, from now on. Earlier ones are on the disk of the engine, or of no use. */
export function flashblockTail(bus: Bus): Source<Event> {
  return (sink) => {
    const ended = new AbortController()
    const pump = async () => {
      const entries = bus.tail(flashblockReceived, { from: 0n, signal: ended.signal })
      for await (const { value, inContext } of entries)
        await inContext(() => sink.push({ kind: 'flashblock-received', received: value }))
    }
    pump().catch((error: unknown) => sink.fail(toError(error)))
    return () => ended.abort()
  }
}

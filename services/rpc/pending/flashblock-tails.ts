import {
  flashblockBuilt,
  flashblockChecked,
  flashblockReceived,
} from '#messages/flashblock-subjects.ts'
import { notComputed } from '#protocol/flashblock/flashblock.ts'
import { flashblockNumber } from '#messages/built-flashblock.ts'
import type { Log } from '#messages/subject.ts'
import { engineChain } from '#messages/subjects.ts'
import type { Bus } from '#bus/bus.ts'
import type { Clock } from '#runtime/clock.ts'
import { toError } from '#runtime/fault.ts'
import type { Source } from '#service/inbox.ts'
import type { ArrivedFlashblock, PendingEvent } from './pending-state.ts'

/** The flashblocks of this node and of other builders, from the block above the first known canonical head on. */
export function flashblockTails(bus: Bus, clock: Pick<Clock, 'monotonicMs'>): Source<PendingEvent> {
  return (sink) => {
    const ended = new AbortController()
    const { signal } = ended
    const pump = async (log: Log<ArrivedFlashblock>, from: bigint) => {
      for await (const { value, inContext } of bus.tail(log, { from, signal }))
        await inContext(() =>
          sink.push({ kind: 'flashblock-arrived', arrived: value, atMs: clock.monotonicMs() }),
        )
    }
    const fail = (error: unknown) => sink.fail(toError(error))
    let isStarted = false
    const chain = bus.follow(engineChain, ({ unsafe }) => {
      if (isStarted) return
      isStarted = true
      const from = flashblockNumber(unsafe.number + 1n, 0)
      pump(flashblockBuilt, from).catch(fail)
      pump(flashblockReceived, from).catch(fail)
    })
    return () => {
      chain.stop()
      ended.abort()
    }
  }
}

/**
 * The prefixes of other builders that the engine had executed. A signal may be lost, so rpc also asks the execution
 * client itself. It cannot ask for an index whose builder computes no hash: such an index is pending when a later one is
 * executed.
 */
export function checkedPrefixes(bus: Bus): Source<PendingEvent> {
  return (sink) => {
    const checked = bus.listen(
      flashblockChecked,
      ({ blockHash: hash, index, outcome, payloadId }) => {
        if (outcome.kind !== 'executed' || hash === notComputed) return
        void sink.push({ kind: 'prefix-found', hash, flashblock: { payloadId, index } })
      },
    )
    return () => checked.stop()
  }
}

import { publishPayload } from '#messages/subjects.ts'
import type { Payload } from '#protocol/block/payload.ts'
import { sleep } from '#runtime/clock.ts'
import { isFault } from '#runtime/fault.ts'
import type { Context } from '#services/sequencer/ports.ts'

/**
 * Number of attempts to pass a block to gossip, which may be restarting. After these attempts, peers have to request
 * the block from each other.
 */
const attempts = 4

/** Pause between two attempts. */
const pauseMs = 500

/** Deadline of one attempt. */
const deadlineMs = 2_000

/** Passes a block to gossip. A failure is counted and logged, and does not stop the sequencer. */
export async function publish(
  payload: Payload,
  {
    bus,
    clock,
    log,
    metrics,
    signal,
  }: Pick<Context, 'bus' | 'clock' | 'log' | 'metrics' | 'signal'>,
): Promise<void> {
  const { blockHash: hash, number } = payload
  const l2 = { number, hash }
  for (let attempt = 1; attempt <= attempts; attempt++) {
    try {
      const { peers } = await bus.call(publishPayload, { payload }, { deadlineMs })
      metrics.published('sent')
      log.debug({ l2, peers }, 'block handed to gossip')
      return
    } catch (error) {
      if (signal.aborted) return
      if (!isFault(error)) throw error
      metrics.published('failed')
      const isLast = attempt === attempts || error.severity !== 'temporary'
      if (isLast) {
        log.warn({ l2, reason: error.message }, 'a block was not published')
        return
      }
      if (!(await sleep(clock, pauseMs, signal))) return
    }
  }
}

import { signAuthorization } from '#messages/flashblock-subjects.ts'
import type { SignedAuthorization } from '#messages/wire/build-authorization.ts'
import type { BuildAuthorization } from '#protocol/flashblock/authorization.ts'
import { sleep } from '#runtime/clock.ts'
import { type Fault, isFault } from '#runtime/fault.ts'
import type { Context } from '#services/flashblock-p2p/ports.ts'

/** Longest time that flashblocks wait for their signature, for example while gossip is restarted. */
const signMs = 500

/** Deadline of one call, and the pause before the next one. */
const [callMs, pauseMs] = [250, 25]

/**
 * Asks gossip for the signature of the sequencer.
 *
 * @returns undefined if gossip has no key that can sign, or does not answer in time
 */
export async function authorize(
  authorization: BuildAuthorization,
  { bus, clock, log, signal }: Pick<Context, 'bus' | 'clock' | 'log' | 'signal'>,
): Promise<SignedAuthorization | undefined> {
  const endMs = clock.monotonicMs() + signMs
  let problem: Fault | undefined
  while (clock.monotonicMs() < endMs && !signal.aborted)
    try {
      const answer = await bus.call(signAuthorization, { authorization }, { deadlineMs: callMs })
      if (answer.kind === 'signed') return { authorization, signature: answer.signature }
      log.debug({ reason: answer.problem }, 'gossip does not sign')
      return undefined
    } catch (error) {
      if (!isFault(error)) throw error
      problem = error
      await sleep(clock, pauseMs, signal)
    }
  log.debug({ error: problem }, 'gossip does not answer')
  return undefined
}

import type { BuilderFrame } from '#messages/builder-frame.ts'
import { flashblockReceived } from '#messages/flashblock-subjects.ts'
import type { ReceivedFlashblock } from '#messages/received-flashblock.ts'
import { sleep } from '#runtime/clock.ts'
import { Serial } from '#runtime/serial.ts'
import type { Performed } from '#service/actor.ts'
import type { OpenCalls } from '#service/sources.ts'
import type { BuilderNetwork } from './network/builder-network.ts'
import type { Context, Ports } from './ports.ts'
import { report } from './reports/report.ts'
import { authorize } from './sending/authorize.ts'
import { toPublicForm } from './sending/public-form.ts'
import type { Effect, Event } from './state.ts'

/** Dependencies for carrying out effects. */
export interface Dependencies extends Context {
  readonly network: BuilderNetwork
  readonly stream: Ports['stream']
  readonly evidence: Ports['evidence']
  readonly calls: OpenCalls
}

/** Limit on the flashblocks that wait for the bus. Further ones are not acknowledged. */
const maxWaitingAppends = 512

/** Returns the function that carries out effects. */
export function createPerform(dependencies: Dependencies) {
  const { calls, clock, evidence, log, metrics, network, stream } = dependencies
  const append = createAppend(dependencies)
  return (effect: Effect): Performed<Event> => {
    switch (effect.kind) {
      case 'authorize': {
        const { epoch, payloadId } = effect.authorization
        const later = authorize(effect.authorization, dependencies).then((signed) => [
          { kind: 'authorized', payloadId, epoch, signed, nowMs: clock.now() } as const,
        ])
        return { later }
      }
      case 'authorize-leader': {
        const { authorization, call } = effect
        const later = authorize(authorization, dependencies).then((signed) => [
          { kind: 'leader-authorized', call, signed, nowMs: clock.now() } as const,
        ])
        return { later }
      }
      case 'send': {
        const { flashblocks, sent } = effect
        const acknowledging = network.send(sent, flashblocks)
        const { index, payloadId } = sent.flashblock
        return [{ kind: 'sent', payloadId, index, acknowledging, nowMs: clock.now() }]
      }
      case 'acknowledge':
      case 'request':
      case 'send-again':
      case 'send-answered':
        network.sendTo(effect.peer, frameOf(effect, clock.now()))
        return []
      case 'ask': {
        const { call, leader } = effect
        const peers = network.ask(call, leader)
        return [{ kind: 'asked', call, peers, nowMs: clock.now() }]
      }
      case 'answer':
        calls.answer(effect)
        return []
      case 'wake':
        return { later: wokenAt(effect.atMs, dependencies) }
      case 'publish':
        metrics.published()
        stream.publish(toPublicForm(effect.flashblock, effect.number), effect.number)
        return []
      case 'append':
        return append(effect.received)
      case 'refuse-peer':
        log.warn({ peer: effect.peer, reason: effect.detail }, 'a builder is refused for a time')
        network.refuse(effect.peer, effect.detail)
        return []
      case 'report-equivocation': {
        const { builder, sent } = effect
        metrics.equivocated()
        network.ban(builder, 'it signed two different flashblocks for one index of a block')
        return { later: evidence.add(sent).then(() => []) }
      }
      case 'report-acknowledged':
      case 'report-refused':
      case 'report-replaced':
      case 'report-unacknowledged':
      case 'report-unsigned':
        report(effect, dependencies)
        return []
    }
  }
}

/** An effect that is one frame to one builder. */
type FrameEffect = Extract<
  Effect,
  { readonly kind: 'acknowledge' | 'request' | 'send-again' | 'send-answered' }
>

function frameOf(effect: FrameEffect, atMs: number): BuilderFrame {
  switch (effect.kind) {
    case 'acknowledge':
      return { kind: 'acknowledgement', acknowledgement: effect.acknowledgement, atMs }
    case 'request': {
      const { fromIndex, payloadId } = effect
      return { kind: 'request', payloadId, fromIndex, id: 0, leader: undefined }
    }
    case 'send-again':
      return { kind: 'flashblock', sent: effect.sent }
    case 'send-answered':
      return { kind: 'answered', id: effect.id }
  }
}

/** Waits until a time. A timer can end a little early, and the clock can be set back: the time has come nevertheless. */
async function wokenAt(
  atMs: number,
  { clock, signal }: Pick<Dependencies, 'clock' | 'signal'>,
): Promise<Event[]> {
  await sleep(clock, Math.max(atMs - clock.now(), 0), signal)
  return [{ kind: 'woke', nowMs: Math.max(clock.now(), atMs) }]
}

/**
 * Returns the function that appends flashblocks of other builders to the log `flashblockReceived` of the bus, one after
 * another, in the order of the calls.
 */
function createAppend({
  bus,
  clock,
  metrics,
}: Pick<Dependencies, 'bus' | 'clock' | 'metrics'>): (
  received: ReceivedFlashblock,
) => Performed<Event> {
  const appends = new Serial()
  let waiting = 0
  return (received) => {
    // While the bus is unavailable, waiting flashblocks would pile up, so further ones are dropped here. If the engine
    // then refuses a later flashblock with `index-gap`, all known flashblocks of that block are appended again.
    if (waiting >= maxWaitingAppends) return []
    waiting++
    metrics.received()
    const append = () => bus.append(flashblockReceived, received).finally(() => waiting--)
    const appended = () => [{ kind: 'appended', received, nowMs: clock.now() } as const]
    return { later: appends.run(append).then(appended) }
  }
}

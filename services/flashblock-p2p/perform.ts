import type { BuilderFrame } from '#messages/builder-frame.ts'
import { flashblockReceived } from '#messages/flashblock-subjects.ts'
import { toHash } from '#protocol/codec/hex.ts'
import { keccak256 } from '#protocol/codec/keccak.ts'
import type { Flashblock } from '#protocol/flashblock/flashblock.ts'
import { sleep } from '#runtime/clock.ts'
import { depositType } from '#protocol/transaction/transaction-types.ts'
import { Serial } from '#runtime/serial.ts'
import type { Performed } from '#service/actor.ts'
import type { OpenCalls } from '#service/sources.ts'
import type { BuilderNetwork } from './network/builder-network.ts'
import type { Context, Ports } from './ports.ts'
import { authorize } from './sending/authorize.ts'
import type { Effect, Event } from './state.ts'

/** Dependencies for carrying out effects. */
export interface Dependencies extends Context {
  readonly network: BuilderNetwork
  readonly stream: Ports['stream']
  readonly evidence: Ports['evidence']
  readonly calls: OpenCalls
}

/** Limit on the flashblocks that wait for the bus. Further ones are not acknowledged. */
export const maxWaitingAppends = 512

/** Returns the function that carries out effects. */
export function createPerform(dependencies: Dependencies) {
  const { bus, calls, clock, evidence, log, metrics, network, signal, stream } = dependencies
  // The engine gets flashblocks in their order.
  const appends = new Serial()
  let waiting = 0
  const sendTo = (peer: string, frame: BuilderFrame): readonly Event[] => {
    network.sendTo(peer, frame)
    return []
  }
  return (effect: Effect): Performed<Event> => {
    switch (effect.kind) {
      case 'authorize': {
        const { payloadId } = effect.authorization
        const later = authorize(effect.authorization, dependencies).then((signed) => [
          { kind: 'authorized', payloadId, signed, nowMs: clock.now() } as const,
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
      case 'send-again':
        return sendTo(effect.peer, { kind: 'flashblock', sent: effect.sent })
      case 'acknowledge': {
        const { acknowledgement } = effect
        return sendTo(effect.peer, { kind: 'acknowledgement', acknowledgement })
      }
      case 'request': {
        const { fromIndex, payloadId } = effect
        return sendTo(effect.peer, {
          kind: 'request',
          payloadId,
          fromIndex,
          id: 0,
          leader: undefined,
        })
      }
      case 'send-answered':
        return sendTo(effect.peer, { kind: 'answered', id: effect.id })
      case 'ask': {
        const { call, leader } = effect
        const peers = network.ask(call, leader)
        return [{ kind: 'asked', call, peers, nowMs: clock.now() }]
      }
      case 'answer':
        calls.answer(effect)
        return []
      case 'wake': {
        const over = sleep(clock, Math.max(effect.atMs - clock.now(), 0), signal)
        return { later: over.then(() => [{ kind: 'woke', nowMs: clock.now() }]) }
      }
      case 'publish':
        metrics.published()
        stream.publish(publicForm(effect.flashblock, effect.number), effect.number)
        return []
      case 'append': {
        const { received } = effect
        // Without the bus, they would pile up. The engine asks for those that it lacks.
        if (waiting >= maxWaitingAppends) return []
        waiting++
        metrics.received()
        const append = () => bus.append(flashblockReceived, received).finally(() => waiting--)
        const appended = () => [{ kind: 'appended', received, nowMs: clock.now() } as const]
        return { later: appends.run(append).then(appended) }
      }
      case 'refuse-peer':
        log.warn({ peer: effect.peer, reason: effect.detail }, 'a builder is refused for a time')
        network.refuse(effect.peer, effect.detail)
        return []
      case 'report-equivocation': {
        const { builder, sent } = effect
        metrics.equivocated()
        network.ban(builder, 'it signed two flashblocks of one index')
        return { later: evidence.add(sent).then(() => []) }
      }
      case 'report-refused': {
        const { index, payloadId, peer, reason } = effect
        metrics.refused(reason)
        log.warn({ peer, payloadId, index, reason }, 'a flashblock of another builder was refused')
        return []
      }
      case 'report-acknowledged':
        metrics.acknowledged(effect.status, effect.durationMs / 1_000)
        return []
      case 'report-replaced': {
        const { flashblocks, number } = effect
        log.warn(
          { l2: { number }, ...replacedFields(flashblocks) },
          'a new leader did not have these flashblocks: if they were public, their transactions may be lost',
        )
        return []
      }
      case 'report-unacknowledged':
        metrics.unacknowledged()
        return []
      case 'report-unsigned':
        log.warn(
          { l2: { number: effect.number } },
          'flashblocks are not signed: other builders may refuse them',
        )
        return []
    }
  }
}

/** Limit on the transactions that are logged. */
const maxLoggedTransactions = 100

function replacedFields(flashblocks: readonly Flashblock[]) {
  const raws = flashblocks.flatMap(({ diff }) => diff.transactions)
  const users = raws.filter(([type]) => type !== depositType)
  const transactions = users.slice(0, maxLoggedTransactions).map((raw) => toHash(keccak256(raw)))
  const { index, payloadId } = flashblocks[0] ?? {}
  return { payloadId, index, transactions }
}

/** A flashblock of the public stream. */
function publicForm(flashblock: Flashblock, number: bigint) {
  const metadata = { number, newAccountBalances: undefined, receipts: undefined }
  return { ...flashblock, metadata }
}

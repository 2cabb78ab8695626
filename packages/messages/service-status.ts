import { atoll } from '#proto/atoll.js'
import { countFromWire, enumWire, optional } from './wire/fields.ts'
import { messageCodec, type MessageCodec } from './wire/message-codec.ts'
import Long from 'long'

/** What a service is doing, for a person who wants to know why nothing happens. Times are Unix milliseconds. */
export interface ServiceStatus {
  readonly instance: string
  readonly version: string
  readonly startedMs: number
  /** `standby`: another instance holds the lease. `waiting`: `wait` says for what. */
  readonly phase: 'starting' | 'standby' | 'running' | 'waiting' | 'stopping'
  readonly wait: Wait | undefined
  /** The states that the service follows. */
  readonly inputs: readonly Input[]
  readonly writtenMs: number
  /** What an operator has to do something about, though nothing waits for it yet. */
  readonly notices: readonly string[]
}

/** What a service cannot go on without. */
export interface Wait {
  /** What it waits for, in the words of an operator. */
  readonly what: string
  readonly sinceMs: number
  /** What it does next, and when. */
  readonly next: string
}

/** A state that a service follows, and how long ago it last saw it. */
export interface Input {
  /** As in `engine.chain`. */
  readonly name: string
  /** Absent if it was never seen. */
  readonly ageMs: number | undefined
}

const { Phase } = atoll.v1.ServiceStatus

const phase = enumWire({
  starting: Phase.STARTING,
  standby: Phase.STANDBY,
  running: Phase.RUNNING,
  waiting: Phase.WAITING,
  stopping: Phase.STOPPING,
})

/** Codec of `ServiceStatus`. */
export const serviceStatusCodec: MessageCodec<ServiceStatus> = messageCodec(
  'ServiceStatus',
  atoll.v1.ServiceStatus,
  {
    toWire: (status: ServiceStatus) => ({
      instance: status.instance,
      version: status.version,
      startedMs: countToWire(status.startedMs),
      phase: phase.toWire(status.phase),
      wait: optional(status.wait, waitToWire) ?? null,
      inputs: status.inputs.map(({ name, ageMs }) => ({
        name,
        ageMs: optional(ageMs, countToWire) ?? null,
      })),
      writtenMs: countToWire(status.writtenMs),
      notices: [...status.notices],
    }),
    fromWire: (message) => ({
      instance: message.instance,
      version: message.version,
      startedMs: countFromWire(message.startedMs, 'started_ms'),
      phase: phase.fromWire(message.phase, 'phase'),
      wait: optional(message.wait, waitFromWire),
      inputs: message.inputs.map(({ name, ageMs }, at) => ({
        name: name ?? '',
        ageMs: optional(ageMs, (age) => countFromWire(age, `inputs[${at}].age_ms`)),
      })),
      writtenMs: countFromWire(message.writtenMs, 'written_ms'),
      notices: message.notices ?? [],
    }),
  },
)

function waitToWire({ what, sinceMs, next }: Wait): atoll.v1.ServiceStatus.Wait.$Properties {
  return { what, sinceMs: countToWire(sinceMs), next }
}

function waitFromWire(message: atoll.v1.ServiceStatus.Wait.$Properties): Wait {
  return {
    what: message.what ?? '',
    sinceMs: countFromWire(message.sinceMs, 'wait.since_ms'),
    next: message.next ?? '',
  }
}

function countToWire(count: number): Long {
  return Long.fromNumber(count, true)
}

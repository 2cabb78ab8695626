import { atoll } from '#proto/atoll.js'
import { countFromWire, enumWire, optional } from './wire/fields.ts'
import { messageCodec, type MessageCodec } from './wire/message-codec.ts'
import { type ServiceName, serviceNames } from './services.ts'
import Long from 'long'

/** The status of a service, as shown to operators. Times are Unix milliseconds. */
export interface ServiceStatus {
  readonly instance: string
  readonly version: string
  readonly startedMs: number
  /** `standby`: another instance holds the lease. `waiting`: see `wait`. */
  readonly phase: 'starting' | 'standby' | 'running' | 'waiting' | 'stopping'
  readonly wait: Wait | undefined
  /** The states that the service follows. */
  readonly inputs: readonly Input[]
  readonly writtenMs: number
  /** Problems that an operator should act on although no service waits yet. */
  readonly notices: readonly string[]
  /** Failures after which the service was started again; absent if it runs steadily. */
  readonly restarted?: Restarted | undefined
  /** Address of health, readiness and metrics. */
  readonly healthUrl?: string | undefined
  /** The progress of the service, as shown to operators. */
  readonly progress?: string | undefined
}

/** Failures of a service after which its supervisor started it again. */
export interface Restarted {
  /** Why the service ended the last time. */
  readonly reason: string
  /** Number of consecutive failures, each after a short run. */
  readonly failures: number
  /** Time of the last failure, in Unix milliseconds. */
  readonly lastMs: number
}

/** A wait of a service. */
export interface Wait {
  /** What the service waits for, as shown to operators. */
  readonly what: string
  readonly sinceMs: number
  /** What the service does next, and when. */
  readonly next: string
  /** The other service that this service waits for. The wait of that service is the cause of this wait. */
  readonly on?: ServiceName | undefined
}

/** A state that a service follows, and the time since the service last saw this state. */
export interface Input {
  /** Name of the state, such as `engine.chain`. */
  readonly name: string
  /** Absent if the service never saw the state. */
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
      restarted: optional(status.restarted, restartedToWire) ?? null,
      healthUrl: status.healthUrl ?? '',
      progress: status.progress ?? '',
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
      restarted: optional(message.restarted, restartedFromWire),
      healthUrl: textFromWire(message.healthUrl),
      progress: textFromWire(message.progress),
    }),
  },
)

function waitToWire({ what, sinceMs, next, on }: Wait): atoll.v1.ServiceStatus.Wait.$Properties {
  return { what, sinceMs: countToWire(sinceMs), next, on: on ?? '' }
}

function waitFromWire(message: atoll.v1.ServiceStatus.Wait.$Properties): Wait {
  // A later version may have more services.
  const on = serviceNames.find((name) => name === message.on)
  return {
    what: message.what ?? '',
    sinceMs: countFromWire(message.sinceMs, 'wait.since_ms'),
    next: message.next ?? '',
    ...(on !== undefined && { on }),
  }
}

function restartedToWire({
  reason,
  failures,
  lastMs,
}: Restarted): atoll.v1.ServiceStatus.Restarted.$Properties {
  return { reason, failures, lastMs: countToWire(lastMs) }
}

function restartedFromWire(message: atoll.v1.ServiceStatus.Restarted.$Properties): Restarted {
  return {
    reason: message.reason ?? '',
    failures: message.failures ?? 0,
    lastMs: countFromWire(message.lastMs, 'restarted.last_ms'),
  }
}

/** An empty text is absent. */
function textFromWire(text: string | null | undefined): string | undefined {
  return text === null || text === '' ? undefined : text
}

function countToWire(count: number): Long {
  return Long.fromNumber(count, true)
}

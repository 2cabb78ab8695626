import type { BusNames } from '#messages/bus-names.ts'
import type { ServiceName } from '#messages/services.ts'
import type { MessageCodec } from '#messages/wire/message-codec.ts'
import { DecodeError } from '#protocol/codec/decode-error.ts'
import type { Clock } from '#runtime/clock.ts'
import { Fault, toError } from '#runtime/fault.ts'
import { busHeaders } from './bus-headers.ts'
import { maxPayloadBytes } from './bus-limits.ts'
import type { BusMetrics } from './bus-metrics.ts'
import { type Connection, type Headers, type Incoming, messageBytes } from './connection.ts'
import type { Tracing } from '#runtime/tracing.ts'
import type { Waits } from './retries.ts'

/** Values and functions that all parts of one service's bus share. */
export interface BusContext {
  readonly names: BusNames
  readonly service: ServiceName
  readonly instance: string
  /** Unique to this process: a restarted instance has another value. */
  readonly boot: string
  /** Connection for states, leases and small calls. */
  readonly control: Connection
  /** Connection for logs and large calls. A reader that hangs delays logs and large calls, but not the lease. */
  readonly bulk: Connection
  readonly clock: Clock
  readonly metrics: BusMetrics
  readonly tracing: Tracing
  readonly waits: Waits
  /** Aborted when the bus is closed. */
  readonly signal: AbortSignal
  /** Called with a failure that cannot be retried, so that the process stops. */
  readonly onFatal: (error: Error) => void
  /** @throws Fault `closed` */
  readonly checkOpen: () => void
  /** @throws Fault `closed`, or `lease-expired` if this service needs a lease and another instance may hold it now */
  readonly guard: () => void
}

/**
 * Encodes a message with the headers that every message has.
 *
 * @throws Fault `too-large` if the message exceeds the size limit of the bus
 */
export function encodeMessage<Value>(
  { instance, metrics, tracing }: Pick<BusContext, 'instance' | 'metrics' | 'tracing'>,
  codec: MessageCodec<Value>,
  { value, headers }: { readonly value: Value; readonly headers?: Headers },
): { readonly data: Uint8Array; readonly headers: Headers } {
  const message = {
    data: codec.encode(value),
    headers: {
      [busHeaders.type]: codec.type,
      [busHeaders.instance]: instance,
      ...tracing.headers(),
      ...headers,
    },
  }
  const bytes = messageBytes(message) + storeHeaderBytes
  if (bytes <= maxPayloadBytes) return message
  metrics.refused('too-large')
  throw new Fault('too-large', {
    detail: `${codec.type} has ${bytes} bytes; the bus accepts at most ${maxPayloadBytes}`,
  })
}

/** Bytes reserved for the headers that are added when a message is stored: its id and its expected sequence. */
const storeHeaderBytes = 512

/**
 * Decodes a message, and counts the reason if that fails.
 *
 * @returns undefined if the body has another type or is malformed
 */
export function decodeMessage<Value>(
  { metrics }: Pick<BusContext, 'metrics'>,
  codec: MessageCodec<Value>,
  message: Pick<Incoming, 'data' | 'header'>,
): { readonly value: Value } | undefined {
  if (message.header(busHeaders.type) !== codec.type) {
    metrics.refused('unknown-type')
    return undefined
  }
  try {
    return { value: codec.decode(message.data) }
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error
    metrics.refused('malformed')
    return undefined
  }
}

/** Runs a service's handler of a message. An error that the handler throws is a bug, and stops the process. */
export function receiving({ onFatal }: Pick<BusContext, 'onFatal'>, work: () => void): void {
  try {
    work()
  } catch (error) {
    onFatal(toError(error))
  }
}

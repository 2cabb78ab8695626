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

/** Shared by all parts of one service's bus. */
export interface BusContext {
  readonly names: BusNames
  readonly service: ServiceName
  readonly instance: string
  /** Name of this process. */
  readonly boot: string
  /** States, leases, small calls. */
  readonly control: Connection
  /** Logs and large calls: a hanging reader may delay this connection, but must not delay a lease. */
  readonly bulk: Connection
  readonly clock: Clock
  readonly metrics: BusMetrics
  readonly tracing: Tracing
  readonly waits: Waits
  /** Aborted when the bus is closed. */
  readonly signal: AbortSignal
  /** Called with a failure that cannot be retried: the process has to stop. */
  readonly onFatal: (error: Error) => void
  /** @throws Fault `closed` */
  readonly checkOpen: () => void
  /** @throws Fault `closed`, or `lease-expired` if this service needs a lease and another instance may hold it now */
  readonly guard: () => void
}

/**
 * Encodes a message with the headers of every message.
 *
 * @throws Fault `too-large` above the limit of the server, which would drop the message
 */
export function encodeMessage<Value>(
  { instance, metrics, tracing }: BusContext,
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
    detail: `${codec.type} has ${bytes} bytes; the bus takes ${maxPayloadBytes}`,
  })
}

/** Space for the headers that storing a message adds: its id and expected sequence. */
const storeHeaderBytes = 512

/**
 * Decodes a message, or counts why that failed.
 *
 * @returns undefined for a body of another type, or a malformed one: the caller skips it
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

/** Runs a service's handler of a message; an error in it is a bug, and stops the process. */
export function receiving({ onFatal }: Pick<BusContext, 'onFatal'>, work: () => void): void {
  try {
    work()
  } catch (error) {
    onFatal(toError(error))
  }
}

import { randomUUID } from 'node:crypto'
import { type JetStreamClient, jetstream } from '@nats-io/jetstream'
import { connect, type NatsConnection } from '@nats-io/transport-node'
import { BusNames } from '#messages/bus-names.ts'
import type { ServiceName } from '#messages/services.ts'
import { connectNats } from '#bus/nats-connection.ts'
import { ServiceBus } from '#bus/service-bus.ts'
import { noTracing } from '#runtime/tracing.ts'
import { systemClock } from '#runtime/clock.ts'

export const names: BusNames = new BusNames({ chainId: 10n, node: 'bench' })

/**
 * Subjects with which the benchmark does the work of Atoll's bus on raw NATS: a last-value stream with republish for
 * states, a stream for logs, and a plain subject for calls.
 */
export const raw = {
  stateStored: (what: string) => `$KV.raw.${what}`,
  stateUpdates: (what: string) => `raw.state.${what}`,
  log: (what: string, number: number | '*') => `raw.log.${what}.${number}`,
  call: (what: string) => `raw.call.${what}`,
}

/** The connections of one process: Atoll's bus, and the bare client library. */
export interface Side {
  readonly bus: ServiceBus
  readonly client: NatsConnection
  readonly streams: JetStreamClient
  close(): Promise<void>
}

/** Opens the connections of one process. */
export async function openSide(url: string, service: ServiceName): Promise<Side> {
  const options = { servers: [url], role: service, onFatal: fail }
  const [control, bulk, client] = await Promise.all([
    connectNats({ ...options, name: 'control' }),
    connectNats({ ...options, name: 'bulk' }),
    connect({ servers: [url], noAsyncTraces: true }),
  ])
  const bus = new ServiceBus({
    control,
    bulk,
    names,
    service,
    instance: `${service}-0`,
    boot: randomUUID(),
    clock: systemClock,
    tracing: noTracing,
    onFatal: fail,
  })
  await bus.lease()
  const close = async () => {
    await bus.close()
    await client.close()
  }
  return { bus, client, streams: jetstream(client), close }
}

/** A raw message: its number, then zeros. */
export function rawMessage(number: number, bytes: number): Uint8Array {
  const data = new Uint8Array(bytes)
  new DataView(data.buffer).setUint32(0, number)
  return data
}

export function rawNumber(data: Uint8Array): number {
  return new DataView(data.buffer, data.byteOffset).getUint32(0)
}

function fail(error: Error): never {
  throw error
}

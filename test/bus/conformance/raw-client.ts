import { BusNames } from '#messages/bus-names.ts'
import type { StreamSpec } from '#messages/streams.ts'
import type { Connection } from '#bus/connection.ts'
import { connectNats } from '#bus/nats-connection.ts'
import { provision } from '#bus/provision.ts'

/** The names of the suite's own streams. */
export const names: BusNames = new BusNames({ chainId: 10n, node: 'conformance' })

/**
 * A last-value stream. With `ttlMs`, its values expire, like leases. Without `ttlMs`, its values are republished, like
 * states.
 */
export function valueStream(name: string, ttlMs?: number): StreamSpec {
  return {
    name: `KV_${name}`,
    subjects: [`$KV.${name}.>`],
    messagesPerSubject: 1,
    maxAgeMs: ttlMs,
    maxBytes: 64 * 1024 * 1024,
    whenFull: 'refuse-new',
    duplicateWindowMs: ttlMs === undefined ? 120_000 : 1_000,
    republish:
      ttlMs === undefined ? { source: `$KV.${name}.>`, destination: `${name}.>` } : undefined,
  }
}

/** Opens a connection with all permissions, and creates the streams that a test needs. */
export async function connectWith(
  url: string,
  specs: readonly StreamSpec[] = [],
): Promise<Connection> {
  const connection = await connectNats({
    servers: [url],
    role: 'operator',
    name: 'conformance',
    onFatal: (fault) => {
      throw fault
    },
  })
  if (specs.length > 0) await provision(connection, specs)
  return connection
}

/** Bytes of a text. */
export function text(words: string): Uint8Array {
  return new TextEncoder().encode(words)
}

export function textOf(data: Uint8Array | undefined): string {
  return new TextDecoder().decode(data)
}

/** Waits in real time, because the server has a clock of its own. */
export function pause(forMs: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, forMs)
  })
}

/** Polls a condition. @throws Error after 20 s */
export async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  const deadlineMs = performance.now() + 20_000
  while (!(await holds())) {
    if (performance.now() > deadlineMs) throw new Error(`${what}: not within 20 s`)
    await pause(5)
  }
}

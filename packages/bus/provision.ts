import { isDeepStrictEqual } from 'node:util'
import type { StreamSpec } from '#messages/streams.ts'
import { type Clock, sleep } from '#runtime/clock.ts'
import { Fault, isFault } from '#runtime/fault.ts'
import { unlessAborted } from '#runtime/unless-aborted.ts'
import type { Connection } from './connection.ts'
import { type StreamConfig, toStreamConfig } from './stream-config.ts'

/** How often the streams are checked, so that a lost store is restored quickly. */
const provisionPeriodMs = 5_000

const requestTimeoutMs = 2_000

/** Outcome of provisioning a stream. */
export type Provisioned = 'created' | 'updated' | 'unchanged'

/**
 * Creates and updates the streams. Idempotent. Never deletes anything.
 *
 * @throws Fault `unavailable`, `timeout`; `stream-refused` with the server's reason; `stream-forbidden` if the user may
 * not create them
 */
export async function provision(
  connection: Connection,
  specs: readonly StreamSpec[],
): Promise<ReadonlyMap<string, Provisioned>> {
  const done = new Map<string, Provisioned>()
  for (const spec of specs) done.set(spec.name, await provisionStream(connection, spec))
  return done
}

/** Provisions every 5 s and after reconnects until `signal` is aborted. Reports each change, and each failure once. */
export async function provisionForever(
  connection: Connection,
  specs: readonly StreamSpec[],
  {
    clock,
    signal,
    report,
  }: {
    readonly clock: Clock
    readonly signal: AbortSignal
    readonly report: (event: ProvisionEvent) => void
  },
): Promise<void> {
  let failure: string | undefined
  // A restarted server may have lost its streams.
  let reconnected = new AbortController()
  const wake = () => reconnected.abort()
  const unlisten = connection.onReconnect(wake)
  signal.addEventListener('abort', wake, { once: true })
  while (!signal.aborted) {
    reconnected = new AbortController()
    try {
      const done = await unlessAborted(provision(connection, specs), signal)
      failure = undefined
      for (const [stream, what] of done) if (what !== 'unchanged') report({ kind: what, stream })
    } catch (error) {
      if (signal.aborted) break
      // A retry would not help: the permissions of a key change only when the server restarts.
      if (!isFault(error) || error.severity === 'critical') throw error
      if (failure !== error.message) report({ kind: 'failed', fault: error })
      failure = error.message
    }
    await sleep(clock, provisionPeriodMs, reconnected.signal)
  }
  unlisten()
}

/** A report of the provisioning loop. */
export type ProvisionEvent =
  | { readonly kind: 'created' | 'updated'; readonly stream: string }
  | { readonly kind: 'failed'; readonly fault: Fault }

/** Formats a report for a log line. */
export function provisionLine(event: ProvisionEvent): string {
  return event.kind === 'failed'
    ? `provision: ${event.fault.message}`
    : `${event.stream} ${event.kind}`
}

async function provisionStream(connection: Connection, spec: StreamSpec): Promise<Provisioned> {
  const wanted = toStreamConfig(spec)
  const existing = await streamConfig(connection, spec.name)
  if (existing === undefined) {
    await ask(connection, `STREAM.CREATE.${spec.name}`, wanted)
    return 'created'
  }
  if (hasAll(existing, wanted)) return 'unchanged'
  await ask(connection, `STREAM.UPDATE.${spec.name}`, { ...existing, ...wanted })
  return 'updated'
}

async function streamConfig(connection: Connection, name: string): Promise<object | undefined> {
  try {
    const info = await ask(connection, `STREAM.INFO.${name}`, {})
    return (info as { readonly config?: object }).config
  } catch (error) {
    if (isFault(error, 'stream-refused') && error.fields.status === 404) return undefined
    throw error
  }
}

/** Whether the server's configuration has all wanted values. The server adds further fields to its configuration. */
function hasAll(existing: object, wanted: StreamConfig): boolean {
  const values = existing as Readonly<Record<string, unknown>>
  return Object.entries(wanted).every(([name, value]) => isDeepStrictEqual(values[name], value))
}

async function ask(connection: Connection, what: string, body: object): Promise<unknown> {
  const reply = await connection.request(
    { subject: `$JS.API.${what}`, data: new TextEncoder().encode(JSON.stringify(body)) },
    { timeoutMs: requestTimeoutMs },
  )
  const answer = JSON.parse(new TextDecoder().decode(reply.data)) as {
    readonly error?: { readonly code: number; readonly description: string }
  }
  if (answer.error === undefined) return answer
  const { code: status, description } = answer.error
  const detail = `${what}: ${description}`
  if (status === 403) throw new Fault('stream-forbidden', { detail })
  throw new Fault('stream-refused', { detail, fields: { status } })
}

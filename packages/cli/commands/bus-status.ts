import type * as z from 'zod'
import type { statusSettings } from '#node/bus-settings.ts'
import { connectNode, findBus, type FoundBus, type NodeConnection } from '#node/find-node.ts'
import { nameOf } from '#node/local-buses.ts'
import { formatBytes, formatDuration, print, printTable } from '#node/output.ts'
import type { BusNames, StateKind } from '#messages/bus-names.ts'
import { type ServiceStatus, serviceStatusCodec } from '#messages/service-status.ts'
import { serviceNames } from '#messages/services.ts'
import { subjects } from '#messages/subjects.ts'
import { streamsOf } from '#messages/streams.ts'
import { DecodeError } from '#protocol/codec/decode-error.ts'
import { busHeaders } from '#bus/bus-headers.ts'
import type { LeaseHolder } from '#bus/bus.ts'
import type { Connection } from '#bus/connection.ts'
import { parseHolder } from '#bus/lease-keeper.ts'
import { readNewest, type Stored } from '#bus/stream-store.ts'
import { Fault, isFault } from '#runtime/fault.ts'
import { wrap, wrapWidthOf } from '#runtime/screen/lines.ts'

/** Content of a node's bus. */
interface BusStatus {
  readonly server: { readonly version: string; readonly url: string }
  readonly streams: readonly StreamStatus[]
  readonly states: readonly StateStatus[]
  readonly leases: readonly (LeaseHolder & { readonly service: string })[]
  readonly services: readonly InstanceStatus[]
}

/** The last status message of an instance. `status` is undefined if the message has the format of another release. */
interface InstanceStatus {
  readonly service: string
  readonly instance: string
  readonly ageMs: number
  readonly status: ServiceStatus | undefined
}

interface StreamStatus {
  readonly name: string
  readonly messages: number
  readonly bytes: number
  readonly maxBytes: number
}

interface StateStatus {
  readonly name: string
  readonly writer: string
  readonly bytes: number
  readonly ageMs: number
}

/** A service writes its status every 5 s. If its status is older than this, the service has likely ended. */
const silentMs = 15_000

/** Prints the content of the bus, as text or JSON. */
export async function printBusStatus(settings: z.output<typeof statusSettings>): Promise<void> {
  const found = await findBus(settings)
  if (!settings.json) reportPlace(found)
  const node = await connectNode(found)
  try {
    const status = await explained(readStatus(node), node)
    if (settings.json) print(JSON.stringify(status))
    else printForPerson(status)
  } finally {
    await node.connection.close()
  }
}

/** Prints the address of the bus before the query, since the answer may take seconds. */
export function reportPlace(found: FoundBus): void {
  const { natsUrls, where } = found
  const text = `${nameOf(found)}: asking ${natsUrls.join(', ')} (${where})`
  const width = wrapWidthOf(process.stderr)
  process.stderr.write(`${wrap(text, { width, indent: 2 }).join('\n')}\n`)
}

/**
 * Waits for an answer from a bus. If the answer shows that the bus may belong to another node, the fault names the
 * address and the expected node.
 */
export async function explained<Answer>(
  answering: Promise<Answer>,
  { found }: NodeConnection,
): Promise<Answer> {
  try {
    return await answering
  } catch (cause) {
    if (!isFault(cause, 'not-permitted') && !isFault(cause, 'stream-missing')) throw cause
    const { chainId, node } = found
    const detail = `the bus at ${found.natsUrls.join(', ')} does not belong to ${nameOf({ chainId, node })}, or has no streams yet: check --chain-id, --network and --node (${cause.detail ?? cause.code})`
    throw new Fault(cause.code, { detail, cause })
  }
}

async function readStatus({ connection, names, found }: NodeConnection): Promise<BusStatus> {
  const { version } = connection.server
  const streams: StreamStatus[] = []
  for (const { name, maxBytes } of streamsOf(subjects, names))
    streams.push({ name, maxBytes, ...(await streamSize(connection, name)) })
  const states = await readStates(connection, names, { perInstance: false })
  const instances = await readStates(connection, names, { perInstance: true })
  return {
    server: { version, url: found.natsUrls.join(', ') },
    streams,
    states: states.map(([name, stored]) => stateStatus(name, stored)),
    leases: await readLeases(connection, names),
    services: instances.map(([name, stored]) => instanceStatus(name, stored)),
  }
}

/** Reads all stored states of one kind, each with its name. */
export async function readStates(
  connection: Connection,
  names: BusNames,
  kind: StateKind,
): Promise<readonly (readonly [name: string, stored: Stored])[]> {
  const states: [string, Stored][] = []
  const { source } = names.stateRepublish(kind)
  const stream = names.stateStream(kind)
  for (const key of await keysOf(connection, stream, source)) {
    const stored = await readNewest(connection, stream, key)
    if (stored !== undefined && !stored.isDeletion)
      states.push([key.slice(source.length - '>'.length), stored])
  }
  return states
}

/** Time at which the streams were created, at the first start or after a loss of the store, in Unix milliseconds. */
export async function streamMadeMs(connection: Connection, names: BusNames): Promise<number> {
  const stream = names.stateStream({ perInstance: true })
  const { created } = (await ask(connection, `STREAM.INFO.${stream}`, {})) as {
    readonly created: string
  }
  return Date.parse(created)
}

/** Age of a stored message in milliseconds. */
export function ageOf({ header }: Stored): number {
  return Math.max(0, Date.now() - Date.parse(header(busHeaders.storedAt) ?? ''))
}

function stateStatus(name: string, stored: Stored): StateStatus {
  const writer = stored.header(busHeaders.instance) ?? 'unknown'
  return { name, writer, bytes: stored.data.length, ageMs: ageOf(stored) }
}

function instanceStatus(name: string, stored: Stored): InstanceStatus {
  const [service = '', , instance = ''] = name.split('.')
  return { service, instance, ageMs: ageOf(stored), status: decodeStatus(stored) }
}

function decodeStatus({ data }: Stored): ServiceStatus | undefined {
  try {
    return serviceStatusCodec.decode(data)
  } catch (error) {
    if (error instanceof DecodeError) return undefined
    throw error
  }
}

async function readLeases(connection: Connection, names: BusNames): Promise<BusStatus['leases']> {
  const leases: (LeaseHolder & { service: string })[] = []
  for (const service of serviceNames) {
    const stored = await readNewest(connection, names.leaseStream, names.lease(service))
    const holder = stored && parseHolder(stored)
    if (holder !== undefined) leases.push({ service, ...holder })
  }
  return leases
}

async function streamSize(
  connection: Connection,
  name: string,
): Promise<Pick<StreamStatus, 'messages' | 'bytes'>> {
  const { state } = (await ask(connection, `STREAM.INFO.${name}`, {})) as {
    readonly state: { readonly messages: number; readonly bytes: number }
  }
  return { messages: state.messages, bytes: state.bytes }
}

async function keysOf(
  connection: Connection,
  stream: string,
  source: string,
): Promise<readonly string[]> {
  const filter = { subjects_filter: source }
  const { state } = (await ask(connection, `STREAM.INFO.${stream}`, filter)) as {
    readonly state: { readonly subjects?: Readonly<Record<string, number>> }
  }
  return Object.keys(state.subjects ?? {}).toSorted()
}

async function ask(connection: Connection, what: string, body: object): Promise<unknown> {
  const data = new TextEncoder().encode(JSON.stringify(body))
  const reply = await connection.request({ subject: `$JS.API.${what}`, data }, { timeoutMs: 2_000 })
  const answer = JSON.parse(new TextDecoder().decode(reply.data)) as {
    readonly error?: { readonly description: string }
  }
  if (answer.error === undefined) return answer
  const detail = `${what}: ${answer.error.description}`
  throw new Fault('stream-missing', { detail })
}

function printForPerson({ server, streams, states, leases, services }: BusStatus): void {
  print(`nats-server ${server.version} at ${server.url}\n`)
  printTable([
    ['stream', 'messages', 'bytes', 'max bytes'],
    ...streams.map(({ name, messages, bytes, maxBytes }) => {
      return [name, String(messages), formatBytes(bytes), formatBytes(maxBytes)]
    }),
  ])
  print()
  printTable([
    ['state', 'written', 'by', 'bytes'],
    ...states.map(({ name, writer, bytes, ageMs }) => {
      return [name, `${formatDuration(ageMs)} ago`, writer, formatBytes(bytes)]
    }),
  ])
  print()
  printTable([
    ['lease', 'held by', 'since'],
    ...leases.map(({ service, instance, sinceMs }) => {
      return [service, instance, new Date(sinceMs).toISOString()]
    }),
  ])
  print()
  printTable([
    ['service', 'instance', 'last status', 'phase'],
    ...services.map(({ service, instance, ageMs, status }) => {
      const phase = status === undefined ? 'unreadable, from another release' : status.phase
      const shown = ageMs > silentMs ? `${phase}, then silent` : phase
      return [service, instance, `${formatDuration(ageMs)} ago`, shown]
    }),
  ])
  for (const { instance, status } of services) {
    const wait = status?.wait
    if (wait === undefined) continue
    const text = `${instance} waits for ${wait.what}; next: ${wait.next}`
    print(`\n${wrap(text, { width: wrapWidthOf(process.stdout), indent: 2 }).join('\n')}`)
  }
}

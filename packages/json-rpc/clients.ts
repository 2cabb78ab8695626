import type { Socket } from 'node:net'
import type { Logger } from 'pino'
import type { Clock } from '#runtime/clock.ts'

/**
 * Why a client was refused or its request ended, and how much each reason counts toward a ban. A client that reaches
 * its own limits is hostile only if it continues, so such a refusal counts only a tenth. Pipelining counts most, since
 * no HTTP client pipelines.
 */
const refusals = {
  banned: 0,
  'too-many-connections': 0,
  'too-many-requests': 0.1,
  full: 0,
  'too-many-subscriptions': 0.1,
  'too-many-bytes': 0.1,
  'hung-up': 0.1,
  'too-large': 1,
  'too-slow': 1,
  'too-deep': 1,
  'too-many-values': 1,
  'too-many-calls': 1,
  'too-many-pings': 1,
  'too-many-pipelined': 10,
  'not-json': 0.1,
  'not-http': 1,
  'not-read': 1,
  'bad-frame': 1,
  'bad-token': 1,
  'bad-origin': 0,
  'bad-host': 0,
} as const

/** Why a client was refused. */
export type Refusal = keyof typeof refusals

/** Limits for one client, which is an IPv4 address or an IPv6 subnet. */
export interface ClientLimits {
  /** TCP connections at a time, and new connections per second. Further connections are closed immediately. */
  readonly maxConnectionsPerClient: number
  /** HTTP requests that are not answered yet, and WebSockets. Further requests get status 429. */
  readonly maxRequestsPerClient: number
  /** Bytes of requests and answers that are not complete yet. A request that needs more bytes gets status 429. */
  readonly maxBytesPerClient: number
  /** Bytes of requests and answers that are not complete yet, for all clients together. */
  readonly maxBytes: number
  /** Refusals in `banMs`, weighted by `refusals`. A client with more refusals is banned for `banMs`. */
  readonly maxRefusalsPerClient: number
}

/** Period in which refusals are counted, and duration of a ban. */
export const banMs = 10_000

/**
 * Number of 16-bit groups in the prefix of an IPv6 subnet. One customer of an internet provider has a whole subnet, so
 * the subnet counts as one client.
 */
const subnetGroups = 4

/**
 * Clients that are never banned. All programs on this machine, and even the pages in its browsers, have the same
 * address, so a ban would affect all of them.
 */
const thisMachine: readonly string[] = [clientOf('127.0.0.1'), clientOf('::1')]

interface Client {
  readonly connections: Set<Socket>
  /** New connections in the second that began at `secondMs`. */
  newConnections: number
  secondMs: number
  requests: number
  bytes: number
  refusals: number
  /** When the first of `refusals` was counted. */
  sinceMs: number
  bannedUntilMs: number
}

/** The client of a request, as methods see it. */
export interface Caller {
  /** Names the client. */
  readonly client: string
  /** Whether the client still waits for the answer. */
  readonly isOpen: () => boolean
  /** Reserves memory until the request ends. @returns whether there is enough */
  readonly hold: (bytes: number) => boolean
  readonly refused: (why: Refusal) => void
}

/** Limits for clients, and a callback for refusals. */
interface ClientsOptions {
  readonly limits: ClientLimits
  readonly clock: Clock
  /** Called for each refusal. */
  readonly onRefused?: ((why: Refusal) => void) | undefined
  readonly log?: Pick<Logger, 'warn'> | undefined
}

/** Counts what each client uses of a server, and bans clients with too many refusals. */
export class Clients {
  readonly #options: ClientsOptions
  readonly #byName = new Map<string, Client>()
  #bytes = 0

  constructor(options: ClientsOptions) {
    this.#options = options
  }

  /**
   * Counts a connection until it closes. Closes it immediately if the client is banned or has too many connections.
   *
   * @returns whether the connection stays open
   */
  connected(socket: Socket): boolean {
    const name = clientOf(socket.remoteAddress)
    const client = this.#client(name)
    const why = this.#whyNoConnection(name, client)
    if (why !== undefined) {
      socket.destroy()
      this.#options.onRefused?.(why)
      return false
    }
    client.connections.add(socket)
    socket.once('close', () => {
      client.connections.delete(socket)
      this.#forget(name, client)
    })
    return true
  }

  /** Begins a request, which is counted until `requestEnded`. @returns false if the client has too many requests */
  requestBegan(name: string): boolean {
    const client = this.#client(name)
    if (client.requests >= this.#options.limits.maxRequestsPerClient) return false
    client.requests++
    return true
  }

  requestEnded(name: string): void {
    const client = this.#client(name)
    client.requests--
    this.#forget(name, client)
  }

  /** The caller of a request or of a WebSocket message. The memory that it reserves is released by `end`. */
  caller(client: string, isOpen: () => boolean): Caller & { readonly end: () => void } {
    let held = 0
    let hasEnded = false
    return {
      client,
      isOpen,
      hold: (bytes) => {
        // A result that is ready after the end of the request is not sent, so it needs no memory.
        if (hasEnded) return true
        const isHeld = this.hold(client, bytes)
        if (isHeld) held += bytes
        return isHeld
      },
      refused: (why) => this.refused(client, why),
      end: () => {
        hasEnded = true
        this.release(client, held)
        held = 0
      },
    }
  }

  /** Reserves memory for a client, until `release`. @returns whether there is enough */
  hold(name: string, bytes: number): boolean {
    const { maxBytes, maxBytesPerClient } = this.#options.limits
    const client = this.#client(name)
    if (client.bytes + bytes > maxBytesPerClient || this.#bytes + bytes > maxBytes) return false
    client.bytes += bytes
    this.#bytes += bytes
    return true
  }

  release(name: string, bytes: number): void {
    const client = this.#client(name)
    client.bytes -= bytes
    this.#bytes -= bytes
    this.#forget(name, client)
  }

  /**
   * Counts a refusal. A client with too many refusals is banned: its connections end, and new connections are closed
   * immediately.
   */
  refused(name: string, why: Refusal): void {
    const { clock, limits, log, onRefused } = this.#options
    onRefused?.(why)
    if (refusals[why] === 0) return
    const client = this.#client(name)
    const nowMs = clock.monotonicMs()
    if (nowMs >= client.sinceMs + banMs) Object.assign(client, { sinceMs: nowMs, refusals: 0 })
    client.refusals += refusals[why]
    if (client.refusals <= limits.maxRefusalsPerClient || nowMs < client.bannedUntilMs) return
    if (thisMachine.includes(name)) return
    client.bannedUntilMs = nowMs + banMs
    log?.warn({ client: name, reason: why, durationMs: banMs }, 'JSON-RPC client is banned')
    for (const socket of client.connections) socket.destroy()
  }

  /**
   * Forgets each client that uses nothing of the server now, whose refusals are too old to count, and whose ban is
   * over.
   */
  tend(): void {
    for (const [name, client] of this.#byName) this.#forget(name, client)
  }

  #whyNoConnection(name: string, client: Client): Refusal | undefined {
    const { clock, limits } = this.#options
    const nowMs = clock.monotonicMs()
    if (nowMs < client.bannedUntilMs) return 'banned'
    if (client.connections.size >= limits.maxConnectionsPerClient) return 'too-many-connections'
    if (nowMs >= client.secondMs + 1_000)
      Object.assign(client, { secondMs: nowMs, newConnections: 0 })
    client.newConnections++
    // The server accepts one connection in each turn of the event loop. A flood of connections from one client would
    // delay the connections of other clients.
    const isFlood = client.newConnections > limits.maxConnectionsPerClient
    return isFlood && !thisMachine.includes(name) ? 'too-many-connections' : undefined
  }

  #client(name: string): Client {
    const known = this.#byName.get(name)
    if (known !== undefined) return known
    const fresh = {
      connections: new Set<Socket>(),
      newConnections: 0,
      secondMs: Number.NEGATIVE_INFINITY,
      requests: 0,
      bytes: 0,
      refusals: 0,
      sinceMs: Number.NEGATIVE_INFINITY,
      bannedUntilMs: Number.NEGATIVE_INFINITY,
    }
    this.#byName.set(name, fresh)
    return fresh
  }

  #forget(name: string, client: Client): void {
    const { connections, secondMs, requests, bytes, sinceMs, bannedUntilMs } = client
    const isUsed = connections.size > 0 || requests > 0 || bytes > 0
    const nowMs = this.#options.clock.monotonicMs()
    if (!isUsed && nowMs >= Math.max(secondMs + 1_000, sinceMs + banMs, bannedUntilMs))
      this.#byName.delete(name)
  }
}

/** The client that an address belongs to: for IPv4, the address itself; for IPv6, its 64-bit subnet. */
export function clientOf(address = ''): string {
  if (!address.includes(':')) return address
  const ipv4 = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/iu.exec(address)?.[1]
  if (ipv4 !== undefined) return ipv4
  const [start = '', end] = address.split('%')[0]?.split('::') ?? []
  const groups = (text = '') => (text === '' ? [] : text.split(':'))
  const missing = end === undefined ? 0 : 8 - groups(start).length - groups(end).length
  const all = [...groups(start), ...Array.from({ length: missing }, () => '0'), ...groups(end)]
  return `${all.slice(0, subnetGroups).join(':')}::/64`
}

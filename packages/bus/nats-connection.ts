import {
  AuthorizationError,
  ClosedConnectionError,
  connect,
  type ConnectionOptions,
  DrainingConnectionError,
  type Msg,
  type MsgHdrs,
  type NatsConnection as Client,
  headers as newHeaders,
  nkeyAuthenticator,
  NoRespondersError,
  PermissionViolationError,
  RequestError,
  TimeoutError,
  UserAuthenticationExpiredError,
} from '@nats-io/transport-node'
import { inboxPrefix } from '#messages/bus-names.ts'
import type { BusRole } from '#messages/services.ts'
import { sleep, systemClock } from '#runtime/clock.ts'
import { Fault, isFault } from '#runtime/fault.ts'
import { unlessAborted } from '#runtime/unless-aborted.ts'
import { maxPayloadBytes } from './bus-limits.ts'
import {
  checkSize,
  type Connection,
  connectionLost,
  type Headers,
  type Incoming,
  type Outgoing,
  type ServerFacts,
  type SubscribeOptions,
  type Subscription,
} from './connection.ts'

/** Options of a connection to a NATS server. */
export interface NatsOptions {
  /** `nats://host:port` or `tls://host:port`; several URLs name the servers of one cluster. */
  readonly servers: readonly string[]
  readonly role: BusRole
  /** Name in the server's list of connections. */
  readonly name: string
  /** The nkey seed; undefined if the server requires none. */
  readonly seed?: Uint8Array
  /** Certificate authority of the server, PEM. */
  readonly caFile?: string
  /** Cancels the wait for a server. */
  readonly signal?: AbortSignal
  /** Called after each attempt that reached no server. */
  readonly onWait?: (fault: Fault) => void
  /** Called for a permanent failure: a server that is too old, missing permissions, a closed connection. */
  readonly onFatal: (fault: Fault) => void
}

/**
 * Connects to a NATS server, with retries until the server answers, and reconnects when the server restarts.
 *
 * @throws Fault `server-unsupported` for the server's version or limits; `not-permitted` if the server rejects the key;
 *   `not-trusted` if its certificate is not valid; `closed` if the signal is aborted before a server answers
 */
export async function connectNats(options: NatsOptions): Promise<Connection> {
  const connection = new NatsConnection(await connectClient(options), options)
  try {
    checkServer(connection.server)
  } catch (cause) {
    await connection.close()
    throw cause
  }
  return connection
}

/**
 * Retries in our own loop, since the loop of the client library treats an invalid certificate like an unreachable
 * server, and reports nothing while it waits.
 */
async function connectClient({ signal, onWait, ...options }: NatsOptions): Promise<Client> {
  for (;;) {
    const reached = await attempt(options, signal)
    if (!(reached instanceof Fault)) return reached
    if (reached.severity === 'critical') throw reached
    onWait?.(reached)
    await sleep(systemClock, connectPauseMs, signal)
  }
}

/**
 * @returns the connection, or a fault: no server answered, a server refused the client, or a server is not trusted
 * @throws Fault `closed` if the signal is aborted
 */
async function attempt(
  options: Omit<NatsOptions, 'signal' | 'onWait'>,
  signal: AbortSignal | undefined,
): Promise<Client | Fault> {
  const connecting = connect(clientOptions(options))
  try {
    return await unlessAborted(connecting, signal)
  } catch (cause) {
    if (!isFault(cause, 'aborted')) return connectFault(cause, options)
    void Promise.allSettled([connecting.then((late) => late.close())])
    const detail = 'stopped before a server answered'
    throw new Fault('closed', { detail, cause })
  }
}

/** Pause between two attempts to reach a server. */
const connectPauseMs = 250

/** Timeout for the greeting of a server. */
const greetingTimeoutMs = 2_000

function clientOptions({
  servers,
  role,
  name,
  seed,
  caFile,
}: Pick<NatsOptions, 'servers' | 'role' | 'name' | 'seed' | 'caFile'>): ConnectionOptions {
  return {
    servers: [...servers],
    name,
    inboxPrefix: inboxPrefix(role),
    timeout: greetingTimeoutMs,
    // The client's default stops reconnecting after 20 s.
    maxReconnectAttempts: -1,
    reconnectTimeWait: 50,
    reconnectJitter: 25,
    // The client's default detects a frozen server only after minutes.
    pingInterval: 2_000,
    maxPingOut: 2,
    // Capturing a stack for each request costs more than the request.
    noAsyncTraces: true,
    ...(seed !== undefined && { authenticator: nkeyAuthenticator(seed) }),
    // Without this option, the client accepts a server without TLS even for a `tls:` URL.
    ...(wantsTls(servers, caFile) && { tls: caFile === undefined ? {} : { caFile } }),
  }
}

function wantsTls(servers: readonly string[], caFile: string | undefined): boolean {
  return caFile !== undefined || servers.some((url) => url.startsWith('tls:'))
}

/** The fault of a failed attempt to connect; critical if the key was rejected or the certificate is not valid. */
function connectFault(
  cause: unknown,
  { servers, role, seed }: Pick<NatsOptions, 'servers' | 'role' | 'seed'>,
): Fault {
  const at = servers.join(', ')
  const options = { cause, fields: { servers } }
  if (isRefusal(cause) || cause instanceof UserAuthenticationExpiredError) {
    const detail =
      seed === undefined
        ? `the server at ${at} requires a key, and ${role} has none`
        : `the server at ${at} does not know the key of ${role}`
    return new Fault('not-permitted', { detail, ...options })
  }
  const root = cause instanceof Error && cause.cause instanceof Error ? cause.cause : cause
  if (isCertificateError(root)) {
    const detail = `the certificate of the server at ${at} is not valid: ${root.message}`
    return new Fault('not-trusted', { detail, ...options })
  }
  const why = root instanceof Error && root.message !== '' ? root.message : 'no answer'
  const detail = `no NATS server answers at ${at} (${why})`
  return new Fault('unavailable', { detail, ...options })
}

/** Whether the server refused the key. The client also throws this class for a timeout, which is not a refusal. */
function isRefusal(error: unknown): error is AuthorizationError {
  return error instanceof AuthorizationError && !/timeout/iu.test(error.message)
}

/** Whether the code of the error names a problem that OpenSSL found in the certificate. */
function isCertificateError(error: unknown): error is Error {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  return /CERT|SELF_SIGNED|LEAF_SIGNATURE|CA_|_CRL/u.test(code)
}

/** The oldest version with the compare-and-set and direct get that the bus needs. */
const oldestVersion = '2.9.10'

/** Version 2.10.19 stores a message with a stale expected sequence, and so breaks compare-and-set. */
const unfitVersions: readonly string[] = ['2.10.19']

/** @throws Fault `server-unsupported` if the bus cannot use a server with these facts */
export function checkServer({ version, maxPayloadBytes: offered }: ServerFacts): void {
  const unfit = (detail: string) => new Fault('server-unsupported', { detail, fields: { version } })
  if (unfitVersions.includes(version))
    throw unfit(`version ${version} accepts stale writes: a later version is required`)
  if (isOlder(version, oldestVersion))
    throw unfit(`version ${version} is older than ${oldestVersion}`)
  if (offered < maxPayloadBytes)
    throw unfit(`max_payload is ${offered}, and must be at least ${maxPayloadBytes}`)
}

/** Whether a server's version, such as `2.15.2`, is older than another version. A malformed version counts as older. */
export function isOlder(version: string, other: string): boolean {
  const numbersOf = (text: string) => text.split('.').map((word) => Number.parseInt(word, 10))
  const numbers = numbersOf(version)
  for (const [at, wanted] of numbersOf(other).entries()) {
    const number = numbers[at] ?? 0
    if (number !== wanted) return !(number > wanted)
  }
  return false
}

/** A connection of the NATS client, with errors converted to faults. */
class NatsConnection implements Connection {
  readonly #client: Client
  readonly #onFatal: (fault: Fault) => void
  readonly #reconnectListeners = new Set<() => void>()
  /** Functions that fail the pending requests. */
  readonly #pending = new Set<(fault: Fault) => void>()
  #facts: ServerFacts
  #isUp = true

  constructor(client: Client, { onFatal }: Pick<NatsOptions, 'onFatal'>) {
    this.#client = client
    this.#onFatal = onFatal
    this.#facts = factsOf(client)
    void this.#watch()
  }

  get server(): ServerFacts {
    return this.#facts
  }

  get isUp(): boolean {
    return this.#isUp
  }

  publish(message: Outgoing): void {
    checkSize(message, this.#facts)
    const { subject, data, headers } = message
    if (!this.#client.isClosed()) this.#client.publish(subject, data, publishOptions(headers))
  }

  async request(
    message: Outgoing,
    { timeoutMs }: { readonly timeoutMs: number },
  ): Promise<Incoming> {
    checkSize(message, this.#facts)
    const { subject, data, headers } = message
    const lost = Promise.withResolvers<never>()
    this.#pending.add(lost.reject)
    try {
      const options = { timeout: timeoutMs, ...publishOptions(headers) }
      const answer = this.#client.request(subject, data, options)
      return incoming(await Promise.race([answer, lost.promise]))
    } catch (cause) {
      if (cause instanceof Fault) throw cause
      if (this.#client.isClosed()) throw new Fault('closed', { cause })
      throw faultOf(cause, { subject, timeoutMs })
    } finally {
      this.#pending.delete(lost.reject)
    }
  }

  subscribe(subject: string, { queue, onMessage }: SubscribeOptions): Subscription {
    const subscription = this.#client.subscribe(subject, {
      ...(queue !== undefined && { queue }),
      callback: (error, message) => {
        if (error === null) onMessage(incoming(message))
        else this.#onFatal(faultOf(error, { subject }))
      },
    })
    return { unsubscribe: () => subscription.unsubscribe() }
  }

  onReconnect(run: () => void): () => void {
    this.#reconnectListeners.add(run)
    return () => this.#reconnectListeners.delete(run)
  }

  async close(): Promise<void> {
    this.#isUp = false
    await this.#client.close()
  }

  async #watch(): Promise<void> {
    for await (const status of this.#client.status()) {
      if (status.type === 'disconnect') this.#isUp = false
      if (status.type === 'reconnect') this.#reconnected()
    }
    // The client closes by itself only if the server refuses it.
    const cause = await this.#client.closed()
    if (cause instanceof Error) this.#onFatal(faultOf(cause, {}))
  }

  #reconnected(): void {
    this.#isUp = true
    this.#facts = factsOf(this.#client)
    try {
      checkServer(this.#facts)
    } catch (error) {
      if (!isFault(error)) throw error
      this.#onFatal(error)
      return
    }
    for (const reject of this.#pending) reject(connectionLost())
    for (const run of this.#reconnectListeners) run()
  }
}

function factsOf({ info }: Client): ServerFacts {
  return { version: info?.version ?? 'unknown', maxPayloadBytes: info?.max_payload ?? 0 }
}

function publishOptions(headers: Headers | undefined): { headers?: MsgHdrs } {
  if (headers === undefined) return {}
  const wire = newHeaders()
  for (const name in headers) wire.set(name, headers[name] ?? '')
  return { headers: wire }
}

function incoming(message: Msg): Incoming {
  const { headers } = message
  return {
    subject: message.subject,
    data: message.data,
    status: headers?.code ?? 0,
    header: (name) => (headers?.has(name) === true ? headers.get(name) : undefined),
    respond:
      message.reply === undefined || message.reply === ''
        ? undefined
        : (reply) => void message.respond(reply.data, publishOptions(reply.headers)),
  }
}

type BusFaultCode = 'unavailable' | 'timeout' | 'not-permitted' | 'closed'

function faultOf(cause: unknown, fields: Readonly<Record<string, unknown>>): Fault {
  const fault = (code: BusFaultCode, detail?: string) =>
    new Fault(code, { ...(detail !== undefined && { detail }), cause, fields })
  const root = cause instanceof RequestError && cause.cause !== undefined ? cause.cause : cause
  if (root instanceof NoRespondersError) return fault('unavailable', 'there is no subscriber')
  if (root instanceof TimeoutError) return fault('timeout')
  if (root instanceof PermissionViolationError) return fault('not-permitted', root.message)
  if (isRefusal(root)) return fault('not-permitted', 'the server refuses the key')
  if (root instanceof ClosedConnectionError || root instanceof DrainingConnectionError)
    return fault('closed')
  const detail = root instanceof Error ? root.message : String(root)
  return fault('unavailable', detail)
}

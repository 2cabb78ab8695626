import { Fault } from '#runtime/fault.ts'

/**
 * What the bus needs of a message server: a small part of NATS. There are two, `nats-connection.ts` and
 * `memory/memory-server.ts`; all rules of the bus are written once, above them, so that no service can tell which it has.
 */
export interface Connection {
  readonly server: ServerFacts
  /** False while the server cannot be reached; what is published then is lost without a word. */
  readonly isUp: boolean
  /** At most once, without acknowledgement. @throws Fault `too-large` above what the server takes */
  publish(message: Outgoing): void
  /**
   * Asks, and waits for one reply.
   *
   * @throws Fault `unavailable` at once if nobody listens; `timeout`, also at a reconnect: the answer went with the connection; `not-permitted`; `too-large`; `closed`
   */
  request(message: Outgoing, options: { readonly timeoutMs: number }): Promise<Incoming>
  /** Calls back for each message until unsubscribed; survives reconnects, but misses what came meanwhile. */
  subscribe(subject: string, subscription: SubscribeOptions): Subscription
  /** Calls back after each reconnect, when the subscriptions are back; what it returns ends that. */
  onReconnect(run: () => void): () => void
  /** Ends all subscriptions and pending requests. */
  close(): Promise<void>
}

/** What a server says of itself. */
export interface ServerFacts {
  readonly version: string
  readonly maxPayloadBytes: number
}

/** Names and values as on the wire. */
export type Headers = Readonly<Record<string, string>>

/** A message to send. */
export interface Outgoing {
  readonly subject: string
  readonly data: Uint8Array
  readonly headers?: Headers
}

/** A message that came. */
export interface Incoming {
  readonly subject: string
  readonly data: Uint8Array
  readonly header: (name: string) => string | undefined
  /** Of the server's own replies, such as 404; 0 for all others. */
  readonly status: number
  /** Answers the sender; absent unless it asked for an answer. */
  readonly respond: ((reply: Omit<Outgoing, 'subject'>) => void) | undefined
}

/** How to subscribe. */
export interface SubscribeOptions {
  /** Of all subscribers that name the same queue, one gets the message. */
  readonly queue?: string
  readonly onMessage: (message: Incoming) => void
}

/** A subscription that can be ended. */
export interface Subscription {
  unsubscribe(): void
}

/** Of a request that was on its way when the connection was lost. */
export function connectionLost(): Fault {
  const detail = 'the connection was lost before there was an answer'
  return new Fault('timeout', { detail })
}

/** @throws Fault `too-large` for a message that the server would end the connection for */
export function checkSize(message: Outgoing, { maxPayloadBytes }: ServerFacts): void {
  const bytes = messageBytes(message)
  if (bytes <= maxPayloadBytes) return
  throw new Fault('too-large', {
    detail: `${bytes} bytes; the server takes ${maxPayloadBytes}`,
    fields: { subject: message.subject },
  })
}

/** The size of a message on the wire, as the server's limit counts it: body and headers. */
export function messageBytes({ data, headers }: Omit<Outgoing, 'subject'>): number {
  let bytes = 0
  for (const name in headers) bytes += name.length + (headers[name]?.length ?? 0) + ': \r\n'.length
  return data.length + (bytes === 0 ? 0 : 'NATS/1.0\r\n\r\n'.length + bytes)
}

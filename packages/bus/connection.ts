import { Fault } from '#runtime/fault.ts'

/**
 * The part of a NATS client that the bus uses. Implementations: `nats-connection.ts` and `memory/memory-connection.ts`.
 * The layer above implements all rules of the bus, so both implementations behave the same.
 */
export interface Connection {
  readonly server: ServerFacts
  /** False while the server cannot be reached. Messages published during that time are silently lost. */
  readonly isUp: boolean
  /** Publishes at most once, without acknowledgement. @throws Fault `too-large` above the limit of the server */
  publish(message: Outgoing): void
  /**
   * Sends a request and waits for one reply.
   *
   * @throws Fault `unavailable` immediately if there is no subscriber; `timeout` if no reply arrives in time, or at a
   *   reconnect, which loses the reply; `not-permitted`; `too-large`; `closed`
   */
  request(message: Outgoing, options: { readonly timeoutMs: number }): Promise<Incoming>
  /** Calls back for each message. Survives reconnects, but misses messages sent while the connection is down. */
  subscribe(subject: string, subscription: SubscribeOptions): Subscription
  /** Calls back after each reconnect, when subscriptions are restored. The returned function removes the callback. */
  onReconnect(run: () => void): () => void
  /** Ends all subscriptions and pending requests. */
  close(): Promise<void>
}

/** Facts about a server. */
export interface ServerFacts {
  readonly version: string
  readonly maxPayloadBytes: number
}

/** Headers by name. */
export type Headers = Readonly<Record<string, string>>

/** A message to send. */
export interface Outgoing {
  readonly subject: string
  readonly data: Uint8Array
  readonly headers?: Headers
}

/** A received message. */
export interface Incoming {
  readonly subject: string
  readonly data: Uint8Array
  readonly header: (name: string) => string | undefined
  /** Status of the server's own replies, such as 404; 0 for other messages. */
  readonly status: number
  /** Replies to the sender; undefined if the sender expects no reply. */
  readonly respond: ((reply: Omit<Outgoing, 'subject'>) => void) | undefined
}

/** Options of a subscription. */
export interface SubscribeOptions {
  /** Each message goes to only one of the subscribers with the same queue. */
  readonly queue?: string
  readonly onMessage: (message: Incoming) => void
}

/** A subscription that can be ended. */
export interface Subscription {
  unsubscribe(): void
}

/** The fault of a request that was pending when the connection was lost. */
export function connectionLost(): Fault {
  const detail = 'the connection was lost before there was an answer'
  return new Fault('timeout', { detail })
}

/** @throws Fault `too-large` for a message so large that the server would close the connection */
export function checkSize(message: Outgoing, { maxPayloadBytes }: ServerFacts): void {
  const bytes = messageBytes(message)
  if (bytes <= maxPayloadBytes) return
  throw new Fault('too-large', {
    detail: `${bytes} bytes; the server accepts at most ${maxPayloadBytes}`,
    fields: { subject: message.subject },
  })
}

/** Size of a message as the server's limit counts it: body and headers. */
export function messageBytes({ data, headers }: Omit<Outgoing, 'subject'>): number {
  let bytes = 0
  for (const name in headers) bytes += name.length + (headers[name]?.length ?? 0) + ': \r\n'.length
  return data.length + (bytes === 0 ? 0 : 'NATS/1.0\r\n\r\n'.length + bytes)
}

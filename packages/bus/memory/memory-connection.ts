import type { BusRole } from '#messages/services.ts'
import type { Permissions } from '#messages/permissions.ts'
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
} from '#bus/connection.ts'
import type { Clock } from '#runtime/clock.ts'
import { Fault } from '#runtime/fault.ts'
import { subjectMatches } from './subject-match.ts'

/** A message between a connection and the server. */
export interface Frame extends Outgoing {
  /** Subject of the reply. */
  readonly reply?: string
  /** Status of the server's own replies. */
  readonly status?: number
}

/** The link to the server, as a connection uses it. */
export interface ServerLink {
  readonly facts: ServerFacts
  readonly isUp: boolean
  send(from: MemoryConnection, frame: Frame): void
  detach(connection: MemoryConnection): void
}

interface MemorySubscription extends SubscribeOptions {
  readonly subject: string
}

/** A connection to the in-memory server, with the guarantees and failures of a network connection. */
export class MemoryConnection implements Connection {
  readonly name: string
  readonly role: BusRole
  readonly subscriptions = new Set<MemorySubscription>()
  readonly #permissions: Permissions | undefined
  readonly #link: ServerLink
  readonly #clock: Clock
  readonly #pending = new Map<string, (reply: Frame | Fault) => void>()
  readonly #reconnectListeners = new Set<() => void>()
  readonly #inbox: string
  #requests = 0
  #isCut = false
  #isClosed = false

  constructor(
    link: ServerLink,
    options: {
      readonly name: string
      readonly role: BusRole
      /** undefined allows everything. */
      readonly permissions: Permissions | undefined
      readonly clock: Clock
    },
  ) {
    this.#link = link
    this.name = options.name
    this.role = options.role
    this.#permissions = options.permissions
    this.#clock = options.clock
    this.#inbox = `_INBOX_${options.role}.${options.name}`
  }

  get server(): ServerFacts {
    return this.#link.facts
  }

  get isUp(): boolean {
    return !this.#isCut && !this.#isClosed && this.#link.isUp
  }

  publish(message: Outgoing): void {
    checkSize(message, this.server)
    if (!this.isUp || !this.#mayPublish(message.subject)) return
    this.#link.send(this, message)
  }

  async request(
    message: Outgoing,
    { timeoutMs }: { readonly timeoutMs: number },
  ): Promise<Incoming> {
    const fields = { subject: message.subject }
    checkSize(message, this.server)
    if (this.#isClosed) throw new Fault('closed', { fields })
    if (!this.#mayPublish(message.subject)) throw new Fault('not-permitted', { fields })
    const reply = `${this.#inbox}.${++this.#requests}`
    const answer = await new Promise<Frame | Fault>((resolve) => {
      const cancel = this.#clock.after(timeoutMs, () =>
        settle(new Fault('timeout', { fields: { ...fields, timeoutMs } })),
      )
      const settle = (outcome: Frame | Fault) => {
        cancel()
        this.#pending.delete(reply)
        resolve(outcome)
      }
      this.#pending.set(reply, settle)
      if (this.isUp) this.#link.send(this, { ...message, reply })
    })
    if (answer instanceof Fault) throw answer
    if (answer.status === noResponders)
      throw new Fault('unavailable', { detail: 'there is no subscriber', fields })
    return this.#incoming(answer)
  }

  subscribe(subject: string, options: SubscribeOptions): Subscription {
    const allowed = this.#permissions?.subscribe.some((right) => subjectMatches(right, subject))
    if (allowed === false) throw new Fault('not-permitted', { fields: { subject } })
    const subscription = { subject, ...options }
    this.subscriptions.add(subscription)
    return { unsubscribe: () => this.subscriptions.delete(subscription) }
  }

  onReconnect(run: () => void): () => void {
    this.#reconnectListeners.add(run)
    return () => this.#reconnectListeners.delete(run)
  }

  async close(): Promise<void> {
    this.#isClosed = true
    this.subscriptions.clear()
    this.#link.detach(this)
    for (const settle of Array.from(this.#pending.values())) settle(new Fault('closed'))
    await Promise.resolve()
  }

  /** Receives a message from the server, for a subscription or for this connection's inbox. */
  deliver(frame: Frame, subscription: MemorySubscription | undefined): void {
    if (this.#isClosed || this.#isCut) return
    if (subscription === undefined) this.#pending.get(frame.subject)?.(frame)
    else if (this.subscriptions.has(subscription)) subscription.onMessage(this.#incoming(frame))
  }

  /** Whether a reply subject belongs to this connection. */
  ownsInbox(subject: string): boolean {
    return subject.startsWith(`${this.#inbox}.`)
  }

  /** Cuts the link; `mend` restores it. */
  cut(): void {
    this.#isCut = true
  }

  /** Restores the link, and runs the callbacks of a reconnect if the server is up. */
  mend(): void {
    this.#isCut = false
    if (!this.isUp) return
    for (const settle of Array.from(this.#pending.values())) settle(connectionLost())
    for (const run of this.#reconnectListeners) run()
  }

  #mayPublish(subject: string): boolean {
    if (this.#permissions === undefined) return true
    if (this.#permissions.answersCalls && subject.startsWith('_INBOX_')) return true
    return this.#permissions.publish.some((right) => subjectMatches(right, subject))
  }

  #incoming(frame: Frame): Incoming {
    const { subject, data, headers = noHeaders, reply, status = 0 } = frame
    return {
      subject,
      data,
      status,
      header: (name) => headers[name],
      respond:
        reply === undefined ? undefined : (answer) => this.publish({ subject: reply, ...answer }),
    }
  }
}

const noHeaders: Headers = {}
const noResponders = 503

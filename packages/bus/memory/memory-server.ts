import type { Permissions } from '#messages/permissions.ts'
import type { BusRole } from '#messages/services.ts'
import { busHeaders } from '#bus/bus-headers.ts'
import { maxPayloadBytes } from '#bus/bus-limits.ts'
import type { ServerFacts } from '#bus/connection.ts'
import type { Clock } from '#runtime/clock.ts'
import { type Frame, MemoryConnection, type ServerLink } from './memory-connection.ts'
import type { Kept, KeptMessage, MemoryStream } from './memory-stream.ts'
import { answerStreamApi } from './stream-api.ts'
import { subjectMatches } from './subject-match.ts'

/** The route of a message. A simulator selects by route which messages are lost, repeated or delayed. */
export interface Hop {
  readonly direction: 'to-server' | 'to-client'
  readonly connection: MemoryConnection
  readonly subject: string
}

/** The link between a connection and the server. Each message crosses this link. */
export interface Wire {
  /** Calls `deliver` once on a reliable link. On a faulty link, calls it never, late or repeatedly. */
  carry(hop: Hop, deliver: () => void): void
}

const honestWire: Wire = { carry: (_, deliver) => queueMicrotask(deliver) }

/**
 * The part of a NATS server that the bus uses, in this process: routing with queue groups, permissions, streams with
 * compare-and-set, direct get and republish. Used by tests, by the simulator, and by a node in a single process.
 */
export class MemoryServer implements ServerLink {
  readonly facts: ServerFacts
  readonly streams = new Map<string, MemoryStream>()
  readonly connections = new Set<MemoryConnection>()
  readonly clock: Clock
  readonly #wire: Wire
  readonly #random: () => number
  #isUp = true

  constructor({
    clock,
    wire = honestWire,
    random = Math.random,
    version = '2.15.2',
  }: {
    readonly clock: Clock
    readonly wire?: Wire
    /** Random number from 0 to 1, which selects the member of a queue for a message. */
    readonly random?: () => number
    readonly version?: string
  }) {
    this.clock = clock
    this.#wire = wire
    this.#random = random
    this.facts = { version, maxPayloadBytes }
  }

  get isUp(): boolean {
    return this.#isUp
  }

  /** Opens a connection; without `permissions`, the connection may do everything. */
  connect(options: {
    readonly name: string
    readonly role: BusRole
    readonly permissions?: Permissions
    readonly clock?: Clock
  }): MemoryConnection {
    const { permissions, clock = this.clock } = options
    const connection = new MemoryConnection(this, { ...options, permissions, clock })
    this.connections.add(connection)
    return connection
  }

  /** Stops the server as if it was killed. Stored messages are kept. */
  stop(): void {
    this.#isUp = false
  }

  /** Restarts with the stored messages. */
  start(): void {
    this.#isUp = true
    for (const connection of this.connections) if (connection.isUp) connection.mend()
  }

  /** Deletes all streams with their messages. */
  wipe(): void {
    this.streams.clear()
  }

  detach(connection: MemoryConnection): void {
    this.connections.delete(connection)
  }

  send(from: MemoryConnection, frame: Frame): void {
    const hop = { direction: 'to-server', connection: from, subject: frame.subject } as const
    this.#wire.carry(hop, () => {
      if (this.#isUp) this.#accept(frame)
    })
  }

  #accept(frame: Frame): void {
    if (frame.subject.startsWith('$JS.API.')) {
      const answer = answerStreamApi(this, frame)
      this.#reply(frame, answer ?? { data: nothing, status: 503 })
      return
    }
    const reached = this.#route(frame)
    const stream = this.#streamOf(frame.subject)
    if (stream !== undefined) this.#store(stream, frame)
    else if (!reached) this.#reply(frame, { data: nothing, status: 503 })
  }

  #store(stream: MemoryStream, frame: Frame): void {
    const expected = frame.headers?.[busHeaders.expectedSequence]
    const kept = stream.keep(frame, {
      id: frame.headers?.[busHeaders.messageId],
      expected: expected === undefined ? undefined : Number(expected),
    })
    if (kept.kind === 'stored') this.#republish(stream, kept.message)
    this.#reply(frame, { data: encodeJson(ackOf(stream.spec.name, kept)) })
  }

  #republish({ spec }: MemoryStream, message: KeptMessage): void {
    if (spec.republish === undefined) return
    const { source, destination } = spec.republish
    this.#route({
      subject: destination.replace('>', message.subject.slice(source.length - 1)),
      data: message.data,
      headers: { ...message.headers, [busHeaders.sequence]: String(message.sequence) },
    })
  }

  #reply(to: Frame, answer: Omit<Frame, 'subject'>): void {
    if (to.reply !== undefined) this.#route({ subject: to.reply, ...answer })
  }

  /** Sends a message to all subscribers. Returns whether there was a subscriber. */
  #route(frame: Frame): boolean {
    let reached = false
    const queues = new Map<string, (() => void)[]>()
    for (const connection of this.connections) {
      if (connection.ownsInbox(frame.subject)) {
        this.#deliver(connection, frame, undefined)
        return true
      }
      if (!connection.isUp) continue
      for (const subscription of connection.subscriptions) {
        if (!subjectMatches(subscription.subject, frame.subject)) continue
        reached = true
        const deliver = () => this.#deliver(connection, frame, subscription)
        if (subscription.queue === undefined) deliver()
        else queues.set(subscription.queue, [...(queues.get(subscription.queue) ?? []), deliver])
      }
    }
    for (const members of queues.values()) members[Math.floor(this.#random() * members.length)]?.()
    return reached
  }

  #deliver(
    connection: MemoryConnection,
    frame: Frame,
    subscription: Parameters<MemoryConnection['deliver']>[1],
  ): void {
    const hop = { direction: 'to-client', connection, subject: frame.subject } as const
    this.#wire.carry(hop, () => connection.deliver(frame, subscription))
  }

  #streamOf(subject: string): MemoryStream | undefined {
    for (const stream of this.streams.values())
      if (stream.spec.subjects.some((pattern) => subjectMatches(pattern, subject))) return stream
    return undefined
  }
}

const nothing = new Uint8Array()

function ackOf(stream: string, kept: Kept): object {
  switch (kept.kind) {
    case 'stored':
      return { stream, seq: kept.message.sequence }
    case 'duplicate':
      return { stream, seq: kept.sequence, duplicate: true }
    case 'conflict':
      return refusal(10_071, `wrong last sequence: ${kept.newest}`)
    case 'full':
      return refusal(10_077, 'maximum bytes exceeded')
  }
}

function refusal(code: number, description: string): object {
  return { error: { code: 400, err_code: code, description } }
}

function encodeJson(value: object): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value))
}

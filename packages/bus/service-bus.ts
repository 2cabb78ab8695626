import type { BusNames } from '#messages/bus-names.ts'
import type { Input } from '#messages/service-status.ts'
import { isLeased, type ServiceName } from '#messages/services.ts'
import type { Call, Log, Signal, State } from '#messages/subject.ts'
import { type Clock, sleep } from '#runtime/clock.ts'
import { Fault, isFault } from '#runtime/fault.ts'
import { type BusContext, decodeMessage, encodeMessage, receiving } from './bus-context.ts'
import { publishPauseMs } from './bus-limits.ts'
import { type BusMetrics, noBusMetrics } from './bus-metrics.ts'
import type {
  Bus,
  Follow,
  Lease,
  LeaseOptions,
  Owner,
  Subscribed,
  Tailed,
  TailOptions,
} from './bus.ts'
import { callOnce } from './call-once.ts'
import { serveCall } from './call-server.ts'
import type { Connection, Incoming } from './connection.ts'
import { takeLease } from './lease-keeper.ts'
import { lookUpEntry, tailLog } from './log-tail.ts'
import { StateFollower } from './state-follower.ts'
import { StateOwner } from './state-owner.ts'
import { readNewest, store } from './stream-store.ts'
import type { Tracing } from '#runtime/tracing.ts'
import { type BusWait, Waits } from './retries.ts'

/** Options of a service's bus. */
export interface ServiceBusOptions {
  readonly names: BusNames
  readonly service: ServiceName
  /** Unique within the node, and stable over restarts. */
  readonly instance: string
  /** Unique to the process. */
  readonly boot: string
  readonly control: Connection
  readonly bulk: Connection
  readonly clock: Clock
  readonly metrics?: BusMetrics
  readonly tracing: Tracing
  /** Called once for each operation that the bus retries, and again when the reason changes. */
  readonly onWait?: (wait: BusWait) => void
  /** Called when the operation succeeded or was cancelled. */
  readonly onWaitOver?: (wait: BusWait) => void
  /** Called when the process has to stop: the lease is lost, another process wrote our state, or a handler threw. */
  readonly onFatal: (error: Error) => void
}

/** The bus of one service, over two connections, to NATS or to the in-memory server. */
export class ServiceBus implements Bus {
  readonly #context: BusContext
  readonly #closing = new AbortController()
  readonly #follows = new Map<Follow<unknown>, string>()
  #lease: Lease | undefined

  constructor({
    metrics = noBusMetrics,
    onWait = () => undefined,
    onWaitOver = () => undefined,
    ...options
  }: ServiceBusOptions) {
    const checkOpen = () => {
      if (this.#closing.signal.aborted) throw new Fault('closed')
    }
    const guard = () => {
      checkOpen()
      if (this.#lease !== undefined) this.#lease.guard()
      else if (isLeased(options.service))
        throw new Error(`${options.service} acts before it has taken its lease`)
    }
    const { signal } = this.#closing
    const waits = new Waits(() => options.clock.now(), { onWait, onWaitOver })
    this.#context = { ...options, metrics, waits, signal, checkOpen, guard }
    for (const connection of new Set([options.control, options.bulk]))
      connection.onReconnect(() => metrics.reconnected())
  }

  get isUp(): boolean {
    return this.#context.control.isUp && this.#context.bulk.isUp
  }

  get tracing(): Tracing {
    return this.#context.tracing
  }

  /** Remaining time of the lease; undefined without one. */
  get leaseRemainingMs(): number | undefined {
    return this.#lease?.remainingMs
  }

  follow<Value>(state: State<Value>, onValue: (value: Value) => void): Follow<Value> {
    const follow = new StateFollower(this.#context, state, onValue)
    this.#follows.set(follow, state.name)
    follow.onStop(() => this.#follows.delete(follow))
    return follow
  }

  followEach<Value>(
    state: State<Value>,
    onValue: (value: Value, instance: string) => void,
  ): Subscribed {
    return this.#subscribe(this.#context.names.stateUpdates(state, '*'), (message) => {
      const decoded = decodeMessage(this.#context, state.codec, message)
      if (decoded !== undefined) onValue(decoded.value, message.subject.split('.').at(-1) ?? '')
    })
  }

  async read<Value>(state: State<Value>): Promise<Value | undefined> {
    const { control, names, instance } = this.#context
    const subject = names.stateStored(state, instance)
    const stored = await readNewest(control, names.stateStream(state), subject)
    if (stored === undefined || stored.isDeletion) return undefined
    return decodeMessage(this.#context, state.codec, stored)?.value
  }

  own<Value>(state: State<Value>): Owner<Value> {
    return new StateOwner(this.#context, state)
  }

  async append<Value>(log: Log<Value>, value: Value): Promise<void> {
    const { bulk, clock, guard, metrics, names, signal, waits } = this.#context
    const what = `the store to accept ${log.name}`
    const subject = names.logEntry(log, log.number(value))
    const message = { subject, ...encodeMessage(this.#context, log.codec, { value }) }
    const startedMs = clock.monotonicMs()
    for (;;) {
      guard()
      try {
        await store(bulk, message, { id: log.id(value) })
        waits.ended(what)
        metrics.published('log', (clock.monotonicMs() - startedMs) / 1_000)
        return
      } catch (error) {
        if (!isFault(error) || error.severity !== 'temporary') {
          waits.ended(what)
          throw error
        }
        metrics.resent('log')
        waits.failed(what, error)
        if (error.code !== 'timeout') await sleep(clock, publishPauseMs, signal)
      }
    }
  }

  async lookup<Value>(log: Log<Value>, number: bigint): Promise<Value | undefined> {
    const found = await lookUpEntry(this.#context, log, number)
    return found.kind === 'entry' ? found.value : undefined
  }

  tail<Value>(log: Log<Value>, options: TailOptions): AsyncIterable<Tailed<Value>> {
    return tailLog(this.#context, log, options)
  }

  async call<Request, Response>(
    call: Call<Request, Response>,
    request: Request,
    { deadlineMs }: { readonly deadlineMs: number },
  ): Promise<Response> {
    return callOnce(this.#context, call, {
      request,
      deadlineMs,
      connection: this.#context[call.traffic],
    })
  }

  serve<Request, Response>(
    call: Call<Request, Response>,
    handler: (request: Request) => Promise<Response>,
  ): Subscribed {
    return serveCall(this.#context, call, handler)
  }

  emit<Value>(signal: Signal<Value>, value: Value): void {
    const { bulk, names } = this.#context
    bulk.publish({
      subject: names.signal(signal),
      ...encodeMessage(this.#context, signal.codec, { value }),
    })
  }

  listen<Value>(signal: Signal<Value>, onValue: (value: Value) => void): Subscribed {
    return this.#subscribe(this.#context.names.signal(signal), (message) => {
      const decoded = decodeMessage(this.#context, signal.codec, message)
      if (decoded !== undefined) onValue(decoded.value)
    })
  }

  async lease(options: LeaseOptions = {}): Promise<Lease> {
    this.#lease = await takeLease(this.#context, options)
    return this.#lease
  }

  waits(): readonly BusWait[] {
    return this.#context.waits.current
  }

  inputs(): readonly Input[] {
    return [...this.#follows].map(([{ ageMs }, name]) => ({
      name,
      ageMs: ageMs === undefined ? undefined : Math.round(ageMs),
    }))
  }

  async close(): Promise<void> {
    await this.#lease?.release()
    this.#closing.abort()
    await Promise.all([this.#context.control.close(), this.#context.bulk.close()])
  }

  #subscribe(subject: string, onMessage: (message: Incoming) => void): Subscribed {
    const subscription = this.#context.bulk.subscribe(subject, {
      onMessage: (message) => receiving(this.#context, () => onMessage(message)),
    })
    return { stop: () => subscription.unsubscribe() }
  }
}

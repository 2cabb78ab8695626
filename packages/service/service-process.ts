import { randomUUID } from 'node:crypto'
import type { Logger } from 'pino'
import { collectDefaultMetrics, Registry } from 'prom-client'
import { BusNames } from '#messages/bus-names.ts'
import type { Restarted } from '#messages/service-status.ts'
import { isLeased, type ServiceName } from '#messages/services.ts'
import { logLevel, serviceStatus } from '#messages/subjects.ts'
import { createBusMetrics, registerBusGauges } from '#bus/bus-metrics.ts'
import type { Lease } from '#bus/bus.ts'
import { connectService } from '#bus/connect-service.ts'
import { ServiceBus } from '#bus/service-bus.ts'
import { noTracing, type Tracing } from '#runtime/tracing.ts'
import { sleep, systemClock, toIsoTime } from '#runtime/clock.ts'
import { type FaultCode, faultRule } from '#runtime/fault-codes.ts'
import { isFault, toError } from '#runtime/fault.ts'
import { exitOf } from '#runtime/exit-of.ts'
import { createLog, type OnLog } from '#runtime/log.ts'
import type { ServiceSettings } from '#runtime/settings/service-settings.ts'
import { otelTracing, startTracing, type StoppableProvider } from '#runtime/otel-tracing.ts'
import { version } from '#runtime/version.ts'
import { type HealthServer, serveHealth } from './health-server.ts'
import { exitCodes, type ServiceMain } from './service.ts'
import { registerServiceMetrics } from './service-metrics.ts'
import { StatusReporter } from './status-reporter.ts'
import type { ServiceNews } from './supervision.ts'

/** Time for `main` to return after a stop. After this time, the process ends even if `main` has not returned. */
const stopTimeoutMs = 500

/** Time to send the last messages and spans. */
const closeTimeoutMs = 300

/** The end of a shorter wait is not logged. */
const minLoggedWaitMs = 1_000

const leaseFaults: readonly FaultCode[] = ['lease-lost', 'lease-expired', 'fenced']

function exitCodeOf(error: unknown): number {
  if (!isFault(error)) return exitCodes.failed
  if (exitOf(error) === 'usage') return exitCodes.settings
  return leaseFaults.includes(error.code) ? exitCodes.leaseLost : exitCodes.failed
}

/** Opens the bus connections of a service; by default, to the servers in its settings. */
type ConnectBus = () => Awaited<ReturnType<typeof connectService>>

/** The host of a service. */
export interface ServiceHost {
  readonly connect?: ConnectBus
  /** Why the service was started again; undefined if it was not. */
  readonly restarted?: Restarted | undefined
  /** Called with the address of the health server, and with the reason when the service ends. */
  readonly report: (news: ServiceNews) => Promise<void> | void
  /** Takes the log instead of the standard output. */
  readonly onLog?: OnLog | undefined
}

/** The reason of a failure, and advice for an operator. */
function reasonOf(error: unknown): string {
  const { message } = toError(error)
  return isFault(error) ? `${message}; ${faultRule(error.code).advice}` : message
}

/** Runs one service, from reading its settings to its exit code. Most services have their own process. */
export class ServiceProcess<Settings extends ServiceSettings> {
  readonly #name: ServiceName
  readonly #host: ServiceHost
  readonly #settings: Settings
  readonly #log: Logger
  readonly #registry = new Registry()
  readonly #status: StatusReporter
  readonly #stopping = new AbortController()
  readonly #failed = Promise.withResolvers<never>()
  readonly #loggedWaits = new Map<string, string>()
  #bus: ServiceBus | undefined
  #health: HealthServer | undefined
  #traces: StoppableProvider | undefined

  constructor(name: ServiceName, settings: Settings, host: ServiceHost) {
    const { chainId, instance, logFormat, logLevel } = settings
    this.#name = name
    this.#host = host
    this.#settings = settings
    const fields = { service: name, chainId: String(chainId), instance }
    this.#log = createLog({ logFormat, logLevel, fields, onLog: host.onLog })
    const onWaitOver = (what: string, forMs: number) => this.#logWaitOver(what, forMs)
    const { restarted } = host
    this.#status = new StatusReporter({
      instance,
      version,
      clock: systemClock,
      restarted,
      onWaitLasts: ({ what, next }, forMs) =>
        this.#log.warn({ forSeconds: Math.round(forMs / 1_000), what, next }, 'still waits'),
      onWaitOver,
    })
    // eslint-disable-next-line atoll/use-rejection -- `run` reports it, if it is called
    this.#failed.promise.catch(() => undefined)
  }

  /** Stops the service. */
  stop(reason: string): void {
    if (this.#stopping.signal.aborted) return
    this.#log.info({ reason }, 'stopping')
    this.#status.phase = 'stopping'
    this.#stopping.abort()
  }

  /** Ends the service after a failure that it cannot recover from. */
  fail(reason: unknown): void {
    this.#failed.reject(toError(reason))
  }

  /** @returns the exit code */
  async run(main: ServiceMain<Settings>): Promise<number> {
    const code = await this.#run(main)
    if (code === exitCodes.done) this.#log.info('stopped')
    return code
  }

  async #run(main: ServiceMain<Settings>): Promise<number> {
    try {
      await Promise.race([this.#work(main), this.#failed.promise, this.#stopped()])
      return exitCodes.done
    } catch (error) {
      if (this.#stopping.signal.aborted && isFault(error, 'closed')) return exitCodes.done
      this.#log.error({ error }, 'the service failed')
      await this.#host.report({ kind: 'failed', reason: reasonOf(error) })
      return exitCodeOf(error)
    } finally {
      this.#stopping.abort()
      await Promise.race([this.#close(), sleep(systemClock, closeTimeoutMs)])
    }
  }

  async #work(main: ServiceMain<Settings>): Promise<void> {
    const tracing = await this.#openTools()
    const bus = await this.#openBus(tracing)
    const lease = isLeased(this.#name) ? await this.#takeLease(bus) : undefined
    this.#status.phase = 'running'
    this.#log.info({ term: lease && String(lease.term) }, 'running')
    await main({
      settings: this.#settings,
      bus,
      clock: systemClock,
      log: this.#log,
      metrics: this.#registry,
      tracing,
      status: this.#status,
      lease,
      signal: this.#stopping.signal,
    })
  }

  async #openTools(): Promise<Tracing> {
    const { healthHost: host, healthPort: port, otlpUrl, instance } = this.#settings
    this.#registry.setDefaultLabels({ service: this.#name })
    collectDefaultMetrics({ register: this.#registry })
    const reasonsNotReady = () => this.#status.reasonsNotReady()
    registerServiceMetrics(this.#registry, {
      isReady: () => reasonsNotReady().length === 0,
      isStandby: () => this.#status.snapshot().phase === 'standby',
    })
    this.#health = await serveHealth({
      host,
      port,
      portFlag: '--health-port',
      metrics: () => this.#registry.metrics(),
      reasonsNotReady,
    })
    const { url } = this.#health
    this.#status.healthUrl = url
    await this.#host.report({ kind: 'health', url })
    this.#log.info({ health: url }, 'starting')
    if (otlpUrl === undefined) return noTracing
    const fields = { 'service.name': `atoll-${this.#name}`, 'service.instance.id': instance }
    this.#traces = await startTracing(otlpUrl, fields)
    return otelTracing
  }

  async #openBus(tracing: Tracing): Promise<ServiceBus> {
    const { chainId, node, natsUrls, instance } = this.#settings
    const onFatal = (error: Error) => this.fail(error)
    this.#status.setWait({
      what: `the bus at ${natsUrls.join(', ')}`,
      next: 'retries the connection until it is up',
    })
    const connections =
      this.#host.connect?.() ??
      (await connectService(this.#name, {
        ...this.#settings,
        onFatal,
        signal: this.#stopping.signal,
        onWait: ({ message }) => this.#logWait({ what: 'the bus', reason: message }),
      }))
    const bus = new ServiceBus({
      ...connections,
      names: new BusNames({ chainId, node }),
      service: this.#name,
      instance,
      boot: randomUUID(),
      clock: systemClock,
      metrics: createBusMetrics(this.#registry),
      tracing,
      onWait: (wait) => this.#logWait(wait),
      onWaitOver: ({ what, sinceMs }) => {
        this.#loggedWaits.delete(what)
        this.#logWaitOver(what, systemClock.now() - sinceMs)
      },
      onFatal,
    })
    this.#bus = bus
    bus.listen(logLevel, ({ level }) => {
      this.#log.level = level
    })
    registerBusGauges(this.#registry, {
      stateAges: () => bus.inputs(),
      leaseRemainingMs: () => bus.leaseRemainingMs,
    })
    this.#status.setWait(undefined)
    const { signal } = this.#stopping
    this.#status.report(bus, bus.own(serviceStatus[this.#name]), { signal, onFatal })
    return bus
  }

  /** Logs each wait once, and again with each new reason. */
  #logWait({ what, reason }: { readonly what: string; readonly reason: string }): void {
    if (this.#loggedWaits.get(what) === reason) return
    this.#loggedWaits.set(what, reason)
    this.#log.warn({ reason }, `waits for ${what}`)
  }

  /** Logs the end of a wait, unless the wait was short. */
  #logWaitOver(waitedFor: string, forMs: number): void {
    if (forMs < minLoggedWaitMs || this.#stopping.signal.aborted) return
    // The details are in the message, because fields may be cut and the message is not.
    this.#log.info(`continues after ${(forMs / 1_000).toFixed(1)} s: ${waitedFor}`)
  }

  async #takeLease(bus: ServiceBus): Promise<Lease> {
    const lease = await bus.lease({
      signal: this.#stopping.signal,
      onStandby: ({ instance, sinceMs }) => {
        this.#status.phase = 'standby'
        const since = toIsoTime(sinceMs)
        this.#status.setWait({
          what: `the lease that ${instance} holds since ${since}`,
          next: 'checks every second whether the lease is free',
        })
      },
    })
    this.#status.setWait(undefined)
    return lease
  }

  /** Resolves `stopTimeoutMs` after a stop, when `main` should have returned. */
  async #stopped(): Promise<void> {
    const { signal } = this.#stopping
    if (!signal.aborted)
      await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))
    await sleep(systemClock, stopTimeoutMs)
  }

  async #close(): Promise<void> {
    await this.#bus?.close()
    await this.#health?.close()
    await this.#traces?.shutdown()
  }
}

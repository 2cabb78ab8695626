import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { atExit } from '#runtime/at-exit.ts'
import { systemClock } from '#runtime/clock.ts'
import { foreignEnvironment } from '#runtime/foreign-environment.ts'
import { Fault, isSystemError, toError } from '#runtime/fault.ts'
import { type ServiceHost, ServiceProcess } from '#service/service-process.ts'
import { parseNews, restartedEnvironment, type ServiceNews } from '#service/supervision.ts'
import { exitCodes } from '#service/service.ts'
import type { Restarted } from '#messages/service-status.ts'
import type { ServiceSettings } from '#runtime/settings/service-settings.ts'
import type { OnLog } from '#runtime/log.ts'
import { describeSettings, readSettings, SettingsError } from '#runtime/settings/settings.ts'
import { unlessAborted } from '#runtime/unless-aborted.ts'
import { busFolder, type NodeBus, openNodeBus } from './node-bus.ts'
import { makeDataDir } from './make-data-dir.ts'
import {
  type NodeHealthAddress,
  type NodeHealthOptions,
  removeHealthUrl,
  serveNodeHealth,
  writeHealthUrl,
} from './node-health.ts'
import type { HealthServer } from '#service/health-server.ts'
import {
  loadService,
  type NodeService,
  type NodeServiceName,
  servicesFor,
} from './node-services.ts'
import { conductorUrlOf, sequencerWarnings } from './sequencer-settings.ts'
import { type Ended, type Report, type Running, type Supervised, Supervisor } from './supervisor.ts'

/** Options of a node. */
export interface NodeOptions {
  readonly chainId: bigint
  readonly node: string
  readonly dataDir: string
  readonly natsServer: string | undefined
  readonly natsPort: number
  readonly isInMemory?: boolean
  /** The address for health, readiness and metrics. */
  readonly health: NodeHealthAddress
  /** Settings of the services as given, by key. Each service takes the settings that it declares. */
  readonly given: Readonly<Record<string, string>>
  readonly report: Report
  /** Receives the logs of the services. Undefined: the logs go to the standard output. */
  readonly onLog?: OnLog | undefined
  /** Cancels the start. */
  readonly signal?: AbortSignal | undefined
}

/** A running node. */
export interface RunningNode {
  readonly bus: NodeBus
  /** Address of health, readiness and metrics. */
  readonly healthUrl: string
  /** Number of restarts of each service. */
  readonly restarts: ReadonlyMap<string, number>
  /** Process id of a running service; undefined if the service runs in this process. */
  pidOf(name: NodeServiceName): number | undefined
  /** Rejects when the node fails. */
  readonly failed: Promise<never>
  stop(): Promise<void>
}

const atoll = fileURLToPath(new URL('../cli/atoll.js', import.meta.url))

/** Starts the bus and all services of a node: each as a process, or all in this process with a bus in memory. */
export async function runNode(options: NodeOptions): Promise<RunningNode> {
  const { chainId, node, dataDir, natsServer, natsPort, isInMemory = false, report } = options
  const { signal } = options
  const services = servicesFor(options.given)
  for (const folder of [dataDir, ...services.map(({ name }) => join(dataDir, name))])
    await unlessAborted(makeDataDir(folder), signal)
  const failed = Promise.withResolvers<never>()
  // eslint-disable-next-line atoll/use-rejection -- the caller handles the rejection through `failed`
  failed.promise.catch(() => undefined)
  const bus = await openNodeBus({
    chainId,
    node,
    dataDir: busFolder(dataDir),
    natsServer,
    isInMemory,
    port: natsPort,
    report,
    signal,
    onFatal: failed.reject,
  })
  report(`the bus is ${bus.what}`)
  const supervisor = new Supervisor({
    clock: systemClock,
    report,
    onFatal: (name, code) =>
      failed.reject(
        new Fault('settings', {
          detail: `${name} ended with ${code}: its settings are wrong, see above`,
        }),
      ),
  })
  const urls = new Map<string, string>()
  const health = await openHealth(options, { supervisor, urls, bus })
  report(`health and metrics at ${health.url}`)
  for (const warning of sequencerWarnings(options.given)) report(warning, 'warn')
  for (const service of services) supervisor.keep(supervised(service, { bus, options, urls }))
  return {
    bus,
    healthUrl: health.url,
    restarts: supervisor.restarts,
    pidOf: (name) => supervisor.pidOf(name),
    failed: failed.promise,
    stop: async () => {
      await supervisor.stop()
      await health.close()
      await keepAddress(options, () => removeHealthUrl(dataDir))
      await bus.close()
    },
  }
}

async function openHealth(
  options: NodeOptions,
  { bus, ...parts }: Pick<NodeHealthOptions, 'supervisor' | 'urls'> & { readonly bus: NodeBus },
): Promise<HealthServer> {
  const { health: address, dataDir } = options
  try {
    const services = servicesFor(options.given).map(({ name }) => name)
    const health = await serveNodeHealth({ ...address, ...parts, services, clock: systemClock })
    await keepAddress(options, () => writeHealthUrl(dataDir, health.url))
    return health
  } catch (error) {
    await bus.close()
    throw error
  }
}

/** Writes or removes the file with the health address. Only `atoll status` reads it, so a failure is a warning. */
async function keepAddress(
  { dataDir, report }: Pick<NodeOptions, 'dataDir' | 'report'>,
  change: () => Promise<void>,
): Promise<void> {
  try {
    await change()
  } catch (error) {
    if (!isSystemError(error)) throw error
    const what = `the file with the address of health and metrics in ${dataDir} is out of date`
    report(`${what}: ${error.message}`, 'warn')
  }
}

function supervised(
  service: NodeService,
  {
    bus,
    options,
    urls,
  }: {
    readonly bus: NodeBus
    readonly options: NodeOptions
    readonly urls: Map<string, string>
  },
): Supervised {
  const { name } = service
  const access = bus.accessOf(name)
  const settings = {
    ...options.given,
    conductorRpcUrl: conductorUrlOf(options.given),
    chainId: String(options.chainId),
    node: options.node,
    dataDir: join(options.dataDir, name),
    instance: `${name}-0`,
    ...(access !== undefined && {
      natsUrls: access.natsUrls.join(','),
      natsSeedFile: access.natsSeedFile ?? '',
    }),
  }
  const env = variablesOf(service, settings)
  return {
    name,
    start: (restarted) => {
      const onHealth = (url: string) => urls.set(name, url)
      urls.delete(name)
      const start = { env, restarted, onHealth, onLog: options.onLog }
      return access === undefined
        ? startHere(service, { ...start, bus, report: options.report })
        : startProcess(name, start)
    },
  }
}

/** The settings that a service declares, as environment variables, since all users of a machine see command lines. */
function variablesOf(
  { schema }: NodeService,
  given: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, string>> {
  const entries = describeSettings(schema).flatMap(({ key, variable }) => {
    const value = given[key]
    return value === undefined ? [] : [[variable, value] as const]
  })
  return Object.fromEntries(entries)
}

/** A small young generation of V8 halves the memory of a service. The speed is the same, since messages are small. */
const leanFlags = ['--max-semi-space-size=2']

/** One malloc arena for all threads, so that they reuse each other's freed memory. */
const leanEnvironment = { MALLOC_ARENA_MAX: '1' }

/** Options for the start of a service. */
interface Start {
  /** Settings of the service, as environment variables. */
  readonly env: Readonly<Record<string, string>>
  readonly restarted: Restarted | undefined
  /** Called with the address of the service's health server. */
  readonly onHealth: (url: string) => unknown
  readonly onLog: OnLog | undefined
}

function startProcess(name: string, { env, restarted, onHealth, onLog }: Start): Running {
  const output = onLog === undefined ? 'inherit' : 'pipe'
  const child = spawn(process.execPath, [...leanFlags, atoll, 'service', name], {
    // Through the IPC channel the service notices when the node process ends. A terminal sends its signals only to the
    // node, which stops its services: else it would start again those that end first.
    stdio: ['ignore', output, output, 'ipc'],
    detached: true,
    env: {
      ...leanEnvironment,
      ...foreignEnvironment(),
      ...env,
      ...restartedEnvironment(restarted),
    },
  })
  if (onLog !== undefined)
    for (const stream of [child.stdout, child.stderr])
      if (stream !== null) createInterface(stream).on('line', (line) => onLog(`${line}\n`))
  let reason: string | undefined
  child.on('message', (message) => {
    const news = parseNews(message)
    if (news?.kind === 'health') onHealth(news.url)
    if (news?.kind === 'failed') reason = news.reason
  })
  const ended = new Promise<Ended>((resolve) => {
    child.once('error', () => resolve({ code: 1 }))
    child.once('close', (code, signal) =>
      resolve({ code: code ?? 1, signal: signal ?? undefined, reason }),
    )
  })
  // This process may exit without a stop, for example after a second signal. The service is then killed, because it
  // would otherwise run for some time longer.
  const cancel = atExit(() => child.kill('SIGKILL'))
  void ended.then(cancel)
  return { ended, pid: child.pid, stop: () => child.kill('SIGTERM') }
}

function startHere(
  service: NodeService,
  {
    bus,
    env,
    restarted,
    onHealth,
    onLog,
    report,
  }: Start & { readonly bus: NodeBus; readonly report: Report },
): Running {
  let running: ServiceProcess<ServiceSettings> | undefined
  let isStopped = false
  let reason: string | undefined
  const onNews = (news: ServiceNews) => {
    if (news.kind === 'health') onHealth(news.url)
    else ({ reason } = news)
  }
  const run = async (): Promise<Ended> => {
    const { settings } = readSettings(service.schema, { args: [], env })
    const { instance } = settings as ServiceSettings
    const main = await loadService(service.name)
    const connections = await bus.connect(service.name, instance)
    const host: ServiceHost = { connect: () => connections, restarted, report: onNews, onLog }
    running = new ServiceProcess(service.name, settings as ServiceSettings, host)
    if (isStopped) running.stop('asked to')
    // The settings were read with the service's own schema.
    return { code: await running.run(main as never), reason }
  }
  const ended = run().catch((error: unknown): Ended => {
    const { message } = toError(error)
    report(`${service.name}: ${message}`, 'warn')
    return { code: error instanceof SettingsError ? exitCodes.settings : 1, reason: message }
  })
  return {
    ended,
    pid: undefined,
    stop: () => {
      isStopped = true
      running?.stop('asked to')
    },
  }
}

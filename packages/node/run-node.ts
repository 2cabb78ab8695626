import { spawn } from 'node:child_process'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { atExit } from '#runtime/at-exit.ts'
import { systemClock } from '#runtime/clock.ts'
import { Fault, toError } from '#runtime/fault.ts'
import { type ConnectBus, ServiceProcess } from '#service/service-process.ts'
import type { ServiceSettings } from '#runtime/settings/service-settings.ts'
import { describeSettings, readSettings } from '#runtime/settings/settings.ts'
import { unlessAborted } from '#runtime/unless-aborted.ts'
import { busFolder, type NodeBus, openNodeBus } from './node-bus.ts'
import { makeDataDir } from './make-data-dir.ts'
import {
  loadService,
  type NodeService,
  type NodeServiceName,
  nodeServices,
} from './node-services.ts'
import { type Ended, type Report, type Running, type Supervised, Supervisor } from './supervisor.ts'

/** Options of a node. */
export interface NodeOptions {
  readonly chainId: bigint
  readonly node: string
  readonly dataDir: string
  readonly natsServer: string | undefined
  readonly natsPort: number
  readonly isInMemory?: boolean
  /** Settings of the services as given, by key; each service takes those it declares. */
  readonly given: Readonly<Record<string, string>>
  readonly report: Report
  /** Cancels the start. */
  readonly signal?: AbortSignal | undefined
}

/** A running node. */
export interface RunningNode {
  readonly bus: NodeBus
  /** Number of restarts of each service. */
  readonly restarts: ReadonlyMap<string, number>
  /** Process id of a running service; undefined if it runs in this process. */
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
  await unlessAborted(makeDataDir(dataDir), signal)
  const failed = Promise.withResolvers<never>()
  // eslint-disable-next-line atoll/use-rejection -- the caller handles it through `failed`
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
  for (const service of nodeServices) {
    await mkdir(join(dataDir, service.name), { recursive: true })
    supervisor.keep(supervised(service, bus, options))
  }
  return {
    bus,
    restarts: supervisor.restarts,
    pidOf: (name) => supervisor.pidOf(name),
    failed: failed.promise,
    stop: async () => {
      await supervisor.stop()
      await bus.close()
    },
  }
}

function supervised(service: NodeService, bus: NodeBus, options: NodeOptions): Supervised {
  const { name } = service
  const access = bus.accessOf(name)
  const args = argsOf(service, {
    ...options.given,
    chainId: String(options.chainId),
    node: options.node,
    dataDir: join(options.dataDir, name),
    instance: `${name}-0`,
    ...(access !== undefined && {
      natsUrls: access.natsUrls.join(','),
      natsSeedFile: access.natsSeedFile ?? '',
    }),
  })
  return {
    name,
    start: () =>
      access === undefined
        ? startHere(service, { ...options, bus, args })
        : startProcess(name, args),
  }
}

/** The settings that a service declares, as flags. */
function argsOf(
  { schema }: NodeService,
  given: Readonly<Record<string, string>>,
): readonly string[] {
  return describeSettings(schema).flatMap(({ key, flag }) => {
    const value = given[key]
    return value === undefined ? [] : [`${flag}=${value}`]
  })
}

/** A small young generation halves the memory of a service at the same speed, since it handles small messages. */
const leanFlags = ['--max-semi-space-size=2']

/** One malloc arena for all threads, so that they reuse each other's freed memory. */
const leanEnvironment = { MALLOC_ARENA_MAX: '1' }

function startProcess(name: string, args: readonly string[]): Running {
  const child = spawn(process.execPath, [...leanFlags, atoll, 'service', name, ...args], {
    // Through the IPC channel the service notices when the node process ends.
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    env: { ...leanEnvironment, ...process.env },
  })
  const ended = new Promise<Ended>((resolve) => {
    child.once('error', () => resolve({ code: 1 }))
    child.once('exit', (code, signal) => resolve({ code: code ?? 1, signal: signal ?? undefined }))
  })
  // Without a stop, as after a second signal, the service would end only some time after this process.
  const cancel = atExit(() => child.kill('SIGKILL'))
  void ended.then(cancel)
  return { ended, pid: child.pid, stop: () => child.kill('SIGTERM') }
}

function startHere(
  service: NodeService,
  {
    bus,
    args,
    report,
  }: { readonly bus: NodeBus; readonly args: readonly string[]; readonly report: Report },
): Running {
  let running: ServiceProcess<ServiceSettings> | undefined
  let isStopped = false
  const run = async (): Promise<Ended> => {
    const { settings } = readSettings(service.schema, { args, env: {} })
    const { instance } = settings as ServiceSettings
    const main = await loadService(service.name)
    const connections = await bus.connect(service.name, instance)
    const connect: ConnectBus = () => connections
    running = new ServiceProcess(service.name, settings as ServiceSettings, connect)
    if (isStopped) running.stop('asked to')
    // The settings were read with the service's own schema.
    return { code: await running.run(main as never) }
  }
  const ended = run().catch((error: unknown): Ended => {
    report(`${service.name}: ${toError(error).message}`, 'warn')
    return { code: 1 }
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

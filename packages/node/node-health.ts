import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Registry } from 'prom-client'
import * as z from 'zod'
import { type HealthServer, serveHealth } from '#service/health-server.ts'
import { failsAgain } from '#service/status-reporter.ts'
import type { Clock } from '#runtime/clock.ts'
import { isSystemError } from '#runtime/fault.ts'
import { createNodeMetrics } from './node-metrics.ts'
import type { Supervisor } from './supervisor.ts'

/** The address at which a node serves its health and metrics. */
export interface NodeHealthAddress {
  readonly host: string
  /** 0 for any free port. */
  readonly port: number
}

/** Options of the health of a node. */
export interface NodeHealthOptions extends NodeHealthAddress {
  readonly supervisor: Pick<Supervisor, 'failingOf' | 'restarts'>
  readonly services: readonly string[]
  /** Addresses of the health servers of the running services, by name. */
  readonly urls: ReadonlyMap<string, string>
  readonly clock: Clock
}

/** Name of the file in a node's data folder that has the health address while the node runs. */
const urlFile = 'health-url'

/** Time for a service to answer. */
const timeoutMs = 1_000

const readyJson = z.object({ reasons: z.array(z.string()) })

/**
 * Serves health, readiness and metrics of a node and all of its services at one address.
 *
 * @throws Fault `health-port` if the address cannot be bound
 */
export function serveNodeHealth(options: NodeHealthOptions): Promise<HealthServer> {
  const { host, port, supervisor, services, urls } = options
  const registry = new Registry()
  const { restarts } = createNodeMetrics(registry)
  const ownMetrics = () => {
    restarts.reset()
    for (const service of services) restarts.inc({ service }, supervisor.restarts.get(service) ?? 0)
    return registry.metrics()
  }
  return serveHealth({
    host,
    port,
    portFlag: '--metrics-port',
    metrics: async () => {
      const texts = await Promise.all(services.map((name) => read(urls.get(name), '/metrics')))
      return mergeMetrics([await ownMetrics(), ...texts.map((text) => text ?? '')])
    },
    reasonsNotReady: async () =>
      (await Promise.all(services.map((name) => reasonsOf(name, options)))).flat(),
  })
}

/** Writes the address of a node's health and metrics to a file. Called at each start of the node. */
export async function writeHealthUrl(nodeDir: string, url: string): Promise<void> {
  await writeFile(join(nodeDir, urlFile), `${url}\n`)
}

/** Removes the file with the address of a node's health and metrics. Called at each stop of the node. */
export async function removeHealthUrl(nodeDir: string): Promise<void> {
  await rm(join(nodeDir, urlFile), { force: true })
}

/** The address of the health and metrics of a local node; undefined if its file is missing. */
export async function readHealthUrl(nodeDir: string): Promise<string | undefined> {
  try {
    return (await readFile(join(nodeDir, urlFile), 'utf8')).trim()
  } catch (error) {
    if (isSystemError(error)) return undefined
    throw error
  }
}

/** The reasons why a local node is not ready; empty if it is ready or does not answer. */
export async function readReasons(healthUrl: string): Promise<readonly string[]> {
  return reasonsIn(await read(healthUrl, '/readyz')) ?? []
}

/** The reasons in an answer; undefined if there is no answer, or if another program answered. */
function reasonsIn(text: string | undefined): readonly string[] | undefined {
  try {
    return readyJson.safeParse(JSON.parse(text ?? '')).data?.reasons
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

/** The reasons why a service is not ready, from its answer. Without an answer, the supervisor gives the reason. */
async function reasonsOf(
  name: string,
  { supervisor, urls, clock }: NodeHealthOptions,
): Promise<readonly string[]> {
  const reasons = reasonsIn(await read(urls.get(name), '/readyz'))
  if (reasons !== undefined) return reasons.map((reason) => `${name}: ${reason}`)
  const failing = supervisor.failingOf(name)
  return [`${name} ${failing === undefined ? 'is starting' : failsAgain(failing, clock.now())}`]
}

/** The text at a path, whatever its status; undefined if there is no answer. */
async function read(url: string | undefined, path: string): Promise<string | undefined> {
  if (url === undefined) return undefined
  try {
    const answer = await fetch(`${url}${path}`, { signal: AbortSignal.timeout(timeoutMs) })
    return await answer.text()
    // eslint-disable-next-line atoll/use-caught-error -- the service may have ended; the supervisor knows why
  } catch {
    return undefined
  }
}

/** Merges texts in Prometheus' format: each metric has one help text, and the samples of all services below it. */
export function mergeMetrics(texts: readonly string[]): string {
  const families = new Map<string, string[]>()
  for (const text of texts) {
    let family: string[] = []
    let isNew = true
    for (const line of text.split('\n')) {
      const [, kind, name = ''] = /^# (HELP|TYPE) (\S+)/u.exec(line) ?? []
      if (kind === 'HELP') {
        isNew = !families.has(name)
        family = families.get(name) ?? []
        families.set(name, family)
      }
      if (line !== '' && (kind === undefined || isNew)) family.push(line)
    }
  }
  return [...families.values()].map((lines) => `${lines.join('\n')}\n`).join('\n')
}

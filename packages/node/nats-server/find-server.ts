import { access, constants, mkdir, mkdtemp, rename, rm } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { maxPayloadBytes } from '#bus/bus-limits.ts'
import { checkServer } from '#bus/nats-connection.ts'
import { Fault, isFault, isSystemError } from '#runtime/fault.ts'
import { runCommand } from './run-command.ts'

/** A NATS server program. */
export type FoundServer =
  | { readonly kind: 'program'; readonly path: string; readonly version: string }
  | { readonly kind: 'docker'; readonly image: string; readonly version: string }

/** Where to look for a server. */
export interface FindServerOptions {
  /** The program given by a setting; no other is tried. */
  readonly named?: string | undefined
  readonly env?: Readonly<Record<string, string | undefined>>
  readonly cacheDir?: string
  /** Called before a slow step, and for each source that failed. */
  readonly report?: (what: string) => void
}

/** The release that Atoll is tested and measured with. */
const natsServerVersion = '2.15.2'

/** Cache of built and unpacked servers, beside the project's installed packages. */
const defaultCacheDir = fileURLToPath(
  new URL('../../../node_modules/.cache/atoll/', import.meta.url),
)

const buildTimeoutMs = 300_000
const probeTimeoutMs = 20_000

/**
 * Finds a NATS server. If no program is given, uses the first available source: a program on `PATH`, the cache, a build
 * of the Go module, Debian's package unpacked without root, or the Docker image.
 *
 * @returns undefined if none of these is available
 * @throws Fault `nats-server-missing` if the given program cannot be run
 */
export async function findNatsServer({
  named,
  env = process.env,
  cacheDir = defaultCacheDir,
  report = () => undefined,
}: FindServerOptions = {}): Promise<FoundServer | undefined> {
  if (named !== undefined) return namedServer(named, env)
  const onPath = await lookUp('nats-server', env)
  const ways: readonly (() => Promise<FoundServer | undefined>)[] = [
    async () => (onPath === undefined ? undefined : fit(await probe(onPath, env))),
    () => cached(cacheDir, env),
    () => buildFromGo({ cacheDir, env, report }),
    () => unpackFromDebian({ cacheDir, env, report }),
    () => fromDocker(env, report),
  ]
  for (const way of ways) {
    try {
      const found = await way()
      if (found !== undefined) return found
    } catch (error) {
      if (!isFault(error)) throw error
      report(error.message)
    }
  }
  return undefined
}

async function namedServer(named: string, env: Environment): Promise<FoundServer> {
  const path = named.includes('/') ? named : await lookUp(named, env)
  if (path !== undefined) return probe(path, env)
  const detail = `there is no program ${named} on PATH`
  throw new Fault('nats-server-missing', { detail })
}

type Environment = Readonly<Record<string, string | undefined>>

interface Making {
  readonly cacheDir: string
  readonly env: Environment
  readonly report: (what: string) => void
}

/** Runs a program to get its version. @throws Fault `nats-server-missing` if it does not print a version */
async function probe(path: string, env: Environment): Promise<FoundServer> {
  try {
    const output = await runCommand(path, ['--version'], { env, timeoutMs: probeTimeoutMs })
    const version = /nats-server: v(\S+)/.exec(output)?.[1]
    if (version !== undefined) return { kind: 'program', path, version }
  } catch (cause) {
    if (!isFault(cause)) throw cause
    const detail = `${path} cannot be run: ${cause.message}`
    throw new Fault('nats-server-missing', { detail, cause })
  }
  const detail = `${path} does not say that it is a nats-server`
  throw new Fault('nats-server-missing', { detail })
}

/** Returns a server that the bus can use. @throws Fault `server-unsupported`, so that the next source is tried */
function fit(server: FoundServer): FoundServer {
  checkServer({ version: server.version, maxPayloadBytes })
  return server
}

function cachedPath(cacheDir: string, version: string): string {
  return join(cacheDir, `nats-server-${version}`, 'nats-server')
}

async function cached(cacheDir: string, env: Environment): Promise<FoundServer | undefined> {
  for (const version of [natsServerVersion, 'debian']) {
    const path = cachedPath(cacheDir, version)
    if (await canRun(path)) return probe(path, env)
  }
  return undefined
}

async function buildFromGo({ cacheDir, env, report }: Making): Promise<FoundServer | undefined> {
  const go = await lookUp('go', env)
  if (go === undefined) return undefined
  const path = cachedPath(cacheDir, natsServerVersion)
  report(`building nats-server ${natsServerVersion} from its Go module (about 20 s, once)`)
  await makeIn(join(path, '..'), async (folder) => {
    const module = `github.com/nats-io/nats-server/v2@v${natsServerVersion}`
    const goEnv = { ...env, GOBIN: folder }
    await runCommand(go, ['install', module], { env: goEnv, timeoutMs: buildTimeoutMs })
  })
  return probe(path, env)
}

async function unpackFromDebian(making: Making): Promise<FoundServer | undefined> {
  const { cacheDir, env, report } = making
  const apt = await lookUp('apt-get', env)
  const dpkg = await lookUp('dpkg-deb', env)
  if (apt === undefined || dpkg === undefined) return undefined
  const path = cachedPath(cacheDir, 'debian')
  report("unpacking nats-server from Debian's package (a few seconds, once)")
  await makeIn(join(path, '..'), async (folder) => {
    // Package lists and downloads are kept in our own folder, so that neither root nor an earlier update is needed.
    const lists = join(folder, 'lists')
    await mkdir(join(lists, 'partial'), { recursive: true })
    await mkdir(join(folder, 'archives', 'partial'), { recursive: true })
    const own = [`Dir::State::Lists=${lists}`, `Dir::Cache=${folder}`, 'APT::Sandbox::User=']
    const options = [...own, 'Debug::NoLocking=1'].flatMap((option) => ['-o', option])
    const command = { env, timeoutMs: buildTimeoutMs, cwd: folder }
    await runCommand(apt, [...options, '-qq', 'update'], command)
    await runCommand(apt, [...options, '-qq', 'download', 'nats-server'], command)
    const script = 'dpkg-deb -x nats-server_*.deb unpacked && mv unpacked/usr/sbin/nats-server .'
    await runCommand('/bin/sh', ['-c', `${script} && rm -r unpacked lists archives *.deb`], command)
  })
  return probe(path, env)
}

async function fromDocker(
  env: Environment,
  report: (what: string) => void,
): Promise<FoundServer | undefined> {
  const docker = await lookUp('docker', env)
  if (docker === undefined) return undefined
  const image = `nats:${natsServerVersion}`
  await runCommand(docker, ['info'], { env, timeoutMs: probeTimeoutMs })
  if (!(await hasImage(docker, image, env))) {
    report(`pulling the Docker image ${image}`)
    await runCommand(docker, ['pull', image], { env, timeoutMs: buildTimeoutMs })
  }
  return { kind: 'docker', image, version: natsServerVersion }
}

async function hasImage(docker: string, image: string, env: Environment): Promise<boolean> {
  try {
    await runCommand(docker, ['image', 'inspect', image], { env, timeoutMs: probeTimeoutMs })
    return true
  } catch (error) {
    if (!isFault(error, 'command-failed')) throw error
    return false
  }
}

/** Creates a folder elsewhere and moves it into place, so that no other process sees a partial folder. */
async function makeIn(folder: string, make: (folder: string) => Promise<void>): Promise<void> {
  try {
    await mkdir(join(folder, '..'), { recursive: true })
    const making = await mkdtemp(`${folder}-making-`)
    try {
      await make(making)
      await rm(folder, { recursive: true, force: true })
      await rename(making, folder)
    } finally {
      await rm(making, { recursive: true, force: true })
    }
  } catch (cause) {
    if (isFault(cause) || !(cause instanceof Error)) throw cause
    const detail = `cannot store nats-server in ${folder}: ${cause.message}`
    throw new Fault('cache-refused', { detail, cause })
  }
}

async function lookUp(name: string, env: Environment): Promise<string | undefined> {
  for (const folder of (env['PATH'] ?? '').split(delimiter)) {
    const path = join(folder, name)
    if (folder !== '' && (await canRun(path))) return path
  }
  return undefined
}

async function canRun(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK)
    return true
  } catch (error) {
    if (!isSystemError(error)) throw error
    return false
  }
}

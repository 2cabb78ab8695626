import { access, constants, mkdir, rename, rm } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { maxPayloadBytes } from '#bus/bus-limits.ts'
import { checkServer, isOlder } from '#bus/nats-connection.ts'
import { Fault, isFault, isSystemError } from '#runtime/fault.ts'
import { makeFolder } from '#runtime/make-folder.ts'
import { makeTemporaryFolder } from '#runtime/temporary-folder.ts'
import type { Report } from '#node/supervisor.ts'
import { runCommand } from './run-command.ts'

/** A NATS server program. */
export type FoundServer =
  | { readonly kind: 'program'; readonly path: string; readonly version: string }
  | { readonly kind: 'docker'; readonly image: string; readonly version: string }

/** Options of a search for a server. */
export interface FindServerOptions {
  /** The program given by a setting. If it is given, no other program is tried. */
  readonly named?: string | undefined
  readonly env?: Readonly<Record<string, string | undefined>>
  readonly cacheDir?: string
  /** Called before a slow step, for each source that failed, and for a server older than `natsServerVersion`. */
  readonly report?: Report
  /** Stops the search, and a running build or download. */
  readonly signal?: AbortSignal | undefined
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
 * of the Go module, Debian's package (which is unpacked without root), or the Docker image.
 *
 * @returns undefined if no source is available
 * @throws Fault `nats-server-missing` if the given program cannot be run; `aborted` if the signal is aborted
 */
export async function findNatsServer({
  named,
  env = process.env,
  cacheDir = defaultCacheDir,
  report = () => undefined,
  signal,
}: FindServerOptions = {}): Promise<FoundServer | undefined> {
  const search: Search = { cacheDir, env, report, signal }
  if (named !== undefined) return namedServer(named, search)
  const sources: readonly ((search: Search) => Promise<FoundServer | undefined>)[] = [
    onPath,
    built,
    buildFromGo,
    fromDebian,
    fromDocker,
  ]
  for (const source of sources) {
    try {
      const found = await source(search)
      if (found === undefined) continue
      if (isOlder(found.version, natsServerVersion))
        report(`using nats-server ${found.version}, ${older}`, 'warn')
      return found
    } catch (error) {
      // If the search was stopped during a build, no other server is tried.
      if (!isFault(error) || error.code === 'aborted') throw error
      report(error.message, 'warn')
    }
  }
  return undefined
}

const older = `which is older than ${natsServerVersion}, the release that Atoll is tested with`

type Search = Required<Pick<FindServerOptions, 'cacheDir' | 'env' | 'report'>> &
  Pick<FindServerOptions, 'signal'>

async function namedServer(named: string, search: Search): Promise<FoundServer> {
  const path = named.includes('/') ? named : await lookUp(named, search)
  if (path !== undefined) return probe(path, search)
  const detail = `--nats-server: there is no program ${named} on PATH`
  throw new Fault('nats-server-missing', { detail })
}

/** Runs a program to get its version. @throws Fault `nats-server-missing` if it does not print a version */
async function probe(path: string, { env, signal }: Search): Promise<FoundServer> {
  try {
    const options = { env, timeoutMs: probeTimeoutMs, signal }
    const output = await runCommand(path, ['--version'], options)
    const version = /nats-server: v(\S+)/.exec(output)?.[1]
    if (version !== undefined) return { kind: 'program', path, version }
  } catch (cause) {
    if (!isFault(cause, 'command-failed')) throw cause
    const detail = `${path} cannot be run: ${cause.detail ?? ''}`
    throw new Fault('nats-server-missing', { detail, cause })
  }
  const detail = `${path} does not say that it is a nats-server`
  throw new Fault('nats-server-missing', { detail })
}

/** Runs a program to get its version. @throws Fault `server-unsupported` if the bus cannot use this version */
async function probeSuitable(path: string, search: Search): Promise<FoundServer> {
  const server = await probe(path, search)
  checkServer({ version: server.version, maxPayloadBytes })
  return server
}

async function onPath(search: Search): Promise<FoundServer | undefined> {
  const path = await lookUp('nats-server', search)
  return path === undefined ? undefined : probeSuitable(path, search)
}

/** A server that an earlier run built. */
async function built(search: Search): Promise<FoundServer | undefined> {
  const path = cachedPath(search, natsServerVersion)
  return (await canRun(path)) ? probe(path, search) : undefined
}

function cachedPath({ cacheDir }: Search, version: string): string {
  return join(cacheDir, `nats-server-${version}`, 'nats-server')
}

async function buildFromGo(search: Search): Promise<FoundServer | undefined> {
  const { env, report, signal } = search
  const go = await lookUp('go', search)
  if (go === undefined) return undefined
  const path = cachedPath(search, natsServerVersion)
  report(`building nats-server ${natsServerVersion} with Go (20 s, once)`)
  await makeIn(join(path, '..'), async (folder) => {
    const module = `github.com/nats-io/nats-server/v2@v${natsServerVersion}`
    const work = join(folder, 'work')
    await mkdir(work)
    const goEnv = { ...env, GOBIN: folder, GOTMPDIR: work }
    await runCommand(go, ['install', module], { env: goEnv, timeoutMs: buildTimeoutMs, signal })
    await rm(work, { recursive: true })
  })
  return probe(path, search)
}

async function fromDebian(search: Search): Promise<FoundServer | undefined> {
  const path = cachedPath(search, 'debian')
  if (!(await canRun(path)) && !(await unpackFromDebian(path, search))) return undefined
  return probeSuitable(path, search)
}

/** Unpacks Debian's package of the server to `path`. @returns false if the tools of Debian are not installed */
async function unpackFromDebian(path: string, search: Search): Promise<boolean> {
  const { env, report, signal } = search
  const apt = await lookUp('apt-get', search)
  const dpkg = await lookUp('dpkg-deb', search)
  if (apt === undefined || dpkg === undefined) return false
  report("unpacking Debian's nats-server (seconds, once)")
  await makeIn(join(path, '..'), async (folder) => {
    // Package lists and downloads are stored in this folder, so that neither root nor an earlier update is needed.
    const lists = join(folder, 'lists')
    await makeFolder(join(lists, 'partial'))
    await makeFolder(join(folder, 'archives', 'partial'))
    const own = [`Dir::State::Lists=${lists}`, `Dir::Cache=${folder}`, 'APT::Sandbox::User=']
    const options = [...own, 'Debug::NoLocking=1'].flatMap((option) => ['-o', option])
    const command = { env, timeoutMs: buildTimeoutMs, cwd: folder, signal }
    await runCommand(apt, [...options, '-qq', 'update'], command)
    await runCommand(apt, [...options, '-qq', 'download', 'nats-server'], command)
    const script = 'dpkg-deb -x nats-server_*.deb unpacked && mv unpacked/usr/sbin/nats-server .'
    await runCommand('/bin/sh', ['-c', `${script} && rm -r unpacked lists archives *.deb`], command)
  })
  return true
}

async function fromDocker(search: Search): Promise<FoundServer | undefined> {
  const { env, report, signal } = search
  const docker = await lookUp('docker', search)
  if (docker === undefined) return undefined
  const image = `nats:${natsServerVersion}`
  await runCommand(docker, ['info'], { env, timeoutMs: probeTimeoutMs, signal })
  if (!(await hasImage(docker, image, search))) {
    report(`pulling the Docker image ${image}`)
    await runCommand(docker, ['pull', image], { env, timeoutMs: buildTimeoutMs, signal })
  }
  return { kind: 'docker', image, version: natsServerVersion }
}

async function hasImage(docker: string, image: string, { env, signal }: Search): Promise<boolean> {
  try {
    const options = { env, timeoutMs: probeTimeoutMs, signal }
    await runCommand(docker, ['image', 'inspect', image], options)
    return true
  } catch (error) {
    if (!isFault(error, 'command-failed')) throw error
    return false
  }
}

/** Creates a folder elsewhere and moves it into place, so that no other process sees a partial folder. */
async function makeIn(folder: string, make: (folder: string) => Promise<void>): Promise<void> {
  try {
    await makeFolder(join(folder, '..'))
    const making = await makeTemporaryFolder(`${folder}-making-`)
    try {
      await make(making.path)
      await rm(folder, { recursive: true, force: true })
      await rename(making.path, folder)
    } finally {
      await making.remove()
      making.keep()
    }
  } catch (cause) {
    if (isFault(cause) || !(cause instanceof Error)) throw cause
    const detail = `cannot store nats-server in ${folder}: ${cause.message}`
    throw new Fault('cache-refused', { detail, cause })
  }
}

async function lookUp(name: string, { env }: Search): Promise<string | undefined> {
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

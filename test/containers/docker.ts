import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs'
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runCommand } from '#node/nats-server/run-command.ts'
import { atExit } from '#runtime/at-exit.ts'
import { type Fault, isFault, toError } from '#runtime/fault.ts'
import { until } from '#test/interop/until.ts'

// Docker for the tests of the containers: that of the machine, or, as root on Debian, that of the system's packages.

/** Version of Docker Compose that is built where none is installed. It works with Docker Engine from 20.10 on. */
const composeVersion = '2.40.3'

/** The checkout. */
export const root: string = fileURLToPath(new URL('../../', import.meta.url))

/** Folder of what was built: Docker Compose, the images of a Docker Engine that the tests start. */
const cacheDir =
  process.env['ATOLL_CONTAINERS_DIR'] ?? join(root, 'node_modules/.cache/atoll/containers')

/** Time for an installation, a build or an image. */
const longMs = 900_000

/** Why the tests cannot run on this machine. */
class NoDocker extends Error {}

/** A Docker Engine with Docker Compose. */
export interface Docker {
  /** Runs `docker`. @returns its output @throws Fault `command-failed` */
  readonly docker: (args: readonly string[], timeoutMs?: number) => Promise<string>
  /** Runs `docker compose`, with further variables. @returns its output @throws Fault `command-failed` */
  readonly compose: (args: readonly string[], env?: Variables) => Promise<string>
  /** Ends the engine if the tests started it. */
  readonly close: () => Promise<void>
}

type Variables = Readonly<Record<string, string | undefined>>

/** Whether this machine can install Docker and make base images: root on Debian. */
export const isDebianRoot: boolean =
  process.getuid?.() === 0 && existsSync('/etc/debian_version') && isOnPath('apt-get')

/**
 * Finds Docker, or installs and starts it.
 *
 * @returns the reason as a text, if that is not possible here
 * @throws Error with the reason, on a machine that is able to run Docker if the variable CI is set
 */
export async function findDocker(): Promise<Docker | string> {
  try {
    return await openDocker()
  } catch (error) {
    if (!(error instanceof NoDocker) || (isDebianRoot && process.env['CI'] !== undefined))
      throw error
    return error.message
  }
}

async function openDocker(): Promise<Docker> {
  const engine = await findEngine()
  const { env } = engine
  try {
    const compose = await findCompose(env)
    return {
      docker: (args, timeoutMs = 120_000) => runCommand('docker', args, { env, timeoutMs }),
      compose: (args, more = {}) => {
        const [command = 'docker', ...first] = compose
        const options = { env: { ...env, ...more }, timeoutMs: longMs, cwd: root }
        return runCommand(command, [...first, ...args], options)
      },
      close: engine.close,
    }
  } catch (error) {
    await engine.close()
    throw error
  }
}

interface Engine {
  readonly env: Variables
  readonly close: () => Promise<void>
}

async function findEngine(): Promise<Engine> {
  const here = await problemOf(['info'], process.env)
  if (here === undefined) return { env: process.env, close: () => Promise.resolve() }
  if (!isDebianRoot)
    throw new NoDocker(
      `no Docker Engine answers (${here.detail}), and only root on Debian can install one`,
    )
  if (!isOnPath('dockerd') || !isOnPath('docker')) await install(['docker.io', 'iptables'])
  return startEngine()
}

/** Starts the Docker Engine of the system's packages for this process, apart from one that the machine may run. */
async function startEngine(): Promise<Engine> {
  const folder = await mkdtemp(join(tmpdir(), 'atoll-docker-'))
  const dataRoot = join(cacheDir, 'docker')
  await mkdir(dataRoot, { recursive: true })
  const socket = `unix://${join(folder, 'socket')}`
  const logFile = join(folder, 'log')
  const log = openSync(logFile, 'w')
  const flags = {
    'data-root': dataRoot,
    'exec-root': join(folder, 'exec'),
    pidfile: join(folder, 'pid'),
    host: socket,
    bridge: 'none',
  }
  const args = Object.entries(flags).map(([name, value]) => `--${name}=${value}`)
  const child = spawn('dockerd', args, { stdio: ['ignore', log, log] })
  closeSync(log)
  let hasEnded = false
  child.once('exit', () => {
    hasEnded = true
  })
  const ended = once(child, 'exit')
  const cancel = atExit(() => child.kill('SIGTERM'))
  const close = async () => {
    child.kill('SIGTERM')
    await ended
    cancel()
    await unmountAll(folder)
    await rm(folder, { recursive: true, force: true })
  }
  const env = { ...process.env, DOCKER_HOST: socket, DOCKER_BUILDKIT: '0' }
  const answers = async () => hasEnded || (await problemOf(['info'], env)) === undefined
  const explain = () => readFileSync(logFile, 'utf8')
  try {
    await until('dockerd answers', { withinMs: 60_000, explain }, answers)
  } catch (cause) {
    await close()
    throw new NoDocker(`dockerd does not answer: ${toError(cause).message}`, { cause })
  }
  if (!hasEnded) return { env, close }
  const why = explain().trim().split('\n').at(-1)
  await close()
  throw new NoDocker(`dockerd does not start here: ${why}`)
}

/** Unmounts what dockerd leaves mounted in a folder. */
async function unmountAll(folder: string): Promise<void> {
  const mounts = readFileSync('/proc/mounts', 'utf8').split('\n')
  const paths = mounts.map((line) => line.split(' ')[1] ?? '')
  for (const path of paths.filter((each) => each.startsWith(`${folder}/`)).toReversed())
    await runCommand('umount', [path], { env: process.env, timeoutMs: 20_000 })
}

/** The command of Docker Compose: the plugin, or a build of its Go module. */
async function findCompose(env: Variables): Promise<readonly string[]> {
  if ((await problemOf(['compose', 'version'], env)) === undefined) return ['docker', 'compose']
  const path = join(cacheDir, `docker-compose-${composeVersion}`)
  if (existsSync(path)) return [path]
  if (!isOnPath('go'))
    throw new NoDocker('Docker Compose is not installed, and there is no Go to build it')
  const folder = await mkdtemp(join(tmpdir(), 'atoll-compose-'))
  try {
    await writeFile(join(folder, 'go.mod'), 'module build\n\ngo 1.24\n')
    const module = 'github.com/docker/compose/v2'
    const options = { env: { ...env, GOFLAGS: '-p=2' }, timeoutMs: longMs, cwd: folder }
    await runCommand('go', ['get', `${module}/cmd@v${composeVersion}`], options)
    const version = `-s -w -X ${module}/internal.Version=v${composeVersion}`
    const build = ['build', '-o', 'docker-compose', '-ldflags', version, `${module}/cmd`]
    await runCommand('go', build, options)
    await mkdir(cacheDir, { recursive: true })
    await runCommand('mv', [join(folder, 'docker-compose'), `${path}.new`], options)
    await rename(`${path}.new`, path)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
  return [path]
}

/** Installs packages of Debian. */
export async function install(packages: readonly string[]): Promise<void> {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  const options = { env, timeoutMs: longMs }
  await runCommand('apt-get', ['-qq', 'update'], options)
  await runCommand(
    'apt-get',
    ['-qq', 'install', '--no-install-recommends', '-y', ...packages],
    options,
  )
}

/** Whether a program is on `PATH`. */
export function isOnPath(program: string): boolean {
  return pathOf(program) !== undefined
}

/** Path of a program on `PATH`. */
export function pathOf(program: string): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter)
  return folders.map((folder) => join(folder, program)).find((path) => existsSync(path))
}

/** Why a `docker` command fails; undefined if it succeeds. */
async function problemOf(args: readonly string[], env: Variables): Promise<Fault | undefined> {
  try {
    await runCommand('docker', args, { env, timeoutMs: 20_000 })
    return undefined
  } catch (error) {
    if (!isFault(error, 'command-failed')) throw error
    return error
  }
}

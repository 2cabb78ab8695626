import { type ChildProcess, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { access, constants, readdir, writeFile } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import { join } from 'node:path'
import { atExit } from '#runtime/at-exit.ts'
import { sleep, systemClock } from '#runtime/clock.ts'
import { Fault } from '#runtime/fault.ts'
import { makeFolder } from '#runtime/make-folder.ts'
import { unlessAborted } from '#runtime/unless-aborted.ts'
import { inFolder } from './bus-folder.ts'
import type { FoundServer } from './find-server.ts'
import { renderServerConfig, type ServerConfig } from './server-config.ts'

/** Options of a server process. */
export interface StartOptions extends Omit<ServerConfig, 'storeDir'> {
  readonly server: FoundServer
  /** Folder for the configuration file and the store. */
  readonly dataDir: string
  /** Called with each line of the server's log. */
  readonly onLog?: (line: string) => void
  /** Cancels the start, and ends the server. */
  readonly signal?: AbortSignal | undefined
}

/** A running server. */
export interface RunningNatsServer {
  readonly url: string
  readonly port: number
  readonly pid: number
  /** Resolves when the server has ended, for any reason. */
  readonly ended: Promise<void>
  /** Sends a signal; `SIGKILL` simulates a crash. */
  kill(signal: NodeJS.Signals): void
  /** Stops the server gracefully. */
  stop(): Promise<void>
}

/** Folder of the streams of a bus. */
export function storeFolder(dataDir: string): string {
  return join(dataDir, 'store')
}

const startTimeoutMs = 10_000
const stopTimeoutMs = 3_000
const keptLines = 100

/**
 * Starts a server and waits until it listens.
 *
 * @throws Fault `nats-server-failed` with the last output, if the server ends or does not listen in time; `nats-port`
 * if another process has its port; `folder-refused` if its files cannot be written; `aborted` if the signal is aborted
 */
export async function startNatsServer(options: StartOptions): Promise<RunningNatsServer> {
  const { host, dataDir, onLog, signal } = options
  const port = options.port === 0 ? await freePort(host) : options.port
  const configFile = join(dataDir, 'nats-server.conf')
  const storeDir = storeFolder(dataDir)
  const config = renderServerConfig({ ...options, port, storeDir })
  await inFolder(dataDir, async () => {
    await makeFolder(storeDir)
    await requireWritable(storeDir)
    await writeFile(configFile, config, { mode: 0o600 })
  })

  const lines: string[] = []
  const ready = Promise.withResolvers<'ready'>()
  const container = `atoll-nats-${randomUUID()}`
  const child = launch(options.server, { configFile, dataDir, container })
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => resolve())
    child.once('error', (error) => {
      lines.push(error.message)
      resolve()
    })
  })
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    for (const line of text.split('\n').filter((part) => part !== '')) {
      lines.push(line)
      onLog?.(line)
      // Waits for the log line of this server, since another server may listen on the port.
      if (line.includes('Server is ready')) ready.resolve('ready')
    }
    lines.splice(0, Math.max(0, lines.length - keptLines))
  })
  const kill = (signal: NodeJS.Signals) => {
    if (options.server.kind === 'docker' && signal === 'SIGKILL')
      spawn('docker', ['kill', container], { stdio: 'ignore' })
    else child.kill(signal)
  }
  // At the exit of this process the server is killed. If this process gets SIGKILL, the server keeps running.
  const cancel = atExit(() => kill('SIGKILL'))
  void ended.then(cancel)
  const ending = ended.then(() => 'ended' as const)
  const starting = Promise.race([ready.promise, ending, sleepFor(startTimeoutMs)])
  const outcome = await unlessAborted(starting, signal).catch(async (error: unknown) => {
    kill('SIGKILL')
    await ended
    throw error
  })
  if (outcome !== 'ready' || child.pid === undefined) {
    // If a signal ended the server, such as the signal of an OOM kill, the store is not the cause.
    const hasEnded = outcome === 'ended' && child.exitCode !== null
    kill('SIGKILL')
    await ended
    if (lines.some((line) => line.includes('address already in use'))) {
      const detail = `cannot serve NATS on ${host}:${port}: another process has this port; choose another with --nats-port, or --port of atoll bus serve`
      throw new Fault('nats-port', { detail })
    }
    const said = lines.find((line) => line.startsWith('panic: ')) ?? lines.slice(-3).join(' | ')
    const detail = `nats-server does not serve ${host}:${port}: ${said}`
    throw new Fault('nats-server-failed', { detail, fields: { hasEnded } })
  }
  return {
    url: `${options.tls === undefined ? 'nats' : 'tls'}://${host}:${port}`,
    port,
    pid: child.pid,
    ended,
    kill,
    stop: () => stop(kill, ended),
  }
}

/**
 * Checks that the store can be written. If one of its files is read-only, the server ends with a stack trace or loses
 * messages, depending on the release.
 *
 * @throws the error of the operating system for the first file that cannot be written
 */
async function requireWritable(storeDir: string): Promise<void> {
  for (const path of ['', ...(await readdir(storeDir, { recursive: true }))])
    await access(join(storeDir, path), constants.W_OK)
}

function launch(
  server: FoundServer,
  {
    configFile,
    dataDir,
    container,
  }: { readonly configFile: string; readonly dataDir: string; readonly container: string },
): ChildProcess {
  const stdio: ['ignore', 'ignore', 'pipe'] = ['ignore', 'ignore', 'pipe']
  // The server has its own process group, so that it does not get signals from the terminal. The supervisor stops it.
  if (server.kind === 'program')
    return spawn(server.path, ['-c', configFile], { stdio, detached: true })
  const user = `${process.getuid?.() ?? 0}:${process.getgid?.() ?? 0}`
  const mount = `${dataDir}:${dataDir}`
  const network = ['--network', 'host', '--user', user]
  const options = ['--rm', '--name', container, ...network, '-v', mount]
  return spawn('docker', ['run', ...options, server.image, '-c', configFile], { stdio })
}

async function stop(kill: (signal: NodeJS.Signals) => void, ended: Promise<void>): Promise<void> {
  kill('SIGCONT')
  kill('SIGTERM')
  const inTime = await Promise.race([ended.then(() => true), sleepFor(stopTimeoutMs)])
  if (inTime !== true) kill('SIGKILL')
  await ended
}

async function sleepFor(delayMs: number): Promise<undefined> {
  await sleep(systemClock, delayMs)
}

/** A port that is free now. */
async function freePort(host: string): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, host, resolve)
  })
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => {
    server.close(resolve)
  })
  return port
}

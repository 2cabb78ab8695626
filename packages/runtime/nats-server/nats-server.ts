import { type ChildProcess, spawn } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { connect, createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { sleep, systemClock } from '#runtime/clock.ts'
import { Fault } from '#runtime/fault.ts'
import type { FoundServer } from './find-server.ts'
import { renderServerConfig, type ServerConfig } from './server-config.ts'

/** What to start, and where it keeps its files. */
export interface StartOptions extends Omit<ServerConfig, 'storeDir'> {
  readonly server: FoundServer
  /** Gets the configuration file and the store. */
  readonly dataDir: string
  /** Told each line that the server logs. */
  readonly onLog?: (line: string) => void
}

/** A server that runs. */
export interface RunningNatsServer {
  readonly url: string
  readonly port: number
  readonly pid: number
  /** When it has ended, for whatever reason. */
  readonly ended: Promise<void>
  /** Sends a signal, as a test does; `SIGKILL` ends it as a crash would. */
  kill(signal: NodeJS.Signals): void
  /** Ends it in good order. */
  stop(): Promise<void>
}

const startTimeoutMs = 10_000
const stopTimeoutMs = 3_000
const keptLines = 20

/**
 * Starts a server and waits until it listens.
 *
 * @throws Fault `nats-server-failed` with what it last said, if it ends before that or does not listen in time
 */
export async function startNatsServer(options: StartOptions): Promise<RunningNatsServer> {
  const { host, dataDir, onLog } = options
  const port = options.port === 0 ? await freePort(host) : options.port
  const configFile = join(dataDir, 'nats-server.conf')
  const storeDir = join(dataDir, 'store')
  await mkdir(storeDir, { recursive: true })
  const config = renderServerConfig({ ...options, port, storeDir })
  await writeFile(configFile, config, { mode: 0o600 })

  const lines: string[] = []
  const child = launch(options.server, configFile, dataDir)
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
    }
    lines.splice(0, Math.max(0, lines.length - keptLines))
  })
  if (!(await isListening({ host, port, ended })) || child.pid === undefined) {
    child.kill('SIGKILL')
    const detail = `nats-server does not listen on ${host}:${port}: ${lines.join(' | ')}`
    throw new Fault('nats-server-failed', { severity: 'critical', detail })
  }
  return {
    url: `${options.tls === undefined ? 'nats' : 'tls'}://${host}:${port}`,
    port,
    pid: child.pid,
    ended,
    kill: (signal) => child.kill(signal),
    stop: () => stop(child, ended),
  }
}

function launch(server: FoundServer, configFile: string, dataDir: string): ChildProcess {
  const stdio: ['ignore', 'ignore', 'pipe'] = ['ignore', 'ignore', 'pipe']
  if (server.kind === 'program') return spawn(server.path, ['-c', configFile], { stdio })
  const user = `${process.getuid?.() ?? 0}:${process.getgid?.() ?? 0}`
  const mount = `${dataDir}:${dataDir}`
  const options = ['--rm', '--network', 'host', '--user', user, '-v', mount]
  return spawn('docker', ['run', ...options, server.image, '-c', configFile], { stdio })
}

async function stop(child: ChildProcess, ended: Promise<void>): Promise<void> {
  child.kill('SIGCONT')
  child.kill('SIGTERM')
  const inTime = await Promise.race([ended.then(() => true), sleepFor(stopTimeoutMs)])
  if (inTime !== true) child.kill('SIGKILL')
  await ended
}

async function sleepFor(delayMs: number): Promise<undefined> {
  await sleep(systemClock, delayMs)
}

async function isListening({
  host,
  port,
  ended,
}: {
  readonly host: string
  readonly port: number
  readonly ended: Promise<void>
}): Promise<boolean> {
  const deadlineMs = performance.now() + startTimeoutMs
  const endedEarly = ended.then(() => true)
  while (performance.now() < deadlineMs) {
    if (await canConnect(host, port)) return true
    if (await Promise.race([endedEarly, sleepFor(10)])) return false
  }
  return false
}

function canConnect(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port })
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}

/** A port that nobody listens on now. */
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

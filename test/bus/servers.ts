import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findNatsServer, type FoundServer } from '#node/nats-server/find-server.ts'
import {
  type RunningNatsServer,
  startNatsServer,
  type StartOptions,
} from '#node/nats-server/nats-server.ts'

/**
 * The NATS server for tests that need a real server: the program that `ATOLL_NATS_SERVER` names, else a program that is
 * found or built.
 *
 * @throws Error if there is no server, so that these tests fail instead of passing without a server
 */
export async function requireNatsServer(): Promise<FoundServer> {
  const named = process.env['ATOLL_NATS_SERVER']
  const server = await findNatsServer({ named, report: (what) => console.error(what) })
  if (server === undefined)
    throw new Error('no NATS server to test with: name one in ATOLL_NATS_SERVER')
  return server
}

/** A real server in a folder of its own. */
export class TestServer {
  readonly found: FoundServer
  readonly #dataDir: string
  readonly #options: Partial<StartOptions>
  #running: RunningNatsServer

  private constructor(
    found: FoundServer,
    parts: { dataDir: string; running: RunningNatsServer; options: Partial<StartOptions> },
  ) {
    this.found = found
    this.#dataDir = parts.dataDir
    this.#running = parts.running
    this.#options = parts.options
  }

  static async start(options: Partial<StartOptions> = {}): Promise<TestServer> {
    const found = await requireNatsServer()
    const dataDir = await mkdtemp(join(tmpdir(), 'atoll-nats-'))
    const running = await startNatsServer(startOptions(found, dataDir, { port: 0, ...options }))
    return new TestServer(found, { dataDir, running, options })
  }

  get url(): string {
    return this.#running.url
  }

  get port(): number {
    return this.#running.port
  }

  /** Kills the server, as a crash would. */
  async kill(): Promise<void> {
    this.#running.kill('SIGKILL')
    await this.#running.ended
  }

  /** Starts the server again after `kill`, with the same port and store. */
  async restart(): Promise<void> {
    const { port } = this.#running
    const options = startOptions(this.found, this.#dataDir, { ...this.#options, port })
    this.#running = await startNatsServer(options)
  }

  /** Deletes the store of the server. Called between `kill` and `restart`. */
  async wipe(): Promise<void> {
    await rm(join(this.#dataDir, 'store'), { recursive: true, force: true })
  }

  /** Freezes the server. For the clients of the server, a freeze looks like a partition. */
  freeze(): void {
    this.#running.kill('SIGSTOP')
  }

  thaw(): void {
    this.#running.kill('SIGCONT')
  }

  async stop(): Promise<void> {
    await this.#running.stop()
    await rm(this.#dataDir, { recursive: true, force: true })
  }
}

function startOptions(
  server: FoundServer,
  dataDir: string,
  options: Partial<StartOptions> & { readonly port: number },
): StartOptions {
  return { host: '127.0.0.1', ...options, server, dataDir }
}

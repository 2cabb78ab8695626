import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import type { Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { BusNames } from '#messages/bus-names.ts'
import type { BusRole, ServiceName } from '#messages/services.ts'
import { streamsOf } from '#messages/streams.ts'
import { connectRole } from '#bus/connect-service.ts'
import type { Connection } from '#bus/connection.ts'
import { provisionForever } from '#bus/provision.ts'
import { systemClock } from '#runtime/clock.ts'
import { busKeyFile, ensureBusKeys } from '#runtime/keys/nkey.ts'
import { testSubjects } from '#test/fakes/test-subjects.ts'
import { Random } from '#runtime/random.ts'
import { pause, until } from './conformance/raw-client.ts'
import { TestServer } from './servers.ts'
import { World } from './world.ts'

const names = new BusNames({ chainId: 10n, node: 'main' })
const actorProgram = fileURLToPath(new URL('./actor.ts', import.meta.url))

/** Options of an actor, a service in a process of `actor.ts`. */
export interface ActorOptions {
  readonly instance?: string
  readonly flags?: readonly string[]
}

/** A running actor. An actor that ends is restarted, unless `isRestarted` is false. */
export interface RunningActor {
  readonly name: string
  child: ChildProcess
  /** Exit codes and signals of the earlier runs of the actor. */
  readonly ends: string[]
  /** Output of all runs of the actor. */
  output: string
  isRestarted: boolean
}

/** A real server, and the services of the verifier as processes, each with its own key and permissions. */
export class Cluster {
  readonly server: TestServer
  readonly world: World
  readonly actors = new Map<string, RunningActor>()
  readonly #folder: string
  readonly #worldServer: Server
  readonly #worldUrl: string
  readonly #provisioner: Connection
  readonly #ended = new AbortController()
  readonly #random: Random

  private constructor(parts: {
    server: TestServer
    world: World
    folder: string
    worldServer: Server
    worldUrl: string
    provisioner: Connection
    seed: number
  }) {
    this.server = parts.server
    this.world = parts.world
    this.#folder = parts.folder
    this.#worldServer = parts.worldServer
    this.#worldUrl = parts.worldUrl
    this.#provisioner = parts.provisioner
    this.#random = new Random(parts.seed)
  }

  static async start({ seed = 24, blocks = 30, speed = 3 } = {}): Promise<Cluster> {
    const folder = await mkdtemp(join(tmpdir(), 'atoll-cluster-'))
    const keys = await ensureBusKeys(folder)
    const publicKeys = new Map([...keys].map(([role, { publicKey }]) => [role, publicKey]))
    const users = { names, subjects: testSubjects, publicKeys }
    const server = await TestServer.start({ users })
    const world = new World({ seed, blocks, speed })
    const { url: worldUrl, server: worldServer } = await world.serve()
    const provisioner = await connectAs('provision', server, folder)
    const parts = { server, world, folder, worldServer, worldUrl, provisioner, seed }
    const cluster = new Cluster(parts)
    void cluster.#provision()
    return cluster
  }

  /** Opens a connection with the rights of a role, from this process. */
  connect(role: BusRole): Promise<Connection> {
    return connectAs(role, this.server, this.#folder)
  }

  /** Starts an actor. The actor is restarted whenever it ends. */
  run(
    service: ServiceName,
    { instance = `${service}-0`, flags = [] }: ActorOptions = {},
  ): RunningActor {
    const name = this.actors.has(instance) ? `${instance}#${this.actors.size}` : instance
    const start = () => this.#spawn(service, instance, flags)
    const actor: RunningActor = { name, child: start(), ends: [], output: '', isRestarted: true }
    this.actors.set(name, actor)
    const watch = () => {
      const { child } = actor
      child.stdout?.on('data', (text: Buffer) => (actor.output += text.toString()))
      child.stderr?.on('data', (text: Buffer) => (actor.output += text.toString()))
      child.once('exit', (code, signal) => {
        actor.ends.push(signal ?? String(code))
        if (!actor.isRestarted || this.#ended.signal.aborted) return
        setTimeout(
          () => {
            if (this.#ended.signal.aborted) return
            actor.child = start()
            watch()
          },
          this.#random.between(20, 300),
        )
      })
    }
    watch()
    return actor
  }

  /** Starts the whole verifier, and an observer. */
  runVerifier(engines: readonly ActorOptions[] = [{}]): void {
    this.run('da-watcher')
    this.run('derivation')
    for (const options of engines) this.run('engine', options)
    this.run('rpc')
  }

  actor(name: string): RunningActor {
    const actor = this.actors.get(name)
    if (actor === undefined) throw new Error(`there is no actor ${name}`)
    return actor
  }

  /**
   * Waits until the chain equals the chain that one pass over L1 derives.
   *
   * @throws Error after a minute, with the output of the actors
   */
  async untilDone(): Promise<void> {
    const deadlineMs = performance.now() + 60_000
    while (!this.world.isDone) {
      if (performance.now() > deadlineMs) {
        const said = [...this.actors.values()].map(
          ({ name, ends, output }) => `${name} ${ends.join(' ')}\n${output.slice(-2_000)}`,
        )
        throw new Error(`at block ${this.world.safeNumber} after a minute\n${said.join('\n')}`)
      }
      await pause(50)
    }
  }

  /** Waits until the safe head has at least this number. */
  async untilBlock(number: bigint): Promise<void> {
    await until(`block ${number}`, () => this.world.safeNumber >= number)
  }

  async stop(): Promise<void> {
    this.#ended.abort()
    for (const { child } of this.actors.values()) {
      child.kill('SIGCONT')
      child.kill('SIGKILL')
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
    }
    await this.#provisioner.close()
    await this.server.stop()
    this.#worldServer.close()
    this.#worldServer.closeAllConnections()
    await rm(this.#folder, { recursive: true, force: true })
  }

  async #provision(): Promise<void> {
    const options = { clock: systemClock, signal: this.#ended.signal, report: () => undefined }
    await provisionForever(this.#provisioner, streamsOf(testSubjects, names), options)
  }

  #spawn(service: ServiceName, instance: string, flags: readonly string[]): ChildProcess {
    const settings = [
      '--chain-id=10',
      `--nats-urls=${this.server.url}`,
      `--nats-seed-file=${busKeyFile(this.#folder, service)}`,
      `--instance=${instance}`,
      `--world-url=${this.#worldUrl}`,
      `--data-dir=${this.#folder}`,
      '--log-format=json',
      ...flags,
    ]
    return spawn(process.execPath, [actorProgram, service, ...settings], {
      stdio: ['ignore', 'pipe', 'pipe'],
    })
  }
}

function connectAs(role: BusRole, server: TestServer, folder: string): Promise<Connection> {
  return connectRole(role, {
    natsUrls: [server.url],
    natsSeedFile: busKeyFile(folder, role),
    natsCaFile: undefined,
    name: 'test',
    // A request without permission fails. The test itself checks subscriptions.
    onFatal: () => undefined,
  })
}

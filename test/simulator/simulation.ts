import { BusNames } from '#messages/bus-names.ts'
import { permissionsOf } from '#messages/permissions.ts'
import type { ServiceName } from '#messages/services.ts'
import { streamsOf } from '#messages/streams.ts'
import type { Subject } from '#messages/subject.ts'
import type { Connection } from '#bus/connection.ts'
import type { MemoryConnection } from '#bus/memory/memory-connection.ts'
import { MemoryServer } from '#bus/memory/memory-server.ts'
import { provisionForever } from '#bus/provision.ts'
import { ServiceBus } from '#bus/service-bus.ts'
import { noTracing } from '#runtime/tracing.ts'
import type { Clock } from '#runtime/clock.ts'
import { isFault } from '#runtime/fault.ts'
import { FaultyWire } from './faults.ts'
import { Life } from './life.ts'
import { Random } from '#runtime/random.ts'
import { VirtualClock } from './virtual-clock.ts'

/** The code of a process. The process may be killed at any moment, and is then started again. */
export type Program = (host: Host) => Promise<void>

/** The interface of a program to its simulated machine. */
export interface Host {
  readonly instance: string
  readonly clock: Clock
  readonly random: Random
  readonly bus: ServiceBus
  readonly signal: AbortSignal
  log(what: string): void
  /** To be called after each external action: the process may be killed at that point. */
  readonly afterEffect: () => void
  /** Wraps a disk of the machine for the process, so that nothing is written after its kill. */
  readonly disk: <Disk extends object>(disk: Disk) => Disk
}

/** How many of the last events a failure shows. */
const tracedEvents = 20000

/** Start time of every simulation. */
const startMs = Date.UTC(2026, 0, 1)

/** How a simulation runs beside another simulation. */
interface Beside {
  /** The other simulation, whose clock, events and failure are shared. */
  readonly first: Simulation
  /** Prefix of each event of this simulation. */
  readonly name: string
}

/**
 * Simulates processes, their bus and their clock in one real process, without real time. All randomness comes
 * from the seed, so that a seed determines the whole run.
 */
export class Simulation {
  readonly clock: VirtualClock
  /** The clock of the processes. Its wall clock may be wrong. */
  readonly wallClock: Clock
  /** How far the wall clock of the processes is ahead. */
  clockAheadMs = 0
  readonly random: Random
  readonly seed: number
  readonly wire: FaultyWire
  readonly server: MemoryServer
  readonly names = new BusNames({ chainId: 10n, node: 'main' })
  readonly processes = new Map<string, SimulatedProcess>()
  readonly #subjects: readonly Subject[]
  readonly #trace: string[] = []
  readonly #beside: Beside | undefined
  #failure: Error | undefined

  constructor(seed: number, subjects: readonly Subject[], beside?: Beside) {
    this.seed = seed
    this.random = new Random(seed)
    this.#subjects = subjects
    this.#beside = beside
    const shared = beside?.first.clock ?? new VirtualClock(startMs)
    this.clock = shared
    this.wallClock = {
      now: () => shared.now() + this.clockAheadMs,
      monotonicMs: () => shared.monotonicMs(),
      after: (delayMs, run) => shared.after(delayMs, run),
    }
    const trace = (what: string) => this.trace(what)
    this.wire = new FaultyWire(this.clock, this.random.fork(), trace)
    const { clock, wire } = this
    this.server = new MemoryServer({ clock, wire, random: this.random.fork().next })
    void this.#provision()
  }

  /** Starts a program as an instance of a service. The program is started again after each kill and each error. */
  start(instance: string, service: ServiceName, program: Program): SimulatedProcess {
    const process = new SimulatedProcess(this, { instance, service, program })
    this.processes.set(instance, process)
    process.start()
    return process
  }

  /** A connection with the rights of the service, on the clock of a process. */
  connect(name: string, service: ServiceName, clock: Clock): MemoryConnection {
    const permissions = permissionsOf(service, { subjects: this.#subjects, names: this.names })
    return this.server.connect({ name, role: service, permissions, clock })
  }

  /** Kills the server, and starts it again after `afterMs`. With `wiped`, the server loses its store. */
  restartServer({ afterMs, wiped }: { readonly afterMs: number; readonly wiped: boolean }): void {
    this.trace(`server killed${wiped ? ', store wiped' : ''}, back in ${afterMs} ms`)
    const { server } = this
    server.stop()
    for (const connection of server.connections) connection.cut()
    this.clock.after(afterMs, () => {
      if (wiped) server.wipe()
      server.start()
      this.trace('server back')
      for (const connection of server.connections)
        this.clock.after(this.random.between(25, 75), () => connection.mend())
    })
  }

  /** Ends all processes after the run, so that their memory is released. */
  close(): void {
    for (const process of this.processes.values()) process.release()
  }

  /** The first violation that was found. */
  get failure(): Error | undefined {
    return this.#beside === undefined ? this.#failure : this.#beside.first.failure
  }

  trace(what: string): void {
    const beside = this.#beside
    if (beside !== undefined) return beside.first.trace(`${beside.name}: ${what}`)
    this.#trace.push(`${this.clock.monotonicMs().toFixed(1).padStart(9)} ${what}`)
    if (this.#trace.length > 2 * tracedEvents) this.#trace.splice(0, tracedEvents)
  }

  /** The last events, one a line. */
  lastEvents(): string {
    return this.#trace.slice(-tracedEvents).join('\n')
  }

  fail(error: Error): void {
    if (this.#beside === undefined) this.#failure ??= error
    else this.#beside.first.fail(error)
  }

  async #provision(): Promise<void> {
    const specs = streamsOf(this.#subjects, this.names)
    const connection = this.server.connect({ name: 'provision', role: 'provision' })
    const { signal } = new AbortController()
    const report = () => undefined
    await provisionForever(connection, specs, { clock: this.clock, signal, report })
  }
}

/** One process of a simulation. */
export class SimulatedProcess {
  readonly instance: string
  readonly #simulation: Simulation
  readonly #service: ServiceName
  readonly #program: Program
  readonly #random: Random
  /** The current run of the process. A killed run keeps its own `Life`, which no longer advances. */
  #life: Life | undefined
  readonly #lives: Life[] = []
  #boots = 0
  isHeldDown = false
  /** Number of messages and actions after which the process is killed; undefined if it is not to be killed. */
  killAfterEffects: number | undefined

  constructor(
    simulation: Simulation,
    options: {
      readonly instance: string
      readonly service: ServiceName
      readonly program: Program
    },
  ) {
    this.#simulation = simulation
    this.instance = options.instance
    this.#service = options.service
    this.#program = options.program
    this.#random = simulation.random.fork()
  }

  start(): void {
    const { wallClock } = this.#simulation
    const life = new Life(wallClock, () => this.#acted(life))
    this.#life = life
    this.#lives.push(life)
    this.#simulation.trace(`${this.instance} starts`)
    void this.#live(life)
  }

  /** Kills the process: its pending promises never settle. */
  kill(): void {
    if (this.#life === undefined) return
    this.#simulation.trace(`${this.instance} killed`)
    this.#end()
  }

  /** Ends the process, and releases the memory of each of its runs. */
  release(): void {
    this.#life = undefined
    for (const life of this.#lives) life.release()
  }

  /** Freezes the process. Messages and timers wait. */
  freeze(forMs: number): void {
    this.#simulation.trace(`${this.instance} frozen for ${forMs} ms`)
    const life = this.#life
    life?.freeze()
    this.#simulation.clock.after(forMs, () => life?.thaw())
  }

  /** Cuts the links of the process to the server. */
  partition(forMs: number): void {
    this.#simulation.trace(`${this.instance} cut off for ${forMs} ms`)
    const connections = this.#life?.connections ?? []
    for (const connection of connections) connection.cut()
    this.#simulation.clock.after(forMs, () => {
      if (this.#simulation.server.isUp) for (const connection of connections) connection.mend()
    })
  }

  #guarded<Disk extends object>(life: Life, disk: Disk): Disk {
    return new Proxy(disk, {
      get: (target, name) => {
        const value: unknown = Reflect.get(target, name, target)
        if (typeof value !== 'function') return value
        return (...args: unknown[]): unknown => {
          if (this.#life !== life) throw new Error('a process that was killed wrote to its disk')
          const result: unknown = value.apply(target, args)
          this.#acted(life)
          return result
        }
      },
    })
  }

  #acted(life: Life): void {
    if (this.killAfterEffects === undefined || this.#life !== life) return
    this.killAfterEffects--
    if (this.killAfterEffects > 0) return
    this.killAfterEffects = undefined
    this.kill()
  }

  #end(): void {
    const life = this.#life
    this.#life = undefined
    life?.end()
    for (const connection of life?.connections ?? []) this.#simulation.server.detach(connection)
    if (!this.isHeldDown)
      this.#simulation.clock.after(this.#random.between(20, 320), () => this.start())
  }

  async #live(life: Life): Promise<void> {
    const simulation = this.#simulation
    const boot = `${this.instance}#${++this.#boots}`
    const connect = (what: string): Connection => {
      const connection = simulation.connect(`${boot}/${what}`, this.#service, life.clock)
      life.connections.push(connection)
      return life.guarded(connection)
    }
    const bus = new ServiceBus({
      names: simulation.names,
      service: this.#service,
      instance: this.instance,
      boot,
      control: connect('control'),
      bulk: connect('bulk'),
      clock: life.clock,
      tracing: noTracing,
      onFatal: (error) => this.#died(life, error),
    })
    life.bus = bus
    try {
      await this.#program({
        instance: this.instance,
        clock: life.clock,
        random: this.#random,
        bus,
        signal: life.signal,
        log: (what) => simulation.trace(`${this.instance}: ${what}`),
        afterEffect: () => this.#acted(life),
        disk: (disk) => this.#guarded(life, disk),
      })
    } catch (error) {
      this.#died(life, error)
    }
  }

  /** Ends the process, which is then started again. An error that is not a fault is a bug, and fails the simulation. */
  #died(life: Life, error: unknown): void {
    if (this.#life !== life) return
    const reason = error instanceof Error ? error : new Error(String(error), { cause: error })
    this.#simulation.trace(`${this.instance} stops: ${reason.message}`)
    if (!isFault(error)) this.#simulation.fail(reason)
    this.#end()
  }
}

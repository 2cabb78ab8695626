import { BusNames } from '#messages/bus-names.ts'
import { permissionsOf } from '#messages/permissions.ts'
import type { ServiceName } from '#messages/services.ts'
import { streamsOf } from '#messages/streams.ts'
import type { Subject } from '#messages/subject.ts'
import type { BusMetrics, RefusedReason } from '#bus/bus-metrics.ts'
import type { Outgoing } from '#bus/connection.ts'
import type { MemoryConnection } from '#bus/memory/memory-connection.ts'
import { MemoryServer, type Hop } from '#bus/memory/memory-server.ts'
import { provision } from '#bus/provision.ts'
import { ServiceBus } from '#bus/service-bus.ts'
import { noTracing, type Tracing } from '#runtime/tracing.ts'
import { testSubjects } from './test-subjects.ts'
import { VirtualClock } from '#test/simulator/virtual-clock.ts'

/** A service on the bus of a `BusWorld`. */
export interface Member {
  readonly bus: ServiceBus
  readonly control: MemoryConnection
  readonly bulk: MemoryConnection
  /** Fatal errors, which would stop the process. */
  readonly fatal: Error[]
  /** Counters of the bus. */
  readonly counts: Counts
}

/** Counters of a bus by name. */
export class Counts implements BusMetrics {
  readonly refusals: RefusedReason[] = []
  resends = 0
  expired = 0
  backfills = 0
  leases = 0
  reconnects = 0
  readonly published = () => undefined
  readonly called = () => undefined

  refused(reason: RefusedReason): void {
    this.refusals.push(reason)
  }
  resent(): void {
    this.resends++
  }
  droppedExpired(): void {
    this.expired++
  }
  backfilled(): void {
    this.backfills++
  }
  leaseChanged(): void {
    this.leases++
  }
  reconnected(): void {
    this.reconnects++
  }
}

/** An in-memory bus on a clock that a test advances. Every user has only the permissions of its role. */
export class BusWorld {
  readonly clock: VirtualClock
  readonly names = new BusNames({ chainId: 10n, node: 'main' })
  readonly subjects: readonly Subject[] = testSubjects
  readonly server: MemoryServer
  /** Decides which messages are lost; by default none. */
  lost: (hop: Hop) => boolean = () => false
  /** Tracing of the services that join after it is set. */
  tracing: Tracing = noTracing

  /** @param startMs time of the clock at the start, in Unix milliseconds */
  constructor(startMs = 1_700_000_000_000) {
    const clock = new VirtualClock(startMs)
    this.clock = clock
    const carry = (hop: Hop, deliver: () => void) => {
      if (!this.lost(hop)) clock.after(0.1, deliver)
    }
    this.server = new MemoryServer({ clock, wire: { carry }, random: () => 0 })
  }

  /** Makes a bus, and creates its streams. */
  static async provisioned(startMs?: number): Promise<BusWorld> {
    const world = new BusWorld(startMs)
    await world.provision()
    return world
  }

  async provision(): Promise<void> {
    const connection = this.server.connect({ name: 'provision', role: 'provision' })
    await this.settle(provision(connection, streamsOf(this.subjects, this.names)))
    await connection.close()
  }

  /** Connects a service. Each service except rpc takes its lease. */
  async join(service: ServiceName, instance = `${service}-0`): Promise<Member> {
    const member = this.joinUnleased(service, instance)
    if (service !== 'rpc') await this.settle(member.bus.lease())
    return member
  }

  joinUnleased(service: ServiceName, instance = `${service}-0`): Member {
    const boot = `${instance}#${this.server.connections.size}`
    const permissions = permissionsOf(service, { subjects: this.subjects, names: this.names })
    const connect = (what: string) =>
      this.server.connect({ name: `${boot}/${what}`, role: service, permissions })
    const control = connect('control')
    const bulk = connect('bulk')
    const fatal: Error[] = []
    const counts = new Counts()
    const { clock, names, tracing } = this
    const onFatal = (error: Error) => fatal.push(error)
    const who = { names, service, instance, boot }
    const bus = new ServiceBus({ ...who, control, bulk, clock, tracing, metrics: counts, onFatal })
    return { bus, control, bulk, fatal, counts }
  }

  /** Publishes from a connection without restrictions. */
  inject(message: Outgoing): void {
    this.server.connect({ name: 'stranger', role: 'operator' }).publish(message)
  }

  /** Advances the clock. */
  async pass(forMs: number): Promise<void> {
    await this.clock.run(forMs, () => false)
  }

  /** Advances the clock until a promise has settled. */
  async settle<Value>(promise: Promise<Value>): Promise<Value> {
    let isSettled = false
    const settled = () => {
      isSettled = true
    }
    promise.then(settled, settled)
    const inTime = await this.clock.run(60_000, () => isSettled)
    if (!inTime) throw new Error('a promise did not settle within a minute')
    return promise
  }

  /** Kills the server and starts it again. All connections are cut and restored. */
  async restartServer({ wiped }: { readonly wiped: boolean }): Promise<void> {
    this.server.stop()
    for (const connection of this.server.connections) connection.cut()
    if (wiped) this.server.wipe()
    this.server.start()
    for (const connection of this.server.connections) connection.mend()
    await this.pass(1)
  }
}

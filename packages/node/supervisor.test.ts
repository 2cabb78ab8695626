import assert from 'node:assert/strict'
import { test } from 'node:test'
import { exitCodes } from '#service/service.ts'
import { VirtualClock } from '#test/simulator/virtual-clock.ts'
import type { Restarted } from '#messages/service-status.ts'
import { type Ended, Supervisor } from './supervisor.ts'

/** A service that ends when a test ends it. */
class Service {
  readonly name = 'engine'
  readonly startedMs: number[] = []
  readonly #clock: VirtualClock
  #end = Promise.withResolvers<Ended>()

  constructor(clock: VirtualClock) {
    this.#clock = clock
  }

  readonly restarted: (Restarted | undefined)[] = []

  start(restarted?: Restarted) {
    this.restarted.push(restarted)
    this.startedMs.push(this.#clock.monotonicMs())
    this.#end = Promise.withResolvers<Ended>()
    return { ended: this.#end.promise, pid: 7, stop: () => this.end({ code: 0 }) }
  }

  end(ended: Ended): void {
    this.#end.resolve(ended)
  }
}

function supervised() {
  const clock = new VirtualClock(0)
  const said: string[] = []
  const fatal: string[] = []
  const supervisor = new Supervisor({
    clock,
    report: (what) => said.push(what),
    onFatal: (name, code) => fatal.push(`${name} ${code}`),
  })
  const service = new Service(clock)
  supervisor.keep(service)
  return { clock, said, fatal, supervisor, service }
}

/** Advances the simulated clock by a duration. */
const pass = (clock: VirtualClock, forMs: number) => clock.run(forMs, () => false)

test('a service that ends is restarted immediately, then with growing pauses, and the reason is reported', async () => {
  const { clock, said, service, supervisor } = supervised()
  service.end({ code: 1 })
  await pass(clock, 1_000)
  service.end({ code: 1, signal: 'SIGKILL' })
  await pass(clock, 1_000)
  assert.deepEqual(service.startedMs, [0, 0, 1_100])
  assert.deepEqual(said, [
    'engine ended with exit code 1; restarting it',
    'engine was killed by SIGKILL; restarting it in 100 ms',
  ])
  assert.equal(supervisor.restarts.get('engine'), 2)
})

test('the restart pause grows to a limit, and is reset after the service ran for 10 s', async () => {
  const { clock, said, service } = supervised()
  const pauses = () => said.map((line) => Number(/in (\d+) ms$/.exec(line)?.[1] ?? 0))
  for (let times = 0; times < 9; times++) {
    service.end({ code: 1 })
    await clock.run(60_000, () => service.startedMs.length === times + 2)
  }
  assert.deepEqual(pauses(), [0, 100, 200, 400, 800, 1_600, 3_200, 5_000, 5_000])
  await pass(clock, 10_000)
  service.end({ code: 1 })
  await pass(clock, 0)
  assert.equal(pauses().at(-1), 0)
})

test('a service with wrong settings is not restarted', async () => {
  const { clock, fatal, service } = supervised()
  service.end({ code: exitCodes.settings })
  await pass(clock, 60_000)
  assert.deepEqual(fatal, [`engine ${exitCodes.settings}`])
  assert.deepEqual(service.startedMs, [0])
})

test('when the supervisor stops, its services end, and a service in its restart pause is not started', async () => {
  const running = supervised()
  await pass(running.clock, 10)
  await running.supervisor.stop()
  assert.deepEqual(running.service.startedMs, [0])
  const pausing = supervised()
  pausing.service.end({ code: 1 })
  await pass(pausing.clock, 10)
  pausing.service.end({ code: 1 })
  await pass(pausing.clock, 10)
  const stopped = pausing.supervisor.stop()
  await pass(pausing.clock, 10)
  await stopped
  assert.deepEqual(pausing.service.startedMs, [0, 0])
})

test('a service that has run before is restarted even if a file in its settings is missing now', async () => {
  const { clock, fatal, service } = supervised()
  service.end({ code: 3 })
  await pass(clock, 1_000)
  for (let times = 0; times < 20; times++) {
    service.end({ code: exitCodes.settings })
    await pass(clock, 10_000)
  }
  assert.deepEqual(fatal, [])
  assert.equal(service.startedMs.length, 22)
})

test('a restarted service gets the reason and number of its failures, until it has run for 10 s', async () => {
  const { clock, service, supervisor } = supervised()
  service.end({ code: 1, reason: 'bad-key: no key' })
  await pass(clock, 1_000)
  service.end({ code: 1, signal: 'SIGKILL' })
  await pass(clock, 1_000)
  const [first, second, third] = service.restarted
  assert.equal(first, undefined)
  assert.deepEqual([second?.reason, second?.failures], ['bad-key: no key', 1])
  assert.match(third?.reason ?? '', /was killed by SIGKILL/)
  assert.equal(third?.failures, 2)
  assert.equal(supervisor.failingOf('engine')?.failures, 2)
  await pass(clock, 10_000)
  assert.equal(supervisor.failingOf('engine'), undefined)
  service.end({ code: 1 })
  await pass(clock, 1_000)
  assert.equal(service.restarted.at(-1)?.failures, 1)
})

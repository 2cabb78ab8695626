import type { Disturbance, ModelRun } from './model-run.ts'
import { type LinkFaults, noLinkFaults } from './faults.ts'
import type { Random } from './random.ts'

/** Nothing happens. */
export const calm: Disturbance = () => undefined

/** F16: every message arrives twice. */
export const everythingTwice: Disturbance = ({ simulation }) => {
  simulation.wire.faults = { ...noLinkFaults, repeat: 1 }
}

/** F17: one kind of message is lost for 10 s, one kind after another. */
export const edgesLost: Disturbance = (run) => {
  const { simulation, l1 } = run
  const { clock, wire, random } = simulation
  const edges = [
    'engine.chain',
    'da-watcher.l1-heads',
    'derivation.safe-at',
    'call.engine.apply-attributes',
    'call.da-watcher.fetch-l1-block',
    'call.engine.fetch-l2-block',
    'derivation.targets',
    'call.engine.reset',
    '_INBOX_derivation',
    '_INBOX_engine',
  ] as const
  for (let atMs = 1_000; atMs < l1.endMs - 11_000; atMs += 12_000) {
    const edge = random.pick(edges)
    clock.after(atMs, () => {
      simulation.trace(`all of ${edge} is lost for 10 s`)
      wire.faults = { ...noLinkFaults, drop: 1, only: ({ subject }) => subject.includes(edge) }
    })
    clock.after(atMs + 10_000, () => {
      wire.faults = noLinkFaults
    })
  }
}

/** F18: many messages are seconds late, so that they arrive after a reset. */
export const lateAcrossResets: Disturbance = ({ simulation, l1 }) => {
  const { clock, wire } = simulation
  wire.faults = { ...noLinkFaults, delay: 0.1, delayMs: 4_000 }
  clock.after(2 * l1.endMs, () => {
    wire.faults = noLinkFaults
  })
}

/** Links that lose, repeat and delay, while processes and the server are killed, frozen and cut off. */
export const everything: Disturbance = (run) => {
  const { simulation, l1 } = run
  const { clock, random, wire } = simulation
  wire.faults = randomFaults(random)
  for (let atMs = 500; atMs < l1.endMs; atMs += random.between(300, 4_000))
    clock.after(atMs, () => strike(run))
  clock.after(l1.endMs, () => {
    wire.faults = noLinkFaults
  })
}

function randomFaults(random: Random): LinkFaults {
  return {
    drop: random.chance(0.5) ? random.next() * 0.05 : 0,
    repeat: random.chance(0.5) ? random.next() * 0.3 : 0,
    delay: random.chance(0.5) ? random.next() * 0.1 : 0,
    delayMs: random.between(10, 4_000),
  }
}

function strike({ simulation }: ModelRun): void {
  const { random } = simulation
  const [first, ...others] = simulation.processes.values()
  if (first === undefined) return
  const victim = random.pick([first, ...others])
  switch (random.between(0, 9)) {
    case 0:
      simulation.restartServer({ afterMs: random.between(100, 900), wiped: false })
      break
    case 1:
      simulation.restartServer({ afterMs: random.between(100, 900), wiped: true })
      break
    case 2:
      victim.freeze(random.between(100, 9_000))
      break
    case 3:
      victim.partition(random.between(100, 6_000))
      break
    default:
      victim.kill()
  }
}

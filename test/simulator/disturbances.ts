import { engineChain, reset } from '#messages/subjects.ts'
import { sleep } from '#runtime/clock.ts'
import { isFault } from '#runtime/fault.ts'
import type { Disturbance, DisturbedRun } from './disturbed-run.ts'
import { type LinkFaults, noLinkFaults } from './faults.ts'
import type { Random } from '#runtime/random.ts'
import type { Host } from './simulation.ts'

/** No disturbance. */
export const calm: Disturbance = () => undefined

/** F16 of the failure matrix in docs/architecture.md: every message arrives twice. */
export const everythingTwice: Disturbance = ({ simulation }) => {
  simulation.wire.faults = { ...noLinkFaults, repeat: 1 }
}

/** The kinds of messages that F17 loses, one after another. */
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

const lossMs = 10_000

/**
 * F17: all messages of one kind are lost for 10 s. After a time to recover, the messages of the next kind are lost. The
 * seed determines the first kind.
 */
export const edgesLost: Disturbance = (run) => {
  const { simulation, l1, recoveryMs } = run
  const { clock, wire, seed } = simulation
  let turn = seed
  for (let atMs = 1_000; atMs < l1.endMs - lossMs - 1_000; atMs += lossMs + recoveryMs + 500) {
    const edge = edges[turn++ % edges.length] ?? edges[0]
    clock.after(atMs, () => {
      simulation.trace(`all of ${edge} is lost for 10 s`)
      wire.faults = { ...noLinkFaults, drop: 1, only: ({ subject }) => subject.includes(edge) }
    })
    clock.after(atMs + lossMs, () => {
      wire.faults = noLinkFaults
      run.expectCaughtUp(`all of ${edge} was lost for 10 s`, recoveryMs)
    })
  }
}

/** F18: messages are seconds late while resets are requested, so that many messages arrive after a reset. */
export const lateAcrossResets: Disturbance = ({ simulation, l1, late, resetsEachMs }) => {
  const { clock, wire } = simulation
  const endMs = 2 * l1.endMs
  wire.faults = {
    ...noLinkFaults,
    ...late,
    only: ({ subject }) => subject.includes('apply-attributes') || simulation.random.chance(0.05),
  }
  simulation.start('sequencer-0', 'sequencer', async (host) => {
    const chain = host.bus.follow(engineChain, () => undefined)
    while (clock.monotonicMs() < endMs) {
      await sleep(host.clock, host.random.between(...resetsEachMs))
      const { generation } = chain.current ?? { generation: 0n }
      await askForReset(host, generation)
    }
    await sleep(host.clock, Infinity)
  })
  clock.after(endMs, () => {
    wire.faults = noLinkFaults
  })
}

async function askForReset({ bus }: Host, generation: bigint): Promise<void> {
  try {
    await bus.call(reset, { generation, reason: 'operator' }, { deadlineMs: 500 })
  } catch (error) {
    if (!isFault(error) || error.severity !== 'temporary') throw error
  }
}

/** The hardest form of F18: each message of a call with attributes arrives eight more times within 2 s. */
export const lateAgain: Disturbance = ({ simulation, l1 }) => {
  const { clock, wire } = simulation
  const only: LinkFaults['only'] = ({ subject }) => subject.includes('apply-attributes')
  wire.faults = { ...noLinkFaults, repeat: 1, repeatMs: 2_000, copies: 8, only }
  clock.after(l1.endMs, () => {
    wire.faults = noLinkFaults
  })
}

/** Each service is killed repeatedly, after a random number of its messages and external actions. */
export const killed: Disturbance = ({ simulation, l1 }) => {
  const { clock, random, processes } = simulation
  for (const victim of processes.values()) {
    const longest = random.pick([5, 30, 200])
    const aim = () => {
      if (clock.monotonicMs() > l1.endMs) return
      victim.killAfterEffects ??= random.between(1, longest)
      clock.after(random.between(200, 1_500), aim)
    }
    clock.after(random.between(0, 2_000), aim)
  }
  clock.after(l1.endMs, () => {
    for (const victim of processes.values()) victim.killAfterEffects = undefined
  })
}

/** Links lose, repeat and delay messages. Processes are killed, frozen and cut off. The server restarts or is wiped. */
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
    repeatMs: random.pick([20, 3_000]),
    copies: 1,
    delay: random.chance(0.5) ? random.next() * 0.1 : 0,
    delayMs: random.between(10, 4_000),
  }
}

function strike({ simulation }: DisturbedRun): void {
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
    case 4:
      victim.kill()
      break
    default:
      victim.killAfterEffects = random.between(1, 60)
  }
}

import { everythingTwice, killed } from '#test/simulator/disturbances.ts'
import { type LinkFaults, noLinkFaults } from '#test/simulator/faults.ts'
import { Equivocator } from './equivocator.ts'
import { noBuilderFaults } from './live-builders.ts'
import { noNetworkFaults } from './live-network.ts'
import type { NodeRun, NodeRunOptions } from './node-run.ts'

/** A scenario: what disturbs the nodes, and whether the first node makes all blocks. */
export interface NodeScenario extends Pick<NodeRunOptions, 'hasFlashblocks' | 'isAlone'> {
  readonly disturb: (run: NodeRun) => void
}

const calm = () => undefined

/** Repeats an action after random pauses, until the end of the disturbances. */
function repeat(
  { endMs, simulation }: NodeRun,
  [lowMs, highMs]: readonly [number, number],
  act: () => void,
): void {
  const { clock, random } = simulation
  const again = () => {
    if (clock.monotonicMs() > endMs) return
    act()
    clock.after(random.between(lowMs, highMs), again)
  }
  clock.after(random.between(lowMs, highMs), again)
}

/** The wall clock of a node jumps, forward and back. At the end the wall clock is right again. */
function clocks(run: NodeRun): void {
  const { clock, random } = run.simulation
  repeat(run, [3_000, 12_000], () => {
    const { simulation } = random.pick(run.nodes)
    simulation.clockAheadMs = random.pick([0, 0, random.between(-8_000, 8_000)])
    simulation.trace(`the clock is ${simulation.clockAheadMs} ms ahead`)
  })
  clock.after(run.endMs, () => {
    for (const { simulation } of run.nodes) simulation.clockAheadMs = 0
  })
}

/** L1 stalls, beyond the sequencer drift too, and is reorganised. */
function l1(run: NodeRun): void {
  const { random } = run.simulation
  repeat(run, [4_000, 20_000], () => {
    if (random.chance(0.3)) {
      const forMs = random.between(5_000, 60_000)
      run.simulation.trace(`L1 stalls for ${forMs} ms`)
      run.l1.stall(forMs)
    } else {
      const depth = run.l1.reorg(random.pick([1, 1, 2, 3, 5, 10]))
      run.simulation.trace(`L1 replaces ${depth} blocks`)
    }
  })
  run.simulation.clock.after(run.endMs, () => run.l1.stall(0))
}

/** Leadership changes, sometimes back at once, and commits time out. */
function leaders(run: NodeRun): void {
  const { conductors, simulation } = run
  const { clock, random } = simulation
  if (conductors === undefined) return
  conductors.timeouts = random.pick([0, 0.05, 0.3])
  repeat(run, [500, 9_000], () => {
    const next = Math.floor(random.next() * run.nodes.length)
    if (random.chance(0.5)) conductors.elect(next)
    else {
      conductors.elect(undefined)
      clock.after(random.between(100, 2_000), () => conductors.elect(next))
    }
  })
  clock.after(run.endMs + 2_500, () => {
    conductors.timeouts = 0
    conductors.elect(0)
  })
}

/** Messages between the nodes are lost, late and doubled. */
function network(run: NodeRun): void {
  const { random } = run.simulation
  run.network.faults = {
    lost: random.next() * 0.3,
    late: random.next() * 0.3,
    lateMs: random.between(500, 8_000),
    doubled: random.next() * 0.5,
  }
  run.simulation.clock.after(run.endMs, () => {
    run.network.faults = noNetworkFaults
  })
}

/** The kinds of messages that are lost one after another. */
const edges = [
  'engine.chain',
  'da-watcher.l1-heads',
  'gossip.payload-received',
  'call.engine.start-building',
  'call.engine.seal',
  'call.engine.insert',
  'call.gossip.publish-payload',
  'call.sequencer.control',
  'call.da-watcher.fetch-l1-block',
  'call.engine.fetch-l2-block',
  '_INBOX_sequencer',
  '_INBOX_engine',
] as const

/** All messages of one kind are lost for 5 s, on one node, one kind after another. */
function edgesLost(run: NodeRun): void {
  const { random } = run.simulation
  repeat(run, [6_000, 12_000], () => {
    const { simulation } = random.pick(run.nodes)
    const edge = random.pick(edges)
    simulation.trace(`all of ${edge} is lost for 5 s`)
    const only: LinkFaults['only'] = ({ subject }) => subject.includes(edge)
    simulation.wire.faults = { ...noLinkFaults, drop: 1, only }
    simulation.clock.after(5_000, () => {
      simulation.wire.faults = noLinkFaults
    })
  })
}

/** Messages on the buses are lost, late and doubled. */
function buses(run: NodeRun): void {
  for (const { simulation } of run.nodes) {
    const { clock, random } = simulation
    simulation.wire.faults = {
      drop: random.chance(0.5) ? random.next() * 0.05 : 0,
      repeat: random.chance(0.5) ? random.next() * 0.3 : 0,
      repeatMs: random.pick([20, 3_000]),
      copies: 1,
      delay: random.chance(0.5) ? random.next() * 0.1 : 0,
      delayMs: random.between(10, 4_000),
    }
    clock.after(run.endMs, () => {
      simulation.wire.faults = noLinkFaults
    })
  }
}

/** Processes are killed after random messages and actions. */
function kills(run: NodeRun): void {
  for (const node of run.nodes) killed(run.disturbed(node))
}

/** Processes are frozen and cut off, and a bus server restarts or loses its store. */
function freezes(run: NodeRun): void {
  const { random } = run.simulation
  repeat(run, [500, 5_000], () => {
    const { simulation } = random.pick(run.nodes)
    const names = [...simulation.processes.keys()]
    const victim = simulation.processes.get(names[random.between(0, names.length - 1)] ?? '')
    switch (random.between(0, 5)) {
      case 0:
        return simulation.restartServer({ afterMs: random.between(100, 900), wiped: false })
      case 1:
        return simulation.restartServer({ afterMs: random.between(100, 900), wiped: true })
      case 2:
        return victim?.partition(random.between(100, 6_000))
      default:
        return victim?.freeze(random.between(100, 9_000))
    }
  })
}

/** Execution clients lose their builds and their newest blocks, and some calls to them fail. */
function clients(run: NodeRun): void {
  const { clock, random } = run.simulation
  for (const node of run.nodes) node.failures = 0.01
  repeat(run, [2_000, 10_000], () => {
    const at = Math.floor(random.next() * run.nodes.length)
    const node = run.nodes[at] ?? run.nodes[0]
    const { client, simulation } = node
    const head = client.labelled('unsafe')
    // If no client had a block any more, only an operator could replace the block.
    const isElsewhere =
      head !== undefined &&
      run.nodes.some(
        (other) =>
          other !== node && other.client.canonical(head.number)?.blockHash === head.blockHash,
      )
    // Without op-conductor, a sequencer that was killed knows only its last block.
    const mayLose = isElsewhere && run.conductors !== undefined
    if (random.chance(0.6) || !mayLose) {
      simulation.trace('the execution client forgets its builds')
      client.forgetBuilds()
    } else {
      const count = random.pick([1, 1, 2, 5])
      simulation.trace(`the execution client loses ${count} blocks`)
      client.loseBlocks(count)
    }
  })
  clock.after(run.endMs, () => {
    for (const node of run.nodes) node.failures = 0
  })
}

/** Some of the disturbances at random. */
function some(run: NodeRun): void {
  const { random } = run.simulation
  const chosen = [clocks, l1, leaders, network, buses, kills, freezes, clients].filter(() =>
    random.chance(0.45),
  )
  for (const disturb of chosen) disturb(run)
}

/** Frames between builders are lost, late and doubled. */
function builders(run: NodeRun): void {
  const { random } = run.simulation
  run.builders.faults = {
    lost: random.next() * 0.1,
    late: random.next() * 0.3,
    lateMs: random.between(100, 2_000),
    twice: random.next() * 0.1,
  }
  run.simulation.clock.after(run.endMs, () => {
    run.builders.faults = noBuilderFaults
  })
}

/** Builders are cut off from each other for a time. */
function builderPartitions(run: NodeRun): void {
  const { random } = run.simulation
  repeat(run, [1_000, 6_000], () => {
    const count = run.nodes.length
    const [one, forMs] = [random.between(0, count - 1), random.between(100, 8_000)]
    const others = [(one + 1) % count, (one + 2) % count]
    const cut = random.chance(0.5) ? others : others.slice(0, 1)
    for (const other of cut) run.builders.cut(one, other, forMs)
  })
}

/** A builder sends other flashblocks to one builder than to the others. */
function equivocates(run: NodeRun): void {
  const { random } = run.simulation
  const builder = random.between(0, run.nodes.length - 1)
  run.builders.equivocator = new Equivocator(builder, random.fork())
}

/** The scenarios of nodes with flashblocks, by name. */
const flashblockScenarios = {
  'flashblocks-calm': { disturb: calm, hasFlashblocks: true },
  'flashblocks-leaders': { disturb: leaders, hasFlashblocks: true },
  'flashblocks-builders': {
    disturb: (run) => {
      leaders(run)
      builders(run)
    },
    hasFlashblocks: true,
  },
  'flashblocks-killed': {
    disturb: (run) => {
      kills(run)
      leaders(run)
    },
    hasFlashblocks: true,
  },
  'flashblocks-partitions': {
    disturb: (run) => {
      leaders(run)
      builderPartitions(run)
    },
    hasFlashblocks: true,
  },
  'flashblocks-equivocating': {
    disturb: (run) => {
      leaders(run)
      equivocates(run)
    },
    hasFlashblocks: true,
  },
  'flashblocks-frozen': { disturb: freezes, hasFlashblocks: true },
  'flashblocks-clients': { disturb: clients, hasFlashblocks: true },
  'flashblocks-l1': { disturb: l1, hasFlashblocks: true },
  'flashblocks-mixed': {
    disturb: (run) => {
      some(run)
      if (run.simulation.random.chance(0.5)) builders(run)
    },
    hasFlashblocks: true,
  },
} as const satisfies Record<string, NodeScenario>

/** The scenarios of nodes with sequencers, by name. F1 to F18 are failures of the matrix in docs/architecture.md. */
export const nodeScenarios = {
  'node-calm': { disturb: calm },
  /** F16: every message arrives twice. */
  'node-twice': {
    disturb: (run) => {
      for (const node of run.nodes) everythingTwice(run.disturbed(node))
    },
  },
  'node-clocks': { disturb: clocks },
  'node-l1': { disturb: l1 },
  /** Messages are lost too, so that a new leader may lack blocks. */
  'node-leaders': {
    disturb: (run) => {
      leaders(run)
      network(run)
    },
  },
  'node-network': { disturb: network },
  /** F17: all messages of one kind are lost. */
  'node-lost': { disturb: edgesLost },
  /** F18: messages are late. */
  'node-buses': { disturb: buses },
  /** F1–F4, F6–F8: each service is killed after random messages and external actions. */
  'node-killed': { disturb: kills },
  /** F9–F12: processes are frozen and cut off, and a bus server restarts or loses its store. */
  'node-frozen': { disturb: freezes },
  'node-clients': { disturb: clients },
  /** The first node makes all blocks, without op-conductor. */
  'node-alone': { disturb: some, isAlone: true },
  /** F21: several of these disturbances at random. */
  'node-mixed': { disturb: some },
  ...flashblockScenarios,
} as const satisfies Record<string, NodeScenario>

/** The name of a scenario of nodes with sequencers. */
export type NodeScenarioName = keyof typeof nodeScenarios

const flashblockNames = Object.keys(flashblockScenarios) as NodeScenarioName[]
const names = (Object.keys(nodeScenarios) as NodeScenarioName[]).filter(
  (name) => !flashblockNames.includes(name),
)

/** The scenario of a seed when the scenarios take turns. */
export function nodeScenarioOf(seed: number): NodeScenarioName {
  return names[seed % names.length] ?? 'node-mixed'
}

/** The scenario with flashblocks of a seed when the scenarios take turns. */
export function flashblockScenarioOf(seed: number): NodeScenarioName {
  return flashblockNames[seed % flashblockNames.length] ?? 'flashblocks-mixed'
}

import { builderFrameCodec, type BuilderFrame } from '#messages/builder-frame.ts'
import {
  type BuilderEvents,
  type BuilderNetwork,
  newestOf,
} from '#services/flashblock-p2p/network/builder-network.ts'
import { maxStrikes, strikesPauseMs } from '#libp2p/peer-link.ts'
import type { Random } from '#runtime/random.ts'
import { testIdentity } from '#test/fakes/builder-identities.ts'
import type { Host } from '#test/simulator/simulation.ts'
import type { VirtualClock } from '#test/simulator/virtual-clock.ts'
import type { Equivocator } from './equivocator.ts'

/** The running flashblock-p2p of a node. */
interface Side {
  deliver: ((peer: string, frame: BuilderFrame) => void) | undefined
  /** When the newest frame of each other node arrives. Frames of a stream stay in order. */
  readonly lastMs: Map<number, number>
}

interface Parts {
  /** Number of nodes. */
  readonly nodes: number
  readonly clock: VirtualClock
  readonly random: Random
}

/** Faults of the streams between builders. */
interface BuilderFaults {
  /** The probability that a frame is lost with its connection, which is opened again soon afterwards. */
  readonly lost: number
  readonly late: number
  readonly lateMs: number
  /** The probability that a frame arrives twice. */
  readonly twice: number
}

/** Streams without faults. */
export const noBuilderFaults: BuilderFaults = { lost: 0, late: 0, lateMs: 0, twice: 0 }

/** Time until a connection that was lost is open again. */
const reconnectMs = 400

/** The streams between the builders of all nodes. Each frame passes its codec. */
export class LiveBuilders {
  readonly #parts: Parts
  readonly #sides: readonly Side[]
  /** When a connection that was lost is open again, by its nodes, in monotonic milliseconds. */
  readonly #upMs = new Map<string, number>()
  faults: BuilderFaults = noBuilderFaults
  /** A builder that sometimes sends other flashblocks to one builder than to the others. */
  equivocator: Equivocator | undefined

  constructor(parts: Parts) {
    this.#parts = parts
    this.#sides = Array.from({ length: parts.nodes }, () => {
      return { deliver: undefined, lastMs: new Map<number, number>() }
    })
  }

  /** The peer ids of all builders. */
  get names(): readonly string[] {
    return [...this.#sides.keys()].map(nameOfBuilder)
  }

  /** The network that one process of flashblock-p2p uses. */
  networkOf(node: number, { afterEffect, clock }: Host, events: BuilderEvents): BuilderNetwork {
    const own = this.#sides[node]
    if (own === undefined) throw new Error(`there is no node ${node}`)
    const banned = new Set<string>()
    const strikes = new Map<string, number>()
    const deliver = (peer: string, frame: BuilderFrame) => {
      if (frame.kind === 'hello' || banned.has(peer)) return
      clock.after(0, () => events.onFrame(peer, frame))
    }
    own.deliver = deliver
    const others = [...this.#sides.keys()].filter((at) => at !== node)
    const isOpen = (at: number) =>
      this.#sides[at]?.deliver !== undefined &&
      this.#isUp(node, at) &&
      !banned.has(nameOfBuilder(at))
    for (const at of others) clock.after(1, () => this.#send(node, at, newest))
    return {
      identity: testIdentity(`builder-${node}`),
      addresses: [],
      send: (sent, flashblocks) => {
        const forged = this.equivocator?.forge(node, sent, flashblocks)
        for (const at of others) {
          const isDeceived = forged !== undefined && at === others[0]
          this.#send(node, at, { kind: 'flashblock', sent: isDeceived ? forged : sent })
        }
        afterEffect()
        return others.filter(isOpen).length
      },
      sendTo: (peer, frame) => {
        const to = others.find((at) => nameOfBuilder(at) === peer)
        if (to !== undefined && !banned.has(peer)) this.#send(node, to, frame)
      },
      ask: (id, leader) => {
        const asked = others.filter(isOpen)
        for (const at of asked) this.#send(node, at, newestOf(id, leader))
        afterEffect()
        return asked.map(nameOfBuilder)
      },
      refuse: (peer) => {
        const at = others.find((each) => nameOfBuilder(each) === peer)
        const count = (strikes.get(peer) ?? 0) + 1
        strikes.set(peer, count)
        if (at !== undefined) this.cut(node, at, count < maxStrikes ? reconnectMs : strikesPauseMs)
      },
      ban: (peer) => void banned.add(peer),
      peers: () =>
        others.map((at) => ({
          id: nameOfBuilder(at),
          protocolId: isOpen(at) ? 'native' : undefined,
          inboundStreams: 1,
        })),
      close: async () => {
        if (own.deliver === deliver) own.deliver = undefined
      },
    }
  }

  /** Cuts the connection of two nodes. */
  cut(one: number, other: number, forMs: number): void {
    this.#upMs.set(connectionOf(one, other), this.#parts.clock.monotonicMs() + forMs)
    // Both ask for what they missed when the connection is open again.
    this.#parts.clock.after(forMs, () => {
      this.#send(one, other, newest)
      this.#send(other, one, newest)
    })
  }

  /** Whether two nodes are connected. */
  #isUp(one: number, other: number): boolean {
    const upMs = this.#upMs.get(connectionOf(one, other)) ?? 0
    return this.#parts.clock.monotonicMs() >= upMs
  }

  #send(from: number, at: number, frame: BuilderFrame): void {
    const { clock, random } = this.#parts
    const to = this.#sides[at]
    if (to === undefined || !this.#isUp(from, at)) return
    const { late, lateMs, lost, twice } = this.faults
    if (random.chance(lost)) {
      this.cut(from, at, reconnectMs)
      return
    }
    const bytes = builderFrameCodec.encode(frame)
    const delayMs = 1 + random.next() * (random.chance(late) ? lateMs : 5)
    const atMs = Math.max(to.lastMs.get(from) ?? 0, clock.monotonicMs() + delayMs)
    to.lastMs.set(from, atMs)
    const peer = nameOfBuilder(from)
    const deliver = () => to.deliver?.(peer, builderFrameCodec.decode(bytes))
    clock.after(atMs - clock.monotonicMs(), deliver)
    if (random.chance(twice)) clock.after(atMs - clock.monotonicMs(), deliver)
  }
}

function connectionOf(one: number, other: number): string {
  return `${Math.min(one, other)}-${Math.max(one, other)}`
}

/** Asks for the flashblocks of the newest block. */
const newest = newestOf(0)

/** The peer id of a node's builder. */
export function nameOfBuilder(node: number): string {
  return testIdentity(`builder-${node}`).peerId
}

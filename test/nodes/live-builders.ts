import { builderFrameCodec, type BuilderFrame } from '#messages/builder-frame.ts'
import type {
  BuilderEvents,
  BuilderNetwork,
} from '#services/flashblock-p2p/network/builder-network.ts'
import type { Random } from '#runtime/random.ts'
import type { Host } from '#test/simulator/simulation.ts'
import type { VirtualClock } from '#test/simulator/virtual-clock.ts'

/** The running flashblock-p2p of a node. */
interface Side {
  deliver: ((frame: BuilderFrame) => void) | undefined
  /** When the newest frame to this side arrives. Frames of a stream stay in order. */
  lastMs: number
}

interface Parts {
  readonly clock: VirtualClock
  readonly random: Random
}

/** Faults of the streams between builders. */
interface BuilderFaults {
  /** The probability that a frame is lost with its stream, which is opened again soon afterwards. */
  readonly lost: number
  readonly late: number
  readonly lateMs: number
}

/** Streams without faults. */
export const noBuilderFaults: BuilderFaults = { lost: 0, late: 0, lateMs: 0 }

/** Time until a stream that was lost is open again. */
const reconnectMs = 400

/** The streams between the builders of two nodes. Each frame passes its codec. */
export class LiveBuilders {
  readonly #parts: Parts
  readonly #sides: readonly [Side, Side] = [
    { deliver: undefined, lastMs: 0 },
    { deliver: undefined, lastMs: 0 },
  ]
  faults: BuilderFaults = noBuilderFaults

  constructor(parts: Parts) {
    this.#parts = parts
  }

  /** The network that one process of flashblock-p2p uses. */
  networkOf(node: 0 | 1, { afterEffect, clock }: Host, events: BuilderEvents): BuilderNetwork {
    const own = this.#sides[node]
    const peer = nameOfBuilder(node === 0 ? 1 : 0)
    const deliver = (frame: BuilderFrame) => {
      if (frame.kind !== 'hello') clock.after(0, () => events.onFrame(peer, frame))
    }
    own.deliver = deliver
    const isOpen = () => this.#sides[1 - node]?.deliver !== undefined
    const request = () => this.#send(node, { kind: 'request', payloadId: undefined, fromIndex: 0 })
    clock.after(1, request)
    return {
      peerId: nameOfBuilder(node),
      addresses: [],
      send: (sent) => {
        this.#send(node, { kind: 'flashblock', sent })
        afterEffect()
        return isOpen() ? 1 : 0
      },
      sendTo: (_peer, frame) => this.#send(node, frame),
      refuse: () => undefined,
      peers: () => [{ id: peer, protocolId: isOpen() ? 'native' : undefined, inboundStreams: 1 }],
      close: async () => {
        if (own.deliver === deliver) own.deliver = undefined
      },
    }
  }

  #send(from: 0 | 1, frame: BuilderFrame): void {
    const { clock, random } = this.#parts
    const to = this.#sides[1 - from]
    if (to === undefined) return
    const { late, lateMs, lost } = this.faults
    if (random.chance(lost)) {
      // The receiver asks for what it missed when the stream is open again.
      const receiver = from === 0 ? 1 : 0
      clock.after(reconnectMs, () =>
        this.#send(receiver, { kind: 'request', payloadId: undefined, fromIndex: 0 }),
      )
      return
    }
    const bytes = builderFrameCodec.encode(frame)
    const delayMs = 1 + random.next() * (random.chance(late) ? lateMs : 5)
    to.lastMs = Math.max(to.lastMs, clock.monotonicMs() + delayMs)
    clock.after(to.lastMs - clock.monotonicMs(), () =>
      to.deliver?.(builderFrameCodec.decode(bytes)),
    )
  }
}

/** The peer id of a node's builder. */
export function nameOfBuilder(node: 0 | 1): string {
  return `builder-${node}`
}

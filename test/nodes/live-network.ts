import type { Payload } from '#protocol/block/payload.ts'
import type { RollupConfig } from '#protocol/chains/rollup-config.ts'
import { decodePayload } from '#protocol/p2p/decode-payload.ts'
import { openGossipData } from '#protocol/p2p/gossip-data.ts'
import { signatureBytes } from '#protocol/p2p/payload-signature.ts'
import { payloadVersions } from '#protocol/p2p/payload-version.ts'
import { blocksTopics } from '#protocol/p2p/topics.ts'
import { sleep } from '#runtime/clock.ts'
import type { ArrivedBlock, Network } from '#services/gossip/ports.ts'
import type { PayloadAnswer, Wanted } from '#services/gossip/requests/payload-answer.ts'
import type { Random } from '#runtime/random.ts'
import type { Host } from '#test/simulator/simulation.ts'
import type { VirtualClock } from '#test/simulator/virtual-clock.ts'

/** Answers a request of a peer, as gossip does. */
type Answer = Parameters<Network['serve']>[0]

/** The running gossip of a node. */
interface Peer {
  deliver: ((block: ArrivedBlock) => void) | undefined
  answer: Answer | undefined
}

/** The probability of each fault of a message. */
interface NetworkFaults {
  readonly lost: number
  readonly late: number
  readonly lateMs: number
  readonly doubled: number
}

/** A network without faults. */
export const noNetworkFaults: NetworkFaults = { lost: 0, late: 0, lateMs: 0, doubled: 0 }

interface Parts {
  /** Number of nodes. */
  readonly nodes: number
  readonly clock: VirtualClock
  readonly random: Random
  readonly config: RollupConfig
  readonly onPublish: (payload: Payload) => void
  readonly fail: (error: Error) => void
}

/** The network between the gossip services of all nodes. Messages and answers may be lost, late or doubled. */
export class LiveNetwork {
  readonly #parts: Parts
  readonly #peers: readonly Peer[]
  #arrivals = 0
  faults: NetworkFaults = noNetworkFaults

  constructor(parts: Parts) {
    this.#parts = parts
    this.#peers = Array.from({ length: parts.nodes }, () => {
      return { deliver: undefined, answer: undefined }
    })
  }

  /** The network that one process of gossip uses. */
  networkOf(node: number, host: Host): Network {
    const own = this.#peers[node]
    if (own === undefined) throw new Error(`there is no node ${node}`)
    const { fail } = this.#parts
    own.answer = undefined
    return {
      onBlock: (listener) => {
        const deliver = (block: ArrivedBlock) => void host.clock.after(0, () => listener(block))
        own.deliver = deliver
        return () => {
          if (own.deliver === deliver) own.deliver = undefined
        }
      },
      judge: (_arrival, verdict) => {
        if (verdict === 'reject') fail(new Error(`node ${node} rejected a block of the other node`))
      },
      publish: async (topic, data) => {
        await sleep(host.clock, host.random.next() * 3)
        this.#publish(node, topic, data)
        host.afterEffect()
        return 1
      },
      peerId: `node-${node}`,
      score: () => undefined,
      request: (peer, wanted) => this.#request({ node, peer }, host, wanted),
      serve: (answer) => {
        own.answer = answer
        return Promise.resolve(() => Promise.resolve())
      },
      disconnect: () => Promise.resolve(),
      dial: () => Promise.reject(new Error('there is no other peer')),
      describe: () => Promise.reject(new Error('there is no operator')),
      peers: () =>
        this.#others(node)
          .filter(({ peer }) => peer.deliver !== undefined)
          .map(({ id }) => ({
            id,
            sinceMs: 0,
            score: 0,
            addresses: [],
            servesPayloads: true,
            meshes: payloadVersions,
          })),
    }
  }

  #publish(node: number, topic: string, data: Uint8Array): void {
    const { config, clock, onPublish, random } = this.#parts
    const version = blocksTopics(config.l2ChainId).get(topic)
    const opened = openGossipData(data)
    if (version === undefined || opened.kind !== 'decompressed')
      throw new Error(`a message on ${topic} is malformed`)
    onPublish(decodePayload(version, opened.bytes.subarray(signatureBytes)))
    const { doubled, late, lateMs, lost } = this.faults
    for (const { peer } of this.#others(node))
      for (let copies = random.chance(doubled) ? 2 : 1; copies > 0; copies--) {
        if (random.chance(lost)) continue
        const delayMs = 1 + random.next() * (random.chance(late) ? lateMs : 20)
        clock.after(delayMs, () => {
          const arrival = ++this.#arrivals
          peer.deliver?.({ arrival, peer: `node-${node}`, version, data: opened })
        })
      }
  }

  /** The other nodes, by the ids of their peers. */
  #others(node: number): readonly { readonly id: string; readonly peer: Peer }[] {
    return this.#peers.flatMap((peer, at) => (at === node ? [] : [{ id: `node-${at}`, peer }]))
  }

  async #request(
    { node, peer }: { readonly node: number; readonly peer: string },
    { clock }: Host,
    wanted: Wanted,
  ): Promise<PayloadAnswer> {
    const { random } = this.#parts
    await sleep(clock, random.next() * 20)
    const { lost } = this.faults
    const answering = random.chance(lost)
      ? undefined
      : this.#others(node)
          .find(({ id }) => id === peer)
          ?.peer.answer?.(`node-${node}`, wanted.number)
    const late = sleep(clock, 5_000).then(() => undefined)
    const answer = await Promise.race([answering ?? late, late])
    if (answer === undefined) throw new Error('the stream ended')
    if (answer.kind === 'payload' && answer.payload.blockHash !== wanted.hash)
      throw new Error('an answer with another block')
    return answer
  }
}

import type { Payload } from '#protocol/block/payload.ts'
import type { PayloadAttributes } from '#protocol/block/payload-attributes.ts'
import { encodePayload } from '#protocol/p2p/encode-payload.ts'
import type { GossipData } from '#protocol/p2p/gossip-data.ts'
import { joined } from '#protocol/codec/joined.ts'
import {
  payloadHash,
  signatureBytes,
  signBlock,
  signingHash,
} from '#protocol/p2p/payload-signature.ts'
import { payloadVersionAt, payloadVersions } from '#protocol/p2p/payload-version.ts'
import type { Hash } from '#protocol/primitives.ts'
import type { ArrivedBlock, Network, Verdict } from '#services/gossip/ports.ts'
import type { PayloadAnswer, Wanted } from '#services/gossip/requests/payload-answer.ts'
import { signerKey } from '#test/fakes/block-messages.ts'
import type { Random } from '#runtime/random.ts'
import type { Host, Simulation } from '#test/simulator/simulation.ts'
import type { Sequenced } from './sequencer.ts'
import type { SimulatedL1 } from './simulated-l1.ts'
import { payloadOf } from './stand-in-chain.ts'

/** The id of the only peer. */
const peer = 'peer-0'

const otherKey = new Uint8Array(32).fill(9)

/** The longest delay of a late block. */
const maxDelayMs = 8_000

/** Maximum number of blocks in a fork. The sequencer signs the blocks of a fork too. */
const maxForkBlocks = 5

/** Why gossip may ignore a wrong message instead of rejecting it. */
interface WrongMessage {
  /** Whether the message may be too old. Gossip checks the age before it checks the flaw of the message. */
  readonly mayBeOld: boolean
  /**
   * Whether gossip checks the signature first. A gossip that has just started ignores such a message, since it does not
   * know the signer yet.
   */
  readonly needsSigner: boolean
}

/** The probability of each event for a block. */
interface Shares {
  readonly lost: number
  readonly late: number
  readonly repeated: number
  /** A wrong message is sent before the block. */
  readonly wrong: number
  /** A fork begins. */
  readonly forked: number
}

/**
 * A peer that sends the blocks of the sequencer to gossip. Some blocks are lost, late or repeated. The peer also sends
 * wrong messages, and forks that the sequencer signed. The peer answers some requests for blocks.
 */
export class SimulatedPeers {
  readonly #simulation: Simulation
  readonly #l1: SimulatedL1
  readonly #random: Random
  readonly #shares: Shares
  /** All valid blocks. */
  readonly #blocks = new Map<Hash, Payload>()
  /** Wrong messages without a verdict yet. */
  readonly #wrong = new Map<number, WrongMessage>()
  /** Whether the running gossip has shown by a verdict that it knows the signer. */
  #knowsSigner = false
  #arrivals = 0
  #isSilent = false
  /** Delivers a block to the running gossip. */
  #deliver: ((block: ArrivedBlock) => void) | undefined
  /** The last block of the current fork, and the number of its blocks. */
  #fork: { readonly hash: Hash; readonly number: bigint; readonly length: number } | undefined
  /** Number of blocks that gossip accepted. */
  accepted = 0

  constructor(simulation: Simulation, l1: SimulatedL1, random: Random) {
    this.#simulation = simulation
    this.#l1 = l1
    this.#random = random
    const up = (most: number) => random.next() * most
    this.#shares = random.chance(0.2)
      ? { lost: 0, late: 0, repeated: 0, wrong: 0, forked: 0 }
      : { lost: up(0.3), late: up(0.3), repeated: up(0.3), wrong: up(0.1), forked: up(0.05) }
  }

  /** Sends all blocks of the script, each at its time. */
  start(): void {
    for (const sequenced of this.#l1.sequenced) {
      this.#blocks.set(sequenced.payload.blockHash, sequenced.payload)
      const atMs = sequenced.atMs + this.#random.next() * 800
      this.#simulation.clock.after(atMs, () => this.#sendNear(sequenced))
    }
  }

  /** Sends no further blocks. */
  silence(): void {
    this.#isSilent = true
  }

  /** The network that one process of gossip uses. */
  networkOf(host: Host): Network {
    return {
      onBlock: (listener) => {
        const deliver = (block: ArrivedBlock) => void host.clock.after(0, () => listener(block))
        this.#deliver = deliver
        this.#knowsSigner = false
        return () => {
          if (this.#deliver === deliver) this.#deliver = undefined
        }
      },
      judge: (arrival, verdict) => this.#judged(arrival, verdict),
      publish: () => Promise.resolve(1),
      peerId: 'atoll',
      score: () => undefined,
      request: (_peer, wanted) => this.#answer(host, wanted),
      serve: () => Promise.resolve(() => Promise.resolve()),
      disconnect: () => Promise.resolve(),
      dial: () => Promise.reject(new Error('there is no other peer')),
      // No operator asks for the peers of the simulator.
      describe: () => Promise.reject(new Error('there is no operator')),
      peers: () => [
        {
          id: peer,
          sinceMs: 0,
          score: 0,
          addresses: [],
          servesPayloads: true,
          meshes: payloadVersions,
        },
      ],
    }
  }

  #sendNear(sequenced: Sequenced): void {
    const random = this.#random
    const { lost, repeated, wrong } = this.#shares
    if (random.chance(wrong) && !this.#isSilent) this.#sendWrong(sequenced.payload)
    for (const payload of [sequenced.payload, ...this.#forkOf(sequenced)]) {
      if (!random.chance(lost)) this.#sendLate(payload)
      if (random.chance(repeated)) this.#sendLate(payload)
    }
  }

  #sendLate(payload: Payload): void {
    const random = this.#random
    const delayMs = random.chance(this.#shares.late) ? random.next() * maxDelayMs : 0
    this.#simulation.clock.after(delayMs, () => {
      if (!this.#isSilent) this.#arrive(payload, decompressed(this.#signed(payload)))
    })
  }

  /**
   * The next block of the current fork, or the first block of a new fork; empty if there is neither. The first block of
   * a fork has no user transactions. The later blocks have the attributes of the sequencer's blocks.
   */
  #forkOf({ parent, attributes }: Sequenced): readonly Payload[] {
    const fork = this.#fork
    const isNext = fork !== undefined && parent.number === fork.number
    if (!isNext && !this.#random.chance(this.#shares.forked)) return []
    const place = isNext ? fork : parent
    const payload = payloadOf(this.#l1.rules, place, isNext ? attributes : forked(attributes))
    this.#blocks.set(payload.blockHash, payload)
    const length = isNext ? fork.length + 1 : 1
    this.#fork =
      length < maxForkBlocks
        ? { hash: payload.blockHash, number: payload.number, length }
        : undefined
    return [payload]
  }

  /** Sends a message that gossip must not accept. */
  #sendWrong(payload: Payload): void {
    const signed = this.#signed(payload)
    const changed = Uint8Array.from(signed)
    changed[signatureBytes] = (changed[signatureBytes] ?? 0) ^ 1
    const wrongHash = decompressed(this.#signed({ ...payload, gasUsed: payload.gasUsed + 1n }))
    type Wrong = readonly [GossipData, WrongMessage]
    const unsigned = { mayBeOld: false, needsSigner: false }
    const wronglySigned = { mayBeOld: false, needsSigner: true }
    const messages: readonly [Wrong, ...Wrong[]] = [
      [{ kind: 'raw', bytes: this.#random.bytes(80), problem: 'not-snappy' }, unsigned],
      [decompressed(changed), wronglySigned],
      [decompressed(signed.subarray(0, signatureBytes)), unsigned],
      [decompressed(this.#signed(payload, otherKey)), wronglySigned],
      [wrongHash, { mayBeOld: true, needsSigner: true }],
    ]
    const [message, why] = this.#random.pick(messages)
    this.#wrong.set(this.#arrive(payload, message), why)
  }

  #arrive({ timestamp }: Payload, data: GossipData): number {
    const arrival = ++this.#arrivals
    const version = payloadVersionAt(this.#l1.config, timestamp)
    this.#deliver?.({ arrival, peer, version, data })
    return arrival
  }

  #judged(arrival: number, verdict: Verdict): void {
    if (verdict === 'accept') this.accepted++
    const wrong = this.#wrong.get(arrival)
    this.#wrong.delete(arrival)
    const knewSigner = this.#knowsSigner
    if (verdict === 'accept' || (verdict === 'reject' && wrong?.needsSigner === true))
      this.#knowsSigner = true
    if (wrong === undefined || verdict === 'reject') return
    const mayBeIgnored = wrong.mayBeOld || (wrong.needsSigner && !knewSigner)
    if (verdict === 'ignore' && mayBeIgnored) return
    this.#simulation.fail(new Error(`the verdict on a wrong message is ${verdict}`))
  }

  async #answer({ clock, random }: Host, { hash }: Wanted): Promise<PayloadAnswer> {
    await new Promise<void>((resolve) => void clock.after(random.next() * 20, resolve))
    if (random.chance(0.2)) throw new Error('the stream ended')
    const payload = this.#blocks.get(hash)
    return payload === undefined ? { kind: 'not-found' } : { kind: 'payload', payload }
  }

  #signed(payload: Payload, key: Uint8Array = signerKey): Uint8Array {
    const { config } = this.#l1
    const body = encodePayload(payloadVersionAt(config, payload.timestamp), payload)
    return joined([signBlock(signingHash(config.l2ChainId, payloadHash(body)), key), body])
  }
}

function decompressed(bytes: Uint8Array): GossipData {
  return { kind: 'decompressed', bytes }
}

/** Attributes of the first block of a fork: only the L1 attributes deposit, and another gas limit. */
function forked(attributes: PayloadAttributes): PayloadAttributes {
  const { transactions } = attributes
  return {
    ...attributes,
    transactions: transactions.slice(0, 1),
    gasLimit: attributes.gasLimit + 1n,
  }
}
